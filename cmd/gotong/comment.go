package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newComment(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "comment ID TEXT", Short: a.say("help.comment", nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Comment(ctx, api.Remark{Target: a.target(args[0]), Text: args[1]})
			}, func(doc api.Written) {
				a.tell("comment.done", words.Args{"title": doc.Item.Title, "id": doc.Item.Short})
			})
		},
	}
	return a.jsonFlag(c)
}
