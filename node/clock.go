package node

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"gotong/crdt"
	"gotong/node/store"
)

// floorAhead is how far ahead the stamp floor is persisted: one small write to
// the card in ten minutes of writing, not one per cell.
const floorAhead = 10 * time.Minute

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

func newClock(s store.Store, now func() time.Time) (*clock, error) {
	c := &clock{store: s, now: now}
	b, err := s.Meta(floorName)
	if err != nil {
		return nil, fmt.Errorf("node: stamp floor: %w", err)
	}
	if len(b) == 8 {
		c.floor = crdt.Stamp(binary.BigEndian.Uint64(b))
		c.crdt.Raise(c.floor)
	}
	return c, nil
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
	floor := max(crdt.StampAt(s.Millis()+floorAhead.Milliseconds()), s)
	if err := c.store.PutMeta(ctx, floorName, binary.BigEndian.AppendUint64(nil, uint64(floor))); err != nil {
		return 0, fmt.Errorf("node: stamp floor: %w", err)
	}
	c.floor = floor
	return s, nil
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
