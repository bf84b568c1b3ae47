package board

import (
	"slices"

	"gotong/protocol/record"
)

// join makes a record anew from its parts, after what by says of it or the
// roster changed, and tells what changed.
func (b *Board) join(e *entry, by *writer, fresh *Fact) []Change {
	b.hash = nil
	was := e.kind
	b.unlink(e)
	if whole, owner, ok := b.joined(e, fresh); ok {
		b.link(e, whole, owner)
	}
	if (was == record.Kind_KIND_UNKNOWN) != (e.kind == record.Kind_KIND_UNKNOWN) {
		b.order.note(e.id)
	}
	b.tidy(e)
	switch {
	case e.kind == was && (was == record.Kind_KIND_UNKNOWN || by == nil || by.member != e.owner):
		return nil // what another household says of it counts for nothing
	case e.kind == record.Kind_KIND_UNKNOWN:
		return []Change{{ID: e.id, Kind: was, Gone: true}}
	}
	return []Change{{ID: e.id, Kind: e.kind}}
}

// link lists a record wherever it is looked for.
func (b *Board) link(e *entry, whole record.Part, owner *household) {
	e.kind, e.owner, e.born = whole.Kind, owner, whole.Birth.Stamp
	b.counts[e.kind]++
	if birth, ok := record.SubjectOf(e.kind, whole.Fields); ok {
		e.subject = b.entry(birth.Record())
		e.subject.about = append(e.subject.about, e)
		b.items.touch(e.subject)
	}
	if from := record.OriginOf(whole.Fields); from != "" {
		e.origin = originKey(owner.id, from)
		b.origins.add(e)
	}
	b.list(e)
	b.items.touch(e)
}

// unlink takes a record out of all lists.
func (b *Board) unlink(e *entry) {
	if e.kind == record.Kind_KIND_UNKNOWN {
		return
	}
	if b.counts[e.kind]--; b.counts[e.kind] == 0 {
		delete(b.counts, e.kind)
	}
	if s := e.subject; s != nil {
		e.subject, s.about = nil, without(s.about, e)
		b.items.touch(s)
		b.tidy(s)
	}
	b.origins.remove(e)
	b.unlist(e)
	b.items.touch(e)
	e.kind = record.Kind_KIND_UNKNOWN
}

// tidy forgets a record of which nobody says anything and at which nothing
// points.
func (b *Board) tidy(e *entry) {
	if e.parts == nil && len(e.about) == 0 {
		delete(b.entries, e.id)
	}
}

// without takes one out of entries, whose order means nothing.
func without(entries []*entry, e *entry) []*entry {
	i := slices.Index(entries, e)
	last := len(entries) - 1
	entries[i], entries[last] = entries[last], nil
	if last == 0 {
		return nil
	}
	return entries[:last]
}
