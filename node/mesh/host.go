// Package mesh keeps a household's node in touch with its neighbours' nodes.
//
// It holds the libp2p host (one TCP port, Noise, yamux), decides who may stay
// connected, finds neighbours by multicast DNS on the household's own links,
// remembers nobody itself but dials whoever it is told of, and goes on dialling.
// It asks nothing of the outside: no bootstrap list, no DHT, no name server.
// Members who cannot reach each other meet through a hub they both know. Who
// belongs is the caller's to say, through [Config.Admit].
//
// One goroutine, the supervisor, owns everything that changes; it is fed by
// the operating system (links), by the beacon (neighbours heard), by libp2p
// (connections) and by the dials it started.
//
//	links.go      where this node can be reached, and when that changes
//	beacon.go     multicast DNS on those links; message.go its bytes
//	supervise.go  who is missing, when to look; neighbour.go whom to dial, and how
//	gate.go       who may come in; strangers are guests for a short while
//	peers.go      who is connected; nearby.go who was heard
//	tcp.go        sockets that notice a dead link without talking
//	through.go    meeting through a hub; relay.go a hub's side of it
//	profile.go    how much a household and a hub have room for
package mesh

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"

	"gotong/protocol"
)

var (
	// ErrPortInUse: a port that was asked for is taken by another program.
	ErrPortInUse = errors.New("mesh: port in use")
	// ErrAddress: not an address of the form /ip4/192.0.2.1/tcp/4101, with or
	// without /p2p/ behind it. Names are refused: there may be nobody to resolve them.
	ErrAddress = errors.New("mesh: not an address")
	// ErrSlowClose: connections did not close in time and were left to end by themselves.
	ErrSlowClose = errors.New("mesh: closing took too long")
)

// closeTime bounds Close.
const closeTime = 2 * time.Second

// Config is what a Mesh needs from the node above it. Identity and Admit are
// required.
type Config struct {
	// Identity is the device's key; the peer id is made of its public half.
	Identity ed25519.PrivateKey
	// Listen holds the addresses to listen on, as /ip4/…/tcp/… or /ip6/…/tcp/…,
	// with /ws behind it for WebSocket, or as /ip4/…/udp/…/quic-v1. Empty means
	// port 4101 on all links, or a free port if that is taken; on a hub also QUIC
	// on the same port and WebSocket on port 4102.
	Listen []string
	// Announce is told to others instead of where this node can be reached, as
	// behind a forwarded port. Nil: where it can be reached; empty: nothing.
	Announce []string
	// Peers are addresses given by hand, with or without /p2p/; they are dialled for ever.
	Peers []string
	// Known returns the neighbours remembered from earlier, with the addresses
	// they were last seen at. It is asked again whenever somebody is missing.
	Known func() []peer.AddrInfo
	// Remember is told the addresses of a connected member when they change.
	// It is called from the supervisor and must not block.
	Remember func(peer.AddrInfo)
	// Admit says what a device is to this node. It is asked often, from several
	// goroutines, and must not block.
	Admit func(protocol.DeviceID) Standing
	// Hub makes this node a hub: it has room for many, and relays between members
	// who cannot reach each other.
	Hub bool
	// Together says for a hub whether two devices are of one roster. Nil: any two
	// members are.
	Together func(a, b protocol.DeviceID) bool
	// Members returns who may be called through a hub when missing; hubs are not
	// among them. It is asked every few seconds. Nil: nobody.
	Members func() []peer.ID
	// Version is told to other nodes as gotong/<version>.
	Version string
	Log     *slog.Logger
}

// Mesh is a running host with its supervisor. Make one with New.
type Mesh struct {
	cfg    Config
	log    *slog.Logger
	host   *basichost.BasicHost
	swarm  *swarm.Swarm
	gate   *gate
	porter *porter // on a hub
	rhythm rhythm

	told   []ma.Multiaddr              // Config.Announce
	listen []netip.AddrPort            // what the sockets are bound to
	also   []socket                    // those that are no plain TCP
	here   atomic.Pointer[whereabouts] // where that makes this node reachable
	roll   roll
	near   near
	heard  chan sighting
	hands  struct {
		sync.Mutex
		fresh []*hand // given by hand, not yet taken over by the supervisor
	}

	stop   context.CancelFunc
	worker sync.WaitGroup
	closed sync.Once
	err    error
}

