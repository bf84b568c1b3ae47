package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// choices are the words that people type for a vote, in both languages; the
// first is what messages name.
var choices = []struct {
	names  string
	choice record.Choice
}{
	{"agree setuju ya yes", record.Choice_CHOICE_AGREE},
	{"abstain abstensi", record.Choice_CHOICE_ABSTAIN},
	{"aside menepi", record.Choice_CHOICE_STAND_ASIDE},
	{"block tolak tidak no", record.Choice_CHOICE_BLOCK},
	{"back batal", record.Choice_CHOICE_TAKEN_BACK},
}

func newVote(a *app) *cobra.Command {
	var in api.Voting
	var numbers numberFlags
	var hands, paper, witness string
	c := &cobra.Command{
		Use: "vote ID agree|NUMBER|abstain|aside|block|back", Short: a.say("help.vote", nil), Long: a.say("help.vote-long", nil), Args: between(0, 2),
		RunE: func(c *cobra.Command, args []string) error {
			if witness != "" && len(args) == 0 {
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Balloted, error) {
					return node.Witness(ctx, a.target(witness))
				}, func(doc api.Balloted) {
					a.tell("vote.witnessed", words.Args{"n": doc.Households, "title": doc.Proposal.Title})
				})
			}
			if err := exactly(2)(c, args); err != nil {
				return err
			}
			in.Target = a.target(args[0])
			if err := choice(args[1], &in); err != nil {
				return err
			}
			if err := onSheet(hands, paper, &in); err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Balloted, error) {
				in.Numbers = say
				return node.Vote(ctx, in)
			}, a.voted)
		},
	}
	c.Flags().StringVar(&in.Reason, "reason", "", a.say("flag.vote-reason", nil))
	c.Flags().StringVar(&hands, "hands", "", a.say("flag.hands", nil))
	c.Flags().StringVar(&paper, "paper", "", a.say("flag.paper", nil))
	c.Flags().StringVar(&in.Sheet, "sheet", "", a.say("flag.sheet", nil))
	c.Flags().StringVar(&witness, "witness", "", a.say("flag.witness", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// choice reads a vote; a number agrees to that option.
func choice(text string, in *api.Voting) error {
	text = strings.ToLower(strings.TrimSpace(text))
	if n, err := strconv.ParseUint(text, 10, 32); err == nil && n > 0 {
		in.Choice, in.Option = record.Choice_CHOICE_AGREE.Code(), uint32(n)
		return nil
	}
	var names []string
	for _, c := range choices {
		all := strings.Fields(c.names)
		if slices.Contains(all, text) || text == c.choice.Code() {
			in.Choice = c.choice.Code()
			return nil
		}
		names = append(names, all[0])
	}
	return usage("usage.choice", words.Args{"value": text, "choices": strings.Join(names, ", ")})
}

// onSheet reads who voted so by hands or on paper.
func onSheet(hands, paper string, in *api.Voting) error {
	if hands != "" && paper != "" {
		return usage("usage.one-sheet", nil)
	}
	in.Via = record.Via_VIA_HANDS.Code()
	if paper != "" {
		in.Via = record.Via_VIA_PAPER.Code()
	}
	for name := range strings.SplitSeq(hands+paper, ",") {
		if name = strings.TrimSpace(name); name != "" {
			in.Households = append(in.Households, name)
		}
	}
	if len(in.Households) == 0 && in.Sheet == "" {
		in.Via = ""
	}
	return nil
}

func (a *app) voted(doc api.Balloted) {
	a.data(doc.Short)
	args := words.Args{"title": doc.Proposal.Title, "choice": a.say("choice."+doc.Choice, nil), "n": doc.Households, "id": doc.Short,
		"when": a.words.When(doc.Proposal.Closes, a.now())}
	if doc.Households > 0 {
		a.tell("vote.recorded", args)
		return
	}
	a.tell("vote.done", args)
	if doc.Proposal.Phase == api.PhaseOpen {
		a.tell("vote.changes-until", args)
	}
}
