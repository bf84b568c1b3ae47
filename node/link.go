package node

import (
	"gotong/protocol"
)

// Link carries one neighbourhood's facts to the neighbours. The node speaks to
// it from the board's owner, so none of its methods may wait for the board.
type Link interface {
	// Publish spreads own facts at once.
	Publish(raws [][]byte)
	// Hint tells the neighbours that there is more here than gossip brought.
	Hint()
	// Moved says which ids of cells came to and went from the kept set.
	Moved(came, went []protocol.ID)
	// MovedOps says the same of roster operations.
	MovedOps(came, went []protocol.ID)
	// Close stops carrying.
	Close() error
}

// Network makes links. The real one is libp2p (network.go); the simulator has
// its own.
type Network interface {
	Join(h *Neighbourhood) (Link, error)
	Peers() []Peer
	Addrs() []string
	Close() error
}

// nowhere is the link of a neighbourhood that is not joined yet, or no longer.
type nowhere struct{}

func (nowhere) Publish([][]byte)         {}
func (nowhere) Hint()                    {}
func (nowhere) Moved(_, _ []protocol.ID) {}
func (nowhere) MovedOps(_, _ []protocol.ID) {
}
func (nowhere) Close() error { return nil }

// linked puts the link in the place of none and tells it what is here. It runs
// on the owner's goroutine, so nothing comes or goes meanwhile.
func (h *Neighbourhood) linked(l Link) {
	h.link = l
	l.MovedOps(h.opIDs(), nil)
	l.Moved(h.index.ids(), nil)
}

func (h *Neighbourhood) opIDs() []protocol.ID {
	var ids []protocol.ID
	for id := range h.ops {
		ids = append(ids, id)
	}
	return ids
}
