package node

import (
	"gotong/protocol"
)

// Link carries one neighbourhood's facts to the neighbours. The node speaks to
// it from the board's owner, so none of its methods may wait for the board.
type Link interface {
	// Publish spreads own facts at once.
	Publish(raws [][]byte)
	// Moved says which ids of cells came to and went from the kept set.
	Moved(came, went []protocol.ID)
	// Spread says that much came by another way, which neighbours may lack.
	Spread()
	// RosterChanged says that the roster is another one now.
	RosterChanged()
	// Close stops carrying.
	Close() error
}

// Network makes links. The real one is libp2p (network.go); the simulator has
// its own.
type Network interface {
	// Join links a neighbourhood that keeps the cells with these ids. It runs
	// on the board's owner.
	Join(h *Neighbourhood, cells []protocol.ID) (Link, error)
	Peers() []Peer
	Addrs() []string
	Drop(protocol.DeviceID) // end the connection with a device
	Close() error
}

// nowhere is the link of a neighbourhood that is not joined yet, or no longer.
type nowhere struct{}

func (nowhere) Publish([][]byte)         {}
func (nowhere) Moved(_, _ []protocol.ID) {}
func (nowhere) Spread()                  {}
func (nowhere) RosterChanged()           {}
func (nowhere) Close() error             { return nil }

// alone is a network with nobody on it.
type alone struct{}

func (alone) Join(*Neighbourhood, []protocol.ID) (Link, error) { return nowhere{}, nil }
func (alone) Peers() []Peer                                    { return nil }
func (alone) Addrs() []string                                  { return nil }
func (alone) Drop(protocol.DeviceID)                           {}
func (alone) Close() error                                     { return nil }
