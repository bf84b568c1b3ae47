package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newAccept(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "accept ID PLEDGE", Short: a.say("help.accept", nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Accept(ctx, api.Yes{Target: a.target(args[0]), Pledge: args[1]})
			}, func(doc api.Written) {
				a.tell("accept.done", words.Args{"amount": a.amounts(doc.Amounts), "id": doc.Item.Short})
				a.confides(doc, args[1])
			})
		},
	}
	return a.jsonFlag(c)
}
