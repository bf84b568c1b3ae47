package mesh

import (
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"gotong/protocol"
)

// Peer is another node this one is connected to.
type Peer struct {
	Device   protocol.DeviceID
	ID       peer.ID
	Address  string // multiaddr of its end of the connection
	Since    time.Time
	Inbound  bool    // it dialled
	Hub      peer.ID // through which it is connected; empty: directly
	Standing Standing
}

// Peers returns who is connected now, in the order they came.
func (m *Mesh) Peers() []Peer { return m.roll.list() }

// Watch calls f for each peer that is connected now, then for every change:
// connected true when one comes or its connection was replaced by a new one,
// false when it left. The calls come one after another; f must not block.
func (m *Mesh) Watch(f func(p Peer, connected bool)) { m.roll.watch(f) }

// roll is the list of those connected. libp2p reports connections to it from
// goroutines that must not be held up; the supervisor takes the reports over.
type roll struct {
	network.NoopNotifiee
	poke chan struct{} // holds a token while there are reports

	calls    sync.Mutex // held over each change and its calls, so that calls keep their order
	watchers []func(Peer, bool)

	mu      sync.Mutex
	reports []report
	present map[peer.ID]*presence
}

type report struct {
	conn network.Conn
	up   bool
}

// presence is a peer and the one connection to it that counts.
type presence struct {
	Peer
	conn network.Conn
}

func (r *roll) init() {
	r.poke = make(chan struct{}, 1)
	r.present = make(map[peer.ID]*presence)
}

func (r *roll) Connected(_ network.Network, c network.Conn)    { r.report(c, true) }
func (r *roll) Disconnected(_ network.Network, c network.Conn) { r.report(c, false) }
func (r *roll) Listen(network.Network, ma.Multiaddr)           {}
func (r *roll) ListenClose(network.Network, ma.Multiaddr)      {}

func (r *roll) report(c network.Conn, up bool) {
	r.mu.Lock()
	r.reports = append(r.reports, report{c, up})
	r.mu.Unlock()
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// take returns the reports since the last call, oldest first.
func (r *roll) take() []report {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.reports
	r.reports = nil
	return out
}

func (r *roll) list() []Peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Peer, 0, len(r.present))
	for _, p := range r.present {
		out = append(out, p.Peer)
	}
	slices.SortFunc(out, func(a, b Peer) int { return a.Since.Compare(b.Since) })
	return out
}

func (r *roll) watch(f func(Peer, bool)) {
	r.calls.Lock()
	defer r.calls.Unlock()
	for _, p := range r.list() {
		f(p, true)
	}
	r.watchers = append(r.watchers, f)
}

// enter counts a new connection, or closes it when the one there is stays: of
// two connections to one peer each would carry half of the talk, so both ends
// close the same one. It is false if the new one does not count.
func (r *roll) enter(self peer.ID, c network.Conn, standing Standing) bool {
	id := c.RemotePeer()
	device, err := DeviceOf(id)
	if err != nil || c.IsClosed() {
		return false
	}
	if old := r.conn(id); old != nil && !old.IsClosed() {
		loser := surplus(self, old, c)
		loser.Close()
		if loser == c {
			return false
		}
	}
	p := &presence{conn: c, Peer: Peer{
		Device: device, ID: id, Address: c.RemoteMultiaddr().String(), Standing: standing,
		Since: c.Stat().Opened, Inbound: c.Stat().Direction == network.DirInbound, Hub: hubOf(c.RemoteMultiaddr()),
	}}
	r.calls.Lock()
	defer r.calls.Unlock()
	r.mu.Lock()
	r.present[id] = p
	r.mu.Unlock()
	r.tell(p.Peer, true)
	return true
}

// leave uncounts a connection. It is false for one that did not count.
func (r *roll) leave(c network.Conn) bool {
	r.calls.Lock()
	defer r.calls.Unlock()
	r.mu.Lock()
	p := r.present[c.RemotePeer()]
	counted := p != nil && p.conn == c
	if counted {
		delete(r.present, p.ID)
	}
	r.mu.Unlock()
	if counted {
		r.tell(p.Peer, false)
	}
	return counted
}

// tell calls the watchers; r.calls is held.
func (r *roll) tell(p Peer, connected bool) {
	for _, f := range r.watchers {
		f(p, connected)
	}
}

// stand notes that a peer's standing changed.
func (r *roll) stand(id peer.ID, s Standing) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.present[id]; p != nil {
		p.Standing = s
	}
}

// conn returns the connection to id that counts, or nil.
func (r *roll) conn(id peer.ID) network.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.present[id]; p != nil {
		return p.conn
	}
	return nil
}

// has reports whether id is connected.
func (r *roll) has(id peer.ID) bool { return r.conn(id) != nil }

// direct reports whether id is connected, not through a hub.
func (r *roll) direct(id peer.ID) bool {
	c := r.conn(id)
	return c != nil && !isRelayed(c)
}

// together is how close two openings must be to have been one attempt from
// both sides: more than what the two ends may disagree by on when each opened.
const together = time.Second

// surplus picks the connection to close: the one through a hub if the other is
// direct. If both sides dialled at the same time, it is the one dialled by the
// larger peer id. Else the older one: a peer dials again only when it has lost
// the connection this side still believes in.
func surplus(self peer.ID, old, fresh network.Conn) network.Conn {
	if isRelayed(old) != isRelayed(fresh) {
		if isRelayed(old) {
			return old
		}
		return fresh
	}
	crossing := old.Stat().Direction != fresh.Stat().Direction &&
		fresh.Stat().Opened.Sub(old.Stat().Opened).Abs() < together
	if !crossing || dialler(self, old) > dialler(self, fresh) {
		return old
	}
	return fresh
}

func dialler(self peer.ID, c network.Conn) peer.ID {
	if c.Stat().Direction == network.DirOutbound {
		return self
	}
	return c.RemotePeer()
}
