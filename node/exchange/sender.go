package exchange

import (
	"slices"
	"sync"
	"time"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// batchSize is about how many bytes of items travel in one frame.
const batchSize = 60_000

// What may wait for its TAKE: what the link carries in a moment, so that what
// comes to the peer another way meanwhile is not sent over a thin link too.
const (
	maxOffered = 2 // OFFERs
	leastOffer = 8 // ids in one
	mostOffer  = 512
	moment     = 100 * time.Millisecond
)

// sender gives the peer, in one round, what it lacks: the plan in its order,
// as it is or offered first, then END. Its frames are drawn by the outbox.
type sender struct {
	raw     func(protocol.ID) ([]byte, bool)
	instead func(protocol.ID) ([]byte, bool) // what stands in for a stub
	lent    map[protocol.ID]bool             // of these only what stands in is sent
	stored  func(ids []protocol.ID)          // the peer keeps these now
	poke    func()

	mu       sync.Mutex
	plan     []protocol.ID
	isOp     map[protocol.ID]bool // never offered: a cell may need them at once
	offering bool
	offered  []offer       // waiting for their TAKE
	chunk    int           // ids in the next OFFER
	ready    []protocol.ID // to be sent, before the rest of the plan
	flight   []protocol.ID // sent, not acknowledged
	gone     []protocol.ID // of the plan, no longer here
	declined int
	total    int
	ended    chan struct{} // closed when END was drawn
}

// offer is cells that the peer was asked about.
type offer struct {
	cells []protocol.ID
	at    time.Time
}

func (s *sender) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// next returns the next frame, nil when there is none for now.
func (s *sender) next() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch batch := s.batch(); {
	case s.over():
		return nil
	case batch != nil:
		return batch
	case len(s.gone) > 0:
		return s.goneFrame()
	case s.offering && len(s.plan) > 0 && len(s.offered) < maxOffered:
		return s.offer()
	case len(s.plan)+len(s.offered) > 0:
		return nil
	}
	close(s.ended)
	return []byte{kindEnd}
}

// batch fills an ITEMS frame from what may be sent. The caller holds the lock.
func (s *sender) batch() []byte {
	frame := []byte{kindItems}
	for {
		from := s.queue()
		if from == nil {
			break
		}
		id := (*from)[0]
		items, ids := s.items(id)
		if len(items) > 0 && len(frame) > 1 && len(frame)+size(items) > batchSize {
			break
		}
		*from = (*from)[1:]
		if len(items) == 0 {
			s.gone = append(s.gone, id)
			continue
		}
		for _, raw := range items {
			frame = protocol.AppendItem(frame, raw)
		}
		s.flight = append(s.flight, ids...)
	}
	if len(frame) == 1 {
		return nil
	}
	return frame
}

// items returns what is sent for an id, and by which ids it is acknowledged: its
// bytes and, where these are a stub, before them the older cell that would
// otherwise be hidden by it. That one has no name here.
func (s *sender) items(id protocol.ID) (raws [][]byte, ids []protocol.ID) {
	if older, ok := s.instead(id); ok {
		raws, ids = append(raws, older), append(ids, protocol.ID{})
	}
	if raw, here := s.raw(id); here && !s.lent[id] {
		raws, ids = append(raws, raw), append(ids, id)
	}
	return raws, ids
}

func size(items [][]byte) (n int) {
	for _, raw := range items {
		n += protocol.ItemSize(len(raw))
	}
	return n
}

// queue is what the next item to be sent is the first of, or nil.
func (s *sender) queue() *[]protocol.ID {
	switch {
	case len(s.ready) > 0:
		return &s.ready
	case !s.offering && len(s.plan) > 0:
		return &s.plan
	}
	return nil
}

// goneFrame says what was announced and is no longer here. It is acknowledged
// like an item.
func (s *sender) goneFrame() []byte {
	n := min(len(s.gone), maxIDs)
	frame := appendIDs([]byte{kindGone}, s.gone[:n])
	s.flight = append(s.flight, s.gone[:n]...)
	s.gone = s.gone[n:]
	return frame
}

