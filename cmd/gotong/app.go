package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gotong/node/api"
	"gotong/node/words"
)

// app is what the commands share: the global flags and the ways to speak.
type app struct {
	dir   string
	given bool // --dir was given
	in    string
	lang  string
	json  bool

	out, err io.Writer
	env      func(string) string
	now      func() time.Time
	words    *words.Tongue
}

// newApp settles the language first: the flags' own descriptions need it.
func newApp(args []string, env func(string) string, out, err io.Writer, now func() time.Time) *app {
	return &app{out: out, err: err, env: env, now: now, words: words.In(langOf(args, env)...)}
}

// langOf returns the wishes for a language: --lang, else the locale.
func langOf(args []string, env func(string) string) []string {
	for i, arg := range args {
		if lang, ok := strings.CutPrefix(arg, "--lang="); ok {
			return []string{lang}
		}
		if arg == "--lang" && i+1 < len(args) {
			return []string{args[i+1]}
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := env(name); locale != "" {
			return []string{locale}
		}
	}
	return nil
}

// directory returns where the node keeps its data: --dir, else $GOTONG_DIR,
// else gotong in the user's state directory.
func (a *app) directory() (string, error) {
	dir := a.dir
	for _, c := range []struct{ base, below string }{
		{a.env("GOTONG_DIR"), ""}, {a.env("XDG_STATE_HOME"), "gotong"}, {a.env("HOME"), ".local/state/gotong"},
	} {
		if dir == "" && c.base != "" {
			dir = filepath.Join(c.base, c.below)
		}
	}
	if dir == "" {
		return "", usage("usage.no-dir", nil)
	}
	return filepath.Abs(dir)
}

// node returns a client of the node in the directory.
func (a *app) node() (*api.Client, error) {
	dir, err := a.directory()
	if err != nil {
		return nil, err
	}
	return api.NewClient(dir)
}

func (a *app) place() api.Place { return api.Place{In: a.in} }

func (a *app) target(id string) api.Target { return api.Target{Place: a.place(), ID: id} }

// verb is a call of the node's client.
type verb[Out any] func(context.Context, *api.Client) (Out, error)

// answerTime bounds how long a command waits for the node.
const answerTime = 30 * time.Second

// do calls the node and shows its answer: as JSON where that was asked for,
// else by show.
func do[Out any](ctx context.Context, a *app, call verb[Out], show func(Out)) error {
	node, err := a.node()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	doc, err := call(ctx, node)
	if err != nil {
		return err
	}
	if a.json {
		return a.document(doc)
	}
	show(doc)
	if written, ok := any(doc).(api.Written); ok && written.TurnedAway {
		a.tell("written.turned-away", nil)
	}
	return nil
}

// command is how a person starts this program here, with the directory where
// it is not the usual one.
func (a *app) command() string {
	name := filepath.Base(os.Args[0])
	if strings.Contains(os.Args[0], "go-build") { // "go run" runs a file of its cache
		name = "go run ./cmd/gotong"
	}
	if a.given {
		name += " --dir " + quoted(a.dir)
	}
	return name
}

// quoted returns an argument as a shell takes it.
func quoted(arg string) string {
	if strings.ContainsAny(arg, " '\"$&;()<>|*?\\") {
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return arg
}
