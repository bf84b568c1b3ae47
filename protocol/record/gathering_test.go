package record_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	. "gotong/protocol/record"
)

func event() *Event {
	return &Event{Title: "Kerja bakti", Kind: EventKind_EVENT_KIND_WORK_PARTY, Start: 1_800_000_000_000, End: 1_800_010_000_000, UtcOffset: 420,
		Shifts: []*Shift{{Shift: 1, Role: "Masak", Capacity: 3}}, Bring: []*Line{{Line: 1, Category: "tool.general", Quantity: 5_000}},
		Guides: []*Birth{somewhere()}}
}

func somewhere() *Birth {
	return BirthOf(protocol.Birth{Device: protocol.DeviceID{1}, Slot: 3, Stamp: 70})
}

func rsvp() *Rsvp {
	return &Rsvp{Event: somewhere(), Shift: 1, State: RsvpState_RSVP_STATE_GOING, People: 2, Bring: []*Amount{{Line: 1, Quantity: 1_000}}}
}

// broken is a message and the one rule that it breaks.
type broken struct {
	m          proto.Message
	field, why string
}

func expectBroken(t *testing.T, all []broken) {
	t.Helper()
	for _, b := range all {
		var invalid *Invalid
		if err := Check(b.m); !errors.As(err, &invalid) || invalid.Field != b.field || invalid.Why != b.why {
			t.Errorf("%T: want %s %s, got %v", b.m, b.field, b.why, err)
		}
	}
}

// spoiled returns a good message after a change.
func spoiled[M proto.Message](m M, spoil func(M)) M { spoil(m); return m }

func TestEveryBrokenRuleOfAGatheringIsNamed(t *testing.T) {
	for _, m := range []proto.Message{event(), rsvp(), &Event{Title: "Arisan", Start: 1}, &Rsvp{Event: somewhere()},
		spoiled(event(), func(m *Event) { m.Kind, m.Rrule, m.End = 99, "FREQ=LUNAR", 1 })} {
		if err := Check(m); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
	expectBroken(t, []broken{
		{spoiled(event(), func(m *Event) { m.Title = "" }), "title", "missing"},
		{spoiled(event(), func(m *Event) { m.Title = letters(81) }), "title", "too-long"},
		{spoiled(event(), func(m *Event) { m.Body = letters(1001) }), "body", "too-long"},
		{spoiled(event(), func(m *Event) { m.Place = letters(281) }), "place", "too-long"},
		{spoiled(event(), func(m *Event) { m.Start = 0 }), "start", "missing"},
		{spoiled(event(), func(m *Event) { m.Start = 1 << 48 }), "start", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.End = -1 }), "end", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.Rrule = letters(281) }), "rrule", "too-long"},
		{spoiled(event(), func(m *Event) { m.UtcOffset = 841 }), "utc_offset", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.Shifts[0].Role = letters(81) }), "role", "too-long"},
		{spoiled(event(), func(m *Event) { m.Shifts[0].Skill = letters(81) }), "skill", "too-long"},
		{spoiled(event(), func(m *Event) { m.Shifts[0].Capacity = 100_001 }), "capacity", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.Shifts[0].Start = -1 }), "start", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.Shifts = append(m.Shifts, &Shift{Shift: 1}) }), "shifts", "repeated"},
		{spoiled(event(), func(m *Event) { m.Shifts[0].Shift = 0 }), "shifts", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.Bring[0].Quantity = -1 }), "quantity", "out-of-range"},
		{spoiled(event(), func(m *Event) { m.Guides = []*Birth{{}} }), "guides", "missing"},
		{spoiled(event(), func(m *Event) {
			for range 33 {
				m.Guides = append(m.Guides, somewhere())
			}
		}), "guides", "too-many"},
		{spoiled(rsvp(), func(m *Rsvp) { m.Event = nil }), "event", "missing"},
		{spoiled(rsvp(), func(m *Rsvp) { m.Of = &Birth{} }), "of", "missing"},
		{spoiled(rsvp(), func(m *Rsvp) { m.On = -1 }), "on", "out-of-range"},
		{spoiled(rsvp(), func(m *Rsvp) { m.People = 100_001 }), "people", "out-of-range"},
		{spoiled(rsvp(), func(m *Rsvp) { m.Bring[0].Line = 0 }), "amounts", "out-of-range"},
		{spoiled(rsvp(), func(m *Rsvp) { m.Note = letters(281) }), "note", "too-long"},
	})
}

func TestCodesOfGatheringsReadBack(t *testing.T) {
	for _, k := range EventKinds() {
		if got, ok := EventKindOf(k.Code()); !ok || got != k {
			t.Errorf("%v reads back as %v", k, got)
		}
	}
	if len(EventKinds()) != 6 || EventKind_EVENT_KIND_WORK_PARTY.Code() != "work-party" {
		t.Errorf("kinds of events are %v", EventKinds())
	}
}
