package board

import (
	"bytes"
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Part returns what a device says of a record: of several places, the one with
// the newest fact.
func (b *Board) Part(id protocol.RecordID, device protocol.DeviceID) (Fact, bool) {
	var own []Fact
	for at, f := range b.parts[id] {
		if at.Device == device {
			own = append(own, f)
		}
	}
	if len(own) == 0 {
		return Fact{}, false
	}
	return slices.MaxFunc(own, compareFacts), true
}

func compareFacts(a, b Fact) int {
	return cmp.Or(cmp.Compare(a.Stamp, b.Stamp), bytes.Compare(a.ID[:], b.ID[:]))
}

// Facts returns a device's facts by slot.
func (b *Board) Facts(device protocol.DeviceID) []Fact {
	var own []Fact
	for at, f := range b.facts {
		if at.Device == device {
			own = append(own, f)
		}
	}
	slices.SortFunc(own, func(x, y Fact) int { return cmp.Compare(x.Slot, y.Slot) })
	return own
}

// Over reports whether nothing more is expected of a record, so that its
// device may use its slot anew: it ended, or what it is about did.
func (v View) Over(id protocol.RecordID) bool {
	r, ok := v.board.records[id]
	if !ok {
		return true
	}
	if item, ok := v.item(r); ok {
		return item.Ended()
	}
	switch m := r.Content.(type) {
	case *record.Pledge:
		return !standing(m) || v.overAt(m.Target)
	case *record.Acceptance:
		return m.TakenBack || v.overAt(m.Request)
	case *record.Receipt:
		return v.overAt(m.Request)
	case *record.Comment:
		return v.overAt(m.Target)
	}
	return false
}

// overAt says the same of whatever a reference names; what has not arrived is
// not over.
func (v View) overAt(ref *record.Birth) bool {
	birth, ok := ref.Place()
	if !ok {
		return false
	}
	switch target, state := v.Reference(birth); state {
	case Here:
		return v.Over(target.ID)
	case Ended:
		return true
	}
	return false
}
