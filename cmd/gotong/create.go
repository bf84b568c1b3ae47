package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newCreate(a *app) *cobra.Command {
	var household string
	var numbers numberFlags
	c := &cobra.Command{
		Use: "create NAME --household NAME", Short: a.say("help.create", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if household == "" {
				return usage("usage.household", nil)
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Joined, error) {
				return node.Create(ctx, api.Founding{Name: args[0], Household: household, Numbers: say})
			}, func(doc api.Joined) {
				a.data(doc.Neighbourhood.ID)
				a.tell("create.done", words.Args{"name": a.neighbourhood(doc.Neighbourhood)})
			})
		},
	}
	c.Flags().StringVar(&household, "household", "", a.say("flag.household", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}
