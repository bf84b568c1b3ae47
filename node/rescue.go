package node

import (
	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// hear takes in a cell from elsewhere. One of this very device is either what
// it wrote before its disk forgot, or a copy of it writes: either way a record
// that gives way in its slot moves to another one, and lives.
func (t *turn) hear(c cell.Cell) (bool, error) {
	if c.Device != t.h.parts.Identity.DeviceID() {
		return t.take(c)
	}
	before, err := t.kept(board.Place{Device: c.Device, Slot: c.Slot})
	if err != nil {
		return false, err
	}
	t.suspect(c, before)
	t.h.clock.raise(c.Stamp)
	lost, here := t.givesWay(c, before)
	changed, err := t.take(c)
	if err == nil && lost != nil {
		err = t.rescue(*lost, c.Slot, here)
	}
	return changed, err
}

// suspect raises the alarm where a cell can only come from a copy: it is later
// than all that was written before this run, and not of this run; or it shares
// its stamp with another.
func (t *turn) suspect(c cell.Cell, before cell.Kept) {
	twin := before.Newest != nil && before.Newest.Stamp == c.Stamp && before.Newest.ID() != c.ID()
	if twin || !t.h.wrote(c.ID()) && t.h.lately(c.Stamp) {
		t.h.cry(c.Slot, c.ID())
	}
}

// givesWay returns what is said in a slot and would be said nowhere once c has
// joined it, and whether it belongs into the same slot: of one record what only
// the older cell says; of two the older one, if this run wrote the other into a
// slot that seemed empty, or wrote the older one itself. Anything else was put
// out by this device on purpose, before its start.
func (t *turn) givesWay(c cell.Cell, before cell.Kept) (part *record.Part, here bool) {
	stands := before.Counting
	if stands == nil {
		return nil, false
	}
	older, newer := c, *stands
	if cell.After(c, *stands) {
		older, newer = *stands, c
	}
	lost, readable := t.h.part(older)
	wins, known := t.h.part(newer)
	switch {
	case !readable || !known:
		return nil, false
	case lost.Birth == wins.Birth:
		return onlyIn(lost, wins), true
	case older.ID() == stands.ID() && t.h.wrote(older.ID()), older.ID() == c.ID() && t.h.filledNow(c.Slot):
		return t.saidNowhere(lost, c.Slot), false
	}
	return nil, false
}

// onlyIn returns both parts of one record joined, nil where the newer says all
// that the older says.
func onlyIn(older, newer record.Part) *record.Part {
	joined := record.Part{Birth: newer.Birth, Kind: newer.Kind, Fields: make(crdt.Fields)}
	joined.Fields.Join(newer.Fields)
	more := false
	for field, a := range older.Fields {
		more = joined.Fields.Set(field, a) || more
	}
	if !more {
		return nil
	}
	return &joined
}

// saidNowhere returns a part unless this device says it in another slot too.
func (t *turn) saidNowhere(p record.Part, slot uint32) *record.Part {
	f, ok := t.h.board.Part(p.Birth.Record(), t.h.parts.Identity.DeviceID())
	if ok && f.Slot != slot {
		return nil
	}
	return &p
}

// part reads what a cell says.
func (h *Neighbourhood) part(c cell.Cell) (record.Part, bool) {
	body, err := cell.Decrypt(h.id, c, h.keys[c.Epoch])
	if err != nil {
		return record.Part{}, false
	}
	fact, err := board.FactOf(c, body)
	return fact.Part, err == nil
}

// rescue says a part anew, in its slot or in a free one. What has no room is
// left: it stays with the neighbours that have it.
func (t *turn) rescue(p record.Part, slot uint32, here bool) error {
	me, key, err := t.writer()
	if err != nil {
		return nil
	}
	if !here {
		content, err := record.Content(p.Kind, p.Fields)
		if err != nil {
			return nil
		}
		if slot, err = t.freeSlot(me, content, t.h.board.At(t.h.parts.Now().UnixMilli())); err != nil {
			t.h.log.Warn("no slot left for what a copy of this device put out", "record", p.Birth.Record())
			return nil
		}
	}
	stamp, err := t.stamp(t.h.ctx, slot, p.Fields.Last())
	if err != nil {
		return err
	}
	t.records[p.Birth.Record()] = struct{}{}
	return t.seal(slot, stamp, key, p)
}

// wrote reports whether this run wrote a cell.
func (h *Neighbourhood) wrote(id protocol.ID) bool {
	_, mine := h.mine[id]
	return mine
}

// filledNow reports whether this run was the first to write into a slot, as far
// as its disk knows.
func (h *Neighbourhood) filledNow(slot uint32) bool {
	_, filled := h.filled[slot]
	return filled
}
