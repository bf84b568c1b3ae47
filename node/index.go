package node

import (
	"slices"
	"sync"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// entry is what memory holds of one kept cell.
type entry struct {
	id    protocol.ID
	hold  cell.Day
	size  uint16 // bytes of its payload, here or not
	class cell.Class
	stub  bool
}

func entryOf(c cell.Cell) entry { return entry{c.ID(), c.Hold, c.Size, c.Class, c.Stub()} }

// held is what memory holds of one place: the newest cell and, where that is
// another one, the newest that counts; and what stands in for a stub.
type held struct {
	cells  [2]entry
	whole  entry // no id: nothing
	n      uint8
	counts bool // one of cells counts: the last; and so does whole
}

func heldOf(k cell.Kept) held {
	h := held{counts: k.Counting != nil}
	for _, c := range k.Cells() {
		h.cells[h.n] = entryOf(c)
		h.n++
	}
	if k.Whole != nil {
		h.whole = entryOf(*k.Whole)
	}
	return h
}

// entries are those that are reconciled.
func (h held) entries() []entry { return h.cells[:h.n] }

// payloads are those whose payload is here, in the set or not.
func (h held) payloads() []entry {
	var here []entry
	for _, e := range append(slices.Clone(h.entries()), h.whole) {
		if !e.stub && e.id != (protocol.ID{}) {
			here = append(here, e)
		}
	}
	return here
}

// index says where each kept cell is, and holds the kept operations. The owner
// changes it; anyone may ask.
type index struct {
	mu     sync.RWMutex
	places map[protocol.ID]located
	ops    map[protocol.ID]roster.Op
}

type located struct {
	at board.Place
	entry
}

func newIndex() *index { return &index{places: make(map[protocol.ID]located)} }

func (x *index) find(id protocol.ID) (located, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	l, ok := x.places[id]
	return l, ok
}

func (x *index) op(id protocol.ID) (roster.Op, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	op, ok := x.ops[id]
	return op, ok
}

func (x *index) setOps(kept []roster.Op) {
	ops := make(map[protocol.ID]roster.Op, len(kept))
	for _, op := range kept {
		ops[op.ID()] = op
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ops = ops
}

// replace puts what a place keeps now for what it kept before, and returns the
// ids that came and went.
func (x *index) replace(at board.Place, before, after held) (came, went []protocol.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range before.entries() {
		if !after.has(e.id) {
			delete(x.places, e.id)
			went = append(went, e.id)
		}
	}
	for _, e := range after.entries() {
		x.places[e.id] = located{at, e}
		if !before.has(e.id) {
			came = append(came, e.id)
		}
	}
	return came, went
}

func (h held) has(id protocol.ID) bool {
	for _, e := range h.entries() {
		if e.id == id {
			return true
		}
	}
	return false
}

// ids returns the kept ids, in no order.
func (x *index) ids() []protocol.ID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	all := make([]protocol.ID, 0, len(x.places))
	for id := range x.places {
		all = append(all, id)
	}
	return all
}

// stubs returns the cells whose payload is not here.
func (x *index) stubs() []located {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var missing []located
	for _, l := range x.places {
		if l.stub {
			missing = append(missing, l)
		}
	}
	return missing
}

func (x *index) len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.places)
}

func (x *index) lenOps() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.ops)
}
