package store_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/node/store/storetest"
)

const mib = 1 << 20

// disk stands in for the disk below a store: the test decides how many bytes
// are free on it, those in the ballast included.
type disk struct {
	dir   string
	spare atomic.Uint64
}

func diskWith(t *testing.T, spare uint64) *disk {
	d := &disk{dir: t.TempDir()}
	d.spare.Store(spare)
	return d
}

func (d *disk) free() (uint64, error) {
	spare := d.spare.Load()
	if d.hasBallast() {
		spare -= min(spare, store.LowWater)
	}
	return spare, nil
}

func (d *disk) hasBallast() bool {
	_, err := os.Stat(filepath.Join(d.dir, "ballast"))
	return !errors.Is(err, fs.ErrNotExist)
}

func (d *disk) open(t *testing.T) *store.Badger {
	t.Helper()
	return openIn(t, d.dir, store.Options{Free: d.free})
}

// put appends a cell to a slot of ana's.
func put(t *testing.T, s store.Store, own bool, slot uint32) error {
	t.Helper()
	c := store.Change{Own: own, Slots: []storetest.Slot{ana.Slot(slot, ana.Cell(home, slot, crdt.Stamp(1), 50))}}
	return s.Append(t.Context(), home, c)
}

// refused checks who may write in s: others, and this household.
func refused(t *testing.T, s store.Store, others, own bool) {
	t.Helper()
	for _, try := range []struct{ own, refused bool }{{false, others}, {true, own}} {
		err := put(t, s, try.own, 1)
		if errors.Is(err, store.ErrFull) != try.refused || (err != nil) != try.refused {
			t.Errorf("own %v: got %v, want refused %v", try.own, err, try.refused)
		}
	}
}

// kept checks that slot 1 of ana's can be read.
func kept(t *testing.T, s store.Store) {
	t.Helper()
	if got, err := s.Slot(home, ana.Device, 1); err != nil || len(got.Cells) != 1 {
		t.Errorf("reading: %v, %v", got, err)
	}
}

const mark = store.LowWater

func TestAFillingDiskRefusesOthersFirstAndWritesResumeByThemselves(t *testing.T) {
	d := diskWith(t, 1000*mib)
	s := d.open(t)
	for _, step := range []struct {
		spare                uint64
		others, own, ballast bool
	}{
		{1000 * mib, false, false, true},
		{3*mark + mib, false, false, true},
		{3*mark - mib, true, false, true},
		{2*mark + mib, true, false, true},
		{2*mark - mib, true, true, false},
		{0, true, true, false},
		{2*mark + mib, true, false, false},
		{1000 * mib, false, false, true},
	} {
		d.spare.Store(step.spare)
		refused(t, s, step.others, step.own)
		if d.hasBallast() != step.ballast {
			t.Errorf("at %d MiB: ballast %v", step.spare/mib, d.hasBallast())
		}
		kept(t, s)
		if u, err := s.Usage(); err != nil || (u.Room == store.Ample) == step.others || (u.Room == store.Full) != step.own {
			t.Errorf("at %d MiB: usage %+v, %v", step.spare/mib, u, err)
		}
	}
}

func TestAChangeCountsBeforeItIsWritten(t *testing.T) {
	d := diskWith(t, 3*mark+100<<10)
	s := d.open(t)
	refused(t, s, false, false)
	var large store.Change
	for slot := range uint32(50) {
		large.Slots = append(large.Slots, ana.Slot(slot, ana.Cell(home, slot, 1, 3000)))
	}
	if err := s.Append(t.Context(), home, large); !errors.Is(err, store.ErrFull) {
		t.Errorf("a change that does not fit: %v", err)
	}
	refused(t, s, false, false)
}

func TestAFullDiskIsNotOpenedAndNotTakenForDamaged(t *testing.T) {
	d := diskWith(t, 1000*mib)
	s := d.open(t)
	must(t, put(t, s, true, 1))
	must(t, s.Close())

	d.spare.Store(0)
	must(t, os.Remove(filepath.Join(d.dir, "ballast")))
	if s, err := store.Open(d.dir, store.Options{Free: d.free}); !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrDamaged) {
		t.Fatalf("opened: %v, %v", s, err)
	}
	d.spare.Store(1000 * mib)
	kept(t, d.open(t))
}

