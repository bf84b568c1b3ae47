package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newEvent(a *app) *cobra.Command {
	return a.family("event", newEventNew(a), newEventList(a), newEventShow(a), newEventJoin(a), newEventDecline(a),
		newEventAdmit(a), newEventAttended(a), newEventMove(a), newEventOff(a), newEventICS(a))
}

func newEventList(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list", Short: a.say("help.event-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringList, error) {
				return node.Gatherings(ctx, api.GatheringQuery{Target: a.target(""), All: all})
			}, a.gatherings)
		},
	}
	c.Flags().BoolVar(&all, "all", false, a.say("flag.event-all", nil))
	return a.jsonFlag(c)
}

func (a *app) gatherings(doc api.GatheringList) {
	if len(doc.Events) == 0 {
		a.tell("event.none", words.Args{"name": a.neighbourhood(doc.Neighbourhood)})
		return
	}
	for i, e := range doc.Events {
		if i > 0 {
			a.line()
		}
		a.line(pad(e.Short, shortWidth), "  ", a.hoursOf(e.Start, e.End), "  ", a.strong(words.Plain(e.Title)))
		a.line("      ", joined(" · ", a.turnout(e), a.repeats(e), a.mine(e), a.eventState(e)))
		a.line("      ", joined(" · ", a.named("event-kind.", e.Kind), a.who(e.Owner), words.Plain(e.Place)))
	}
}

func newEventShow(a *app) *cobra.Command {
	var on string
	c := &cobra.Command{
		Use: "show ID", Short: a.say("help.event-show", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			query := api.GatheringQuery{Target: a.target(args[0])}
			if err := a.onDay(on, &query.On); err != nil {
				return err
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringDoc, error) {
				return node.Gathering(ctx, query)
			}, a.gathering)
		},
	}
	a.onFlag(c, &on)
	return a.jsonFlag(c)
}

// gathering shows one event whole.
func (a *app) gathering(doc api.GatheringDoc) {
	e := doc.Event
	a.line(e.Short, "  ", a.strong(words.Plain(e.Title)))
	a.line(joined(" · ", a.hoursOf(e.Start, e.End), a.repeats(e), a.eventState(e)))
	a.line(joined(" · ", a.named("event-kind.", e.Kind), a.who(e.Owner), words.Plain(e.Place)))
	for paragraph := range strings.Lines(e.Body) {
		a.line("  ", words.Plain(strings.TrimSpace(paragraph)))
	}
	a.line()
	for _, s := range e.Shifts {
		a.line(a.shift(e, s))
	}
	for _, b := range e.Bring {
		a.show("event.bring", words.Args{"line": int(b.Line), "what": joined(" ", a.label(b.Category), b.What),
			"amount": a.amount(b.Quantity, b.Unit), "brought": words.Thousandths(b.Brought)})
	}
	for _, g := range e.Guides {
		a.show("event.guide", words.Args{"id": g.Short, "title": g.Title})
	}
	a.answers(e)
	a.eventNext(e)
}

// answers lists who said what.
func (a *app) answers(e api.Gathering) {
	if len(e.Answers) == 0 {
		return
	}
	a.line()
	a.show("event.answers", nil)
	for _, r := range e.Answers {
		a.line("  ", pad(r.Short, shortWidth), "  ", a.who(r.Owner), ": ", a.answer(e, r))
	}
}

func (a *app) answer(e api.Gathering, r api.Answer) string {
	var role, waits, came, accepted string
	for _, s := range e.Shifts {
		if s.Shift == r.Shift && s.Shift > 0 {
			role = a.role(s)
		}
	}
	if r.Waiting > 0 {
		waits = a.say("event.waits", words.Args{"n": r.Waiting})
	}
	if r.Came > 0 {
		came = a.say("event.came", words.Args{"n": r.Came})
	}
	if r.Accepted {
		accepted = a.say("event.accepted", nil)
	}
	return joined(", ", a.say("answer."+r.State, words.Args{"n": r.People}), role, accepted, waits, came, words.Plain(r.Note))
}

// shift says how far a shift is filled.
func (a *app) shift(e api.Gathering, s api.Shift) string {
	args := words.Args{"line": int(s.Shift), "role": a.role(s), "n": s.Coming, "room": s.Capacity, "waiting": s.Waiting}
	if s.Shift == 0 {
		return a.say("event.whole", args)
	}
	var hours, waiting string
	if !s.Start.Equal(e.Start) || !s.End.Equal(e.End) {
		hours = a.words.Clock(s.Start.In(a.now().Location())) + "–" + a.words.Clock(s.End.In(a.now().Location()))
	}
	if s.Waiting > 0 {
		waiting = a.say("event.waiting", args)
	}
	return joined(", ", a.say("event.shift", args), hours, waiting)
}

func (a *app) role(s api.Shift) string {
	if s.Role != "" {
		return words.Plain(s.Role)
	}
	return a.named("skill.", s.Skill)
}

// turnout says how many come in all.
func (a *app) turnout(e api.Gathering) string {
	coming, waiting, came := 0, 0, 0
	for _, s := range e.Shifts {
		coming, waiting, came = coming+s.Coming, waiting+s.Waiting, came+s.Came
	}
	var also string
	if waiting > 0 {
		also = a.say("event.waiting", words.Args{"waiting": waiting})
	}
	if came > 0 {
		return a.say("event.came", words.Args{"n": came})
	}
	return joined(", ", a.say("event.coming", words.Args{"n": coming}), also)
}

// mine says what the own household answered.
func (a *app) mine(e api.Gathering) string {
	for _, r := range e.Answers {
		if r.Owner.Me {
			return a.say("event.mine-"+r.State, words.Args{"n": r.People})
		}
	}
	return ""
}

func (a *app) eventState(e api.Gathering) string {
	if e.State == api.EventComing {
		return ""
	}
	return a.strong(a.say("event.state-"+e.State, nil))
}

// eventNext tells what the reader may want to type now.
func (a *app) eventNext(e api.Gathering) {
	args := words.Args{"id": e.Short}
	switch {
	case e.State == api.EventOff || e.State == api.EventPast:
	case e.Owner.Me:
		a.tell("next.event-ics", args)
	case a.mine(e) == "":
		a.tell("next.event-join", args)
	}
}
