package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newClose(a *app) *cobra.Command {
	var because string
	c := &cobra.Command{
		Use: "close ID", Short: a.say("help.close", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			ending := api.Ending{Target: a.target(args[0])}
			if because != "" {
				var err error
				if ending.Reason, err = reason(because); err != nil {
					return err
				}
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Close(ctx, ending)
			}, func(doc api.Written) {
				a.tell("close.done", words.Args{"title": a.title(doc.Item), "reason": a.named("reason.", doc.Item.Reason)})
			})
		},
	}
	c.Flags().StringVar(&because, "reason", "", a.say("flag.reason", nil))
	return a.jsonFlag(c)
}
