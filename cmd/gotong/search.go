package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newSearch(a *app) *cobra.Command { return a.searching("search TEXT", "search", "") }

// searching is a command that looks for words on the board, in records of one
// kind or of all.
func (a *app) searching(use, help, kind string) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: a.say("help."+help, nil), Args: between(1, 20),
		RunE: func(c *cobra.Command, args []string) error {
			in := api.Searching{Place: a.place(), Text: strings.Join(args, " "), Kind: kind}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.FoundList, error) {
				return node.Search(ctx, in)
			}, a.found)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) found(doc api.FoundList) {
	if len(doc.Found) == 0 {
		a.tell("search.nothing", words.Args{"text": doc.Text})
		return
	}
	for _, f := range doc.Found {
		over := ""
		if f.Over {
			over = a.say("search.over", nil)
		}
		a.line(pad(f.Short, shortWidth), "  ", a.named("found.", f.Kind), ": ", a.strong(words.Plain(f.Title)), "  ", joined(" · ", a.who(f.Owner), a.words.Ago(f.Created, a.now()), over))
	}
}
