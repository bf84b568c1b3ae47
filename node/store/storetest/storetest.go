// Package storetest holds what every [store.Store] must do, as one suite run
// over the real thing and over its in-memory twin.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// Slot, Op and Change are those of package store.
type (
	Slot   = store.Slot
	Op     = store.Op
	Change = store.Change
)

// Place is where a store lies: it outlives the stores opened on it.
type Place struct {
	Open func() (store.Store, error)
	// Spoil flips a bit in the middle of what is kept of a slot; a store is open.
	Spoil func(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) bool
}

// Run runs the suite; place makes a new, empty place for each test.
func Run(t *testing.T, place func(t *testing.T) Place) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, p Place)
	}{
		{"WhatIsAppendedIsReadBack", readBack},
		{"AChangeReplacesWhatItsSlotsHeld", replaces},
		{"ASlotWithoutCellsIsForgotten", empties},
		{"NeighbourhoodsDoNotMix", noMixing},
		{"AScanIsOrderedByDeviceAndSlot", ordered},
		{"AScanSeesTheMomentItBegan", scanIsSnapshot},
		{"OperationsComeAndGo", operations},
		{"FactsOfThisMachineAreReplacedOneByOne", meta},
		{"ABulkChangeIsAllThereAfterReopening", bulkReopened},
		{"ARottenValueIsReportedByAddressAndHeals", rotten},
		{"OfTwoCellsTheGoodOneIsReturned", halfRotten},
		{"AStubIsKeptLikeAnyCell", stubs},
		{"ManyWritersAtOnceLoseNothing", manyWriters},
		{"AnEndedContextOnlyStopsTheWaiting", endedContext},
		{"ACellIsNotTakenForAnotherSlot", wrongSlot},
		{"OneStoreAtATime", oneAtATime},
		{"AClosedStoreSaysSo", closed},
		{"ClosingDoesNotBreakAScan", closingWhileReading},
		{"ClosingLosesNothingAcknowledged", closingWhileWriting},
		{"AnyHistoryEndsAsAMapWould", anyHistory},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, place(t)) })
	}
}

var (
	home   = Neighbourhood(1)
	away   = Neighbourhood(2)
	ana    = NewAuthor(1)
	budi   = NewAuthor(2)
	inTime = context.Background()
)

func readBack(t *testing.T, p Place) {
	s := open(t, p)
	newest, counting := ana.Cell(home, 3, 20, 100), ana.Cell(home, 3, 10, 4)
	want := []Slot{ana.Slot(3, newest, counting), ana.Slot(4, ana.Cell(home, 4, 1, protocol.MaxBody))}
	ops := []Op{OpOf(1, 90), OpOf(2, protocol.MaxOp)}
	must(t, s.Append(inTime, home, Change{Slots: want, PutOps: ops}))

	sameSlots(t, scan(t, s, home), want)
	sameOps(t, scanOps(t, s, home), ops)
	sameSlots(t, []Slot{point(t, s, home, ana, 3)}, want[:1])
	if got := point(t, s, home, budi, 3); len(got.Cells) != 0 || got.Device != budi.Device || got.Slot != 3 {
		t.Errorf("a slot nobody filled: got %+v", got)
	}
}

func replaces(t *testing.T, p Place) {
	s := open(t, p)
	must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(1, ana.Cell(home, 1, 9, 0), ana.Cell(home, 1, 5, 0))}}))
	after := ana.Slot(1, ana.Cell(home, 1, 12, 30))
	must(t, s.Append(inTime, home, Change{Slots: []Slot{after}}))
	sameSlots(t, scan(t, s, home), []Slot{after})
}

func empties(t *testing.T, p Place) {
	s := open(t, p)
	stays := ana.Slot(2, ana.Cell(home, 2, 1, 0))
	must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(1, ana.Cell(home, 1, 1, 0)), stays}}))
	must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(1)}}))
	sameSlots(t, scan(t, s, home), []Slot{stays})
}

func noMixing(t *testing.T, p Place) {
	s := open(t, p)
	here, there := ana.Slot(1, ana.Cell(home, 1, 1, 0)), ana.Slot(1, ana.Cell(away, 1, 2, 0))
	must(t, s.Append(inTime, home, Change{Slots: []Slot{here}}))
	must(t, s.Append(inTime, away, Change{Slots: []Slot{there}}))
	onlyOps := Neighbourhood(3)
	must(t, s.Append(inTime, onlyOps, Change{PutOps: []Op{OpOf(1, 9)}}))

	sameSlots(t, scan(t, s, home), []Slot{here})
	sameSlots(t, scan(t, s, away), []Slot{there})
	got, err := s.Neighbourhoods()
	must(t, err)
	want := []protocol.NeighbourhoodID{home, away, onlyOps}
	slices.SortFunc(want, func(a, b protocol.NeighbourhoodID) int { return bytes.Compare(a[:], b[:]) })
	if !slices.Equal(got, want) {
		t.Errorf("neighbourhoods: got %v, want %v", got, want)
	}
}

