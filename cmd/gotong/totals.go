package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newTotals(a *app) *cobra.Command {
	var publish bool
	c := &cobra.Command{
		Use: "totals [MONTH]", Short: a.say("help.totals", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			in := api.Counting{Place: a.place()}
			if len(args) > 0 {
				in.Month = args[0]
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Totals, error) {
				if publish {
					return node.Publish(ctx, in)
				}
				return node.Totals(ctx, in)
			}, func(doc api.Totals) { a.totals(doc, publish) })
		},
	}
	c.Flags().BoolVar(&publish, "publish", false, a.say("flag.publish", nil))
	return a.jsonFlag(c)
}

func (a *app) totals(doc api.Totals, published bool) {
	if published {
		a.tell("totals.published", words.Args{"month": doc.Now.Month})
	}
	a.month(doc.Now)
	for _, m := range doc.Published {
		if m.Month != doc.Now.Month {
			a.line()
			a.month(m)
		}
	}
}

// month tells what a month came to, kind by kind.
func (a *app) month(m api.Month) {
	a.show("totals.month", words.Args{"month": m.Month, "requests": m.Requests, "met": m.Met, "households": m.Households, "helpers": m.Helpers})
	for _, t := range m.Totals {
		a.show("totals.line", words.Args{"kind": a.label(t.Category), "n": t.Lines,
			"received": a.number(t.Received), "needed": joined(" ", a.number(t.Needed), a.unit(t.Needed, t.Unit))})
	}
	if m.By != nil {
		a.show("totals.by", words.Args{"who": a.who(*m.By)})
	}
}
