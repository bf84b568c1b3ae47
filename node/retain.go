package node

import (
	"context"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// mostForgotten bounds what one look takes back, so that a node that was off
// for half a year does not write everything at once.
const mostForgotten = 32

// forgetEnded takes back what this device said of things that ended half a year
// ago: it says nothing in their slots, and everybody who hears that has the
// words no longer. Only the device itself can do so without anybody's boards
// parting, and only by a clock that is right.
func (t *turn) forgetEnded() {
	_, key, err := t.scribe()
	if err != nil {
		return
	}
	now, forgotten := t.h.board.At(t.h.parts.Now().UnixMilli()), 0
	for _, f := range t.h.board.Facts(t.h.parts.Identity.DeviceID()) {
		if forgotten == mostForgotten || !t.h.forgettable(now, f.Part.Birth.Record()) {
			continue
		}
		if err := t.sayNothing(f, key); err != nil {
			t.h.log.Warn("what ended long ago was not taken back", "err", err)
			return
		}
		forgotten++
	}
}

func (h *Neighbourhood) forgettable(now board.View, id protocol.RecordID) bool {
	at, ended := now.EndedAt(id)
	return ended && h.age.ripe(cell.DayAt(at)+board.KeptDays)
}

// sayNothing puts a record without a word into the place of a fact.
func (t *turn) sayNothing(f board.Fact, key cell.Key) error {
	stamp, err := t.stamp(context.Background(), f.Slot)
	if err != nil {
		return err
	}
	birth := protocol.Birth{Device: f.Device, Slot: f.Slot, Stamp: stamp}
	return t.seal(f.Slot, stamp, key, record.Part{Birth: birth, Kind: f.Part.Kind})
}
