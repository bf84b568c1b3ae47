package board

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"gotong/protocol/record"
)

// Hash returns the hash of the fold: equal on all nodes that have heard the
// same facts under the same roster. It covers every record's joined fields,
// also of kinds this node cannot read, but not contacts, and what is derived
// from them (DESIGN.md, What is hashed).
func (b *Board) Hash() [32]byte {
	if b.hash == nil {
		h := b.sum()
		b.hash = &h
	}
	return *b.hash
}

func (b *Board) sum() [32]byte {
	var entries []*entry
	for _, e := range b.entries {
		if e.kind != record.Kind_KIND_UNKNOWN && !erasable(e.kind) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, compareEntries)
	all := sha256.New()
	var bytes []byte
	for _, e := range entries {
		bytes = b.append(bytes[:0], e)
		all.Write(bytes)
	}
	return [32]byte(all.Sum(nil))
}

// append appends what is hashed of a record.
func (b *Board) append(to []byte, e *entry) []byte {
	d := b.decode(e)
	r := d.Record
	to = append(append(to, r.ID[:]...), r.Owner[:]...)
	to = numbers(to, int64(r.Kind), int64(len(r.Fields)))
	for _, n := range r.Fields.Numbers() {
		f := r.Fields[n]
		to = append(numbers(to, int64(n), int64(f.Stamp), int64(len(f.Value))), f.Value...)
	}
	if isItem(e.kind) && r.Content != nil {
		to = d.coverage(neverLapsed).append(numbers(to, int64(d.judged.Urgency)))
	}
	if p, ok := b.poll(e, r); ok {
		to = p.append(to)
	}
	return to
}

func (c *Coverage) append(to []byte) []byte {
	to = numbers(to, int64(c.State), int64(len(c.Lines)), int64(len(c.Pledges)))
	for _, l := range c.Lines {
		to = numbers(to, int64(l.Line.Line), l.Pledged, l.Standby, l.Transit, l.Delivered, l.Received)
	}
	for _, p := range c.Pledges {
		to = numbers(append(to, p.ID[:]...), bit(p.Accepted), bit(p.Live))
		for _, l := range c.Lines {
			n := l.Line.Line
			to = numbers(to, of(p.Effective, n), of(p.Standby, n), of(p.Received, n))
		}
	}
	return to
}

// numbers appends each in eight bytes, big endian.
func numbers(to []byte, values ...int64) []byte {
	for _, v := range values {
		to = binary.BigEndian.AppendUint64(to, uint64(v))
	}
	return to
}

func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
