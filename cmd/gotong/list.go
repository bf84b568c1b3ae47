package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newList(a *app) *cobra.Command {
	var open, mine, all bool
	c := &cobra.Command{
		Use: "list", Short: a.say("help.list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			show, err := selection(open, mine, all)
			if err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.List, error) {
				return node.List(ctx, api.Query{Place: a.place(), Show: show})
			}, a.listed)
		},
	}
	c.Flags().BoolVar(&open, "open", false, a.say("flag.open", nil))
	c.Flags().BoolVar(&mine, "mine", false, a.say("flag.mine", nil))
	c.Flags().BoolVar(&all, "all", false, a.say("flag.all", nil))
	return a.jsonFlag(c)
}

// selection allows one of the three.
func selection(open, mine, all bool) (api.Show, error) {
	switch [3]bool{open, mine, all} {
	case [3]bool{}:
		return api.ShowStanding, nil
	case [3]bool{true, false, false}:
		return api.ShowOpen, nil
	case [3]bool{false, true, false}:
		return api.ShowMine, nil
	case [3]bool{false, false, true}:
		return api.ShowAll, nil
	}
	return "", usage("usage.one-selection", nil)
}

func (a *app) listed(doc api.List) {
	defer a.unlisted(doc.Hidden, doc.Kept)
	if doc.Unread {
		a.tell("problem.hub", nil)
		return
	}
	if len(doc.Items) == 0 {
		a.tell("list.empty", words.Args{"name": a.neighbourhood(doc.Neighbourhood)})
		return
	}
	requests := 0
	for _, i := range doc.Items {
		if i.Kind == record.Kind_KIND_REQUEST.Code() {
			requests++
		}
	}
	a.line(a.neighbourhood(doc.Neighbourhood), ": ",
		joined(", ", a.say("list.requests", words.Args{"n": requests}), a.say("list.offers", words.Args{"n": len(doc.Items) - requests})))
	for _, i := range doc.Items {
		a.line()
		a.card(i)
	}
}

// unlisted tells how many records are not shown: of muted households, and those
// that stewards keep from being shown.
func (a *app) unlisted(hidden, kept int) {
	if hidden > 0 {
		a.tell("list.hidden", words.Args{"n": hidden})
	}
	if kept > 0 {
		a.tell("list.kept", words.Args{"n": kept})
	}
}
