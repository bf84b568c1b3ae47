package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"gotong/node/store"
	"gotong/protocol"
)

func open(t testing.TB, p Place) store.Store {
	t.Helper()
	s, err := p.Open()
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func point(t testing.TB, s store.Store, n protocol.NeighbourhoodID, a Author, slot uint32) Slot {
	t.Helper()
	got, err := s.Slot(n, a.Device, slot)
	must(t, err)
	return got
}

func scan(t testing.TB, s store.Store, n protocol.NeighbourhoodID) (all []Slot) {
	t.Helper()
	for got, err := range s.Slots(n) {
		must(t, err)
		all = append(all, got)
	}
	return all
}

func scanOps(t testing.TB, s store.Store, n protocol.NeighbourhoodID) (all []Op) {
	t.Helper()
	for got, err := range s.Ops(n) {
		must(t, err)
		all = append(all, got)
	}
	return all
}

func byAddress(a, b Slot) int {
	if c := bytes.Compare(a.Device[:], b.Device[:]); c != 0 {
		return c
	}
	return int(a.Slot) - int(b.Slot)
}

// sameSlots compares regardless of the order of the slots, but not of the
// cells in one.
func sameSlots(t testing.TB, got, want []Slot) {
	t.Helper()
	if g, w := written(got), written(want); !slices.Equal(g, w) {
		t.Errorf("slots:\n got %v\nwant %v", g, w)
	}
}

func written(slots []Slot) (lines []string) {
	for _, s := range slices.SortedFunc(slices.Values(slots), byAddress) {
		line := fmt.Sprintf("%v/%d:", s.Device, s.Slot)
		for _, c := range s.Cells {
			line += fmt.Sprintf(" %v of %d bytes", c.ID(), len(c.Raw()))
		}
		lines = append(lines, line)
	}
	return lines
}

func sameOps(t testing.TB, got, want []Op) {
	t.Helper()
	byID := func(a, b Op) int { return bytes.Compare(a.ID[:], b.ID[:]) }
	slices.SortFunc(want, byID)
	same := func(a, b Op) bool { return a.ID == b.ID && bytes.Equal(a.Raw, b.Raw) }
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("operations: got %d, want %d", len(got), len(want))
	}
}
