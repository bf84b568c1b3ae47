package node

import (
	"testing"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Whoever reads through ten requests writes one cell, and again one for those
// that come within a minute.
func TestWhoReadsThroughManyRequestsWritesOneCell(t *testing.T) {
	var s sights
	now := time.Now()
	due := 0
	for i := range 10 {
		if after, is := s.note(protocol.Birth{Slot: uint32(i)}, now); is {
			due++
			if after != 0 {
				t.Errorf("the first is written only after %v", after)
			}
		}
	}
	if got := s.take(now); due != 1 || len(got) != 10 {
		t.Fatalf("%d writes are due, of %d requests", due, len(got))
	}
	after, is := s.note(protocol.Birth{Slot: 11}, now.Add(20*time.Second))
	if !is || after != seenPause-20*time.Second {
		t.Errorf("the next is written after %v (%v)", after, is)
	}
	if _, is := s.note(protocol.Birth{Slot: 12}, now.Add(21*time.Second)); is {
		t.Error("two writes are due at once")
	}
}

func TestANeighbourIsToldThatHerCriticalRequestWasSeenAndOfNoOther(t *testing.T) {
	_, _, atSari, atBudi := pairOf(t)
	trapped, err := atSari.Write(t.Context(), &record.Request{
		Title: "trapped", Urgency: record.Urgency_URGENCY_CRITICAL, Lines: []*record.Line{{Line: 1, Category: "rescue.trapped", Quantity: 2000}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	water := asks(t, atSari, "water")
	eventually(t, atBudi, "both are there", func(v board.View) bool { return titled("water")(v) && titled("trapped")(v) })
	for _, c := range []struct {
		at   *Neighbourhood
		id   protocol.RecordID
		told bool
	}{{atBudi, water, false}, {atSari, trapped, false}, {atBudi, protocol.RecordID{1}, false}, {atBudi, trapped, true}, {atBudi, trapped, true}} {
		if told, err := c.at.Saw(t.Context(), c.id); told != c.told || err != nil {
			t.Errorf("%v of %v: told %v, %v", c.at.ID(), c.id, told, err)
		}
	}
	budi, _ := atBudi.Me()
	eventually(t, atSari, "it was seen", func(v board.View) bool {
		return len(v.Seen()[trapped]) == 1 && v.Seen()[trapped][0] == budi
	})
	if err := atSari.Look(t.Context(), func(v board.View) {
		if len(v.Seen()) != 1 {
			t.Errorf("seen: %v", v.Seen())
		}
	}); err != nil {
		t.Fatal(err)
	}
}
