package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"gotong/protocol"
)

// Options are what a store may be told; the zero value is right for a node.
type Options struct {
	Log *slog.Logger // nil for silence

	// Free stands in for asking the disk how many bytes are left. For tests.
	Free func() (uint64, error)
}

// Badger is a [Store] in a directory. [Open] makes one.
type Badger struct {
	reads
	db    *badger.DB
	dir   string
	lock  *os.File
	room  *room
	log   *slog.Logger
	use   users
	queue chan *request // unbuffered: what the committer takes it answers
	grown chan struct{}

	quit  chan struct{} // closed when Close begins
	loops sync.WaitGroup
}

// Open opens the store in dir, making it where there is none. Errors wrap
// ErrInUse, ErrReadOnly, ErrFull or ErrDamaged (a *DamagedError: open again to
// start anew), or say what else is wrong with the directory.
func Open(dir string, o Options) (*Badger, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	lock, err := claim(dir)
	if err != nil {
		return nil, err
	}
	b, err := openClaimed(dir, o)
	if err != nil {
		lock.Close()
		return nil, err
	}
	b.lock = lock
	return b, nil
}

func openClaimed(dir string, o Options) (*Badger, error) {
	room := newRoom(dir, o)
	if err := room.forOpening(); err != nil {
		return nil, err
	}
	db, err := openTree(dir, o.Log)
	if err != nil {
		return nil, err
	}
	if err := syncMade(dir); err != nil {
		return nil, errors.Join(err, guard(db.Close))
	}
	b := &Badger{
		db: db, dir: dir, room: room, log: o.Log,
		queue: make(chan *request), grown: make(chan struct{}, 1), quit: make(chan struct{}),
	}
	b.reads = reads{badgerTree{db, &b.use}}
	b.loops.Add(2)
	go b.commitLoop()
	go b.mergeLoop()
	return b, nil
}

// Append implements [Store].
func (b *Badger) Append(ctx context.Context, n protocol.NeighbourhoodID, c Change) error {
	writes, err := c.writes(n)
	if err != nil {
		return err
	}
	var before *request
	for part := range parts(writes, maxChangeBytes) {
		r := newRequest(c.Own, part)
		if err := b.send(ctx, r); err != nil {
			return err
		}
		if err := b.wait(ctx, before); err != nil {
			return err
		}
		before = r // encode the next part while this one is being synced
	}
	return b.wait(ctx, before)
}

// PutMeta implements [Store].
func (b *Badger) PutMeta(ctx context.Context, name string, value []byte) error {
	w, err := metaWrite(name, value)
	if err != nil {
		return err
	}
	r := newRequest(true, []write{w})
	if err := b.send(ctx, r); err != nil {
		return err
	}
	return b.wait(ctx, r)
}

// Usage implements [Store].
func (b *Badger) Usage() (Usage, error) {
	if !b.use.enter() {
		return Usage{}, ErrClosed
	}
	defer b.use.leave()
	disk, err := bytesUnder(b.dir)
	if err != nil {
		return Usage{}, fmt.Errorf("store: size: %w", err)
	}
	state, free, err := b.room.now(0)
	return Usage{Disk: disk, Free: free, Room: state}, err
}

// Close implements [Store]. It waits for readers. On a disk so full that
// Badger could not tidy up, the tree is left as after a crash, which loses
// nothing, and Close returns ErrFull; only the end of the process frees it.
func (b *Badger) Close() error {
	if !b.use.shut() {
		return nil
	}
	close(b.quit)
	b.loops.Wait()
	b.use.wait()
	if err := b.room.forClosing(); err != nil {
		return err
	}
	err := guard(b.db.Close)
	b.lock.Close()
	if err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// guard turns a panic inside Badger into an error, and so does a fault in a
// mapped file: a sector that can no longer be read.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: %v: %w", p, ErrDamaged)
		}
	}()
	return f()
}

// users counts who reads, since closing Badger unmaps the files under them.
type users struct {
	mu       sync.Mutex
	shutting bool
	busy     sync.WaitGroup
}

func (u *users) enter() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.shutting {
		return false
	}
	u.busy.Add(1)
	return true
}

func (u *users) leave() { u.busy.Done() }
func (u *users) wait()  { u.busy.Wait() }

// shut keeps newcomers out; it is true for the first who shuts.
func (u *users) shut() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := !u.shutting
	u.shutting = true
	return first
}

// bytesUnder sums what the files below dir really take: Badger's logs are
// sparse.
func bytesUnder(dir string) (total int64, err error) {
	err = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		switch {
		case os.IsNotExist(err): // merged away while we looked
			return nil
		case err != nil:
			return err
		}
		total += allocated(info)
		return nil
	})
	return total, err
}
