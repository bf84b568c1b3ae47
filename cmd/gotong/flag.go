package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newFlag(a *app) *cobra.Command {
	var reason, note string
	c := &cobra.Command{
		Use: "flag ID", Short: a.say("help.flag", nil), Long: a.say("help.flag-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			code, err := flagReason(reason)
			if err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Flagged, error) {
				return node.Flag(ctx, api.Flagging{Target: a.target(args[0]), Reason: code, Note: note})
			}, func(doc api.Flagged) { a.tell("flag.done", words.Args{"title": doc.Record.Title}) })
		},
	}
	c.Flags().StringVar(&reason, "reason", "", a.say("flag.flag-reason", nil))
	c.Flags().StringVar(&note, "note", "", a.say("flag.flag-note", nil))
	return a.jsonFlag(c)
}

// flagReason reads why something is flagged: its code or its label.
func flagReason(text string) (string, error) {
	if r, ok := record.FlagReasonOf(text); ok {
		return r.Code(), nil
	}
	for _, r := range record.FlagReasons() {
		if anyLabel("flagged."+r.Code(), text, sameLabel) {
			return r.Code(), nil
		}
	}
	return "", usage("usage.flag-reason", words.Args{"value": text})
}

func newFlags(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "flags", Short: a.say("help.moderate-flags", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.FlagList, error) {
				return node.Flags(ctx, a.place())
			}, a.flagged)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) flagged(doc api.FlagList) {
	if len(doc.Records) == 0 {
		a.tell("flag.none", nil)
	}
	for _, r := range doc.Records {
		a.line(pad(r.Short, shortWidth), "  ", a.strong(words.Plain(r.Title)))
		for _, f := range r.Flags {
			a.show("flag.said", words.Args{"who": a.who(f.By), "ago": a.words.Ago(f.At, a.now()), "why": a.named("flagged.", f.Reason), "note": f.Note})
		}
	}
	if doc.Unread > 0 {
		a.tell("flag.unread", words.Args{"n": doc.Unread})
	}
}
