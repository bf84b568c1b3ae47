package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// helpFlags are those of a request for a person's time.
type helpFlags struct {
	until, urgent, at string
	contact           contactFlags
	numbers           numberFlags
}

func (f *helpFlags) add(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.until, "until", "", a.say("flag.until", nil))
	c.Flags().StringVar(&f.urgent, "urgency", "", a.say("flag.urgency", nil))
	c.Flags().StringVar(&f.at, "at", "", a.say("flag.at", nil))
	f.contact.add(a, c)
	f.numbers.add(a, c, true)
}

func (f *helpFlags) draft(a *app, title string) (d api.Draft, err error) {
	d = api.Draft{Place: a.place(), At: f.at, Title: strings.TrimSpace(title),
		Contact: f.contact.contact, PlaceExact: f.contact.place, Stewards: f.contact.stewards}
	if f.urgent != "" {
		if d.Urgency, err = urgency(f.urgent); err != nil {
			return d, err
		}
	}
	if f.until != "" {
		d.Until, err = when(f.until, a.now())
	}
	return d, err
}

func newVisit(a *app) *cobra.Command {
	var flags helpFlags
	var person bool
	c := &cobra.Command{
		Use: "visit WHO [TEXT]", Short: a.say("help.visit", nil), Args: between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			title := a.say("visit.title", words.Args{"who": args[0]})
			if len(args) > 1 {
				title = args[1]
			}
			draft, err := flags.draft(a, title)
			if err != nil {
				return err
			}
			in := api.Visiting{Draft: draft, For: args[0]}
			if person {
				in.For, in.Person = "", args[0]
			}
			return guarded(c.Context(), a, flags.numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Written, error) {
				in.Numbers = say
				return node.Visit(ctx, in)
			}, func(doc api.Written) { a.drafted("visit.done", doc) })
		},
	}
	flags.add(a, c)
	c.Flags().BoolVar(&person, "person", false, a.say("flag.visit-person", nil))
	return a.jsonFlag(c)
}

func newTalk(a *app) *cobra.Command {
	var flags helpFlags
	c := &cobra.Command{
		Use: "talk [TEXT]", Short: a.say("help.talk", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := flags.draft(a, strings.Join(append(args, a.say("talk.title", nil))[:1], ""))
			if err != nil {
				return err
			}
			draft.Lines = []api.DraftLine{{Category: "care.emotional"}}
			return guarded(c.Context(), a, flags.numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Written, error) {
				draft.Numbers = say
				return node.Ask(ctx, draft)
			}, func(doc api.Written) { a.drafted("talk.done", doc) })
		},
	}
	flags.add(a, c)
	return a.jsonFlag(c)
}
