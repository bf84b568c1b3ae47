package node

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"

	"gotong/crdt"
	"gotong/node/store"
)

// floorAhead is how far ahead the stamp floor is persisted: one more small write
// to the card in a minute of writing, not one per cell.
const floorAhead = time.Minute

// longPast is how far behind what was written the wall clock must be to be worth
// a word.
const longPast = 20 * time.Minute

const floorName = "stamp-floor"

// clock gives the device's stamps, across all its neighbourhoods. Before a
// stamp is given, a floor above it is on the disk: after a crash, a clock set
// back, or both, no stamp is given twice (SPEC.md, Stamps).
type clock struct {
	mu    sync.Mutex
	crdt  crdt.Clock
	floor crdt.Stamp // persisted
	past  crdt.Stamp // a run before this one from the same disk gave none after it but by the wall clock
	store store.Store
	now   func() time.Time
}

func newClock(s store.Store, now func() time.Time, random io.Reader) (*clock, error) {
	c := &clock{store: s, now: now}
	b, err := s.Meta(floorName)
	if err != nil {
		return nil, fmt.Errorf("node: stamp floor: %w", err)
	}
	if len(b) != 8 {
		return c, nil
	}
	c.floor = crdt.Stamp(binary.BigEndian.Uint64(b))
	c.past = c.floor + 2*mostLeap
	leap, err := leap(random)
	c.crdt.Raise(c.floor + leap)
	return c, err
}

// Stamps leap at a start, a second at most, by chance. The disk may have gone
// back in time, or a copy of it may run elsewhere: then stamps after this floor
// were given before, or are being given now. What was written so does not share
// its stamp with what is written from here on.
const (
	leastLeap = 1 << 22
	mostLeap  = leastLeap + 1<<26 // a millisecond is 1 << 16
)

func leap(random io.Reader) (crdt.Stamp, error) {
	var b [4]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return 0, fmt.Errorf("node: random bytes: %w", err)
	}
	return leastLeap + crdt.Stamp(binary.BigEndian.Uint32(b[:])%(mostLeap-leastLeap)), nil
}

// next returns a stamp after all earlier ones and after the own stamps that
// the write replaces.
func (c *clock) next(ctx context.Context, replaced ...crdt.Stamp) (crdt.Stamp, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.crdt.Next(c.now().UnixMilli(), replaced...)
	if s <= c.floor {
		return s, nil
	}
	return s, c.keep(ctx, max(crdt.StampAt(s.Millis()+floorAhead.Milliseconds()), s))
}

func (c *clock) keep(ctx context.Context, floor crdt.Stamp) error {
	if err := c.store.PutMeta(ctx, floorName, binary.BigEndian.AppendUint64(nil, uint64(floor))); err != nil {
		return fmt.Errorf("node: stamp floor: %w", err)
	}
	c.floor = floor
	return nil
}

// rest keeps the last stamp itself for the floor, once no more are given.
func (c *clock) rest(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.floor == 0 || c.crdt.Last() >= c.floor {
		return nil
	}
	return c.keep(ctx, c.crdt.Last())
}

// present is a stamp that no run before this one reached, as far as the disk and
// the wall clock can be trusted. It waits for nobody who writes.
func (c *clock) present() crdt.Stamp {
	return max(c.past, crdt.StampAt(c.now().UnixMilli()))
}

// raise makes later stamps larger than one of its own that the device met.
func (c *clock) raise(own crdt.Stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.crdt.Raise(own)
}

// behind reports whether the wall clock is before what was written already: a
// Pi without a battery wakes up in the past.
func (c *clock) behind() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(longPast).UnixMilli() < c.crdt.Last().Millis()
}
