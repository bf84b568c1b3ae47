package record_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	. "gotong/protocol/record"
)

// breaks spoils a good message in one way and wants the rule named.
func breaks[M proto.Message](t *testing.T, good func() M, field, why string, spoil func(M)) {
	t.Helper()
	m := good()
	if err := Check(m); err != nil {
		t.Fatalf("%T is not good: %v", m, err)
	}
	spoil(m)
	var invalid *Invalid
	if err := Check(m); !errors.As(err, &invalid) || invalid.Field != field || invalid.Why != why {
		t.Errorf("%T: want %s %s, got %v", m, field, why, err)
	}
}

func someBirth() *Birth {
	return BirthOf(protocol.Birth{Device: protocol.DeviceID{1}, Slot: 3, Stamp: 70})
}

func TestACheckInKeepsToItsRules(t *testing.T) {
	good := func() *CheckIn {
		return &CheckIn{Household: make([]byte, 16), Word: &Word{Status: Wellbeing_WELLBEING_SAFE, PeopleOk: 3, PeopleTotal: 4,
			Rounds: []*Birth{someBirth()}, Answers: []*Answered{{CheckIn: someBirth()}}}}
	}
	breaks(t, good, "household", "missing", func(m *CheckIn) { m.Household = nil })
	breaks(t, good, "household", "missing", func(m *CheckIn) { m.Household, m.Person = []byte{1}, "Mbah Karto" })
	breaks(t, good, "person", "too-long", func(m *CheckIn) { m.Person = letters(81) })
	breaks(t, good, "status", "missing", func(m *CheckIn) { m.Word.Status = 0 })
	breaks(t, good, "status", "missing", func(m *CheckIn) { m.Word = nil })
	breaks(t, good, "status", "private", func(m *CheckIn) { m.Word.Status = Wellbeing_WELLBEING_DECEASED })
	breaks(t, good, "people", "out-of-range", func(m *CheckIn) { m.Word.PeopleOk = 5 })
	breaks(t, good, "people", "out-of-range", func(m *CheckIn) { m.Word.PeopleTotal = MaxPeople + 1 })
	breaks(t, good, "place", "too-long", func(m *CheckIn) { m.Word.Place = letters(281) })
	breaks(t, good, "note", "too-long", func(m *CheckIn) { m.Word.Note = letters(281) })
	breaks(t, good, "at", "out-of-range", func(m *CheckIn) { m.Word.At = -1 })
	breaks(t, good, "rounds", "too-many", func(m *CheckIn) { m.Word.Rounds = make([]*Birth, 9) })
	breaks(t, good, "rounds", "missing", func(m *CheckIn) { m.Word.Rounds[0] = &Birth{} })
	breaks(t, good, "answers", "too-many", func(m *CheckIn) { m.Word.Answers = make([]*Answered, 17) })
	breaks(t, good, "answers", "missing", func(m *CheckIn) { m.Word.Answers[0] = &Answered{} })
	breaks(t, good, "request", "missing", func(m *CheckIn) { m.Word.Request = &Birth{} })
	newer := good()
	newer.Word.Status, newer.Person, newer.Household = 99, "Mbah Karto", nil
	if err := Check(newer); err != nil {
		t.Errorf("a status of a newer version, of a person of no household: %v", err)
	}
}

func TestARollCallAndThanksKeepToTheirRules(t *testing.T) {
	call := func() *RollCall { return &RollCall{Reason: "Gempa", Closes: 1} }
	breaks(t, call, "reason", "missing", func(m *RollCall) { m.Reason = "" })
	breaks(t, call, "reason", "too-long", func(m *RollCall) { m.Reason = letters(281) })
	breaks(t, call, "closes", "missing", func(m *RollCall) { m.Closes = 0 })
	breaks(t, call, "closes", "out-of-range", func(m *RollCall) { m.Closes = 1 << 48 })
	thanks := func() *Thanks { return &Thanks{For: someBirth(), Household: make([]byte, 16), Text: "Terima kasih"} }
	breaks(t, thanks, "for", "missing", func(m *Thanks) { m.For = &Birth{} })
	breaks(t, thanks, "household", "missing", func(m *Thanks) { m.Household = nil })
	breaks(t, thanks, "text", "missing", func(m *Thanks) { m.Text = "" })
	breaks(t, thanks, "text", "too-long", func(m *Thanks) { m.Text = letters(281) })
}
