package board_test

import (
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

// Two triages that name each other's latest word were made up to do so: neither
// silences the other, and the higher counts.
func TestTriagesThatReplaceEachOtherBothCount(t *testing.T) {
	s := newStory()
	for _, line := range []string{"households sari wati joko", "steward wati", "steward joko",
		`sari asks r1 "Air minum" water.drinking 4 L low`, "at +1h"} {
		if _, err := s.hear(t, line); err != nil {
			t.Fatal(line, err)
		}
	}
	then := crdt.StampAt(s.now)
	says := func(by, of string, u record.Urgency) {
		other := protocol.Birth{Device: s.devices[of].id(), Stamp: then}
		m := &record.Triage{Target: s.ref("r1"), Urgency: u, Said: record.Urgency_URGENCY_LOW,
			Supersedes: []*record.Judged{{Triage: record.BirthOf(other), Stamp: uint64(then)}}}
		if err := s.begin(s.devices[by], by, "r1", nil, m); err != nil {
			t.Fatal(err)
		}
	}
	says("wati", "joko", record.Urgency_URGENCY_MEDIUM)
	says("joko", "wati", record.Urgency_URGENCY_HIGH)
	item, _ := s.board.At(s.now).Item(s.names["r1"].birth.Record())
	for _, x := range item.Judgement.Triages {
		if x.Birth.Stamp != then || x.Replaced {
			t.Errorf("%s is replaced: %v, at %v, want %v", s.nameOf(x.ID), x.Replaced, x.Birth.Stamp, then)
		}
	}
	if item.Urgency() != record.Urgency_URGENCY_HIGH || len(item.Judgement.Triages) != 2 {
		t.Errorf("%v counts, of %d", item.Urgency(), len(item.Judgement.Triages))
	}
}
