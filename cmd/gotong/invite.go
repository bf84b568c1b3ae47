package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// inviteFlags are what a person can say to invite.
type inviteFlags struct {
	uses    int
	role    string
	expires string
	close   string
	list    bool
	qr      bool
	leaked  bool
	yes     bool
}

func newInvite(a *app) *cobra.Command {
	var f inviteFlags
	c := &cobra.Command{
		Use: "invite", Short: a.say("help.invite", nil), Long: a.say("help.invite-long", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case f.list:
				return a.listInvitations(c.Context())
			case f.close != "":
				return a.closeInvitation(c.Context(), f)
			case c.Flags().Changed("uses") && f.uses < 1:
				return usage("usage.uses", nil)
			}
			return a.invite(c.Context(), f)
		},
	}
	c.Flags().IntVar(&f.uses, "uses", 0, a.say("flag.uses", nil))
	c.Flags().StringVar(&f.role, "role", "", a.say("flag.role", nil))
	c.Flags().StringVar(&f.expires, "expires", "", a.say("flag.expires", nil))
	c.Flags().BoolVar(&f.qr, "qr", false, a.say("flag.qr", nil))
	c.Flags().BoolVar(&f.list, "list", false, a.say("flag.invite-list", nil))
	c.Flags().StringVar(&f.close, "close", "", a.say("flag.invite-close", nil))
	c.Flags().BoolVar(&f.leaked, "leaked", false, a.say("flag.leaked", nil))
	c.Flags().BoolVar(&f.yes, "yes", false, a.say("flag.yes", nil))
	return a.jsonFlag(c)
}

func (a *app) invite(ctx context.Context, f inviteFlags) error {
	if err := role(f.role); err != nil {
		return err
	}
	until, err := a.expiry(f.expires)
	if err != nil {
		return err
	}
	inviting := api.Inviting{Place: a.place(), Uses: f.uses, Role: f.role, Expires: until}
	return do(ctx, a, func(ctx context.Context, node *api.Client) (api.Invited, error) {
		return node.Invite(ctx, inviting)
	}, func(doc api.Invited) { a.invited(doc, f.qr) })
}

// expiry reads until when; never where it is not said.
func (a *app) expiry(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	until, err := when(text, a.now())
	return until.Truncate(time.Millisecond), err
}

func (a *app) invited(doc api.Invited, qr bool) {
	a.data(doc.Invite)
	if qr {
		if err := printQR(a.out, doc.Invite); err != nil {
			a.tell("invite.no-qr", nil)
		}
	}
	if doc.Role == api.RoleHub {
		a.tell("hub.invited", words.Args{"name": a.neighbourhood(doc.Neighbourhood)})
		return
	}
	a.tell("invite.done", words.Args{"n": doc.Uses, "name": a.neighbourhood(doc.Neighbourhood)})
	if doc.Role != api.RoleMember {
		a.tell("invite.role", words.Args{"role": a.say("role."+doc.Role, nil)})
	}
	if !doc.Expires.IsZero() {
		a.tell("invite.expires", words.Args{"until": a.words.When(doc.Expires, a.now())})
	}
}

func (a *app) listInvitations(ctx context.Context) error {
	return do(ctx, a, func(ctx context.Context, node *api.Client) (api.InvitationList, error) {
		return node.Invitations(ctx, a.place())
	}, func(doc api.InvitationList) {
		if len(doc.Invitations) == 0 {
			a.tell("invite.none", nil)
		}
		for _, i := range doc.Invitations {
			a.line(i.Short, "  ", joined(", ", a.say("role."+i.Role, nil), a.say("invite.joined", words.Args{"n": i.Joined, "uses": i.Uses}),
				a.say("invite.state-"+i.State, nil), a.until(i)))
		}
	})
}

// until says until when an invitation that has an end is good.
func (a *app) until(i api.Invitation) string {
	if i.Expires.IsZero() || i.State != api.InviteOpen {
		return ""
	}
	return a.say("invite.until", words.Args{"until": a.words.When(i.Expires, a.now())})
}

func (a *app) closeInvitation(ctx context.Context, f inviteFlags) error {
	v := api.Revoking{Place: a.place(), What: f.close, Leaked: f.leaked}
	return a.decide(ctx, decision{yes: f.yes, call: revoking(&v), will: a.revokeWill, done: a.revokeDone})
}
