package mesh

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	pb "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/pb"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	ma "github.com/multiformats/go-multiaddr"

	"gotong/protocol"
)

// relayRoom is what a hub relays: without the usual limits of two minutes and
// 128 KiB, which leave a connection on which neither gossip nor an exchange
// runs. What it is bounded by instead is who may ask (porter), and a share each.
var relayRoom = relay.Resources{
	ReservationTTL:  time.Hour,
	MaxReservations: 1024,
	MaxCircuits:     8 * maxThrough, // of one device, begun by it or by others
	BufferSize:      4 << 10,

	MaxReservationsPerIP:  1024, // two hundred households behind one router are one address
	MaxReservationsPerASN: 1024,
}

// porter is a hub's service of carrying the connections between those who
// cannot reach each other, bytes that only they can read (circuit relay v2).
type porter struct {
	gate     *gate
	together func(a, b protocol.DeviceID) bool
	relay    *relay.Relay
	counts
}

// openPorter begins the service.
func (m *Mesh) openPorter() error {
	p := &porter{gate: m.gate, together: m.cfg.Together}
	r, err := relay.New(m.host, relay.WithResources(relayRoom), relay.WithACL(p), relay.WithMetricsTracer(&p.counts))
	if err != nil {
		return fmt.Errorf("mesh: relay: %w", err)
	}
	p.relay = r
	m.porter = p
	return nil
}

var _ relay.ACLFilter = (*porter)(nil)

// AllowReserve lets members be reached through this hub.
func (p *porter) AllowReserve(id peer.ID, _ ma.Multiaddr) bool { return p.gate.standing(id) == Member }

// AllowConnect lets members of one roster meet. Those of another
// neighbourhood would be strangers there, and strangers' places are few.
func (p *porter) AllowConnect(from peer.ID, _ ma.Multiaddr, to peer.ID) bool {
	if p.gate.standing(from) != Member || p.gate.standing(to) != Member {
		return false
	}
	a, errA := DeviceOf(from)
	b, errB := DeviceOf(to)
	return errA == nil && errB == nil && (p.together == nil || p.together(a, b))
}

// Relayed is what a hub carries between others now.
type Relayed struct {
	Devices     int // that can be reached through it
	Connections int // between them
}

// Relayed returns what this node carries between others, and whether it does.
func (m *Mesh) Relayed() (Relayed, bool) {
	if m.porter == nil {
		return Relayed{}, false
	}
	return m.porter.now(), true
}

// counts is how many reservations and connections there are.
type counts struct {
	reservations, circuits atomic.Int64
}

var _ relay.MetricsTracer = (*counts)(nil)

func (c *counts) now() Relayed {
	return Relayed{Devices: int(c.reservations.Load()), Connections: int(c.circuits.Load())}
}

func (c *counts) ConnectionOpened()              { c.circuits.Add(1) }
func (c *counts) ConnectionClosed(time.Duration) { c.circuits.Add(-1) }
func (c *counts) ReservationClosed(n int)        { c.reservations.Add(-int64(n)) }

func (c *counts) ReservationAllowed(isRenewal bool) {
	if !isRenewal {
		c.reservations.Add(1)
	}
}

func (c *counts) RelayStatus(bool)                    {}
func (c *counts) ConnectionRequestHandled(pb.Status)  {}
func (c *counts) ReservationRequestHandled(pb.Status) {}
func (c *counts) BytesTransferred(int)                {}
