package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newModerate(a *app) *cobra.Command {
	hide, lock := record.ModerationAction_MODERATION_ACTION_HIDE.Code(), record.ModerationAction_MODERATION_ACTION_LOCK_COMMENTS.Code()
	warn, restore := record.ModerationAction_MODERATION_ACTION_WARN.Code(), record.ModerationAction_MODERATION_ACTION_RESTORE.Code()
	c := a.family("moderate", newModerateList(a), newFlags(a), newWord(a, "hide", hide), newWord(a, "restore", restore), newWord(a, "lock", lock), newWord(a, "warn", warn), newWord(a, "relent", api.ActionRelent))
	c.Long = a.say("help.moderate-long", nil)
	return c
}

func newModerateList(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: a.say("help.moderate-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ModerationList, error) {
				return node.Moderation(ctx, a.place())
			}, a.moderations)
		},
	}
	return a.jsonFlag(c)
}

// newWord is a steward's word about a record, with its reason.
func newWord(a *app, name, action string) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: name + " ID", Short: a.say("help.moderate-"+name, nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ModeratedItem, error) {
				return node.Moderate(ctx, api.Moderating{Target: a.target(args[0]), Action: action, Reason: reason})
			}, func(doc api.ModeratedItem) {
				a.tell("moderate.done", words.Args{"title": doc.Title, "id": doc.Short})
				a.moderatedNote(&doc.Moderated)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", a.say("flag.moderate-reason", nil))
	return a.jsonFlag(c)
}

func (a *app) moderations(doc api.ModerationList) {
	if len(doc.Records) == 0 {
		a.tell("moderate.none", nil)
		return
	}
	for _, r := range doc.Records {
		title := words.Plain(r.Title)
		if title == "" {
			title = a.say("moderate.untold", nil)
		}
		a.line(pad(r.Short, shortWidth), "  ", a.strong(title))
		a.moderatedNote(&r.Moderated)
	}
}

// moderatedNote says what stewards say about a record, and why.
func (a *app) moderatedNote(m *api.Moderated) {
	if m == nil {
		return
	}
	if m.Hidden {
		a.show("moderate.hidden", words.Args{"until": a.words.When(m.Until, a.now())})
	}
	if m.Locked {
		a.show("moderate.locked", nil)
	}
	for _, w := range m.Reasons {
		a.show("moderate.said", words.Args{"who": a.who(w.Who), "what": a.named("moderation.", w.Action), "why": w.Text})
	}
}
