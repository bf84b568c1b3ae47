package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newRevoke(a *app) *cobra.Command {
	var v api.Revoking
	var keep string
	var undo bool
	d := decision{will: a.revokeWill, done: a.revokeDone}
	c := &cobra.Command{
		Use: "revoke WHO|DEVICE|INVITATION", Short: a.say("help.revoke", nil), Long: a.say("help.revoke-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if undo {
				a.tell("revoke.no-undo", nil)
				return errRefused
			}
			v.Place, v.What = a.place(), args[0]
			keeping(keep, &v)
			d.call = revoking(&v)
			return a.decide(c.Context(), d)
		},
	}
	c.Flags().StringVar(&keep, "keep", "", a.say("flag.keep", nil))
	c.Flags().BoolVar(&v.Leaked, "leaked", false, a.say("flag.leaked", nil))
	c.Flags().BoolVar(&undo, "undo", false, a.say("flag.undo", nil))
	c.Flags().StringVar(&v.Decision, "decision", "", a.say("flag.decision", nil))
	c.Flags().BoolVar(&d.yes, "yes", false, a.say("flag.yes", nil))
	return a.jsonFlag(c)
}

// revoking calls the verb, first as a trial.
func revoking(v *api.Revoking) func(context.Context, *api.Client, bool) (api.Decided, error) {
	return func(ctx context.Context, node *api.Client, preview bool) (api.Decided, error) {
		v.Preview = preview
		return node.Revoke(ctx, *v)
	}
}

// keeping reads --keep: all, none, or records by their ids.
func keeping(keep string, v *api.Revoking) {
	switch keep {
	case "", "all":
		v.Keep = api.KeepAll
	case "none":
		v.Keep = api.KeepNone
	default:
		v.Keep, v.Records = api.KeepSome, strings.FieldsFunc(keep, func(c rune) bool { return c == ',' || c == ' ' })
	}
}

// revokeWill tells what a revocation comes to: for whom, for the board, for the
// key, and what cannot be taken back.
func (a *app) revokeWill(doc api.Decided) {
	a.tell("revoke.will-"+aimOf(doc), a.aimArgs(doc))
	if doc.Invitation == nil {
		a.tell("revoke.keeps", words.Args{"n": doc.Keep.Facts, "kept": doc.Keep.Kept, "items": doc.Keep.Items, "stay": doc.Keep.ItemsKept})
	}
	if len(doc.Keep.Lost) > 0 {
		a.tell("revoke.lost", words.Args{"n": len(doc.Keep.Lost), "who": a.households(doc.Keep.Lost)})
	}
	if doc.Rekey {
		a.tell("revoke.rekey", nil)
	}
	if doc.Votes {
		a.tell("revoke.votes", nil)
	}
	a.tell("revoke.final-"+aimOf(doc), nil)
}

func (a *app) revokeDone(doc api.Decided) {
	if doc.Votes {
		a.tell("revoke.voted", a.aimArgs(doc))
		return
	}
	a.tell("revoke.done-"+aimOf(doc), a.aimArgs(doc))
}

// aimOf is the kind of what was revoked, for keys.
func aimOf(doc api.Decided) string {
	switch {
	case doc.Device != nil:
		return "device"
	case doc.Invitation != nil:
		return "invitation"
	case doc.Person.Role == api.RoleHub:
		return "hub"
	}
	return "household"
}

func (a *app) aimArgs(doc api.Decided) words.Args {
	args := words.Args{"who": a.houseName(doc.Person.Household), "id": doc.Person.Short}
	if doc.Device != nil {
		args["id"] = doc.Device.Short
	}
	if doc.Invitation != nil {
		args["id"], args["n"] = doc.Invitation.Short, doc.Invitation.Joined
	}
	return args
}

func (a *app) households(all []api.Household) string {
	var names []string
	for _, h := range all {
		names = append(names, a.houseName(h))
	}
	return strings.Join(names, ", ")
}
