package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

// answerFlags are what a household says besides that it comes.
type answerFlags struct {
	on, note string
	people   int
	shift    uint32
	bring    []string
	maybe    bool
	numbers  numberFlags
}

func newEventJoin(a *app) *cobra.Command {
	var f answerFlags
	c := &cobra.Command{
		Use: "join ID", Short: a.say("help.event-join", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			answer, err := f.answer(a, args[0])
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, f.numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.GatheringDoc, error) {
				answer.Numbers = say
				return node.Answer(ctx, answer)
			}, a.answered)
		},
	}
	flags := c.Flags()
	flags.IntVar(&f.people, "people", 1, a.say("flag.event-people", nil))
	flags.Uint32Var(&f.shift, "shift", 0, a.say("flag.shift", nil))
	flags.StringArrayVar(&f.bring, "bring", nil, a.say("flag.bring", nil))
	flags.BoolVar(&f.maybe, "maybe", false, a.say("flag.maybe", nil))
	flags.StringVar(&f.note, "note", "", a.say("flag.note", nil))
	a.onFlag(c, &f.on)
	f.numbers.add(a, c, false)
	return a.jsonFlag(c)
}

func (f *answerFlags) answer(a *app, id string) (api.Answering, error) {
	in := api.Answering{Target: a.target(id), Shift: f.shift, People: f.people, Note: f.note}
	if f.maybe {
		in.State = api.AnswerMaybe
	}
	if f.people < 1 {
		return in, usage("usage.flag-wrong", words.Args{"flag": "--people", "value": strconv.Itoa(f.people)})
	}
	for _, text := range f.bring {
		share, err := bringShare(text)
		if err != nil {
			return in, err
		}
		in.Bring = append(in.Bring, share)
	}
	return in, a.onDay(f.on, &in.On)
}

// bringShare reads "2=5": five of line 2; "2" alone: one of it.
func bringShare(text string) (share api.Share, err error) {
	number, amount, counted := strings.Cut(text, "=")
	line, err := strconv.ParseUint(strings.TrimSpace(number), 10, 32)
	if err != nil {
		return share, usage("usage.bring", words.Args{"value": text})
	}
	share.Line = uint32(line)
	if counted {
		share.Quantity, err = quantity("--bring", amount)
	}
	return share, err
}

// answered tells what was said, and whether there is a place.
func (a *app) answered(doc api.GatheringDoc) {
	e := doc.Event
	for _, r := range e.Answers {
		if r.ID != doc.Wrote {
			continue
		}
		a.data(r.Short)
		args := words.Args{"title": e.Title, "when": a.hoursOf(e.Start, e.End), "n": r.Waiting, "id": e.Short}
		a.tell("event.said-"+r.State, args)
		if r.Waiting > 0 {
			a.tell("event.said-waits", args)
		}
	}
}

func newEventDecline(a *app) *cobra.Command {
	var in api.Answering
	var on string
	c := &cobra.Command{
		Use: "decline ID", Short: a.say("help.event-decline", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			in.Target, in.State = a.target(args[0]), api.AnswerNo
			if err := a.onDay(on, &in.On); err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringDoc, error) {
				return node.Answer(ctx, in)
			}, a.answered)
		},
	}
	c.Flags().Uint32Var(&in.Shift, "shift", 0, a.say("flag.shift", nil))
	a.onFlag(c, &on)
	return a.jsonFlag(c)
}

func newEventAdmit(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "admit ID ANSWER", Short: a.say("help.event-admit", nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringDoc, error) {
				return node.Admit(ctx, api.Seating{Target: a.target(args[0]), Answer: args[1]})
			}, func(doc api.GatheringDoc) { a.tell("event.admitted", words.Args{"title": doc.Event.Title}) })
		},
	}
	return a.jsonFlag(c)
}

func newEventAttended(a *app) *cobra.Command {
	var people int
	var on string
	c := &cobra.Command{
		Use: "attended ID [ANSWER]", Short: a.say("help.event-attended", nil), Args: between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			in := api.Seating{Target: a.target(args[0])}
			if len(args) > 1 {
				in.Answer = args[1]
			}
			if c.Flags().Changed("people") {
				in.People = &people
			}
			if err := a.onDay(on, &in.On); err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringDoc, error) {
				return node.Attended(ctx, in)
			}, func(doc api.GatheringDoc) {
				a.tell("event.attended", words.Args{"title": doc.Event.Title, "came": a.turnout(doc.Event)})
			})
		},
	}
	c.Flags().IntVar(&people, "people", 0, a.say("flag.event-people", nil))
	a.onFlag(c, &on)
	return a.jsonFlag(c)
}
