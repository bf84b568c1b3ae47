package store

import (
	"errors"
	"log/slog"
	"time"
)

// Tables that Badger writes out of memory pile up at its level 0 and have to
// be merged. Its own compactors look for work forty times a second, which is
// most of what an idle node would cost, and they never ask whether the disk
// has room for their copies. So they are off, and this does their work: when
// enough tables have piled up, and a few already once nothing much is written.
const (
	mergeBusy = 8 // tables at level 0
	mergeIdle = 3
	idleAfter = time.Minute
)

// grew tells the merger that about another table has been written.
func (b *Badger) grew() {
	select {
	case b.grown <- struct{}{}:
	default: // it knows already
	}
}

// mergeLoop merges until the store is closed. Nothing wakes it while nothing
// is written.
func (b *Badger) mergeLoop() {
	defer b.loops.Done()
	b.merge(mergeBusy) // every start leaves a table
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()
	for {
		select {
		case <-b.quit:
			return
		case <-b.grown:
			b.merge(mergeBusy)
			idle.Reset(idleAfter)
		case <-idle.C:
			b.merge(mergeIdle)
		}
	}
}

// merge merges everything into one level, if at least so many tables wait at
// level 0. The new tables are written before the old ones go, so it needs as
// much room as the tree takes; without it the tables wait, and reads get a
// little slower.
func (b *Badger) merge(atLeast int) {
	var size int64
	levels := b.db.Levels()
	for _, l := range levels {
		size += l.Size
	}
	if levels[0].NumTables < atLeast {
		return
	}
	err := b.room.reserve(uint64(size))
	if err == nil {
		err = guard(func() error { return b.db.Flatten(1) })
		b.room.unreserve()
	}
	if err != nil && !errors.Is(err, ErrFull) {
		b.log.Warn("store: merge failed", slog.Any("err", err))
	}
}
