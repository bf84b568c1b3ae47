package board

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Hash returns the hash of the fold: equal on all nodes that have heard the
// same facts under the same roster. It covers every record's joined fields,
// also of kinds this node cannot read, and what is derived from them.
func (b *Board) Hash() [32]byte {
	all := sha256.New()
	for _, id := range slices.SortedFunc(maps.Keys(b.records), compareIDs) {
		d, ok := b.digests[id]
		if !ok {
			d = b.digest(b.records[id])
			b.digests[id] = d
		}
		all.Write(d[:])
	}
	return [32]byte(all.Sum(nil))
}

func (b *Board) digest(r *Record) [32]byte {
	h := sha256.New()
	h.Write(r.ID[:])
	h.Write(r.Owner[:])
	number(h, uint64(r.Kind))
	for _, n := range r.Fields.Numbers() {
		f := r.Fields[n]
		number(h, uint64(n), uint64(f.Stamp), uint64(len(f.Value)))
		h.Write(f.Value)
	}
	if c := b.folded(r); c != nil {
		c.write(h)
	}
	return [32]byte(h.Sum(nil))
}

func (c *Coverage) write(h hash.Hash) {
	number(h, uint64(c.State))
	for _, l := range c.Lines {
		number(h, uint64(l.Pledged), uint64(l.Standby), uint64(l.Transit), uint64(l.Received))
	}
	for _, p := range c.Pledges {
		h.Write(p.ID[:])
		for _, l := range c.Lines {
			number(h, uint64(of(p.Effective, l.Line.Line)), uint64(of(p.Standby, l.Line.Line)))
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

// folded returns the coverage of a request or an offer without time, nil for
// every other record.
func (b *Board) folded(r *Record) *Coverage {
	if r.Content == nil || (r.Kind != record.Kind_KIND_REQUEST && r.Kind != record.Kind_KIND_OFFER) {
		return nil
	}
	c, ok := b.derived[r.ID]
	if !ok {
		c = b.coverage(r, neverLapsed)
		b.derived[r.ID] = c
	}
	return c
}

// Record returns a record by id.
func (b *Board) Record(id protocol.RecordID) (*Record, bool) {
	r, ok := b.records[id]
	return r, ok
}
