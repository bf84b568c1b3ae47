package board

import (
	"bytes"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Record returns a record by id.
func (b *Board) Record(id protocol.RecordID) (*Record, bool) {
	e, ok := b.entries[id]
	if !ok || e.kind == record.Kind_KIND_UNKNOWN {
		return nil, false
	}
	return b.read(e), true
}

// read decodes a record. What breaks a rule of its kind stays without content:
// kept and offered on, but not shown.
func (b *Board) read(e *entry) *Record {
	whole, owner, _ := b.joined(e, nil)
	r := &Record{ID: e.id, Birth: whole.Birth, Kind: whole.Kind, Owner: owner.id, Fields: whole.Fields, Common: new(record.Common)}
	m, common, err := record.Read(r.Kind, r.Fields)
	if err == nil {
		r.Content, r.Common = m, common
	} else if common, err := record.CommonOf(r.Fields); err == nil && record.Check(common) == nil {
		r.Common = common
	}
	return r
}

// readAll decodes the records that have content, in the order of their ids.
func (b *Board) readAll(entries []*entry) []*Record {
	var found []*Record
	for _, e := range slices.SortedFunc(slices.Values(entries), compareEntries) {
		if r := b.read(e); r.Content != nil {
			found = append(found, r)
		}
	}
	return found
}

// readAbout does so with the records of these kinds that are about e.
func (b *Board) readAbout(e *entry, kinds ...record.Kind) []*Record {
	about := slices.Clone(e.about)
	return b.readAll(slices.DeleteFunc(about, func(x *entry) bool { return !slices.Contains(kinds, x.kind) }))
}

func compareEntries(x, y *entry) int { return compareIDs(x.id, y.id) }

func compareIDs(a, b protocol.RecordID) int { return bytes.Compare(a[:], b[:]) }
