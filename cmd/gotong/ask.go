package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newAsk(a *app) *cobra.Command {
	var flags draftFlags
	var group groupFlags
	var urgent string
	c := &cobra.Command{
		Use: "ask TEXT", Short: a.say("help.ask", nil), Long: a.vocabulary(), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := flags.draft(a, args[0])
			if err != nil {
				return err
			}
			draft.For = group.group
			if urgent != "" {
				if draft.Urgency, err = urgency(urgent); err != nil {
					return err
				}
			}
			if draft.Photos, err = flags.photos.attach(c.Context(), a); err != nil {
				return err
			}
			return guarded(c.Context(), a, flags.numbers, func(ctx context.Context, node *api.Client, numbers api.Numbers) (api.Written, error) {
				draft.Numbers = numbers
				return node.Ask(ctx, draft)
			}, func(doc api.Written) { a.drafted("ask.done", doc) })
		},
	}
	flags.add(a, c)
	group.add(a, c)
	c.Flags().StringVar(&urgent, "urgency", "", a.say("flag.urgency", nil))
	return a.jsonFlag(c)
}

// written tells that something was saved, and writes its id.
func (a *app) written(key string, doc api.Written) {
	a.data(doc.Short)
	if doc.TurnedAway {
		return // nothing is promised; do says why
	}
	a.tell(key, words.Args{"id": doc.Short, "item": doc.Item.Short, "title": doc.Item.Title,
		"amount": a.amounts(doc.Amounts), "who": a.who(doc.Item.Owner)})
}
