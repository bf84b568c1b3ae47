package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newPropose(a *app) *cobra.Command {
	var in api.Proposing
	var numbers numberFlags
	var until, wait, withdraw string
	var quorum uint32
	c := &cobra.Command{
		Use: "propose [TITLE]", Short: a.say("help.propose", nil), Long: a.say("help.propose-long", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case withdraw != "":
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Proposal, error) {
					return node.WithdrawProposal(ctx, a.target(withdraw))
				}, func(doc api.Proposal) { a.tell("propose.withdrawn", words.Args{"title": doc.Title}) })
			case len(args) == 0:
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Proposals, error) {
					return node.Proposals(ctx, a.place())
				}, a.proposals)
			}
			in.Place, in.Title, in.Quorum = a.place(), args[0], quorum*10
			var err error
			if in.Method, err = method(in.Method); err != nil {
				return err
			}
			if in.Closes, err = when(until, a.now()); err != nil {
				return err
			}
			if in.Grace, err = graceOf(wait); err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Proposal, error) {
				in.Numbers = say
				return node.Propose(ctx, in)
			}, a.proposed)
		},
	}
	c.Flags().StringVar(&in.Body, "body", "", a.say("flag.body", nil))
	c.Flags().StringArrayVar(&in.Options, "option", nil, a.say("flag.option", nil))
	c.Flags().StringVar(&in.Method, "method", "", a.say("flag.method", nil))
	c.Flags().Uint32Var(&quorum, "quorum", 0, a.say("flag.quorum", nil))
	c.Flags().StringVar(&until, "until", "3d", a.say("flag.vote-until", nil))
	c.Flags().StringVar(&wait, "wait", "", a.say("flag.wait", nil))
	c.Flags().StringVar(&in.Change, "change", "", a.say("flag.change", nil))
	c.Flags().StringVar(&withdraw, "withdraw", "", a.say("flag.withdraw-proposal", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// methods are the words that people type for how to decide, in both languages.
var methods = map[string]record.Method{
	"mufakat": record.Method_METHOD_MUFAKAT, "consensus": record.Method_METHOD_MUFAKAT,
	"majority": record.Method_METHOD_MAJORITY, "terbanyak": record.Method_METHOD_MAJORITY,
	"two-thirds": record.Method_METHOD_TWO_THIRDS, "dua-pertiga": record.Method_METHOD_TWO_THIRDS,
}

func method(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if m, ok := methods[strings.ToLower(text)]; ok {
		return m.Code(), nil
	}
	return "", usage("usage.method", words.Args{"value": text, "methods": "mufakat, majority, two-thirds"})
}

// graceOf reads for how long ballots from islands are waited for.
func graceOf(text string) (uint32, error) {
	if text == "" {
		return 0, nil
	}
	d, ok := span(strings.ToLower(strings.TrimSpace(text)))
	if !ok || d > record.MaxGrace*time.Second {
		return 0, usage("usage.wait", words.Args{"value": text})
	}
	return uint32(d / time.Second), nil
}

func (a *app) proposed(doc api.Proposal) {
	a.data(doc.Short)
	if doc.Replaced {
		a.tell("propose.replaced", words.Args{"id": doc.Short})
	}
	a.tell("propose.done", words.Args{"title": doc.Title, "id": doc.Short, "n": doc.Electorate.Households,
		"when": a.words.When(doc.Closes, a.now())})
}

func (a *app) proposals(doc api.Proposals) {
	if len(doc.Proposals) == 0 {
		a.tell("propose.none", nil)
	}
	for i, p := range doc.Proposals {
		if i > 0 {
			a.line()
		}
		indent := strings.Repeat(" ", len(p.Short)+2)
		a.line(p.Short, "  ", a.strong(words.Plain(p.Title)))
		a.line(indent, joined(", ", a.named("method.", p.Method), a.phase(p), a.voters(p)))
		a.line(indent, a.verdict(p))
	}
}

// phase says how long one can still vote.
func (a *app) phase(p api.Proposal) string {
	args := words.Args{"when": a.words.When(p.Closes, a.now())}
	if p.Phase == api.PhaseWaiting {
		args["when"] = a.words.When(p.WaitsUntil, a.now())
	}
	return a.say("phase."+p.Phase, args)
}

func (a *app) voters(p api.Proposal) string {
	return a.say("tally.turnout", words.Args{"n": p.Result.Ballots, "of": p.Electorate.Households, "need": p.Quorum})
}

// verdict says what the count comes to, and how far that holds.
func (a *app) verdict(p api.Proposal) string {
	result := p.Result
	if p.Final != nil {
		result = *p.Final
	}
	outcome := a.say("outcome."+result.Outcome, nil)
	for _, o := range p.Options {
		if o.Option == result.Option {
			outcome = joined(": ", outcome, words.Plain(o.Text))
		}
	}
	return a.say("poll."+p.Standing, words.Args{"outcome": outcome})
}
