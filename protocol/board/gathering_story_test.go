package board_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

func init() {
	maps.Copy(verbs, gatheringVerbs)
	looks = append(looks, showGatherings)
}

var gatheringVerbs = map[string]verb{
	"holds": holds, "moves": moves, "joins": joins, "answers": answers, "admits": admits, "counts": countsComers,
}

// SARI holds E "TITLE" KIND +FROM +TO [every "RRULE"] [shift "ROLE" N]... [bring CATEGORY QUANTITY UNIT]
func holds(s *story, d *device, args []string) error {
	m := &record.Event{Title: args[1], UtcOffset: 420}
	m.Kind, _ = record.EventKindOf(args[2])
	var err error
	if m.Start, m.End, err = fromTo(args[3:]); err != nil {
		return err
	}
	for rest := args[5:]; len(rest) > 0; {
		switch rest[0] {
		case "every":
			m.Rrule, rest = rest[1], rest[2:]
		case "shift":
			n, _ := strconv.Atoi(rest[2])
			m.Shifts = append(m.Shifts, &record.Shift{Shift: uint32(len(m.Shifts) + 1), Role: rest[1], Capacity: uint32(n)})
			rest = rest[3:]
		case "bring":
			if rest, err = linesOf(&m.Bring, rest[1:]); err != nil {
				return err
			}
		default:
			return fmt.Errorf("what is %s?", rest[0])
		}
	}
	return s.begin(d, args[0], "", nil, m)
}

func fromTo(args []string) (from, to int64, err error) {
	if from, err = duration(args[0]); err != nil {
		return 0, 0, err
	}
	to, err = duration(args[1])
	return start + from, start + to, err
}

// SARI moves E to +FROM +TO | from +FROM | until +TO | off
func moves(s *story, d *device, args []string) error {
	var from, to int64
	var err error
	switch args[1] {
	case "to":
		from, to, err = fromTo(args[2:])
	case "from":
		from, err = duration(args[2])
		from += start
	case "until":
		to, err = duration(args[2])
		to += start
	}
	if err != nil {
		return err
	}
	return change(s, d, args[0], func(m *record.Event) {
		if from > 0 {
			m.Start = from
		}
		if to > 0 {
			m.End = to
		}
		if args[1] == "off" {
			m.Disposition = record.Disposition_DISPOSITION_WITHDRAWN
		}
	})
}

// BUDI joins A E [shift N] [people N] [on +T] [maybe] [brings QUANTITY...]
func joins(s *story, d *device, args []string) error {
	m := &record.Rsvp{Event: s.ref(args[1]), State: record.RsvpState_RSVP_STATE_GOING}
	on, rest, err := s.option(args[2:], "on")
	if err != nil {
		return err
	}
	m.On = on
	for len(rest) > 0 {
		switch rest[0] {
		case "shift", "people":
			n, _ := strconv.Atoi(rest[1])
			if rest[0] == "shift" {
				m.Shift = uint32(n)
			} else {
				m.People = uint32(n)
			}
			rest = rest[2:]
		case "maybe":
			m.State, rest = record.RsvpState_RSVP_STATE_MAYBE, rest[1:]
		case "brings":
			if m.Bring, err = amounts(rest[1:]); err != nil {
				return err
			}
			rest = nil
		default:
			return fmt.Errorf("what is %s?", rest[0])
		}
	}
	return s.begin(d, args[0], args[1], nil, m)
}

var rsvpStates = []string{"going", "maybe", "no", "attended"}

// BUDI answers A no|maybe|going|attended [people N]
func answers(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Rsvp) {
		m.State = record.RsvpState(1 + slices.Index(rsvpStates, args[1]))
		if len(args) > 3 {
			n, _ := strconv.Atoi(args[3])
			m.People = uint32(n)
		}
	})
}

// SARI admits A [N]: the organiser's yes to an answer.
func admits(s *story, d *device, args []string) error {
	r, ok := d.view().Record(s.names[args[0]].birth.Record())
	if !ok {
		return errNotHere
	}
	answer := r.Content.(*record.Rsvp)
	n := int64(max(1, answer.People))
	if len(args) > 1 {
		n, _ = strconv.ParseInt(args[1], 10, 64)
	}
	m := &record.Acceptance{Request: s.ref(s.names[args[0]].about), Pledge: s.ref(args[0]),
		Amounts: []*record.Amount{{Line: answer.Shift, Quantity: n * 1_000}}}
	return s.begin(d, d.name+"'s yes to "+args[0], args[0], nil, m)
}

// SARI counts A N: so many of that answer came.
func countsComers(s *story, d *device, args []string) error {
	n, _ := strconv.Atoi(args[1])
	m := &record.Rsvp{Event: s.ref(s.names[args[0]].about), Of: s.ref(args[0]), People: uint32(n), State: record.RsvpState_RSVP_STATE_ATTENDED}
	return s.begin(d, d.name+" counts "+args[0], "", nil, m)
}

// showGatherings shows every event at the time that is now or comes next.
func showGatherings(s *story, v View) []string {
	var lines []string
	for _, g := range v.Gatherings() {
		lines = append(lines, s.gathering(v, g)...)
	}
	return lines
}

func (s *story) gathering(v View, g Gathering) []string {
	words := []string{fmt.Sprintf("  %s %s: %s, %s %s to %s", s.nameOf(g.ID), s.householdOf(v, g.Owner), g.Event.Title, g.Event.Kind.Code(),
		after(g.On), after(g.Ends))}
	if g.Next > 0 {
		words = append(words, "again "+after(g.Next))
	}
	for word, is := range map[string]bool{"called off": g.Off, "past": g.Past, "over": v.Over(g.ID), "by a rule we do not know": g.Odd} {
		if is {
			words = append(words, word)
		}
	}
	slices.Sort(words[1:])
	lines := []string{strings.Join(words, ", ")}
	for _, f := range g.Shifts {
		lines = append(lines, fmt.Sprintf("    %d %s: %d of %d, %d waiting, %d came", f.Shift.Shift, f.Role, f.Coming, f.Capacity, f.Waiting, f.Came))
	}
	for _, b := range g.Brought {
		lines = append(lines, fmt.Sprintf("    brought of line %d: %s", b.Line, thousandths(b.Quantity)))
	}
	for _, a := range g.Answers {
		said := fmt.Sprintf("    %s %s: %s to %d, %d in, %d waiting", s.nameOf(a.ID), s.householdName(a.Owner), a.Rsvp.State.Code(), a.Rsvp.Shift, a.In, a.Waiting)
		if a.Accepted {
			said += ", accepted"
		}
		lines = append(lines, said)
	}
	return lines
}

// after says how long after the beginning of the story a moment is.
func after(at int64) string {
	hours := (at - start) / 3_600_000
	if hours%24 == 0 {
		return fmt.Sprintf("+%dd", hours/24)
	}
	return fmt.Sprintf("+%dh", hours)
}
