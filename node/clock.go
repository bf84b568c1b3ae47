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

// floorAhead is how far ahead of the wall clock the stamp floor is persisted: one
// small write to the card in ten minutes of writing, not one per cell. Where
// stamps are ahead of the wall clock already it is floorBlock, lest every
// restart push them further.
const (
	floorAhead = 10 * time.Minute
	floorBlock = time.Minute
)

const floorName = "stamp-floor"

// clock gives the device's stamps, across all its neighbourhoods. Before a
// stamp is given, a floor above it is on the disk: after a crash, a clock set
// back, or both, no stamp is given twice (SPEC.md, Stamps).
type clock struct {
	mu    sync.Mutex
	crdt  crdt.Clock
	floor crdt.Stamp // persisted
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
	leap, err := leap(random)
	c.crdt.Raise(c.floor + leap)
	return c, err
}

// leap is how far stamps jump at a start, a minute at most, by chance. The disk
// may have gone back in time, or a copy of it may run elsewhere: then stamps
// after this floor were given before, or are being given now. What was written
// so does not share its stamp with what is written from here on.
func leap(random io.Reader) (crdt.Stamp, error) {
	var b [4]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return 0, fmt.Errorf("node: random bytes: %w", err)
	}
	return 1<<24 + crdt.Stamp(binary.BigEndian.Uint32(b[:])), nil
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
	ahead := crdt.StampAt(c.now().Add(floorAhead).UnixMilli())
	return s, c.keep(ctx, max(ahead, crdt.StampAt(s.Millis()+floorBlock.Milliseconds()), s))
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

// present is a stamp after all that this device knows it gave, and not before
// what the wall clock shows.
func (c *clock) present() crdt.Stamp {
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(c.crdt.Last(), crdt.StampAt(c.now().UnixMilli()))
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
	return c.now().Add(2*floorAhead).UnixMilli() < c.crdt.Last().Millis()
}
