package node

import (
	"sync"

	"gotong/protocol"
)

// reachEnough is how many peers are worth counting: beyond it nobody asks.
const reachEnough = 3

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
