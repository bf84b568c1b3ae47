package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newComment(a *app) *cobra.Command {
	var flags numberFlags
	var photos photoFlags
	c := &cobra.Command{
		Use: "comment ID TEXT", Short: a.say("help.comment", nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			attached, err := photos.attach(c.Context(), a)
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, flags, func(ctx context.Context, node *api.Client, numbers api.Numbers) (api.Written, error) {
				return node.Comment(ctx, api.Remark{Target: a.target(args[0]), Text: args[1], Numbers: numbers, Photos: attached})
			}, func(doc api.Written) {
				a.moved(doc.Moved)
				a.tell("comment.done", words.Args{"title": a.title(doc.Item), "id": doc.Item.Short})
			})
		},
	}
	flags.add(a, c, true)
	photos.add(a, c)
	return a.jsonFlag(c)
}
