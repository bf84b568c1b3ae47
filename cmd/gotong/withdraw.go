package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newWithdraw(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "withdraw ID", Short: a.say("help.withdraw", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Withdraw(ctx, a.target(args[0]))
			}, func(doc api.Written) {
				a.tell("withdraw.done-"+doc.Kind, words.Args{"title": a.title(doc.Item)})
			})
		},
	}
	return a.jsonFlag(c)
}