func ordered(t *testing.T, p Place) {
	s := open(t, p)
	for _, slot := range []uint32{256, 1, 4095, 255} {
		for _, a := range []Author{budi, ana} {
			must(t, s.Append(inTime, home, Change{Slots: []Slot{a.Slot(slot, a.Cell(home, slot, 1, 0))}}))
		}
	}
	got := scan(t, s, home)
	if len(got) != 8 || !slices.IsSortedFunc(got, byAddress) {
		t.Errorf("not in order: %v", got)
	}
}

func scanIsSnapshot(t *testing.T, p Place) {
	s := open(t, p)
	for slot := range uint32(20) {
		must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(slot, ana.Cell(home, slot, 1, 0))}}))
	}
	seen := 0
	for got, err := range s.Slots(home) {
		must(t, err)
		must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(got.Slot+100, ana.Cell(home, got.Slot+100, 1, 0)), ana.Slot(19)}}))
		seen++
	}
	if seen != 20 {
		t.Errorf("saw %d slots of the 20 there were", seen)
	}
}

func operations(t *testing.T, p Place) {
	s := open(t, p)
	one, two, three := OpOf(1, 20), OpOf(2, 20), OpOf(3, 20)
	must(t, s.Append(inTime, home, Change{PutOps: []Op{one, two}}))
	must(t, s.Append(inTime, home, Change{PutOps: []Op{three}, DropOps: []protocol.ID{one.ID}}))
	sameOps(t, scanOps(t, s, home), []Op{two, three})
	if err := s.Append(inTime, home, Change{PutOps: []Op{OpOf(4, protocol.MaxOp+1)}}); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("an operation too large: %v", err)
	}
}

func meta(t *testing.T, p Place) {
	s := open(t, p)
	none, err := s.Meta("floor")
	if none != nil || err != nil {
		t.Errorf("a fact never kept: %v, %v", none, err)
	}
	must(t, s.PutMeta(inTime, "floor", []byte("1")))
	must(t, s.PutMeta(inTime, "floor", []byte("2")))
	must(t, s.PutMeta(inTime, "floors", []byte{}))
	got, err := s.Meta("floor")
	if string(got) != "2" || err != nil {
		t.Errorf("floor: %q, %v", got, err)
	}
	if err := s.PutMeta(inTime, "big", make([]byte, store.MaxMeta+1)); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("a fact too large: %v", err)
	}
}

func bulkReopened(t *testing.T, p Place) {
	s := open(t, p)
	var want []Slot
	for slot := range uint32(1500) {
		want = append(want, ana.Slot(slot, ana.Cell(home, slot, 7, 300)), budi.Slot(slot, budi.Cell(home, slot, 7, 40)))
	}
	must(t, s.Append(inTime, home, Change{Slots: want}))
	must(t, s.PutMeta(inTime, "floor", []byte("2")))
	must(t, s.Close())

	s = open(t, p)
	sameSlots(t, scan(t, s, home), want)
	if got, err := s.Meta("floor"); string(got) != "2" || err != nil {
		t.Errorf("floor: %q, %v", got, err)
	}
}

func rotten(t *testing.T, p Place) {
	s := open(t, p)
	var all []Slot
	for slot := range uint32(5) {
		all = append(all, ana.Slot(slot, ana.Cell(home, slot, 1, 200)))
	}
	must(t, s.Append(inTime, home, Change{Slots: all}))
	if !p.Spoil(home, ana.Device, 2) {
		t.Fatal("nothing to spoil")
	}

	var good, bad []Slot
	for got, err := range s.Slots(home) {
		if errors.Is(err, store.ErrBadValue) {
			bad = append(bad, got)
			continue
		}
		must(t, err)
		good = append(good, got)
	}
	sameSlots(t, bad, []Slot{ana.Slot(2)})
	sameSlots(t, good, slices.Delete(slices.Clone(all), 2, 3))
	if got, err := s.Slot(home, ana.Device, 2); !errors.Is(err, store.ErrBadValue) || len(got.Cells) != 0 {
		t.Errorf("read alone: %v, %v", got, err)
	}
	must(t, s.Append(inTime, home, Change{Slots: all[2:3]}))
	sameSlots(t, scan(t, s, home), all)
}

func halfRotten(t *testing.T, p Place) {
	s := open(t, p)
	newest, counting := ana.Cell(home, 1, 2, 900), ana.Cell(home, 1, 1, 10)
	must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(1, newest, counting)}}))
	p.Spoil(home, ana.Device, 1) // the middle lies in the larger one
	got, err := s.Slot(home, ana.Device, 1)
	if !errors.Is(err, store.ErrBadValue) {
		t.Errorf("got %v", err)
	}
	sameSlots(t, []Slot{got}, []Slot{ana.Slot(1, counting)})
}

