package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newMute(a *app) *cobra.Command {
	var m api.Muting
	c := &cobra.Command{
		Use: "mute WHO", Short: a.say("help.mute", nil), Long: a.say("help.mute-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			m.Place, m.Who = a.place(), args[0]
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.MutedDoc, error) {
				return node.Mute(ctx, m)
			}, func(doc api.MutedDoc) {
				a.tell(map[bool]string{true: "mute.on", false: "mute.off"}[doc.Person.Muted],
					words.Args{"who": a.houseName(doc.Person.Household), "id": doc.Person.Short})
			})
		},
	}
	c.Flags().BoolVar(&m.Off, "off", false, a.say("flag.mute-off", nil))
	return a.jsonFlag(c)
}
