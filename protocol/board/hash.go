package board

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"

	"gotong/protocol/record"
)

// Hash returns the hash of the fold: equal on all nodes that have heard the
// same facts under the same roster. It covers every record's joined fields,
// also of kinds this node cannot read, and what is derived from them
// (DESIGN.md, What is hashed).
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
		if e.kind != record.Kind_KIND_UNKNOWN {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, compareEntries)
	all := sha256.New()
	for _, e := range entries {
		b.write(all, e)
	}
	return [32]byte(all.Sum(nil))
}

func (b *Board) write(h hash.Hash, e *entry) {
	r := b.read(e)
	h.Write(r.ID[:])
	h.Write(r.Owner[:])
	number(h, uint64(r.Kind), uint64(len(r.Fields)))
	for _, n := range r.Fields.Numbers() {
		f := r.Fields[n]
		number(h, uint64(n), uint64(f.Stamp), uint64(len(f.Value)))
		h.Write(f.Value)
	}
	if isItem(e.kind) && r.Content != nil {
		b.coverage(e, r, neverLapsed).write(h)
	}
}

func (c *Coverage) write(h hash.Hash) {
	number(h, uint64(c.State), uint64(len(c.Lines)), uint64(len(c.Pledges)))
	for _, l := range c.Lines {
		number(h, uint64(l.Line.Line), uint64(l.Pledged), uint64(l.Standby), uint64(l.Transit), uint64(l.Delivered), uint64(l.Received))
	}
	for _, p := range c.Pledges {
		h.Write(p.ID[:])
		number(h, bit(p.Accepted), bit(p.Live))
		for _, l := range c.Lines {
			n := l.Line.Line
			number(h, uint64(of(p.Effective, n)), uint64(of(p.Standby, n)), uint64(of(p.Received, n)))
		}
	}
}

func number(h hash.Hash, values ...uint64) {
	var b [8]byte
	for _, v := range values {
		binary.BigEndian.PutUint64(b[:], v)
		h.Write(b[:])
	}
}

func bit(yes bool) uint64 {
	if yes {
		return 1
	}
	return 0
}
