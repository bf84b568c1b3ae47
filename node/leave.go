package node

import (
	"context"
	"errors"

	"gotong/node/store"
	"gotong/protocol"
)

// Leave stops carrying a neighbourhood and removes what is kept of it here.
// Nobody else is told: to them this node is one that is off.
func (n *Node) Leave(ctx context.Context, id protocol.NeighbourhoodID) error {
	n.mu.Lock()
	h, ok := n.hoods[id]
	delete(n.hoods, id)
	n.mu.Unlock()
	if !ok {
		return ErrNoNeighbourhood
	}
	var unlinked error
	err := h.do(ctx, func() { unlinked, h.link = h.link.Close(), nowhere{} })
	h.stop()
	n.budget.left(id)
	return errors.Join(err, unlinked, n.parts.Keys.RemoveKeyring(id), h.forget(ctx), n.leavePhotos(id))
}

// forget empties the store of a neighbourhood whose owner has stopped.
func (h *Neighbourhood) forget(ctx context.Context) error {
	var gone store.Change
	for id := range h.ops {
		gone.DropOps = append(gone.DropOps, id)
	}
	for at := range h.held {
		gone.Slots = append(gone.Slots, store.Slot{Device: at.Device, Slot: at.Slot})
	}
	return h.store.Append(ctx, h.id, gone)
}

// Leave implements [api.Registry].
func (b Backend) Leave(ctx context.Context, n protocol.NeighbourhoodID) error {
	return inWordsOfAPI(b.Node.Leave(ctx, n))
}
