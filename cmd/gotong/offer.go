package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
)

func newOffer(a *app) *cobra.Command {
	var flags draftFlags
	var source string
	c := &cobra.Command{
		Use: "offer TEXT", Short: a.say("help.offer", nil), Long: a.vocabulary(), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := flags.draft(a, args[0])
			if err != nil {
				return err
			}
			draft.From = source
			if draft.Photos, err = flags.photos.attach(c.Context(), a); err != nil {
				return err
			}
			return guarded(c.Context(), a, flags.numbers, func(ctx context.Context, node *api.Client, numbers api.Numbers) (api.Written, error) {
				draft.Numbers = numbers
				return node.Offer(ctx, draft)
			}, func(doc api.Written) { a.drafted("offer.done", doc) })
		},
	}
	flags.add(a, c)
	c.Flags().StringVar(&source, "from", "", a.say("flag.from", nil))
	return a.jsonFlag(c)
}
