package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"golang.org/x/term"

	"gotong/node/words"
)

// say returns a message from the catalogs. {gotong} is how this program is
// started here.
func (a *app) say(key string, args words.Args) string {
	all := words.Args{"gotong": a.command()}
	maps.Copy(all, args)
	return a.words.Say(key, all)
}

// tell says something to the person: to stderr, so that data stays alone.
func (a *app) tell(key string, args words.Args) { fmt.Fprintln(a.err, a.say(key, args)) }

// show says something that was asked for: to stdout.
func (a *app) show(key string, args words.Args) { a.line(a.say(key, args)) }

// line writes a line that was put together from messages.
func (a *app) line(parts ...string) {
	fmt.Fprintln(a.out, strings.TrimRight(strings.Join(parts, ""), " "))
}

// data writes a value for other programs: no words in it.
func (a *app) data(value string) { fmt.Fprintln(a.out, value) }

// document writes JSON, one document on one line.
func (a *app) document(doc any) error {
	return json.NewEncoder(a.out).Encode(doc)
}

// strong makes text stand out, where stdout is a terminal that may be coloured.
func (a *app) strong(text string) string {
	if !a.coloured() {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

func (a *app) coloured() bool {
	return isTerminal(a.out) && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// joined puts together what there is of several phrases.
func joined(between string, phrases ...string) string {
	var some []string
	for _, p := range phrases {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, between)
}
