package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newThank(a *app) *cobra.Command {
	var numbers numberFlags
	c := &cobra.Command{
		Use: "thank WHO|PLEDGE TEXT", Short: a.say("help.thank", nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			in := api.Thanking{Place: a.place(), To: args[0], Text: args[1]}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Thanked, error) {
				in.Numbers = say
				return node.Thank(ctx, in)
			}, func(doc api.Thanked) { a.tell("thank.done", words.Args{"who": a.who(doc.Thanks.To)}) })
		},
	}
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

func newThanks(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "thanks", Short: a.say("help.thanks", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ThanksList, error) {
				return node.Thanks(ctx, a.place())
			}, a.thanks)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) thanks(doc api.ThanksList) {
	if len(doc.Thanks) == 0 {
		a.tell("thanks.none", nil)
	}
	for _, t := range doc.Thanks {
		about := ""
		if t.Title != "" {
			about = a.say("thanks.about", words.Args{"title": t.Title})
		}
		a.show("thanks.line", words.Args{"from": a.who(t.From), "to": a.who(t.To), "text": t.Text, "ago": a.words.Ago(t.Created, a.now())})
		if about != "" {
			a.line("  ", about)
		}
	}
}
