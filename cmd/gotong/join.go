package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/roster"
)

func newJoin(a *app) *cobra.Command {
	var household string
	var dry, yes bool
	var numbers numberFlags
	c := &cobra.Command{
		Use: "join INVITE --household NAME", Short: a.say("help.join", nil), Long: a.say("help.join-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if household == "" {
				return usage("usage.household", nil)
			}
			a.joinWill(args[0], household)
			if dry {
				return nil
			}
			if !yes && a.asks() {
				if err := a.agreed(); err != nil {
					return err
				}
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Joined, error) {
				return node.Join(ctx, api.Joining{Invite: args[0], Household: household, Numbers: say})
			}, a.joined)
		},
	}
	c.Flags().StringVar(&household, "household", "", a.say("flag.household", nil))
	c.Flags().BoolVar(&dry, "dry-run", false, a.say("flag.join-dry", nil))
	c.Flags().BoolVar(&yes, "yes", false, a.say("flag.yes", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// joinWill tells what joining adds, as far as the text of the invitation tells:
// the rest is in the roster, which the first neighbour brings. A text that
// cannot be read is left to the node, which says where it is wrong.
func (a *app) joinWill(text, household string) {
	invite, err := roster.ParseInvite(text)
	if err != nil || a.json {
		return
	}
	a.tell("join.will", words.Args{"id": invite.Neighbourhood.String()[:8], "household": household})
}

func (a *app) joined(doc api.Joined) {
	a.data(doc.Neighbourhood.ID)
	a.tell(map[bool]string{true: "join.done", false: "join.waiting"}[doc.Neighbourhood.Member],
		words.Args{"name": a.neighbourhood(doc.Neighbourhood)})
}