func TestTheBallastOpensAStoreOnAFullDisk(t *testing.T) {
	d := diskWith(t, 1000*mib)
	s := d.open(t)
	must(t, put(t, s, true, 1))
	must(t, s.Close())

	d.spare.Store(mark)
	s = d.open(t)
	refused(t, s, true, true)
	kept(t, s)
}

func TestClosingOnAFullDiskLosesNothing(t *testing.T) {
	d := diskWith(t, 1000*mib)
	s := d.open(t)
	must(t, put(t, s, true, 1))
	d.spare.Store(0)
	refused(t, s, true, true)
	if err := s.Close(); !errors.Is(err, store.ErrFull) {
		t.Fatalf("closed: %v", err)
	}

	next := diskWith(t, 1000*mib) // as the next process finds it
	must(t, os.CopyFS(next.dir, os.DirFS(d.dir)))
	kept(t, next.open(t))
}

func TestMergingWaitsForRoom(t *testing.T) {
	d := diskWith(t, 1000*mib)
	for range 3 { // closing writes out what is in memory
		s := d.open(t)
		must(t, put(t, s, true, 1))
		must(t, s.Close())
	}
	s := d.open(t)
	d.spare.Store(mark)
	s.Merge(3)
	if got := s.WaitingTables(); got != 3 {
		t.Errorf("%d tables wait where nothing could be merged", got)
	}
	d.spare.Store(1000 * mib)
	s.Merge(3)
	if got := s.WaitingTables(); got != 0 {
		t.Errorf("%d tables wait after merging", got)
	}
	kept(t, s)
}

func TestMergingLosesNothingWhileOthersWrite(t *testing.T) {
	s := diskWith(t, 1000*mib).open(t)
	var group sync.WaitGroup
	for w := range uint32(4) {
		group.Go(func() {
			a := storetest.NewAuthor(w)
			for i := range uint32(60) {
				var c store.Change
				for slot := 100 * i; slot < 100*(i+1); slot++ {
					c.Slots = append(c.Slots, a.Slot(slot%3000, a.Cell(home, slot%3000, crdt.Stamp(slot), 700)))
				}
				if err := s.Append(t.Context(), home, c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	for merging := true; merging; {
		s.Merge(1)
		select {
		case <-done:
			merging = false
		default:
		}
	}
	found := 0
	for got, err := range s.Slots(home) {
		must(t, err)
		if want := crdt.Stamp(3000 + got.Slot); got.Cells[0].Stamp != want {
			t.Errorf("%s: stamp %v, want %v", address(got), got.Cells[0].Stamp, want)
		}
		found++
	}
	if found != 4*3000 {
		t.Errorf("found %d slots of %d", found, 4*3000)
	}
}

// TestARealDiskFillsUpAndIsFreedAgain is the same on a small disk of memory,
// filled by others to the last byte.
func TestARealDiskFillsUpAndIsFreedAgain(t *testing.T) {
	mount := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", mount).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount (the tests above hold the same rules on a made-up disk): %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", mount).Run() })
	dir := filepath.Join(mount, "store")
	s := openIn(t, dir, store.Options{})
	for slot := range uint32(500) {
		must(t, put(t, s, false, slot))
	}

	fill(t, mount, 2*mark-2*mib)
	refused(t, s, true, false)
	fill(t, mount, mark-2*mib)
	refused(t, s, true, true)
	fill(t, mount, 0)
	refused(t, s, true, true)
	read := 0
	for _, err := range s.Slots(home) {
		must(t, err)
		read++
	}
	if read != 500 {
		t.Errorf("read %d of 500 on a full disk", read)
	}

	must(t, os.Remove(filepath.Join(mount, "filler")))
	refused(t, s, false, false)
	must(t, s.Close())
	s = openIn(t, dir, store.Options{})
	if got, err := s.Slot(home, ana.Device, 499); err != nil || len(got.Cells) != 1 {
		t.Errorf("after reopening: %v, %v", got, err)
	}
	must(t, s.Close())
}

// fill makes a file in dir grow until free bytes are left on its disk.
func fill(t *testing.T, dir string, free uint64) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "filler"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	defer f.Close()
	for left := freeIn(t, dir); left > free; left = freeIn(t, dir) {
		if _, err := f.Write(make([]byte, min(left-free, mib))); err != nil {
			t.Fatal(err)
		}
	}
}

func freeIn(t *testing.T, dir string) uint64 {
	t.Helper()
	free, err := store.FreeBytes(dir)
	must(t, err)
	return free
}
