package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newStill(a *app) *cobra.Command {
	var eta string
	c := &cobra.Command{
		Use: "still ID", Short: a.say("help.still", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			renewal := api.Renewal{Target: a.target(args[0])}
			if eta != "" {
				if renewal.Promised, err = when(eta, a.now()); err != nil {
					return err
				}
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Still(ctx, renewal)
			}, a.renewed)
		},
	}
	c.Flags().StringVar(&eta, "eta", "", a.say("flag.eta", nil))
	return a.jsonFlag(c)
}

// renewed tells that a request is still needed, or until when a pledge counts.
func (a *app) renewed(doc api.Written) {
	if doc.Kind == record.Kind_KIND_REQUEST.Code() {
		a.tell("still.request", words.Args{"title": a.title(doc.Item)})
		return
	}
	for _, p := range doc.Item.Pledges {
		if p.ID == doc.ID {
			a.tell("pledge.counts-until", words.Args{"when": a.words.When(p.Lapses, a.now())})
		}
	}
}

// progressSteps are what a helper may say of a pledge.
var progressSteps = []string{api.PledgeOnTheWay, api.PledgeDelivered, api.PledgeFailed}

func newProgress(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "progress ID on-the-way|delivered|failed", Short: a.say("help.progress", nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			state, err := progressStep(args[1])
			if err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Written, error) {
				return node.Progress(ctx, api.Progress{Target: a.target(args[0]), State: state})
			}, func(doc api.Written) {
				a.tell("progress.done", words.Args{"title": a.title(doc.Item), "state": a.say("pledge."+state, nil)})
			})
		},
	}
	return a.jsonFlag(c)
}

// progressStep reads a step: its code or its label.
func progressStep(text string) (string, error) {
	for _, s := range progressSteps {
		if s == text || anyLabel("pledge."+s, text, sameLabel) {
			return s, nil
		}
	}
	return "", usage("usage.progress", words.Args{"value": text})
}
