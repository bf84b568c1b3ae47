package record

import (
	"strings"

	"gotong/protocol"
)

// maxPeople bounds how many people one number speaks of, so that no sum
// overflows.
const maxPeople = 100_000

func checkEvent(m *Event) error {
	return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle),
		short("body", m.Body, protocol.MaxText), short("place", m.Place, protocol.MaxNote),
		moment("start", m.Start), inTime("end", m.End), short("rrule", m.Rrule, protocol.MaxNote), offset(m.UtcOffset),
		shifts(m.Shifts), mayList(m.Bring), references("guides", m.Guides))
}

func checkRsvp(m *Rsvp) error {
	return first(refers("event", m.Event), mayRefer("of", m.Of), inTime("on", m.On), people("people", m.People),
		mayAmount(m.Bring), short("note", m.Note, protocol.MaxNote))
}

// moment wants a time.
func moment(field string, millis int64) error {
	if millis == 0 {
		return &Invalid{field, "missing"}
	}
	return inTime(field, millis)
}

// offset is at most as far from UTC as a place can be.
func offset(minutes int32) error {
	if minutes < -14*60 || minutes > 14*60 {
		return &Invalid{"utc_offset", "out-of-range"}
	}
	return nil
}

func people(field string, n uint32) error {
	if n > maxPeople {
		return &Invalid{field, "out-of-range"}
	}
	return nil
}

// shifts wants each number once, where there are any.
func shifts(all []*Shift) error {
	for _, s := range all {
		err := first(short("role", s.Role, protocol.MaxTitle), short("skill", s.Skill, protocol.MaxTitle),
			people("capacity", s.Capacity), inTime("start", s.Start), inTime("end", s.End))
		if err != nil {
			return err
		}
	}
	return mayNumber("shifts", len(all), func(i int) uint32 { return all[i].Shift })
}

// mayList lets there be no lines.
func mayList(ls []*Line) error {
	if len(ls) == 0 {
		return nil
	}
	return lines(ls)
}

// mayAmount lets there be no amounts.
func mayAmount(as []*Amount) error {
	if len(as) == 0 {
		return nil
	}
	return amounts(as)
}

func mayNumber(field string, n int, line func(int) uint32) error {
	if n == 0 {
		return nil
	}
	return numbered(field, n, line)
}

// references wants each to point somewhere.
func references(field string, all []*Birth) error {
	for _, b := range all {
		if err := refers(field, b); err != nil {
			return err
		}
	}
	return atMost(field, len(all), protocol.MaxLines)
}

const eventKindPrefix = "EVENT_KIND_"

// Code returns the stable code of a kind of event, as in "work-party".
func (k EventKind) Code() string { return lower(k.String(), eventKindPrefix) }

// EventKindOf returns the kind of event with a code.
func EventKindOf(code string) (EventKind, bool) {
	n := EventKind_value[upper(code, eventKindPrefix)]
	return EventKind(n), n != 0
}

// EventKinds returns every kind of event, in order of number.
func EventKinds() []EventKind { return known[EventKind](EventKind_name) }

// Code returns the stable code of an answer, as in "going".
func (s RsvpState) Code() string { return lower(s.String(), "RSVP_STATE_") }

// Comes reports whether an answer takes a place.
func (s RsvpState) Comes() bool {
	return s == RsvpState_RSVP_STATE_GOING || s == RsvpState_RSVP_STATE_ATTENDED
}

// skills is in the order in which people are shown them.
var skills = strings.Fields(`doctor nurse first-aid rescue drive boat electricity plumbing building cooking
	radio sign-language listening teaching office animals`)

// Skills returns the codes of what people can do, as shifts and members name
// them. A node shows codes it does not know as they are.
func Skills() []string { return append([]string(nil), skills...) }
