package store

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"gotong/protocol"
)

// Disk is the disk of an in-memory store: what survives a crash of the node
// that uses it. Its fields may be set while no store is open on it.
type Disk struct {
	// SyncTime is how long a sync takes. Changes that come meanwhile share it.
	SyncTime time.Duration
	// AckEarly is a fault put in on purpose: Append returns at once, SyncTime
	// before the change is synced, and a crash loses it.
	AckEarly bool

	mu      sync.Mutex
	kept    map[string][]byte // what readers see
	waiting []*waiting        // for the sync under way, oldest first
	timer   *time.Timer       // ends that sync
	room    Room
	open    *Memory
}

// Memory is a [Store] on a [Disk].
type Memory struct {
	reads
	disk *Disk
}

// waiting is a change on its way to the disk.
type waiting struct {
	writes []write
	undo   []write // what the change hid from readers, if they see it already
	done   chan struct{}
	lost   bool
}

// Open opens a store on d. As on a real disk there is one at a time.
func (d *Disk) Open() (*Memory, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != nil {
		return nil, ErrInUse
	}
	if d.kept == nil {
		d.kept = map[string][]byte{}
	}
	m := &Memory{disk: d}
	m.reads = reads{memoryTree{m}}
	d.open = m
	return m, nil
}

// Crash ends the store open on d as a power cut would: everything not synced
// is forgotten, except the first survive changes among it, since a disk may
// well have written what it was not yet asked to keep.
func (d *Disk) Crash(survive int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	for i := len(d.waiting) - 1; i >= 0; i-- {
		d.apply(slices.Backward(d.waiting[i].undo))
	}
	for i, w := range d.waiting {
		if i < survive {
			d.apply(slices.All(w.writes))
		}
		w.lost = true
		close(w.done)
	}
	d.waiting, d.open = nil, nil
}

// SetRoom makes the disk as full as wanted.
func (d *Disk) SetRoom(r Room) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = r
}

// Spoil flips a bit in the middle of what is kept of a slot, and reports
// whether anything is.
func (d *Disk) Spoil(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := slotKey(n, device, slot)
	value, ok := d.kept[string(key)]
	if ok {
		value = bytes.Clone(value)
		value[len(value)/2] ^= 1
		d.kept[string(key)] = value
	}
	return ok
}

// Append implements [Store].
func (m *Memory) Append(ctx context.Context, n protocol.NeighbourhoodID, c Change) error {
	writes, err := c.writes(n)
	if err != nil {
		return err
	}
	return m.append(ctx, c.Own, slices.Collect(writes))
}

// PutMeta implements [Store].
func (m *Memory) PutMeta(ctx context.Context, name string, value []byte) error {
	w, err := metaWrite(name, value)
	if err != nil {
		return err
	}
	return m.append(ctx, true, []write{w})
}

func (m *Memory) append(ctx context.Context, own bool, writes []write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, err := m.submit(own, writes)
	if err != nil || w == nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.done:
	}
	if w.lost {
		return ErrClosed
	}
	return nil
}

// submit gives writes to the disk; it returns what to wait for, if anything.
func (m *Memory) submit(own bool, writes []write) (*waiting, error) {
	d := m.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.open != m:
		return nil, ErrClosed
	case d.room == Full, d.room == Tight && !own:
		return nil, ErrFull
	case d.SyncTime == 0:
		d.apply(slices.All(writes))
		return nil, nil
	}
	w := &waiting{writes: writes, done: make(chan struct{})}
	if len(d.waiting) == 0 {
		d.timer = time.AfterFunc(d.SyncTime, d.synced)
	}
	d.waiting = append(d.waiting, w)
	if d.AckEarly {
		w.undo = d.apply(slices.All(writes))
		return nil, nil
	}
	return w, nil
}

// synced ends the sync under way.
func (d *Disk) synced() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range d.waiting {
		if w.undo == nil {
			d.apply(slices.All(w.writes))
		}
		close(w.done)
	}
	d.waiting = nil
}

// apply makes writes visible and returns what they replaced.
func (d *Disk) apply(writes iter.Seq2[int, write]) (undo []write) {
	for _, w := range writes {
		key := string(w.key)
		undo = append(undo, write{w.key, d.kept[key]})
		if w.value == nil {
			delete(d.kept, key)
		} else {
			d.kept[key] = w.value
		}
	}
	return undo
}

// Usage implements [Store]. Free is as much as the room allows for.
func (m *Memory) Usage() (Usage, error) {
	m.disk.mu.Lock()
	defer m.disk.mu.Unlock()
	if m.disk.open != m {
		return Usage{}, ErrClosed
	}
	u := Usage{Room: m.disk.room, Free: int64(Full-m.disk.room) << 30}
	for key, value := range m.disk.kept {
		u.Disk += int64(len(key) + len(value))
	}
	return u, nil
}

// Close implements [Store]. It syncs what is waiting.
func (m *Memory) Close() error {
	d := m.disk
	d.mu.Lock()
	if d.open != m {
		d.mu.Unlock()
		return nil
	}
	d.open = nil
	if d.timer != nil {
		d.timer.Stop()
	}
	d.mu.Unlock()
	d.synced()
	return nil
}

// memoryTree reads a Disk as [reads] wants it.
type memoryTree struct{ m *Memory }

func (t memoryTree) get(key []byte) (value []byte, ok bool, err error) {
	d := t.m.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != t.m {
		return nil, false, ErrClosed
	}
	value, ok = d.kept[string(key)]
	return bytes.Clone(value), ok, nil
}

func (t memoryTree) first(prefix, from []byte) (key []byte, ok bool, err error) {
	d := t.m.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != t.m {
		return nil, false, ErrClosed
	}
	least := ""
	for key := range d.kept {
		if key >= string(from) && strings.HasPrefix(key, string(prefix)) && (least == "" || key < least) {
			least = key
		}
	}
	return []byte(least), least != "", nil
}

func (t memoryTree) scan(prefix []byte) (cursor, error) {
	all, err := t.under(prefix)
	return &memoryCursor{all}, err
}

// under returns everything below prefix as it is now, in order.
func (t memoryTree) under(prefix []byte) ([]write, error) {
	d := t.m.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != t.m {
		return nil, ErrClosed
	}
	var all []write
	for key, value := range d.kept {
		if strings.HasPrefix(key, string(prefix)) {
			all = append(all, write{[]byte(key), value})
		}
	}
	slices.SortFunc(all, func(a, b write) int { return bytes.Compare(a.key, b.key) })
	return all, nil
}

type memoryCursor struct{ rest []write }

func (c *memoryCursor) next() (key, value []byte, err error) {
	if len(c.rest) == 0 {
		return nil, nil, nil
	}
	w := c.rest[0]
	c.rest = c.rest[1:]
	return w.key, bytes.Clone(w.value), nil
}

func (c *memoryCursor) close() {}
