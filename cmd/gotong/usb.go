package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/sneakernet"
	"gotong/node/words"
)

// schemaUSB is the schema of what usb says at its end.
const schemaUSB = "gotong.usb/1"

// trips are the sticks that were served.
type trips struct {
	Schema string `json:"schema"`
	Sticks []trip `json:"sticks"`
}

// courier serves sticks, one after the other.
type courier struct {
	app     *app
	yes     bool
	answers *bufio.Reader
	done    trips
}

func newUSB(a *app) *cobra.Command {
	k := &courier{app: a, done: trips{Schema: schemaUSB, Sticks: []trip{}}}
	var at []string
	c := &cobra.Command{
		Use: "usb", Short: a.say("help.usb", nil), Long: a.say("help.usb-long", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			k.answers = bufio.NewReader(os.Stdin)
			return k.all(c.Context(), at)
		},
	}
	c.Flags().BoolVar(&k.yes, "yes", false, a.say("flag.yes", nil))
	c.Flags().StringArrayVar(&at, "at", nil, a.say("flag.stick", nil))
	return a.jsonFlag(c)
}

// all serves the sticks at these places, without any those that are mounted.
func (k *courier) all(ctx context.Context, at []string) error {
	if len(at) == 0 {
		found, err := sneakernet.Sticks()
		if err != nil {
			return err
		}
		at = found
	}
	if len(at) == 0 {
		k.app.tell("usb.none", nil)
		return errAbsent
	}
	var all []error
	for _, dir := range at {
		if k.agreed(dir) {
			all = append(all, k.serve(ctx, dir))
		}
	}
	if k.app.json {
		all = append(all, k.app.document(k.done))
	}
	return errors.Join(all...)
}

// agreed asks the person; no answer is no.
func (k *courier) agreed(dir string) bool {
	if k.yes {
		return true
	}
	fmt.Fprint(k.app.err, k.app.say("usb.ask", words.Args{"dir": dir}), " ")
	answer, err := k.answers.ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "ya", "yes":
		return true
	case "":
		return err == nil // a bare return is yes
	}
	return false
}

// serve takes in what a stick brings and then gives it the news.
func (k *courier) serve(ctx context.Context, dir string) error {
	t := trip{Schema: schemaTrip, Stick: dir}
	err := k.app.onStick(&t, func(s *visited) error {
		if err := s.empty(ctx); err != nil && !errors.Is(err, sneakernet.ErrNothing) {
			return err
		}
		return s.fill(ctx, false)
	})
	k.done.Sticks = append(k.done.Sticks, t)
	k.app.tellPhotos(t)
	if err != nil {
		return errors.Join(err, k.app.leftOut(t))
	}
	if !k.app.json {
		k.app.show("usb.done", words.Args{"here": t.Here.New, "there": t.There.New})
	}
	return k.app.leftOut(t)
}
