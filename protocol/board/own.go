package board

import (
	"bytes"
	"cmp"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Part returns what a device says of a record: of several places, the one with
// the newest fact.
func (b *Board) Part(id protocol.RecordID, device protocol.DeviceID) (Fact, bool) {
	e, ok := b.entries[id]
	if !ok {
		return Fact{}, false
	}
	var newest *said
	for s := e.parts; s != nil; s = s.next {
		if s.by.device == device && (newest == nil || compareSaid(s, newest) > 0) {
			newest = s
		}
	}
	if newest == nil {
		return Fact{}, false
	}
	return newest.fact(), true
}

func compareSaid(a, b *said) int {
	return cmp.Or(cmp.Compare(a.stamp, b.stamp), bytes.Compare(a.cell[:], b.cell[:]))
}

// Standing returns the record of which a place says something, and its kind;
// false where nothing stands.
func (b *Board) Standing(at Place) (protocol.RecordID, record.Kind, bool) {
	w, ok := b.writers[at.Device]
	if !ok {
		return protocol.RecordID{}, record.Kind_KIND_UNKNOWN, false
	}
	i, found := w.find(at.Slot)
	if !found {
		return protocol.RecordID{}, record.Kind_KIND_UNKNOWN, false
	}
	return w.said[i].of.id, w.said[i].of.kind, true
}

// Facts returns a device's facts by slot.
func (b *Board) Facts(device protocol.DeviceID) []Fact {
	w, ok := b.writers[device]
	if !ok {
		return nil
	}
	var own []Fact
	for _, s := range w.said {
		own = append(own, s.fact())
	}
	return own
}

// Over reports whether nothing more is expected of a record, so that its
// device may use its slot anew: it ended, or what it is about did.
func (v View) Over(id protocol.RecordID) bool {
	r, ok := v.board.Record(id)
	if !ok {
		return true
	}
	if item, ok := v.Item(id); ok {
		return item.Ended()
	}
	switch m := r.Content.(type) {
	case *record.Pledge:
		return v.pledgeOver(r, m)
	case *record.Acceptance:
		return m.TakenBack || v.overAt(m.Request)
	case *record.Receipt:
		return v.overAt(m.Request)
	case *record.Comment:
		return v.overAt(m.Target)
	case *record.Contact:
		return len(m.Sealed) == 0
	case *record.Triage:
		return v.overAt(m.Target)
	case *record.Link:
		return m.TakenBack || v.overAt(m.From) && v.overAt(m.To)
	case *record.Acknowledgement:
		return v.overAt(m.Notice)
	case *record.Moderation:
		return m.TakenBack || v.now > sure(since(r)+hiddenByTwo)
	case *record.Flag:
		return v.now > sure(r.Created()+flagHolds)
	case *record.Rsvp:
		return v.answerOver(m)
	case *record.Stock:
		return v.overAt(m.Resource)
	case *record.Member:
		return m.Ended
	case *record.ProjectPart:
		return m.TakenOut || v.overAt(m.Project)
	case *record.Recommendation:
		return m.TakenBack || v.overAt(m.Guide)
	}
	return v.overAlone(r)
}

// overAlone says the same of a record that is about no other.
func (v View) overAlone(r *Record) bool {
	switch m := r.Content.(type) {
	case *record.Notice:
		return v.now > sure(noticeEnds(m, noticeKey(r, m).Sent))
	case *record.Organisation:
		return m.Ended
	case *record.Event:
		return v.eventOver(r, m)
	case *record.Resource:
		return resourceOver(m)
	case *record.Guide:
		return m.Ended
	case *record.Project:
		return projectOver(m)
	}
	return v.careOver(r) || v.decisionOver(r)
}

// overAt says the same of what a reference names, be it about no other; what
// has not arrived is not over. It follows no further, since references can be
// made to go in circles.
func (v View) overAt(ref *record.Birth) bool {
	birth, ok := ref.Place()
	if !ok {
		return false
	}
	target, state := v.Reference(birth)
	if state != Here {
		return state == Ended
	}
	if item, ok := v.Item(target.ID); ok {
		return item.Ended()
	}
	return v.overAlone(target)
}