func stubs(t *testing.T, p Place) {
	s := open(t, p)
	whole := ana.Cell(home, 1, 1, 200)
	stub, err := cell.Parse(home, cell.StubOf(whole))
	must(t, err)
	must(t, s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(1, stub)}}))
	if got := point(t, s, home, ana, 1); !got.Cells[0].Stub() || got.Cells[0].ID() != whole.ID() {
		t.Errorf("got %v", got)
	}
}

func manyWriters(t *testing.T, p Place) {
	s := open(t, p)
	var group sync.WaitGroup
	for w := range uint32(16) {
		group.Go(func() {
			a := NewAuthor(100 + w)
			for slot := range uint32(40) {
				c := Change{Slots: []Slot{a.Slot(slot, a.Cell(home, slot, crdt.Stamp(w), 100))}}
				if err := s.Append(inTime, home, c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := scan(t, s, home); len(got) != 16*40 {
		t.Errorf("%d slots of %d", len(got), 16*40)
	}
}

func endedContext(t *testing.T, p Place) {
	s := open(t, p)
	over, cancel := context.WithCancel(inTime)
	cancel()
	if err := s.Append(over, home, Change{Slots: []Slot{ana.Slot(1, ana.Cell(home, 1, 1, 0))}}); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if err := s.PutMeta(over, "floor", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("meta: %v", err)
	}
	after := ana.Slot(2, ana.Cell(home, 2, 1, 0))
	must(t, s.Append(inTime, home, Change{Slots: []Slot{after}}))
	sameSlots(t, []Slot{point(t, s, home, ana, 2)}, []Slot{after})
}

func wrongSlot(t *testing.T, p Place) {
	s := open(t, p)
	c := ana.Cell(home, 1, 1, 0)
	for _, wrong := range []Slot{ana.Slot(2, c), budi.Slot(1, c), ana.Slot(1, c, c, c, c)} {
		if err := s.Append(inTime, home, Change{Slots: []Slot{wrong}}); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	sameSlots(t, scan(t, s, home), nil)
}

func oneAtATime(t *testing.T, p Place) {
	s := open(t, p)
	if other, err := p.Open(); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened twice: %v, %v", other, err)
	}
	must(t, s.Close())
	open(t, p)
}

func closed(t *testing.T, p Place) {
	s := open(t, p)
	must(t, s.Close())
	must(t, s.Close())
	_, slotErr := s.Slot(home, ana.Device, 1)
	_, metaErr := s.Meta("floor")
	_, listErr := s.Neighbourhoods()
	_, usageErr := s.Usage()
	errs := []error{slotErr, metaErr, listErr, usageErr, s.PutMeta(inTime, "floor", nil),
		s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(1, ana.Cell(home, 1, 1, 0))}})}
	for _, err := range s.Slots(home) {
		errs = append(errs, err)
	}
	for _, err := range s.Ops(home) {
		errs = append(errs, err)
	}
	if len(errs) != 8 {
		t.Errorf("%d answers", len(errs))
	}
	for i, err := range errs {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("answer %d: %v", i, err)
		}
	}
}

func closingWhileReading(t *testing.T, p Place) {
	s := open(t, p)
	var want, got []Slot
	for slot := range uint32(50) {
		want = append(want, ana.Slot(slot, ana.Cell(home, slot, 1, 100)))
	}
	must(t, s.Append(inTime, home, Change{Slots: want}))
	isClosed := make(chan error)
	for slot, err := range s.Slots(home) {
		must(t, err)
		if len(got) == 0 {
			go func() { isClosed <- s.Close() }()
		}
		got = append(got, slot)
	}
	must(t, <-isClosed)
	sameSlots(t, got, want)
}

func closingWhileWriting(t *testing.T, p Place) {
	s := open(t, p)
	var group sync.WaitGroup
	var last [4]crdt.Stamp // acknowledged, of each writer
	first := make(chan bool, len(last))
	for w := range uint32(len(last)) {
		group.Go(func() {
			for stamp := crdt.Stamp(1); ; stamp++ {
				err := s.Append(inTime, home, Change{Slots: []Slot{ana.Slot(w, ana.Cell(home, w, stamp, 100))}})
				if errors.Is(err, store.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				last[w] = stamp
				if stamp == 5 {
					first <- true
				}
			}
		})
	}
	<-first
	must(t, s.Close())
	group.Wait()
	s = open(t, p)
	for w, stamp := range last {
		got := point(t, s, home, ana, uint32(w))
		if stamp > 0 && (len(got.Cells) != 1 || got.Cells[0].Stamp != stamp) {
			t.Errorf("writer %d: acknowledged %v, got %v", w, stamp, got)
		}
	}
}