// New makes the host, to which nobody can come before [Mesh.Start]: whoever
// came while a package was still to register its protocol would take the node
// for one that does not speak it. Errors: ErrAddress.
func New(cfg Config) (*Mesh, error) { return build(cfg, usual) }

func build(cfg Config, r rhythm) (*Mesh, error) {
	if len(cfg.Identity) != ed25519.PrivateKeySize || cfg.Admit == nil {
		return nil, errors.New("mesh: an identity and Admit are required")
	}
	m := &Mesh{cfg: cfg, log: cfg.Log, rhythm: r, heard: make(chan sighting, 64)}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	m.roll.init()
	m.gate = newGate(cfg.Admit, r.guestStay, r.guestPause)
	m.gate.room = cfg.profile().guests
	for _, text := range cfg.Peers {
		if err := m.Add(text); err != nil {
			return nil, err
		}
	}
	for _, text := range cfg.Announce {
		a, err := ma.NewMultiaddr(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %q", ErrAddress, text)
		}
		m.told = append(m.told, a)
	}
	if err := m.assemble(); err != nil {
		return nil, err
	}
	m.swarm.Notify(&m.roll)
	return m, nil
}

// Start listens and begins to look for neighbours; ctx ends the looking. Close
// must be called all the same, whether it started or not. Errors: ErrPortInUse,
// ErrAddress.
func (m *Mesh) Start(ctx context.Context) error {
	s, err := m.open()
	if err != nil {
		return err
	}
	m.host.Start() // only now does it know what to tell others of its addresses
	ctx, m.stop = context.WithCancel(ctx)
	m.worker.Go(func() { s.run(ctx) })
	return nil
}

// open listens and prepares the supervisor.
func (m *Mesh) open() (*supervisor, error) {
	if err := m.bind(); err != nil {
		return nil, err
	}
	if m.cfg.Hub {
		if err := m.openPorter(); err != nil {
			return nil, err
		}
	}
	return newSupervisor(m)
}

// Host returns the libp2p host, for the packages that open streams and topics
// on it. Only Close closes it.
func (m *Mesh) Host() host.Host { return m.host }

// Add takes an address given by hand, from now on. See Config.Peers.
func (m *Mesh) Add(text string) error {
	h, err := parseHand(text)
	if err != nil {
		return err
	}
	m.gate.allow(h.at)
	m.hands.Lock()
	defer m.hands.Unlock()
	m.hands.fresh = append(m.hands.fresh, h)
	return nil
}

// Addrs returns the addresses at which other nodes can dial this one, with
// /p2p/ at the end, so that they can be given to Peers of another node.
func (m *Mesh) Addrs() []string {
	var out []string
	for _, a := range m.reachable(nil) {
		out = append(out, a.String()+"/p2p/"+m.host.ID().String())
	}
	return out
}

// reachable replaces what libp2p would announce: its own list is up to a
// minute old and holds loopback and container addresses.
func (m *Mesh) reachable([]ma.Multiaddr) []ma.Multiaddr {
	if m.cfg.Announce != nil {
		return m.told
	}
	here := m.here.Load()
	if here == nil {
		return nil
	}
	out := multiaddrs(here.announced(m.listen))
	for _, s := range m.also {
		out = append(out, here.also(s, m.listen)...)
	}
	return out
}

// Close ends the supervisor, the beacon and all connections, within two
// seconds. ErrSlowClose if libp2p was not done by then.
func (m *Mesh) Close() error {
	m.closed.Do(func() { m.err = m.close() })
	return m.err
}

func (m *Mesh) close() error {
	if m.stop != nil {
		m.stop()
	}
	done := make(chan error, 1)
	go func() {
		m.worker.Wait()
		if m.porter != nil {
			_ = m.porter.relay.Close() // never fails
		}
		done <- m.host.Close()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(closeTime):
		return ErrSlowClose
	}
}

// takeHands hands over what was added by hand since the last call.
func (m *Mesh) takeHands() []*hand {
	m.hands.Lock()
	defer m.hands.Unlock()
	fresh := slices.Clone(m.hands.fresh)
	m.hands.fresh = nil
	return fresh
}
