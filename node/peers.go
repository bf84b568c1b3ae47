package node

import (
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
	Seen      time.Time // when it was last connected
}

// meetings remembers when exchanges with each device last ended well.
type meetings struct {
	mu sync.Mutex
	at map[protocol.DeviceID]time.Time
}

func newMeetings() *meetings { return &meetings{at: make(map[protocol.DeviceID]time.Time)} }

func (m *meetings) note(d protocol.DeviceID, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[d] = at
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
