// Gotong is the program of a household: "gotong run" is its node, and every
// other command talks to that node over the control socket in its directory.
//
// One file per command. Every word to a person goes through say.go and comes
// from the catalogs of node/words. Data goes to stdout, talk to stderr.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl+C ends it at once
	a := newApp(os.Args[1:], os.Getenv, os.Stdout, os.Stderr, time.Now)
	code := a.execute(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// execute runs one command line and returns its exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	return a.complain(err)
}
