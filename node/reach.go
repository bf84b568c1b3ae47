package node

import (
	"context"
	"sync"

	"gotong/protocol"
	"gotong/protocol/board"
)

// reachEnough is how many peers are worth counting: beyond it nobody asks.
const reachEnough = 12

// reach knows which peers store which own cells, as they said themselves. It
// is forgotten at the end and learnt anew in the next exchanges.
type reach struct {
	mu sync.Mutex
	by map[protocol.ID]map[protocol.DeviceID]struct{}
}

func newReach() *reach {
	return &reach{by: make(map[protocol.ID]map[protocol.DeviceID]struct{})}
}

// track begins to count for an own cell that is kept.
func (r *reach) track(id protocol.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by[id] == nil {
		r.by[id] = make(map[protocol.DeviceID]struct{})
	}
}

func (r *reach) drop(id protocol.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.by, id)
}

// stored notes that a peer has these items; those of others are passed over.
func (r *reach) stored(peer protocol.DeviceID, ids []protocol.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if at, own := r.by[id]; own {
			at[peer] = struct{}{}
		}
	}
}

// unreached returns the own cells that too few peers are known to store.
func (r *reach) unreached() []protocol.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var few []protocol.ID
	for id, peers := range r.by {
		if len(peers) < reachEnough {
			few = append(few, id)
		}
	}
	return few
}

// count returns how many peers are known to store an own cell.
func (r *reach) count(id protocol.ID) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.by[id])
}

// Reached returns how many other devices have said that they store what this
// one says of a record now; own is false where it says nothing of it.
func (h *Neighbourhood) Reached(ctx context.Context, id protocol.RecordID) (devices int, own bool, err error) {
	err = h.do(ctx, func() {
		f, said := h.board.Part(id, h.parts.Identity.DeviceID())
		if !said {
			return
		}
		if at, kept := h.held[board.Place{Device: f.Device, Slot: f.Slot}]; kept && at.n > 0 {
			devices, own = h.reach.count(at.cells[0].id), true
		}
	})
	return devices, own, err
}
