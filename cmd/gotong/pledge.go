package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// shareFlags say how much, and of which line.
type shareFlags struct {
	quantity string
	line     uint32
}

func (f *shareFlags) add(a *app, c *cobra.Command) {
	c.Flags().StringVar(&f.quantity, "qty", "", a.say("flag.share", nil))
	c.Flags().Uint32Var(&f.line, "line", 0, a.say("flag.line", nil))
}

func (f *shareFlags) share() (share api.Share, err error) {
	share.Line = f.line
	if f.quantity != "" {
		share.Quantity, err = quantity("--qty", f.quantity)
	}
	return share, err
}

func newPledge(a *app) *cobra.Command {
	var flags shareFlags
	var numbers numberFlags
	var eta, note, source string
	c := &cobra.Command{
		Use: "pledge ID", Short: a.say("help.pledge", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			share, err := flags.share()
			if err != nil {
				return err
			}
			promise := api.Promise{Target: a.target(args[0]), Share: share, Note: note, From: source}
			if eta != "" {
				if promise.Promised, err = when(eta, a.now()); err != nil {
					return err
				}
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Written, error) {
				promise.Numbers = say
				return node.Pledge(ctx, promise)
			}, a.pledged)
		},
	}
	flags.add(a, c)
	numbers.add(a, c, false)
	c.Flags().StringVar(&eta, "eta", "", a.say("flag.eta", nil))
	c.Flags().StringVar(&source, "from", "", a.say("flag.from", nil))
	c.Flags().StringVar(&note, "note", "", a.say("flag.note", nil))
	return a.jsonFlag(c)
}

// pledged tells what was promised, and until when that counts.
func (a *app) pledged(doc api.Written) {
	a.written("pledge.done-"+doc.Item.Kind, doc)
	a.tooLittle(doc)
	for _, p := range doc.Item.Pledges {
		if p.ID == doc.ID {
			a.tell("pledge.counts-until", words.Args{"when": a.words.When(p.Lapses, a.now())})
		}
		switch {
		case p.ID != doc.ID:
		case p.Waits:
			a.tell("pledge.waits-you", nil)
		case len(p.Standby) > 0:
			a.tell("pledge.on-standby", words.Args{"amount": a.amounts(p.Standby)})
		}
	}
}

// tooLittle warns of a part that is too small to help with anything by itself.
func (a *app) tooLittle(doc api.Written) {
	for _, promised := range doc.Amounts {
		for _, l := range doc.Item.Lines {
			if l.Line == promised.Line && promised.Quantity < min(l.MinUseful, l.Quantity) {
				a.tell("pledge.too-little", words.Args{"least": a.amount(l.MinUseful, l.Unit)})
			}
		}
	}
}