// offer names the next cells of the plan; operations among them need no offer.
func (s *sender) offer() []byte {
	var cells []protocol.ID
	for len(s.plan) > 0 && len(cells) < s.chunk {
		id := s.plan[0]
		s.plan = s.plan[1:]
		if s.isOp[id] {
			s.ready = append(s.ready, id)
		} else {
			cells = append(cells, id)
		}
	}
	if len(cells) == 0 {
		return s.batch()
	}
	s.offered = append(s.offered, offer{cells, time.Now()})
	return appendIDs([]byte{kindOffer}, cells)
}

// discern makes the rest of the plan be offered.
func (s *sender) discern() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offering = true
	s.poke()
}

// taken hears which of the oldest offer are wanted.
func (s *sender) taken(body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.offered) == 0 {
		return malformed("TAKE without OFFER")
	}
	first := s.offered[0]
	wanted, err := parseTake(body, len(first.cells))
	if err != nil {
		return err
	}
	for i, id := range first.cells {
		if wanted[i] {
			s.ready = append(s.ready, id)
		} else {
			s.declined++
		}
	}
	s.offered = s.offered[1:]
	s.adapt(time.Since(first.at))
	s.poke()
	return nil
}

// adapt decides on the size of the next offer by how long one waited behind
// what was under way.
func (s *sender) adapt(waited time.Duration) {
	switch {
	case waited < moment:
		s.chunk = min(2*s.chunk, mostOffer)
	case waited > 2*moment:
		s.chunk = max(s.chunk/2, leastOffer)
	}
}

// acknowledged hears what became of the oldest items in flight.
func (s *sender) acknowledged(body []byte) error {
	s.mu.Lock()
	kept, err := parseAck(body, len(s.flight))
	if err != nil {
		s.mu.Unlock()
		return err
	}
	var ids []protocol.ID
	for i, id := range s.flight[:len(kept)] {
		if kept[i] {
			ids = append(ids, id)
		}
	}
	s.flight = s.flight[len(kept):]
	s.mu.Unlock()
	if len(ids) > 0 {
		s.stored(ids)
	}
	return nil
}

// finished reports that nothing is left to be sent or acknowledged.
func (s *sender) finished() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.plan)+len(s.offered)+len(s.ready)+len(s.gone)+len(s.flight) == 0
}

// counts returns how many of how many items the peer has acknowledged.
func (s *sender) counts() (sent, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := len(s.plan) + len(s.ready) + len(s.flight) + s.declined
	for _, o := range s.offered {
		left += len(o.cells)
	}
	return s.total - left, s.total
}

// all reports whether everything planned was sent.
func (s *sender) all() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.declined == 0
}

// plan orders what the peer lacks: alerts and critical cells, each behind the
// operations that show who wrote it; the other operations; the other cells by
// class (SPEC.md 5). ops are sorted by id. Within a class the order is another
// one for each peer, so that those who then meet bring each other the rest.
func plan(n Neighbourhood, peer protocol.DeviceID, ops, cells []protocol.ID) (order []protocol.ID, isOp map[protocol.ID]bool) {
	isOp = make(map[protocol.ID]bool, len(ops))
	left := make(map[protocol.ID]bool, len(ops))
	for _, id := range ops {
		isOp[id], left[id] = true, true
	}
	addOps := func(ids []protocol.ID) {
		for _, id := range ids {
			if left[id] {
				delete(left, id)
				order = append(order, id)
			}
		}
	}
	byClass := sortedByClass(n, peer, cells)
	for _, class := range byClass[:cell.Normal] {
		for _, id := range class {
			addOps(n.PathOf(id))
			order = append(order, id)
		}
	}
	addOps(n.Ops())
	addOps(ops) // those that left the roster meanwhile: the peer hears so
	for _, class := range byClass[cell.Normal:] {
		order = append(order, class...)
	}
	return order, isOp
}

func sortedByClass(n Neighbourhood, peer protocol.DeviceID, cells []protocol.ID) (byClass [cell.Bulk + 1][]protocol.ID) {
	turned := func(a, b protocol.ID) int { return compare(xor(a, protocol.ID(peer)), xor(b, protocol.ID(peer))) }
	for _, id := range slices.Compact(slices.SortedFunc(slices.Values(cells), turned)) {
		class := min(n.Class(id), cell.Bulk)
		byClass[class] = append(byClass[class], id)
	}
	return byClass
}

func xor(a, b protocol.ID) protocol.ID {
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}
