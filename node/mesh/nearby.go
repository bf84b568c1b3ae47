package mesh

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
)

// Nearby is a node that announced itself on one of this machine's links, of
// whatever neighbourhood.
type Nearby struct {
	Device protocol.DeviceID
	ID     peer.ID
	Addrs  []string // with /p2p/, for Add
	Seen   time.Time
}

// Nearby returns who was heard within the last five minutes, in a steady order.
func (m *Mesh) Nearby() []Nearby { return m.near.list(time.Now()) }

// near is the list behind Nearby.
type near struct {
	mu sync.Mutex
	of map[peer.ID]Nearby
}

// note takes over a node that was heard, in place of what it said before.
func (n *near) note(seen sighting, now time.Time) {
	device, err := DeviceOf(seen.id)
	if err != nil {
		return
	}
	it := Nearby{Device: device, ID: seen.id, Seen: now}
	for _, a := range seen.at {
		if a.Addr().Zone() == "" {
			it.Addrs = append(it.Addrs, multiaddr(a).String()+"/p2p/"+seen.id.String())
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.of == nil {
		n.of = make(map[peer.ID]Nearby)
	}
	if _, known := n.of[seen.id]; known || len(n.of) < maxNeighbours {
		n.of[seen.id] = it
	}
}

func (n *near) list(now time.Time) []Nearby {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []Nearby
	for id, it := range n.of {
		if now.Sub(it.Seen) > strangerFresh {
			delete(n.of, id)
			continue
		}
		out = append(out, it)
	}
	slices.SortFunc(out, func(a, b Nearby) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out
}
