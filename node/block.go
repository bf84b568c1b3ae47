package node

import (
	"sync"

	"gotong/protocol"
)

// blocks are the devices that this node does not connect to, for now. They
// change nothing about what counts.
type blocks struct {
	mu  sync.Mutex
	all map[protocol.DeviceID]struct{}
}

func (b *blocks) has(d protocol.DeviceID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.all[d]
	return ok
}

func (b *blocks) set(d protocol.DeviceID, blocked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = make(map[protocol.DeviceID]struct{})
	}
	if blocked {
		b.all[d] = struct{}{}
	} else {
		delete(b.all, d)
	}
}

// Block ends the connection with a device and refuses new ones until Unblock.
func (n *Node) Block(d protocol.DeviceID) {
	n.blocks.set(d, true)
	n.network.Drop(d)
}

// Unblock lets a device connect again.
func (n *Node) Unblock(d protocol.DeviceID) { n.blocks.set(d, false) }
