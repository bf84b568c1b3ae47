package exchange

import (
	"errors"
	"sync"
	"time"

	"gotong/protocol"
	"gotong/protocol/reconcile"
)

// neighbour is what is kept of a peer in one neighbourhood between exchanges.
// The node's changes reach the sketch at once, or wait while a session works
// on it: so no writer ever waits for a decoder.
type neighbour struct {
	used     time.Time // of the last exchange, for the least recently used
	refilled time.Time
	shunned  time.Time // no exchange before then
	faults   int       // in a row
	asking   asking
	lent     map[protocol.ID]bool // cells for which it was given one that stands in

	mu      sync.Mutex
	sketch  *reconcile.Neighbour
	busy    bool
	waiting []change
}

// change is an id that entered or left the set of cells, or, relent, that the
// roster changed and what was refused may be taken now.
type change struct {
	id     protocol.ID
	came   bool
	relent bool
}

// newNeighbour returns a neighbour that was never met. Its sketch is made of
// the snapshot of the first session; until then it need not be told of ids.
func newNeighbour(now time.Time) *neighbour {
	return &neighbour{
		sketch: reconcile.NewNeighbour(), used: now, refilled: now,
		asking: asking{}, lent: map[protocol.ID]bool{},
	}
}

// note passes changes on to the sketch, in order.
func (n *neighbour) note(changes ...change) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = append(n.waiting, changes...)
	if !n.busy {
		n.catchUp()
	}
}

// catchUp applies what waited. The caller holds the lock.
func (n *neighbour) catchUp() {
	for _, c := range n.waiting {
		switch {
		case c.relent:
			n.sketch.Relent()
		case c.came:
			n.sketch.Insert(c.id)
		default:
			n.sketch.Remove(c.id)
		}
	}
	n.waiting = n.waiting[:0]
}

// hold keeps changes waiting until release; do works on the sketch meanwhile.
// Only the one session with this peer calls them.
func (n *neighbour) hold() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy = true
}

func (n *neighbour) release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy = false
	n.catchUp()
}

func (n *neighbour) do(work func(sketch *reconcile.Neighbour)) {
	n.hold()
	defer n.release()
	work(n.sketch)
}

// refillEvery is how often what a peer may cost is renewed.
const refillEvery = 10 * time.Minute

// refill renews what the peer may cost when it is time.
func (n *neighbour) refill(now time.Time) {
	n.used = now
	if now.Sub(n.refilled) >= refillEvery {
		n.refilled = now
		n.do((*reconcile.Neighbour).Refill)
	}
}

// How long a peer at fault is left alone, doubled with each fault in a row.
const (
	shunLeast = 30 * time.Second
	shunMost  = time.Hour
)

// judge remembers how a session ended. What one side remembers of the other
// may be stale without anybody's fault: then only the sketch begins anew.
func (n *neighbour) judge(err error, now time.Time) {
	switch {
	case err == nil:
		n.faults = 0
	case errors.Is(err, protocol.ErrMalformed) && !errors.Is(err, reconcile.ErrPoisoned):
		n.shunned = now.Add(min(shunLeast<<min(n.faults, 10), shunMost))
		n.faults++
	}
}

// tired reports that reconciling with this peer fails again and again.
func (n *neighbour) tired() (tired bool) {
	n.do(func(sketch *reconcile.Neighbour) { tired = sketch.Tired() })
	return tired
}
