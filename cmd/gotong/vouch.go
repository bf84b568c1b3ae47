package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newVouch(a *app) *cobra.Command {
	var v api.Vouching
	d := decision{will: a.vouchWill, done: a.vouchDone}
	c := &cobra.Command{
		Use: "vouch WHO", Short: a.say("help.vouch", nil), Long: a.say("help.vouch-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			v.Place, v.Who = a.place(), args[0]
			if err := role(v.Role); err != nil {
				return err
			}
			d.call = func(ctx context.Context, node *api.Client, preview bool) (api.Decided, error) {
				v.Preview = preview
				return node.Vouch(ctx, v)
			}
			return a.decide(c.Context(), d)
		},
	}
	c.Flags().StringVar(&v.Role, "role", "", a.say("flag.role", nil))
	c.Flags().StringVar(&v.Formerly, "formerly", "", a.say("flag.formerly", nil))
	c.Flags().StringVar(&v.Decision, "decision", "", a.say("flag.decision", nil))
	c.Flags().BoolVar(&d.yes, "yes", false, a.say("flag.yes", nil))
	return a.jsonFlag(c)
}

// role holds a flag to the roles there are.
func role(code string) error {
	if code == "" || slices.Contains(api.Roles(), code) {
		return nil
	}
	return usage("usage.role", words.Args{"value": code, "roles": strings.Join(api.Roles(), ", ")})
}

func (a *app) vouchWill(doc api.Decided) {
	p := doc.Person
	a.tell("vouch.will", words.Args{"who": a.houseName(p.Household), "id": p.Short, "role": a.say("role."+p.Role, nil)})
	a.tell("vouch.will-"+p.Role, nil)
	if p.Formerly != nil {
		a.tell("vouch.will-formerly", words.Args{"who": a.houseName(*p.Formerly)})
	}
}

func (a *app) vouchDone(doc api.Decided) {
	p := doc.Person
	a.tell("vouch.done", words.Args{"who": a.houseName(p.Household), "role": a.say("role."+p.Role, nil)})
}
