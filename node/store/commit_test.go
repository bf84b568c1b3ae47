package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4/skl"

	"gotong/protocol"
)

// line is a gatherer whose requests the test hands in at chosen moments.
type line struct {
	queue chan *request
	g     gatherer
}

func newLine() *line {
	l := &line{queue: make(chan *request)}
	l.g = gatherer{queue: l.queue, quit: make(chan struct{})}
	return l
}

// arrive hands in count requests of size bytes after a while.
func (l *line) arrive(count, size int, after time.Duration) {
	for range count {
		go func() {
			time.Sleep(after)
			l.queue <- &request{size: size}
		}()
	}
	synctest.Wait()
}

// expectGroup takes a group and checks its size and how long it took.
func (l *line) expectGroup(t *testing.T, size int, took time.Duration) {
	t.Helper()
	began := time.Now()
	if group := l.g.next(); len(group) != size || time.Since(began) != took {
		t.Errorf("a group of %d after %v, want %d after %v", len(group), time.Since(began), size, took)
	}
}

func TestALoneWriterNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		for range 3 {
			l.arrive(1, 500, 0)
			l.expectGroup(t, 1, 0)
		}
	})
}

func TestWritersThatComeTogetherAreGatheredAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.arrive(8, 500, 0)
		l.expectGroup(t, 8, 0)
		l.arrive(3, 500, 0)
		l.arrive(5, 500, gatherFor/2)
		l.expectGroup(t, 8, gatherFor/2)
		l.arrive(3, 500, 0) // five have had enough
		l.expectGroup(t, 3, gatherFor)
		l.arrive(3, 500, 0)
		l.expectGroup(t, 3, 0)
	})
}

func TestAfterAPauseNobodyIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.arrive(8, 500, 0)
		l.expectGroup(t, 8, 0)
		l.arrive(1, 500, time.Second)
		l.expectGroup(t, 1, time.Second)
	})
}

func TestAGroupHasItsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.arrive(gatherMax+5, 500, 0)
		l.expectGroup(t, gatherMax, 0)
		l.expectGroup(t, 5, gatherFor)

		l.arrive(6, maxGroupBytes/4, 0)
		l.expectGroup(t, 4, 0)
		l.expectGroup(t, 2, gatherFor) // the first of them was carried over
	})
}

func TestALargeChangeIsCutAndASmallOneIsNot(t *testing.T) {
	var writes []write
	for _, size := range []int{6, 4, 11, 0, 3} {
		writes = append(writes, write{value: make([]byte, size)})
	}
	var sizes []int
	for part := range parts(slices.Values(writes), 2*entryOverhead+10) {
		sizes = append(sizes, len(part))
	}
	if !slices.Equal(sizes, []int{2, 1, 2}) {
		t.Errorf("cut into %v", sizes)
	}
}

func TestAfterAFailedWriteNothingIsWrittenAnyMore(t *testing.T) {
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx := context.Background()
	if err := b.PutMeta(ctx, "before", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	tooLarge := newRequest(true, []write{{metaKey("large"), make([]byte, memTable)}})
	if err := errors.Join(b.send(ctx, tooLarge), b.wait(ctx, tooLarge)); !errors.Is(err, ErrFailed) {
		t.Errorf("a write that Badger refuses: %v", err)
	}
	if err := b.PutMeta(ctx, "after", nil); !errors.Is(err, ErrFailed) {
		t.Errorf("a write after it: %v", err)
	}
	if got, err := b.Meta("before"); string(got) != "kept" || err != nil {
		t.Errorf("reading after it: %q, %v", got, err)
	}
}

func TestManySmallWritesAtOnceAreNotTooMany(t *testing.T) {
	b, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var c Change
	for i := range 20_000 {
		c.DropOps = append(c.DropOps, protocol.Hash("drop", []byte{byte(i), byte(i >> 8)}))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := b.Append(context.Background(), protocol.NeighbourhoodID{}, c); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestTheFiguresOfTheProfileFitTogether holds the rules between the options.
func TestTheFiguresOfTheProfileFitTogether(t *testing.T) {
	const badgerLimit = memTable * 15 / 100 // of a transaction
	switch {
	case maxValue >= valueThreshold:
		t.Errorf("a value of %d bytes would go to the value log, from %d", maxValue, valueThreshold)
	case valueThreshold > badgerLimit:
		t.Errorf("Badger refuses a threshold above %d", badgerLimit)
	case maxChangeBytes+maxValue+maxKey > maxGroupBytes:
		t.Error("a part of a change does not fit into a group")
	case maxGroupBytes >= badgerLimit:
		t.Errorf("a group of %d bytes may be too large for a transaction of %d", maxGroupBytes, badgerLimit)
	case entryOverhead < skl.MaxNodeSize, entryOverhead < 32:
		t.Error("a group of small entries may be too many for a transaction")
	case (memTables+2)*memTable > closingNeed, closingNeed > lowWater:
		t.Error("what is in memory does not fit into the room kept for it")
	}
}
