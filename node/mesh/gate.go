package mesh

import (
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"gotong/protocol"
)

// Standing is what a device is to this node.
type Standing uint8

// A Stranger is in no roster known here: somebody who wants to join, or a
// neighbour's new device nobody told us of yet. It is let in as a guest, for a
// short while. A Member may stay. A Blocked device may not connect.
const (
	Stranger Standing = iota
	Member
	Blocked
)

// maxGuests bounds how many strangers are connected to a household at once.
const maxGuests = 4

// gate decides who may be connected. Every node could make itself any number
// of keys, so strangers get few places for a short time, and no memory.
type gate struct {
	admit func(protocol.DeviceID) Standing
	stay  time.Duration // a guest's time
	pause time.Duration // how long a guest waits after its time was up
	room  int           // for guests

	mu     sync.Mutex
	guests map[peer.ID]time.Time // until when they may stay
	away   map[peer.ID]time.Time // until when they may not come back
	byHand map[string]bool       // addresses a person gave
}

func newGate(admit func(protocol.DeviceID) Standing, stay, pause time.Duration) *gate {
	return &gate{
		admit:  admit,
		stay:   stay,
		pause:  pause,
		room:   maxGuests,
		guests: make(map[peer.ID]time.Time),
		away:   make(map[peer.ID]time.Time),
		byHand: make(map[string]bool),
	}
}

// standing of a peer; one whose id holds no device key is blocked.
func (g *gate) standing(p peer.ID) Standing {
	d, err := DeviceOf(p)
	if err != nil {
		return Blocked
	}
	return g.admit(d)
}

// seat gives a stranger one of the few places, if one is free.
func (g *gate) seat(p peer.ID, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.away[p]) {
		return false
	}
	if _, ok := g.guests[p]; ok {
		return true
	}
	if len(g.guests) >= g.room {
		return false
	}
	g.guests[p] = now.Add(g.stay)
	return true
}

// overstayed reports whether p's time as a guest is up, and starts its pause.
// A peer that has no place, because it was a member when it came, gets one.
func (g *gate) overstayed(p peer.ID, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	until, ok := g.guests[p]
	if !ok {
		g.guests[p] = now.Add(g.stay)
		return false
	}
	if now.Before(until) {
		return false
	}
	g.away[p] = now.Add(g.pause)
	return true
}

// release frees the place of a guest that left or became a member.
func (g *gate) release(p peer.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.guests, p)
}

// sweep forgets pauses that are over, and guests that got a place but never a
// connection because the handshake broke off.
func (g *gate) sweep(now time.Time, connected func(peer.ID) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for p, until := range g.away {
		if !now.Before(until) {
			delete(g.away, p)
		}
	}
	for p, until := range g.guests {
		if !now.Before(until) && !connected(p) {
			delete(g.guests, p)
		}
	}
}

// places returns how many more strangers may come: none while there are too
// many, because members were revoked.
func (g *gate) places() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return max(0, g.room-len(g.guests))
}

// allow lets a stranger be dialled at this address even outside the home.
func (g *gate) allow(a ma.Multiaddr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.byHand[string(a.Bytes())] = true
}

var _ connmgr.ConnectionGater = (*gate)(nil)

func (g *gate) InterceptPeerDial(p peer.ID) bool { return g.standing(p) != Blocked }

// InterceptAddrDial keeps a stranger from sending this node outside: what a
// stranger claims of itself is dialled only where it is private. QUIC and
// WebSocket are for whom a person gave such an address: a hub tells everybody of
// them, and over TCP an idle connection is silent.
func (g *gate) InterceptAddrDial(p peer.ID, a ma.Multiaddr) bool {
	if usual := dialable.Matches(a) || hubOf(a) != ""; usual && (g.standing(p) == Member || manet.IsPrivateAddr(a)) {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.byHand[string(a.Bytes())]
}

func (g *gate) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured is where the other side's key is known for the first time.
func (g *gate) InterceptSecured(_ network.Direction, p peer.ID, _ network.ConnMultiaddrs) bool {
	switch g.standing(p) {
	case Member:
		return true
	case Stranger:
		return g.seat(p, time.Now())
	}
	return false
}

func (g *gate) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }
