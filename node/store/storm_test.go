package store_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/node/store/storetest"
)

var fullDisks = flag.Int("fulldisks", 3, "rounds of TestWritersOutliveADiskThatOthersFill")

// outcome is what became of one write of a writer in the storm.
type outcome struct {
	slots []storetest.Slot
	own   bool
	err   error
}

// TestWritersOutliveADiskThatOthersFill has writers at work while somebody
// else takes all of the disk at once, but for what has still to be written out
// of memory.
func TestWritersOutliveADiskThatOthersFill(t *testing.T) {
	mount := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", mount).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", mount).Run() })
	s := openIn(t, filepath.Join(mount, "store"), store.Options{})
	outcomes, stop := make(chan outcome), make(chan struct{})
	for w := range uint32(4) {
		go writeInStorm(t, s, w, outcomes, stop)
	}

	newest := map[string]crdt.Stamp{}
	until := func(enough func(outcome) bool) {
		for count := 0; count < 10; {
			o := <-outcomes
			if o.err != nil && !errors.Is(o.err, store.ErrFull) {
				t.Fatal(o.err)
			}
			for _, slot := range o.slots {
				if o.err == nil {
					newest[address(slot)] = slot.Cells[0].Stamp
				}
			}
			if enough(o) {
				count++
			}
		}
	}
	for range *fullDisks {
		until(func(o outcome) bool { return o.err == nil && !o.own })
		fill(t, mount, store.ClosingNeed)
		until(func(o outcome) bool { return o.err != nil && o.own })
		must(t, os.Remove(filepath.Join(mount, "filler")))
	}
	until(func(o outcome) bool { return o.err == nil && !o.own })
	close(stop)

	for got, err := range s.Slots(home) {
		must(t, err)
		if got.Cells[0].Stamp >= newest[address(got)] {
			delete(newest, address(got))
		}
	}
	if len(newest) > 0 {
		t.Errorf("lost %d acknowledged cells", len(newest))
	}
	must(t, s.Close())
}

// writeInStorm writes single cells and heaps of them, as this household if w
// is 0 and as others if not.
func writeInStorm(t *testing.T, s store.Store, w uint32, outcomes chan<- outcome, stop <-chan struct{}) {
	a := storetest.NewAuthor(w)
	for stamp := crdt.Stamp(1); ; stamp++ {
		o := outcome{own: w == 0}
		for range 1 + rand.IntN(2)*rand.IntN(500) {
			slot := uint32(rand.IntN(1000))
			o.slots = append(o.slots, a.Slot(slot, a.Cell(home, slot, stamp, 1000)))
		}
		o.err = s.Append(t.Context(), home, store.Change{Own: o.own, Slots: o.slots})
		select {
		case outcomes <- o:
		case <-stop:
			return
		}
	}
}
