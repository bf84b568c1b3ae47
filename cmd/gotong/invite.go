package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newInvite(a *app) *cobra.Command {
	var uses int
	var qr bool
	c := &cobra.Command{
		Use: "invite", Short: a.say("help.invite", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("uses") && uses < 1 {
				return usage("usage.uses", nil)
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Invited, error) {
				return node.Invite(ctx, api.Inviting{Place: a.place(), Uses: uses})
			}, func(doc api.Invited) { a.invited(doc, qr) })
		},
	}
	c.Flags().IntVar(&uses, "uses", 0, a.say("flag.uses", nil))
	c.Flags().BoolVar(&qr, "qr", false, a.say("flag.qr", nil))
	return a.jsonFlag(c)
}

func (a *app) invited(doc api.Invited, qr bool) {
	a.data(doc.Invite)
	if qr {
		if err := printQR(a.out, doc.Invite); err != nil {
			a.tell("invite.no-qr", nil)
		}
	}
	a.tell("invite.done", words.Args{"n": doc.Uses, "name": a.neighbourhood(doc.Neighbourhood)})
}
