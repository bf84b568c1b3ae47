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
	var behalf behalfFlags
	var urgent string
	var code bool
	var update, part string
	c := &cobra.Command{
		Use: "ask TEXT", Short: a.say("help.ask", nil), Long: a.vocabulary(), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := flags.draft(a, args[0])
			if err != nil {
				return err
			}
			draft.For, draft.UpdateOf, draft.SplitFrom = group.group, update, part
			if draft.Behalf, err = behalf.said(); err != nil {
				return err
			}
			if urgent != "" {
				if draft.Urgency, err = urgency(urgent); err != nil {
					return err
				}
			}
			if draft.Photos, err = flags.photos.attach(c.Context(), a); err != nil {
				return err
			}
			var made string
			return guarded(c.Context(), a, flags.numbers, func(ctx context.Context, node *api.Client, numbers api.Numbers) (api.Written, error) {
				draft.Numbers = numbers
				doc, err := node.Ask(ctx, draft)
				if err == nil && code {
					made, doc, err = a.makeCode(ctx, node, doc)
				}
				return doc, err
			}, func(doc api.Written) {
				a.drafted("ask.done", doc)
				if made != "" {
					a.tell("code.made", words.Args{"code": made, "id": doc.Short})
				}
			})
		},
	}
	flags.add(a, c)
	group.add(a, c)
	behalf.add(a, c)
	c.Flags().StringVar(&update, "update", "", a.say("flag.update-of", nil))
	c.Flags().StringVar(&part, "part-of", "", a.say("flag.split-from", nil))
	c.Flags().BoolVar(&code, "code", false, a.say("flag.make-code", nil))
	c.Flags().StringVar(&urgent, "urgency", "", a.say("flag.urgency", nil))
	return a.jsonFlag(c)
}

// written tells that something was saved, and writes its id.
func (a *app) written(key string, doc api.Written) {
	a.data(doc.Short)
	if doc.TurnedAway {
		return // nothing is promised; do says why
	}
	a.tell(key, words.Args{"id": doc.Short, "item": doc.Item.Short, "title": a.title(doc.Item),
		"amount": a.amounts(doc.Amounts), "who": a.who(doc.Item.Owner)})
}
