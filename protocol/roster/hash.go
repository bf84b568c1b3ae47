package roster

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"

	"gotong/protocol"
)

// Hash returns a digest of the verdict: households and their standing, devices,
// valid revocations with what they keep, and epochs. Nodes that keep the same
// operations have the same one.
func (r *Roster) Hash() [32]byte {
	w := digest{sha256.New()}
	for _, m := range r.Members() {
		w.ids(m.ID, m.Inviter, m.Voucher, m.Formerly)
		w.numbers(uint32(m.Standing), uint32(m.Role), uint32(m.Offered), m.Slots)
	}
	for _, d := range r.Devices() {
		w.ids(d.ID, d.Household)
		w.Write(d.Seal[:])
		w.numbers(d.Incarnation, bit(d.Revoked), bit(d.Serve))
	}
	for _, rev := range r.validByID() {
		w.ids(rev.op.id, rev.about.id)
		keep := rev.kept()
		w.numbers(uint32(len(keep)))
		for _, id := range keep {
			w.ids(id)
		}
	}
	for _, e := range r.epochOrder {
		w.ids(e.op.id)
		w.numbers(uint32(e.number), bit(e.clean))
	}
	return [32]byte(w.Sum(nil))
}

type digest struct{ hash.Hash }

func (w digest) ids(ids ...[16]byte) {
	for _, id := range ids {
		w.Write(id[:])
	}
}

func (w digest) numbers(ns ...uint32) {
	var b [4]byte
	for _, n := range ns {
		binary.BigEndian.PutUint32(b[:], n)
		w.Write(b[:])
	}
}

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// validByID returns the valid revocations in a fixed order.
func (r *Roster) validByID() []*revocation {
	revs := slices.Clone(r.revocations)
	slices.SortFunc(revs, func(a, b *revocation) int { return slices.Compare(a.op.id[:], b.op.id[:]) })
	return revs
}

// kept returns everything a revocation keeps, by id.
func (rev *revocation) kept() []protocol.ID {
	ids := make([]protocol.ID, 0, len(rev.keep))
	for id := range rev.keep {
		ids = append(ids, id)
	}
	sortIDs(ids)
	return ids
}
