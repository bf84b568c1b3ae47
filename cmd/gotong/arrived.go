package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newArrived(a *app) *cobra.Command {
	var flags shareFlags
	var numbers numberFlags
	var photos photoFlags
	var note, code string
	c := &cobra.Command{
		Use: "arrived ID", Short: a.say("help.arrived", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			share, err := flags.share()
			if err != nil {
				return err
			}
			attached, err := photos.attach(c.Context(), a)
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Written, error) {
				return node.Arrived(ctx, api.Arrival{Target: a.target(args[0]), Share: share, Note: note, Code: code, Numbers: say, Photos: attached})
			}, a.arrivedSo)
		},
	}
	flags.add(a, c)
	numbers.add(a, c, false)
	photos.add(a, c)
	c.Flags().StringVar(&code, "code", "", a.say("flag.code", nil))
	c.Flags().StringVar(&note, "note", "", a.say("flag.note", nil))
	return a.jsonFlag(c)
}

// arrivedSo tells what was noted, and whether that was all.
func (a *app) arrivedSo(doc api.Written) {
	a.tell("arrived.done", words.Args{"amount": a.amounts(doc.Amounts), "title": a.title(doc.Item)})
	if doc.Item.State == api.StateMet {
		a.tell("arrived.all", words.Args{"id": doc.Item.Short})
		return
	}
	a.tell("arrived.rest", words.Args{"rest": a.summary(doc.Item)})
}
