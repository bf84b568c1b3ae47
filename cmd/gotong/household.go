package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newHousehold(a *app) *cobra.Command {
	var in api.Presenting
	var name, area, languages string
	var people uint32
	var numbers numberFlags
	c := &cobra.Command{
		Use: "household", Short: a.say("help.household", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("name") {
				in.Name = &name
			}
			if c.Flags().Changed("area") {
				in.Area = &area
			}
			if c.Flags().Changed("people") {
				in.People = &people
			}
			if c.Flags().Changed("languages") {
				all := strings.FieldsFunc(languages, func(r rune) bool { return r == ',' || r == ' ' })
				in.Languages = &all
			}
			in.Place = a.place()
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Profile, error) {
				if in.Name == nil && in.Area == nil && in.People == nil && in.Languages == nil {
					return node.Household(ctx, in.Place)
				}
				in.Numbers = say
				return node.Present(ctx, in)
			}, a.profile)
		},
	}
	flags := c.Flags()
	flags.StringVar(&name, "name", "", a.say("flag.household", nil))
	flags.StringVar(&area, "area", "", a.say("flag.area", nil))
	flags.Uint32Var(&people, "people", 0, a.say("flag.at-home", nil))
	flags.StringVar(&languages, "languages", "", a.say("flag.languages", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// profile shows what neighbours see of the own household.
func (a *app) profile(doc api.Profile) {
	a.line(a.strong(words.Plain(doc.Name)), " · ", a.neighbourhood(doc.Neighbourhood))
	if doc.Area == "" {
		a.tell("household.no-area", nil)
	} else {
		a.show("household.area", words.Args{"area": doc.Area})
	}
	if doc.People > 0 {
		a.show("household.people", words.Args{"n": int(doc.People)})
	}
	if len(doc.Languages) > 0 {
		a.show("household.languages", words.Args{"languages": strings.Join(doc.Languages, ", ")})
	}
}
