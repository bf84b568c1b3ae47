package board

import (
	"bytes"
	"cmp"
	"slices"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// household is one that a device or a record belongs to under the roster.
type household struct {
	id       protocol.HouseholdID
	profiles []*entry
	profile  *Record // the one that is shown, once somebody asked
}

// writer is a device with what its cells say, by slot.
type writer struct {
	device protocol.DeviceID
	member *household // nil where the roster does not know the device
	said   []*said
}

// said is what the cell in one place says of a record, still encoded.
type said struct {
	by    *writer
	slot  uint32
	stamp crdt.Stamp
	cell  protocol.ID
	body  []byte
	of    *entry
	next  *said // of the same record, in another place
}

// entry is a record, or what is known of one that others point at before it
// arrives or after it ended: then its kind is KIND_UNKNOWN.
type entry struct {
	id      protocol.RecordID
	owner   *household
	kind    record.Kind
	listed  listed     // in the index of requests and offers
	born    crdt.Stamp // by its writer's clock
	origin  uint64     // key in origins, 0 for none
	parts   *said      // of any household; those of others count for nothing
	subject *entry     // what this record is about, if anything
	about   []*entry   // the records that are about this one
}

func (b *Board) household(id protocol.HouseholdID) *household {
	h, ok := b.households[id]
	if !ok {
		h = &household{id: id}
		b.households[id] = h
	}
	return h
}

// householdOf returns the household of a device, nil if the roster has none.
func (b *Board) householdOf(d protocol.DeviceID) *household {
	id, ok := b.roster.Household(d)
	if !ok {
		return nil
	}
	return b.household(id)
}

func (b *Board) writer(d protocol.DeviceID) *writer {
	w, ok := b.writers[d]
	if !ok {
		w = &writer{device: d, member: b.householdOf(d)}
		b.writers[d] = w
	}
	return w
}

// entry returns the entry of a record, a new one where there is none.
func (b *Board) entry(id protocol.RecordID) *entry {
	e, ok := b.entries[id]
	if !ok {
		e = &entry{id: id}
		b.entries[id] = e
	}
	return e
}

// find returns where the slot is in w.said, or would be.
func (w *writer) find(slot uint32) (int, bool) {
	return slices.BinarySearchFunc(w.said, slot, func(s *said, slot uint32) int { return cmp.Compare(s.slot, slot) })
}

// put sets what a fact says of e at position at of w.said.
func (w *writer) put(at int, e *entry, f Fact) {
	s := &said{by: w, slot: f.Slot, stamp: f.Stamp, cell: f.ID, body: bytes.Clone(f.encoded()), of: e, next: e.parts}
	e.parts = s
	w.said = slices.Insert(w.said, at, s)
}

// drop takes out what stands at position at of w.said, and returns the record
// it spoke of.
func (w *writer) drop(at int) *entry {
	s := w.said[at]
	w.said = slices.Delete(w.said, at, at+1)
	link := &s.of.parts
	for *link != s {
		link = &(*link).next
	}
	*link = s.next
	return s.of
}

// encoded returns the body of a fact, also of one that was put together here.
func (f Fact) encoded() []byte {
	if f.body != nil {
		return f.body
	}
	body, err := f.Part.Encode(f.Device, f.Slot, f.Stamp)
	if err != nil {
		panic("board: " + err.Error()) // numbers and bytes always encode
	}
	return body
}

// is reports whether s says what f does.
func (s *said) is(f Fact) bool {
	return s.stamp == f.Stamp && s.cell == f.ID && bytes.Equal(s.body, f.encoded())
}

// fact decodes what s says; it decoded before it was put there.
func (s *said) fact() Fact {
	f, err := factOf(cell.Header{Device: s.by.device, Slot: s.slot, Stamp: s.stamp}, s.cell, s.body)
	if err != nil {
		panic("board: " + err.Error())
	}
	return f
}

// joined returns the parts of a record joined, those of the household that owns
// its birth, and that household. It is false where there are none or they say
// nothing. fresh, if there is one, spares decoding that part.
func (b *Board) joined(e *entry, fresh *Fact) (record.Part, *household, bool) {
	var whole record.Part
	var owner *household
	var others []record.Part
	for s := e.parts; s != nil; s = s.next {
		p := s.part(fresh)
		if owner = b.ownerOf(p.Birth, s.by); owner == nil || s.by.member != owner || len(p.Fields) == 0 {
			continue
		}
		if whole.Fields == nil {
			whole = p
		} else {
			others = append(others, p)
		}
	}
	if len(others) > 0 {
		whole = merge(append(others, whole))
	}
	return whole, owner, whole.Fields != nil
}

// ownerOf returns the household that owns a birth, nil if the roster has none;
// mostly it is that of the very device that says so.
func (b *Board) ownerOf(birth protocol.Birth, by *writer) *household {
	if birth.Device == by.device {
		return by.member
	}
	return b.householdOf(birth.Device)
}

func (s *said) part(fresh *Fact) record.Part {
	if fresh != nil && s.slot == fresh.Slot && s.by.device == fresh.Device {
		return fresh.Part
	}
	return s.fact().Part
}

// merge joins the parts of one record field by field. A household that gives a
// record two kinds gets the lower, everywhere alike.
func merge(parts []record.Part) record.Part {
	whole := record.Part{Birth: parts[0].Birth, Kind: parts[0].Kind, Fields: make(crdt.Fields)}
	for _, p := range parts {
		whole.Kind = min(whole.Kind, p.Kind)
		whole.Fields.Join(p.Fields)
	}
	return whole
}
