package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"gotong/protocol"
)

// Peer is a node seen from here.
type Peer struct {
	Device    protocol.DeviceID
	Name      string // its libp2p peer id
	Addrs     []string
	Connected bool
	Hub       *protocol.DeviceID // through which it is connected; nil: directly
	Seen      time.Time          // when it was last connected
}

// ErrNoDial: the node's network has no addresses to dial.
var ErrNoDial = errors.New("node: nothing to dial on this network")

// Dial connects to a neighbour at an address given by hand, as
// /ip4/192.0.2.1/tcp/4101/p2p/..., and from now on dials it whenever it is
// missing.
func (n *Node) Dial(ctx context.Context, addr string) error {
	if w, ok := n.network.(*wire); ok {
		return w.dial(ctx, addr)
	}
	return ErrNoDial
}

// meetings remembers when exchanges with each device last ended well.
type meetings struct {
	mu         sync.Mutex
	at         map[protocol.DeviceID]time.Time
	turnedAway bool // since the last one that ended well
}

func newMeetings() *meetings { return &meetings{at: make(map[protocol.DeviceID]time.Time)} }

func (m *meetings) note(d protocol.DeviceID, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[d] = at
	m.turnedAway = false
}

// turnAway notes that a neighbour does not know this device.
func (m *meetings) turnAway() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turnedAway = true
}

func (m *meetings) unwelcome() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.turnedAway
}

func (m *meetings) with(d protocol.DeviceID) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at[d]
}

// last returns when any exchange last ended well.
func (m *meetings) last() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	var last time.Time
	for _, at := range m.at {
		if at.After(last) {
			last = at
		}
	}
	return last
}
