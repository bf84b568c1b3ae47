package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newTally(a *app) *cobra.Command {
	var sign, early bool
	c := &cobra.Command{
		Use: "tally ID", Short: a.say("help.tally", nil), Long: a.say("help.tally-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !sign {
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Proposal, error) {
					return node.Proposal(ctx, a.target(args[0]))
				}, a.tallied)
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Proposal, error) {
				return node.Sign(ctx, api.Signing{Target: a.target(args[0]), Early: early})
			}, a.signed)
		},
	}
	c.Flags().BoolVar(&sign, "sign", false, a.say("flag.sign", nil))
	c.Flags().BoolVar(&early, "now", false, a.say("flag.now", nil))
	return a.jsonFlag(c)
}

func (a *app) signed(doc api.Proposal) {
	a.tell("tally.signed", words.Args{"n": doc.Result.Ballots, "title": doc.Title})
	a.tell("tally.now-"+doc.Standing, nil)
}

// tallied shows a proposal whole: what is asked, the count, who voted how, what
// does not count and why, and who signed.
func (a *app) tallied(p api.Proposal) {
	a.line(p.Short, "  ", a.strong(words.Plain(p.Title)))
	a.show("tally.by", words.Args{"who": a.who(p.Owner), "ago": a.words.Ago(p.Created, a.now()), "method": a.named("method.", p.Method)})
	for paragraph := range strings.Lines(p.Body) {
		a.line("  ", words.Plain(strings.TrimSpace(paragraph)))
	}
	a.line()
	a.shares(p)
	a.line(joined(", ", a.voters(p), a.phase(p)))
	a.electorate(p.Electorate)
	a.line(a.strong(a.verdict(p)))
	a.votes(p)
	a.signatures(p)
	for _, c := range p.CarriedOut {
		a.show("tally.carried-"+c.Kind, words.Args{"by": a.who(c.By), "who": a.carriedFor(c), "role": a.named("role.", c.Role)})
	}
	if p.Phase != api.PhaseOpen && p.Standing == api.PollProvisional {
		a.tell("tally.sign", words.Args{"id": p.Short})
	}
}

func (a *app) carriedFor(c api.CarriedOut) string {
	if c.Who == nil {
		return a.say("who.unnamed", nil)
	}
	return a.houseName(*c.Who)
}

// shares says how many agree to what.
func (a *app) shares(p api.Proposal) {
	votes := make(map[uint32]int)
	for _, s := range p.Result.Agree {
		votes[s.Option] = s.Ballots
	}
	for _, o := range p.Options {
		a.line("  ", strconv.Itoa(int(o.Option)), ". ", words.Plain(o.Text), ": ", a.say("tally.votes", words.Args{"n": votes[o.Option]}))
	}
	agree := ""
	if len(p.Options) == 0 {
		agree = a.say("tally.agree", words.Args{"n": votes[0]})
	}
	a.line("  ", joined(", ", agree, a.say("tally.others", words.Args{"abstain": p.Result.Abstain, "aside": p.Result.StandAside, "n": p.Result.Block})))
}

func (a *app) electorate(e api.Electorate) {
	if !e.Same {
		a.show("tally.electorate", words.Args{"n": e.Now, "was": e.Households})
	}
}

func (a *app) votes(p api.Proposal) {
	for i, v := range p.Votes {
		if i == 0 {
			a.line()
			a.show("tally.counted", nil)
		}
		a.line("  ", a.houseName(v.Household), ": ", a.vote(v))
	}
	for i, v := range p.NotCounted {
		if i == 0 {
			a.line()
			a.show("tally.not-counted", nil)
		}
		a.line("  ", a.houseName(v.Household), ": ", a.vote(v), " - ", a.say("uncounted."+v.Why, words.Args{"id": v.Ballot}))
	}
}

// vote says how a household voted, with its reason, and who wrote it down.
func (a *app) vote(v api.VoteShown) string {
	said := a.named("choice.", v.Choice)
	if v.Option > 0 {
		said += " " + strconv.Itoa(int(v.Option))
	}
	if v.Recorder != nil {
		said = joined(", ", said, a.say("via."+v.Via, words.Args{"who": a.who(*v.Recorder), "id": v.Ballot}))
	}
	return joined(": ", said, words.Plain(v.Reason))
}

func (a *app) signatures(p api.Proposal) {
	if len(p.Signatures) == 0 {
		return
	}
	var all []string
	for _, s := range p.Signatures {
		name := a.houseName(s.Household)
		if !s.Same {
			name = a.say("tally.other-count", words.Args{"who": name, "n": s.Result.Ballots})
		}
		all = append(all, name)
	}
	a.line()
	a.show("tally.signatures", words.Args{"who": strings.Join(all, ", ")})
}
