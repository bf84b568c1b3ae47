package store_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/node/store/storetest"
)

func openDisk(t *testing.T, d *store.Disk) *store.Memory {
	t.Helper()
	m, err := d.Open()
	must(t, err)
	return m
}

// stampIn returns the stamp of what slot 1 of ana's holds, 0 if nothing.
func stampIn(t *testing.T, s store.Store) crdt.Stamp {
	t.Helper()
	got, err := s.Slot(home, ana.Device, 1)
	must(t, err)
	if len(got.Cells) == 0 {
		return 0
	}
	return got.Cells[0].Stamp
}

func write(t *testing.T, s store.Store, stamp crdt.Stamp) error {
	t.Helper()
	c := store.Change{Slots: []storetest.Slot{ana.Slot(1, ana.Cell(home, 1, stamp, 10))}}
	return s.Append(t.Context(), home, c)
}

func TestACrashForgetsWhatWasNotSyncedAndNothingElse(t *testing.T) {
	for _, survive := range []int{0, 1, 2} {
		synctest.Test(t, func(t *testing.T) {
			d := &store.Disk{SyncTime: 10 * time.Millisecond}
			m := openDisk(t, d)
			must(t, write(t, m, 1))

			for stamp := range crdt.Stamp(2) {
				go func() {
					if err := write(t, m, 2+stamp); !errors.Is(err, store.ErrClosed) {
						t.Errorf("a write in a crash: %v", err)
					}
				}()
				synctest.Wait()
			}
			if got := stampIn(t, m); got != 1 {
				t.Errorf("before the sync readers see %v", got)
			}
			d.Crash(survive)
			synctest.Wait()
			if err := write(t, m, 9); !errors.Is(err, store.ErrClosed) {
				t.Errorf("a write after the crash: %v", err)
			}
			if got, want := stampIn(t, openDisk(t, d)), crdt.Stamp(1+survive); got != want {
				t.Errorf("after a crash that %d changes survive: %v, want %v", survive, got, want)
			}
		})
	}
}

func TestAcknowledgingBeforeSyncLosesInACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &store.Disk{SyncTime: 10 * time.Millisecond, AckEarly: true}
		m := openDisk(t, d)
		began := time.Now()
		must(t, write(t, m, 1))
		if time.Since(began) != 0 || stampIn(t, m) != 1 {
			t.Errorf("acknowledged after %v with %v to be read", time.Since(began), stampIn(t, m))
		}
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		must(t, write(t, m, 2))
		must(t, write(t, m, 3))
		d.Crash(0)
		if got := stampIn(t, openDisk(t, d)); got != 1 {
			t.Errorf("after the crash: %v", got)
		}
	})
}

func TestChangesThatComeTogetherShareASync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := openDisk(t, &store.Disk{SyncTime: 10 * time.Millisecond})
		began := time.Now()
		for stamp := range crdt.Stamp(5) {
			go func() { must(t, write(t, m, 1+stamp)) }()
			synctest.Wait()
		}
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		if got := stampIn(t, m); got != 5 || time.Since(began) != 10*time.Millisecond {
			t.Errorf("%v after %v", got, time.Since(began))
		}
	})
}

func TestClosingSyncsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &store.Disk{SyncTime: 10 * time.Millisecond}
		m := openDisk(t, d)
		go func() { must(t, write(t, m, 1)) }()
		synctest.Wait()
		must(t, m.Close())
		if got := stampIn(t, openDisk(t, d)); got != 1 {
			t.Errorf("got %v", got)
		}
	})
}

func TestAMemoryDiskFillsUpLikeARealOne(t *testing.T) {
	d := &store.Disk{}
	m := openDisk(t, d)
	for _, step := range []struct {
		room        store.Room
		others, own bool
	}{{store.Ample, false, false}, {store.Tight, true, false}, {store.Full, true, true}, {store.Ample, false, false}} {
		d.SetRoom(step.room)
		refused(t, m, step.others, step.own)
		kept(t, m)
	}
}
