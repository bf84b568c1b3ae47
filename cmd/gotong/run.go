package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node"
	"gotong/node/api"
	"gotong/node/identity"
	"gotong/node/web"
	"gotong/node/words"
)

// runOptions is what a person can say to a starting node.
type runOptions struct {
	dir    string
	listen []string // multiaddrs; none: every interface
	peers  []string // multiaddrs of nodes to call
	room   roomValue
	hub    bool
	http   string // address of the pages; noPages: none
	log    *slog.Logger
}

// running is a node that runs.
type running interface {
	api.Backend
	Addrs() []string
	Failed() <-chan error
	Cloned() <-chan struct{}
	Renewable() bool
	Close() error
}

// startNode starts the real node in a directory.
func startNode(ctx context.Context, opts runOptions) (running, error) {
	n, err := node.New(ctx, node.Config{
		Dir: opts.dir, Listen: opts.listen, Peers: opts.peers, Hub: opts.hub, Room: int64(opts.room), Log: opts.log,
	})
	if err != nil {
		return nil, err
	}
	return node.Backend{Node: n, Dir: opts.dir}, nil
}

func newRun(a *app) *cobra.Command {
	var opts runOptions
	var verbose bool
	c := &cobra.Command{
		Use: "run", Short: a.say("help.run", nil), Long: a.say("help.run-long", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			opts.log = a.logger(verbose)
			return a.run(c.Context(), opts)
		},
	}
	c.Flags().StringArrayVar(&opts.listen, "listen", nil, a.say("flag.listen", nil))
	c.Flags().StringArrayVar(&opts.peers, "peer", nil, a.say("flag.peer", nil))
	c.Flags().Var(&opts.room, "room", a.say("flag.room", nil))
	c.Flags().BoolVar(&opts.hub, "hub", false, a.say("flag.hub", nil))
	c.Flags().StringVar(&opts.http, "http", "127.0.0.1:0", a.say("flag.http", nil))
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, a.say("flag.verbose", nil))
	return c
}

// logger writes what goes wrong to stderr, beside the talk.
func (a *app) logger(verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level}))
}

// run keeps a node until it is told to stop or cannot go on.
func (a *app) run(ctx context.Context, opts runOptions) error {
	var err error
	if opts.dir, err = a.directory(); err != nil {
		return err
	}
	if _, err := api.SocketPath(opts.dir); err != nil {
		return err
	}
	if err := a.shutKeys(opts.dir); err != nil {
		return err
	}
	beSmall(ctx, a.env)
	err = a.live(ctx, opts)
	for errors.Is(err, errCloned) {
		if _, err = identity.Dir(opts.dir).Renew(); err == nil {
			a.tell("run.renewed", nil)
			err = a.live(ctx, opts)
		}
	}
	if err == nil {
		a.tell("run.stopped", nil)
	}
	return err
}

// errCloned: a copy of this device runs elsewhere, and this one can get keys of
// its own.
var errCloned = errors.New("gotong: a copy of this device runs elsewhere")

// live runs a node until it is told to stop, cannot go on, or has to go on with
// other keys.
func (a *app) live(ctx context.Context, opts runOptions) error {
	n, err := startNode(ctx, opts)
	if err != nil {
		return err
	}
	err = a.serve(ctx, n, opts)
	if closing := n.Close(); err == nil {
		err = closing
	}
	return err
}

// shutKeys closes keys that others on this machine could read, and says so. What
// else is wrong with the directory the node finds itself.
func (a *app) shutKeys(dir string) error {
	shut, err := identity.Dir(dir).Shut()
	if errors.Is(err, identity.ErrExposed) {
		return fmt.Errorf("%w: %w", api.ErrExposed, err)
	}
	if len(shut) > 0 {
		a.tell("run.shut", words.Args{"files": strings.Join(shut, ", ")})
	}
	return nil
}

// beSmall keeps the garbage of a bulk load from filling a small machine, unless
// the person set the runtime's own knobs.
func beSmall(ctx context.Context, env func(string) string) {
	if env("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	if env("GOMEMLIMIT") == "" {
		go node.KeepSmall(ctx)
	}
}

// serve answers on the control socket until ctx ends or the node fails.
func (a *app) serve(ctx context.Context, n running, opts runOptions) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l, err := api.Listen(ctx, opts.dir)
	if err != nil {
		return err
	}
	go a.guard(ctx, n, cancel)
	desk := api.Desk{Backend: n, Now: a.now}
	pages, err := a.pages(ctx, &desk, opts)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	a.greet(ctx, desk, n, opts)
	closed := make(chan struct{})
	go func() {
		cancel(pages(ctx))
		close(closed)
	}()
	err = api.Serve(ctx, l, desk, opts.log)
	<-closed
	if err != nil {
		return err
	}
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// noPages is what --http says where nobody wants any.
const noPages = "off"

// pages opens the pages and returns what serves them; desk is told where they
// are.
func (a *app) pages(ctx context.Context, desk *api.Desk, opts runOptions) (func(context.Context) error, error) {
	if opts.http == noPages {
		return func(ctx context.Context) error { <-ctx.Done(); return nil }, nil
	}
	site, err := web.New(web.Options{Desk: *desk, Dir: opts.dir, Now: a.now, Log: opts.log})
	if err != nil {
		return nil, err
	}
	l, err := web.Listen(ctx, opts.http)
	if err != nil {
		return nil, err
	}
	desk.Pages = func() *api.Pages { return site.Where(l.Addr()) }
	return func(ctx context.Context) error { return site.Serve(ctx, l) }, nil
}

// guard ends a node that fails, or that has to give way to a copy of itself. One
// whose household has no seat left for new keys goes on reading.
func (a *app) guard(ctx context.Context, n running, cancel context.CancelCauseFunc) {
	cloned := n.Cloned()
	for {
		select {
		case err := <-n.Failed():
			cancel(err)
		case <-cloned:
			if n.Renewable() {
				cancel(errCloned)
				return
			}
			a.tell("run.no-seat", nil)
			cloned = nil
		case <-ctx.Done():
			return
		}
	}
}

// greet says where the data is, whether the household belongs somewhere, and
// what to type next.
func (a *app) greet(ctx context.Context, desk api.Desk, n running, opts runOptions) {
	a.tell("run.started", words.Args{"dir": opts.dir})
	for _, addr := range n.Addrs() {
		a.tell("run.address", words.Args{"addr": addr})
	}
	report, err := desk.Status(ctx)
	if err != nil {
		opts.log.Warn("the status cannot be read", "error", err)
		return
	}
	a.pagesAt(report.Pages)
	fmt.Fprintln(a.err)
	if len(report.Neighbourhoods) == 0 && opts.hub {
		a.tell("run.hub-alone", nil)
	} else if len(report.Neighbourhoods) == 0 {
		a.tell("run.alone", nil)
	}
	if opts.hub {
		a.tell("run.hub", nil)
	}
	for _, in := range report.Neighbourhoods {
		key := "run.member"
		if !in.Member {
			key = "run.waiting"
		}
		a.tell(key, words.Args{"name": a.neighbourhood(in.Neighbourhood), "n": in.Households})
	}
	a.tell("run.stop", nil)
}

// pagesAt says where a browser finds the pages and how it comes in.
func (a *app) pagesAt(p *api.Pages) {
	if p == nil {
		return
	}
	if p.Link != "" {
		a.tell("run.pages-link", words.Args{"url": p.Link})
	}
	if len(p.URLs) > 0 {
		a.tell("run.pages", words.Args{"url": strings.Join(p.URLs, ", "), "code": p.Code})
	}
}
