package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// eventFlags are what a person says of a new event besides its title.
type eventFlags struct {
	kind, start, end, repeat, at, body string
	shifts, bring, guides              []string
	outside                            bool
	numbers                            numberFlags
}

func newEventNew(a *app) *cobra.Command {
	var f eventFlags
	c := &cobra.Command{
		Use: "new TITLE", Short: a.say("help.event-new", nil), Long: a.say("help.event-new-long", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := f.draft(a, args[0])
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, f.numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.GatheringDoc, error) {
				draft.Numbers = say
				return node.Hold(ctx, draft)
			}, a.held)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.start, "start", "", a.say("flag.event-start", nil))
	flags.StringVar(&f.end, "end", "", a.say("flag.event-end", nil))
	flags.StringVar(&f.kind, "kind", "", a.say("flag.event-kind", nil))
	flags.StringVar(&f.repeat, "repeat", "", a.say("flag.event-repeat", nil))
	flags.StringArrayVar(&f.shifts, "shift", nil, a.say("flag.event-shift", nil))
	flags.StringArrayVar(&f.bring, "bring", nil, a.say("flag.event-bring", nil))
	flags.StringArrayVar(&f.guides, "guide", nil, a.say("flag.event-guide", nil))
	flags.StringVar(&f.at, "at", "", a.say("flag.at", nil))
	flags.StringVar(&f.body, "body", "", a.say("flag.body", nil))
	flags.BoolVar(&f.outside, "outside", false, a.say("flag.event-outside", nil))
	f.numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// draft makes an event of the title and the flags.
func (f *eventFlags) draft(a *app, title string) (api.GatheringDraft, error) {
	_, east := a.now().Zone()
	d := api.GatheringDraft{Place: a.place(), Title: strings.TrimSpace(title), Body: f.body, At: f.at, Outside: f.outside,
		Repeats: a.repeatOf(f.repeat), UTCOffset: east / 60, Guides: f.guides}
	if f.start == "" {
		return d, usage("usage.event-start", nil)
	}
	var err error
	if d.Start, err = a.startOf(f.start); err != nil {
		return d, err
	}
	if f.end != "" {
		if d.End, err = a.endOf(f.end, d.Start); err != nil {
			return d, err
		}
	}
	if f.kind != "" {
		if d.Kind, err = eventKind(f.kind); err != nil {
			return d, err
		}
	}
	return d, f.parts(a, &d)
}

func (f *eventFlags) parts(a *app, d *api.GatheringDraft) error {
	for _, text := range f.shifts {
		s, err := a.shiftDraft(text, d)
		if err != nil {
			return err
		}
		d.Shifts = append(d.Shifts, s)
	}
	for _, text := range f.bring {
		line, err := bringLine(text)
		if err != nil {
			return err
		}
		d.Bring = append(d.Bring, line)
	}
	return nil
}

// shiftDraft reads "Masak=5", "first-aid=2", "Jaga pos=2@20:00-23:00".
func (a *app) shiftDraft(text string, d *api.GatheringDraft) (s api.ShiftDraft, err error) {
	wrong := usage("usage.event-shift", words.Args{"value": text})
	role, rest, ok := strings.Cut(text, "=")
	room, hours, timed := strings.Cut(rest, "@")
	if s.Capacity, err = strconv.Atoi(strings.TrimSpace(room)); !ok || err != nil {
		return s, wrong
	}
	if s.Role = strings.TrimSpace(role); isSkill(s.Role) {
		s.Role, s.Skill = "", s.Role
	}
	if !timed {
		return s, nil
	}
	from, to, ok := strings.Cut(hours, "-")
	if !ok {
		return s, wrong
	}
	if s.Start, err = a.endOf(from, d.Start.Add(-1)); err != nil {
		return s, wrong
	}
	if s.End, err = a.endOf(to, s.Start); err != nil {
		return s, wrong
	}
	return s, nil
}

func isSkill(text string) bool {
	for _, s := range record.Skills() {
		if s == text {
			return true
		}
	}
	return false
}

// bringLine reads "alat kerja=5" or "alat kerja=5 pcs": a category, how much,
// of which unit.
func bringLine(text string) (line api.DraftLine, err error) {
	name, amount, counted := strings.Cut(text, "=")
	if line.Category, err = kind(strings.TrimSpace(name)); err != nil {
		line.Category, line.What, err = "other", strings.TrimSpace(name), nil
	}
	number, measure, _ := strings.Cut(strings.TrimSpace(amount), " ")
	if counted {
		if line.Quantity, err = quantity("--bring", number); err != nil {
			return line, err
		}
	}
	if measure != "" {
		line.Unit, err = unit(measure)
	}
	return line, err
}

// eventKind reads a kind of event: its code or its label.
func eventKind(text string) (string, error) {
	for _, k := range record.EventKinds() {
		if strings.EqualFold(text, k.Code()) || anyLabel("event-kind."+k.Code(), text, sameLabel) {
			return k.Code(), nil
		}
	}
	return "", usage("usage.event-kind", words.Args{"value": text})
}

// held tells that an event was saved.
func (a *app) held(doc api.GatheringDoc) {
	a.data(doc.Event.Short)
	a.tell("event.new", words.Args{"when": a.hoursOf(doc.Event.Start, doc.Event.End), "id": doc.Event.Short})
}

func newEventMove(a *app) *cobra.Command {
	var start, end string
	c := &cobra.Command{
		Use: "move ID", Short: a.say("help.event-move", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			m := api.Moving{Target: a.target(args[0])}
			if start == "" && end == "" {
				return usage("usage.event-start", nil)
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringDoc, error) {
				return a.move(ctx, node, m, start, end)
			}, a.rescheduled)
		},
	}
	c.Flags().StringVar(&start, "start", "", a.say("flag.event-start", nil))
	c.Flags().StringVar(&end, "end", "", a.say("flag.event-end", nil))
	return a.jsonFlag(c)
}

// move reads the new hours: an end is said of the start, be that the old one.
func (a *app) move(ctx context.Context, node *api.Client, m api.Moving, start, end string) (doc api.GatheringDoc, err error) {
	if start != "" {
		if m.Start, err = a.startOf(start); err != nil {
			return doc, err
		}
	}
	begins := m.Start
	if begins.IsZero() {
		stands, err := node.Gathering(ctx, api.GatheringQuery{Target: m.Target})
		if err != nil {
			return doc, err
		}
		begins = stands.Event.First.In(a.now().Location())
	}
	if end != "" {
		if m.End, err = a.endOf(end, begins); err != nil {
			return doc, err
		}
	}
	return node.Move(ctx, m)
}

func (a *app) rescheduled(doc api.GatheringDoc) {
	a.tell("event.moved", words.Args{"title": doc.Event.Title, "when": a.hoursOf(doc.Event.Start, doc.Event.End)})
}

func newEventOff(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "off ID", Short: a.say("help.event-off", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.GatheringDoc, error) {
				return node.CallOff(ctx, a.target(args[0]))
			}, func(doc api.GatheringDoc) { a.tell("event.off", words.Args{"title": doc.Event.Title}) })
		},
	}
	return a.jsonFlag(c)
}
