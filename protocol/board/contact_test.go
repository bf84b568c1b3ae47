package board_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

// lent is a town where Sari asks, Budi pledges and Sari accepts.
func lent(t *testing.T) (s *story, request protocol.RecordID) {
	t.Helper()
	s = newStory()
	tellLines(t, s, "households sari budi wati", `sari asks r1 "Air" water.drinking 4 L high`, "budi pledges p1 r1 4", "sari accepts p1")
	return s, s.names["r1"].birth.Record()
}

func tellLines(t *testing.T, s *story, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if _, err := s.hear(t, line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}

func helpers(s *story, id protocol.RecordID, now int64) (names []string) {
	for _, h := range s.board.At(now).Helpers(id) {
		for name, d := range s.devices {
			if householdID(d.household) == h.Household {
				names = append(names, name)
			}
		}
	}
	return names
}

const hours = int64(3_600_000)

func TestWhoseContactItIsFollowsTheAcceptance(t *testing.T) {
	s, r1 := lent(t)
	tellLines(t, s, "wati pledges p2 r1 1")
	if got := helpers(s, r1, start); len(got) != 1 || got[0] != "budi" {
		t.Errorf("helpers: %v", got)
	}
	for _, line := range []string{"budi says p1 withdrawn", "budi says p1 offered", "budi says p1 failed", "budi says p1 on-the-way", "sari unaccepts p1"} {
		was := len(helpers(s, r1, start))
		tellLines(t, s, line)
		if got := helpers(s, r1, start); len(got) == was {
			t.Errorf("after %q: %v", line, got)
		}
	}
}

// An acceptance is the owner's: nobody makes themselves a helper.
func TestWhoAcceptsTheirOwnPledgeIsNoHelper(t *testing.T) {
	s, r1 := lent(t)
	tellLines(t, s, "wati pledges p2 r1 1", "wati accepts p2", "budi accepts p2")
	if got := helpers(s, r1, start); len(got) != 1 || got[0] != "budi" {
		t.Errorf("helpers: %v", got)
	}
}

func TestAContactIsReadSeventyTwoHoursLongerAndThirtyDaysAtMost(t *testing.T) {
	for line, until := range map[string]int64{
		"# nobody closes it: it expires after seven days": (7*24 + 72) * hours,
		"sari closes r1":                 72 * hours,
		"sari withdraws r1":              72 * hours,
		"sari pauses r1":                 (7*24 + 72) * hours,
		`sari edits r1 urgency low`:      30 * 24 * hours,
		`sari edits r1 urgency critical`: (3*24 + 72) * hours,
	} {
		s, r1 := lent(t)
		tellLines(t, s, line)
		if got := helpers(s, r1, start+until); len(got) != 1 {
			t.Errorf("%s: at its end %v", line, got)
		}
		if got := helpers(s, r1, start+until+1000); len(got) != 0 {
			t.Errorf("%s: after its end %v", line, got)
		}
	}
}

// Only the owner's word counts, and the last one first.
func TestAContactByAnotherHouseholdCountsForNothing(t *testing.T) {
	s, r1 := lent(t)
	for i, name := range []string{"sari", "budi", "sari"} {
		contact := &record.Contact{Target: s.ref("r1"), Household: make([]byte, 16), Set: uint64(i + 1)}
		if _, err := s.devices[name].begin(start, nil, contact); err != nil {
			t.Fatal(err)
		}
	}
	all := s.board.At(start).Contacts(r1)
	if len(all) != 2 || all[0].Content.(*record.Contact).Set != 3 || all[1].Content.(*record.Contact).Set != 1 {
		t.Errorf("contacts: %v", all)
	}
}

// Every node erases contacts in its own time; the boards stay equal.
func TestAnErasedContactLeavesTheHashAlone(t *testing.T) {
	s, r1 := lent(t)
	before := s.board.Hash()
	birth, err := s.devices["sari"].begin(start, nil, &record.Contact{Target: s.ref("r1"), Household: make([]byte, 16)})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.board.At(start).Contacts(r1)) != 1 || s.board.Hash() != before {
		t.Error("a contact is part of the hash")
	}
	at := Place{Device: birth.Device, Slot: birth.Slot}
	if _, kind, ok := s.board.Standing(at); !ok || kind != record.Kind_KIND_CONTACT {
		t.Errorf("what stands there: %v, %v", kind, ok)
	}
	s.board.Remove(at)
	if _, _, ok := s.board.Standing(at); ok || s.board.Hash() != before {
		t.Error("an erased contact changes the hash")
	}
}

// A slot with a contact in it is free again once nobody can read it there.
func TestASlotIsFreeOnceAContactIsTakenBack(t *testing.T) {
	s, _ := lent(t)
	contact := &record.Contact{Target: s.ref("r1"), Household: make([]byte, 16), Sealed: []*record.Sealed{{Device: make([]byte, 16), Sealed: make([]byte, record.SealedSize)}}}
	birth, err := s.devices["sari"].begin(start, nil, contact)
	if err != nil {
		t.Fatal(err)
	}
	if s.board.At(start).Over(birth.Record()) {
		t.Error("a contact in use is over")
	}
	if err := s.devices["sari"].edit(start, birth.Record(), func(m proto.Message) { m.(*record.Contact).Sealed = nil }); err != nil {
		t.Fatal(err)
	}
	if !s.board.At(start).Over(birth.Record()) {
		t.Error("a contact taken back is not over")
	}
}
