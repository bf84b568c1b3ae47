package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newLink(a *app) *cobra.Command {
	var not, remove bool
	c := &cobra.Command{
		Use: "link ID RELATION ID", Short: a.say("help.link", nil), Long: a.say("help.link-long", nil), Args: exactly(3),
		RunE: func(c *cobra.Command, args []string) error {
			how, err := relation(args[1])
			if err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Link(ctx, api.Linking{Target: a.target(args[0]), To: args[2], Relation: how, Denied: not, Remove: remove})
			}, func(doc api.Written) { a.linkedTo(doc) })
		},
	}
	c.Flags().BoolVar(&not, "not", false, a.say("flag.link-not", nil))
	c.Flags().BoolVar(&remove, "remove", false, a.say("flag.link-remove", nil))
	return a.jsonFlag(c)
}

// relation reads how two belong together: a code or its label.
func relation(text string) (string, error) {
	for _, r := range record.Relations() {
		if r.Code() == text || anyLabel("relation."+r.Code(), text, sameLabel) {
			return r.Code(), nil
		}
	}
	return "", usage("usage.relation", words.Args{"value": text})
}

// linkedTo tells that a link was saved, and shows all of them.
func (a *app) linkedTo(doc api.Written) {
	a.tell("link.done", words.Args{"title": a.title(doc.Item)})
	a.links(doc.Item)
}

// links shows what an item belongs to, from its own end.
func (a *app) links(i api.Item) {
	if len(i.Links) > 0 {
		a.line()
		a.show("show.links", nil)
	}
	for _, l := range i.Links {
		how := a.named("relation.", l.Relation)
		if !l.Here && a.words.Has("relation-back."+l.Relation) {
			how = a.named("relation-back.", l.Relation)
		}
		title := a.say("link.missing", nil)
		if l.Title != "" {
			title = words.Plain(l.Title)
		}
		a.line("  ", how, ": ", l.Short, " ", title, " (", a.say("link."+l.State, words.Args{"who": a.names(l.By)}), ")")
	}
}

// alike tells which other requests may be the same one.
func (a *app) alike(i api.Item, all []api.Candidate) {
	for _, c := range all {
		a.tell("link.alike", words.Args{"id": i.Short, "other": c.Short, "title": a.marked(c.Title, c.Exercise), "who": c.Owner})
	}
}
