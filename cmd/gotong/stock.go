package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newStock(a *app) *cobra.Command {
	return a.family("stock",
		a.stockMove("in", func(m *api.StockMove, q api.Quantity) { m.Into = q }),
		a.stockMove("out", func(m *api.StockMove, q api.Quantity) { m.Out = q }),
		a.stockMove("count", func(m *api.StockMove, q api.Quantity) { m.Count = &q }))
}

// stockMove is a command that notes a movement of a stock.
func (a *app) stockMove(name string, say func(*api.StockMove, api.Quantity)) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: name + " ID QTY", Short: a.say("help.stock-"+name, nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			m := api.StockMove{Target: a.target(args[0])}
			q, err := stockQuantity(name, args[1])
			if err != nil {
				return err
			}
			say(&m, q)
			if why != "" {
				if m.Reason, err = stockReason(why); err != nil {
					return err
				}
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ResourceDoc, error) {
				return node.MoveStock(ctx, m)
			}, func(doc api.ResourceDoc) {
				a.tell("resource.now", words.Args{"title": doc.Resource.Title, "what": a.onHand(doc.Resource)})
			})
		},
	}
	c.Flags().StringVar(&why, "reason", "", a.say("flag.stock-reason", nil))
	return a.jsonFlag(c)
}

// stockQuantity reads how much; a shelf that is counted may be empty.
func stockQuantity(name, text string) (api.Quantity, error) {
	if name == "count" && text == "0" {
		return 0, nil
	}
	return quantity("QTY", text)
}

// stockReason reads a reason: its code or its label.
func stockReason(text string) (string, error) {
	for _, r := range record.StockReasons() {
		if text == r.Code() || anyLabel("stock-reason."+r.Code(), text, sameLabel) {
			return r.Code(), nil
		}
	}
	return "", usage("usage.stock-reason", words.Args{"value": text})
}
