package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// How writers are gathered into one transaction, which costs one sync. A lone
// writer never waits. After a group of several the next one waits until as
// many have come again, since they are about to, but no longer than this.
const (
	gatherFor = 300 * time.Microsecond
	gatherMax = 64 // requests in a transaction
)

// request is one caller's writes, at most maxChangeBytes of them.
type request struct {
	own    bool
	writes []write
	size   int
	done   chan error // buffered: nobody has to be waiting any more
}

func newRequest(own bool, writes []write) *request {
	r := &request{own: own, writes: writes, done: make(chan error, 1)}
	for _, w := range writes {
		r.size += w.size()
	}
	return r
}

// parts cuts writes into runs of at most limit bytes.
func parts(writes iter.Seq[write], limit int) iter.Seq[[]write] {
	return func(yield func([]write) bool) {
		var part []write
		size := 0
		for w := range writes {
			if len(part) > 0 && size+w.size() > limit {
				if !yield(part) {
					return
				}
				part, size = nil, 0
			}
			part, size = append(part, w), size+w.size()
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}

func metaWrite(name string, value []byte) (write, error) {
	if len(value) > MaxMeta || len(name) > MaxName {
		return write{}, fmt.Errorf("store: meta of %d bytes: %w", len(value), ErrTooLarge)
	}
	key := metaKey(name)
	return write{key, appendFrame(nil, key, value)}, nil
}

// send hands r to the committer.
func (b *Badger) send(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case b.queue <- r:
		return nil
	case <-b.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait returns what became of r; of no request, nothing.
func (b *Badger) wait(ctx context.Context, r *request) error {
	if r == nil {
		return nil
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commitLoop owns all transactions: concurrent ones would sync one by one.
func (b *Badger) commitLoop() {
	defer b.loops.Done()
	g := gatherer{queue: b.queue, quit: b.quit}
	var failed error
	written := 0 // bytes since the merger was told
	for {
		group := g.next()
		if group == nil {
			return
		}
		group = b.admit(group)
		if failed == nil && len(group) > 0 {
			failed = b.commit(group)
		}
		for _, r := range group {
			r.done <- failed
			written += r.size
		}
		if written > memTable/2 {
			written = 0
			b.grew()
		}
	}
}

// admit answers those for whom there is no room and returns the others.
func (b *Badger) admit(group []*request) []*request {
	size := 0
	for _, r := range group {
		size += r.size
	}
	state, _, err := b.room.now(size)
	admitted := group[:0]
	for _, r := range group {
		switch {
		case err != nil:
			r.done <- err
		case state == Full, state == Tight && !r.own:
			r.done <- ErrFull
		default:
			admitted = append(admitted, r)
		}
	}
	return admitted
}

// commit writes and syncs one transaction. Any error is final: Badger may have
// lost its memtable, and the next write would end the process.
func (b *Badger) commit(group []*request) error {
	err := guard(func() error {
		txn := b.db.NewTransaction(true)
		defer txn.Discard()
		for _, r := range group {
			if err := put(txn, r.writes); err != nil {
				return err
			}
		}
		return txn.Commit()
	})
	if err != nil {
		return errors.Join(ErrFailed, err)
	}
	return nil
}

func put(txn *badger.Txn, writes []write) error {
	for _, w := range writes {
		var err error
		if w.value == nil {
			err = txn.Delete(w.key)
		} else {
			err = txn.SetEntry(badger.NewEntry(w.key, w.value))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gatherer forms the groups that are committed together.
type gatherer struct {
	queue  <-chan *request
	quit   <-chan struct{}
	carry  *request // came too late for a group that was full
	expect int      // requests in the last group
}

// next returns the next group, nil when the store is being closed.
func (g *gatherer) next() []*request {
	first := g.first()
	if first == nil {
		return nil
	}
	group := g.fill([]*request{first}, first.size)
	g.expect = len(group)
	return group
}

// first waits for a request. After a pause nobody else is to be expected.
func (g *gatherer) first() *request {
	if r := g.carry; r != nil {
		g.carry = nil
		return r
	}
	began := time.Now()
	select {
	case r := <-g.queue:
		if time.Since(began) > gatherFor {
			g.expect = 1
		}
		return r
	case <-g.quit:
		return nil
	}
}

func (g *gatherer) fill(group []*request, size int) []*request {
	var deadline <-chan time.Time
	for len(group) < gatherMax {
		if deadline == nil && g.expect > len(group) {
			deadline = time.After(gatherFor)
		}
		r := g.another(deadline, g.expect > len(group))
		if r == nil {
			return group
		}
		if size += r.size; size > maxGroupBytes {
			g.carry = r
			return group
		}
		group = append(group, r)
	}
	return group
}

// another returns one more request: one that is there already or, if more are
// expected, one that comes before the deadline.
func (g *gatherer) another(deadline <-chan time.Time, expected bool) *request {
	select {
	case r := <-g.queue:
		return r
	default:
	}
	if !expected {
		return nil
	}
	select {
	case r := <-g.queue:
		return r
	case <-deadline:
		return nil
	case <-g.quit:
		return nil
	}
}
