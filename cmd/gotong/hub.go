package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newHub(a *app) *cobra.Command {
	c := a.family("hub", newHubAllow(a), newHubKey(a), newHubLeave(a))
	c.Long = a.say("help.hub-long", nil)
	return c
}

// newHubAllow makes an invitation for a hub: one that brings no key along. By
// the hub's key it is vouched for at once.
func newHubAllow(a *app) *cobra.Command {
	f := inviteFlags{uses: 1, role: api.RoleHub}
	c := &cobra.Command{
		Use: "allow [KEY]", Short: a.say("help.hub-allow", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.invite(c.Context(), f)
			}
			until, err := a.expiry(f.expires)
			if err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Invited, error) {
				return node.AllowHub(ctx, api.Allowing{Place: a.place(), Key: args[0], Expires: until})
			}, func(doc api.Invited) { a.invited(doc, f.qr) })
		},
	}
	c.Flags().BoolVar(&f.qr, "qr", false, a.say("flag.qr", nil))
	c.Flags().StringVar(&f.expires, "expires", "", a.say("flag.expires", nil))
	return a.jsonFlag(c)
}

func newHubKey(a *app) *cobra.Command {
	var qr bool
	c := &cobra.Command{
		Use: "key", Short: a.say("help.hub-key", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Hub, error) {
				return node.Hub(ctx)
			}, func(doc api.Hub) {
				a.text(doc.Key, qr)
				a.tell("hub.key", nil)
			})
		},
	}
	c.Flags().BoolVar(&qr, "qr", false, a.say("flag.qr", nil))
	return a.jsonFlag(c)
}

func newHubLeave(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "leave", Short: a.say("help.hub-leave", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Left, error) {
				return node.LeaveHub(ctx, a.place())
			}, func(doc api.Left) {
				a.tell("hub.left", words.Args{"id": doc.Neighbourhood.ID[:8]})
			})
		},
	}
	return a.jsonFlag(c)
}
