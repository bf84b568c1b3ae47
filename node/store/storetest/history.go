package storetest

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/protocol"
)

// history is a store beside the map it must behave like.
type history struct {
	t     *testing.T
	place Place
	store store.Store
	n     protocol.NeighbourhoodID
	slots map[uint32]Slot // of ana
	ops   map[uint32]Op
	stamp crdt.Stamp
}

// anyHistory draws changes and reopenings in any order, each history in a
// neighbourhood of its own within one store.
func anyHistory(t *testing.T, p Place) {
	s := open(t, p)
	count := uint32(1000)
	rapid.Check(t, func(r *rapid.T) {
		count++
		h := &history{t: t, place: p, store: s, n: Neighbourhood(count), slots: map[uint32]Slot{}, ops: map[uint32]Op{}}
		r.Repeat(map[string]func(*rapid.T){"change": h.change, "reopen": h.reopen, "": h.compare})
		s = h.store
	})
	t.Cleanup(func() { s.Close() })
}

func (h *history) change(r *rapid.T) {
	var c Change
	for range rapid.IntRange(1, 4).Draw(r, "slots") {
		slot := rapid.Uint32Range(0, 5).Draw(r, "slot")
		s := ana.Slot(slot)
		for range rapid.IntRange(0, 2).Draw(r, "cells") {
			h.stamp++
			s.Cells = append(s.Cells, ana.Cell(h.n, slot, h.stamp, rapid.IntRange(0, 900).Draw(r, "size")))
		}
		c.Slots, h.slots[slot] = append(c.Slots, s), s
	}
	i := rapid.Uint32Range(0, 5).Draw(r, "op")
	if rapid.Bool().Draw(r, "put") {
		h.ops[i] = OpOf(i, 40)
		c.PutOps = append(c.PutOps, h.ops[i])
	} else {
		delete(h.ops, i)
		c.DropOps = append(c.DropOps, OpOf(i, 40).ID)
	}
	must(h.t, h.store.Append(inTime, h.n, c))
}

// reopen is rarer than change, since it costs more.
func (h *history) reopen(r *rapid.T) {
	if rapid.IntRange(0, 24).Draw(r, "luck") > 0 {
		return
	}
	must(h.t, h.store.Close())
	var err error
	h.store, err = h.place.Open()
	must(h.t, err)
}

func (h *history) compare(r *rapid.T) {
	var want []Slot
	for slot, s := range h.slots {
		if len(s.Cells) > 0 {
			want = append(want, s)
		}
		sameSlots(h.t, []Slot{point(h.t, h.store, h.n, ana, slot)}, []Slot{s})
	}
	got := scan(h.t, h.store, h.n)
	sameSlots(h.t, got, want)
	ops := slices.Collect(maps.Values(h.ops))
	sameOps(h.t, scanOps(h.t, h.store, h.n), ops)
	if rapid.IntRange(0, 9).Draw(r, "look") == 0 {
		h.compareList(r, len(got)+len(ops) > 0)
	}
}

// compareList checks that h.n is listed if anything is kept of it.
func (h *history) compareList(r *rapid.T, kept bool) {
	all, err := h.store.Neighbourhoods()
	must(h.t, err)
	if slices.Contains(all, h.n) != kept {
		r.Errorf("%v is listed: %v", h.n, slices.Contains(all, h.n))
	}
	if !slices.IsSortedFunc(all, func(a, b protocol.NeighbourhoodID) int { return bytes.Compare(a[:], b[:]) }) {
		r.Errorf("not in order: %v", all)
	}
}
