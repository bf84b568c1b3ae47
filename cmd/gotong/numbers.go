package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// numberFlags say what becomes of numbers in a text that all read.
type numberFlags struct{ open, move bool }

// add gives a command the flags; movable where there is a contact to move
// numbers to.
func (f *numberFlags) add(a *app, c *cobra.Command, movable bool) {
	c.Flags().BoolVar(&f.open, "open-numbers", false, a.say("flag.open-numbers", nil))
	if movable {
		c.Flags().BoolVar(&f.move, "move-numbers", false, a.say("flag.move-numbers", nil))
	}
}

func (f *numberFlags) said() api.Numbers {
	switch {
	case f.open:
		return api.NumbersOpen
	case f.move:
		return api.NumbersMoved
	}
	return api.NumbersRefused
}

// guarded does a verb whose text all read. Where it holds numbers and nobody
// said what is to become of them, it asks the person, if there is one.
func guarded[Out any](ctx context.Context, a *app, f numberFlags, call func(context.Context, *api.Client, api.Numbers) (Out, error), show func(Out)) error {
	once := func(say api.Numbers) error {
		return do(ctx, a, func(ctx context.Context, node *api.Client) (Out, error) { return call(ctx, node, say) }, show)
	}
	err := once(f.said())
	found := api.ProblemOf(err)
	if err == nil || found.Code != api.CodeNumbers || a.json || !isTerminal(os.Stdin) {
		return err
	}
	say, ok := a.askAbout(found)
	if !ok {
		return errSpoken
	}
	return once(say)
}

// askAbout shows the numbers and asks what is to become of them; no answer
// means nothing is written.
func (a *app) askAbout(found *api.Problem) (api.Numbers, bool) {
	a.numbers(found.Numbers)
	question := "numbers.ask-open"
	if found.Movable {
		question = "numbers.ask"
	}
	fmt.Fprint(a.err, a.say(question, nil), " ")
	answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.err)
	}
	switch answer = strings.ToLower(strings.TrimSpace(answer)); {
	case found.Movable && (answer == "p" || answer == "m" || answer == "" && err == nil):
		return api.NumbersMoved, true
	case answer == "t" || answer == "o":
		return api.NumbersOpen, true
	}
	a.tell("numbers.nothing", nil)
	return api.NumbersRefused, false
}

// numbers says which numbers all would read.
func (a *app) numbers(found []api.NumberFound) {
	for _, n := range found {
		a.tell("numbers.found-"+n.Kind, words.Args{"number": n.Text, "field": a.named("field.", n.Field)})
	}
}

// moved tells that numbers went from the text to the contact.
func (a *app) moved(n int) {
	if n > 0 {
		a.tell("numbers.moved", words.Args{"n": n})
	}
}
