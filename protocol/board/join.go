package board

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

// join makes the record anew from its parts and tells what changed.
func (b *Board) join(id protocol.RecordID) []Change {
	old := b.records[id]
	if old != nil {
		b.unlink(old)
	}
	r := b.recordOf(id)
	if r != nil {
		b.link(r)
	}
	switch {
	case r != nil:
		return []Change{{ID: id, Kind: r.Kind}}
	case old != nil:
		return []Change{{ID: id, Kind: old.Kind, Gone: true}}
	}
	return nil
}

// recordOf joins the parts of the household that owns the birth; parts that
// other households write of it count for nothing.
func (b *Board) recordOf(id protocol.RecordID) *Record {
	r := &Record{ID: id, Fields: make(crdt.Fields)}
	var known bool
	for _, f := range b.parts[id] {
		if r.Owner, known = b.roster.Household(f.Part.Birth.Device); known {
			r.Birth = f.Part.Birth
			break
		}
	}
	for _, f := range b.parts[id] {
		if writer, ok := b.roster.Household(f.Device); known && ok && writer == r.Owner {
			r.add(f.Part)
		}
	}
	if len(r.Fields) == 0 {
		return nil
	}
	r.read()
	return r
}

// add joins one part. A household that gives one record two kinds gets the
// lower, everywhere alike.
func (r *Record) add(p record.Part) {
	if r.Kind == record.Kind_KIND_UNKNOWN || p.Kind < r.Kind {
		r.Kind = p.Kind
	}
	r.Fields.Join(p.Fields)
}

// read fills Common and Content. What breaks a rule of its kind stays without
// content: kept and offered on, but not shown.
func (r *Record) read() {
	r.Common = new(record.Common)
	if c, err := record.CommonOf(r.Fields); err == nil {
		r.Common = c
	}
	m, err := record.Content(r.Kind, r.Fields)
	if err == nil && record.Check(m) == nil {
		r.Content = m
	}
}

func (b *Board) link(r *Record) {
	b.records[r.ID] = r
	if b.kinds[r.Kind] == nil {
		b.kinds[r.Kind] = make(map[protocol.RecordID]*Record)
	}
	b.kinds[r.Kind][r.ID] = r
	if from := r.Common.Origin; from != "" {
		b.origins[origin{r.Owner, from}] = r.ID
	}
	for _, target := range targets(r.Content) {
		if b.about[target] == nil {
			b.about[target] = make(map[protocol.RecordID]struct{})
		}
		b.about[target][r.ID] = struct{}{}
	}
	b.touch(r)
}

func (b *Board) unlink(r *Record) {
	delete(b.records, r.ID)
	delete(b.kinds[r.Kind], r.ID)
	if at := (origin{r.Owner, r.Common.Origin}); b.origins[at] == r.ID {
		delete(b.origins, at)
	}
	for _, target := range targets(r.Content) {
		delete(b.about[target], r.ID)
		if len(b.about[target]) == 0 {
			delete(b.about, target)
		}
	}
	b.touch(r)
}

// touch drops what was derived from r: of itself and of what it points at.
func (b *Board) touch(r *Record) {
	for _, id := range append(targets(r.Content), r.ID) {
		delete(b.derived, id)
		delete(b.digests, id)
	}
}

// targets returns the records that m points at.
func targets(m proto.Message) []protocol.RecordID {
	switch m := m.(type) {
	case *record.Pledge:
		return ids(m.Target)
	case *record.Acceptance:
		return ids(m.Request, m.Pledge)
	case *record.Receipt:
		return ids(m.Request, m.Pledge)
	case *record.Comment:
		return ids(m.Target)
	}
	return nil
}

func ids(births ...*record.Birth) []protocol.RecordID {
	var found []protocol.RecordID
	for _, b := range births {
		if birth, ok := b.Place(); ok {
			found = append(found, birth.Record())
		}
	}
	return found
}

// sortedAbout returns the records of one kind that point at target, by id.
func (b *Board) sortedAbout(target protocol.RecordID, kind record.Kind) []*Record {
	var found []*Record
	for id := range b.about[target] {
		if r := b.records[id]; r != nil && r.Kind == kind && r.Content != nil {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(x, y *Record) int { return compareIDs(x.ID, y.ID) })
	return found
}
