package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newTriage(a *app) *cobra.Command {
	var verify string
	c := &cobra.Command{
		Use: "triage ID [URGENCY]", Short: a.say("help.triage", nil), Long: a.say("help.triage-long", nil), Args: between(1, 2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			j := api.Judging{Target: a.target(args[0])}
			if len(args) > 1 {
				if j.Urgency, err = urgency(args[1]); err != nil {
					return err
				}
			}
			if verify != "" {
				if j.Verified, err = verification(verify); err != nil {
					return err
				}
			}
			if j.Urgency == "" && j.Verified == "" {
				return usage("usage.triage", nil)
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Triage(ctx, j)
			}, func(doc api.Written) {
				a.tell("triage.done", words.Args{"title": a.title(doc.Item), "urgency": a.urgencyWord(doc.Item)})
			})
		},
	}
	c.Flags().StringVar(&verify, "verified", "", a.say("flag.verified", nil))
	return a.jsonFlag(c)
}

// verification reads how a steward knows: a code or its label.
func verification(text string) (string, error) {
	for _, v := range record.Verifications() {
		if v.Code() == text || anyLabel("verified."+v.Code(), text, sameLabel) {
			return v.Code(), nil
		}
	}
	return "", usage("usage.verified", words.Args{"value": text})
}

// judged shows what stewards say of a request.
func (a *app) judged(i api.Item) {
	if i.UrgencySaid != "" {
		a.show("show.urgency-said", words.Args{"urgency": a.named("urgency.", i.UrgencySaid)})
	}
	for _, t := range i.Triages {
		var urgent, verified, replaced string
		if t.Urgency != "" {
			urgent = a.named("urgency.", t.Urgency)
		}
		if t.Verified != "" {
			verified = a.named("verified.", t.Verified)
		}
		if t.Replaced {
			replaced = a.say("triage.replaced", nil)
		}
		a.show("show.triage", words.Args{"who": a.who(t.Owner), "said": joined(", ", urgent, verified, replaced)})
	}
}
