package mesh

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	protocolid "github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"

	"gotong/protocol"
)

// All nodes here live on loopback: real sockets, nothing leaves the machine.

// patient bounds every wait for something that ought to happen at once.
const patient = 20 * time.Second

// quick is the usual rhythm in less time.
var quick = rhythm{
	tick:       10 * time.Millisecond,
	eager:      50 * time.Millisecond,
	eagerFor:   time.Minute,
	slow:       time.Second,
	idle:       time.Second,
	yield:      30 * time.Millisecond,
	dial:       5 * time.Second,
	guestStay:  time.Minute,
	guestPause: time.Minute,
	strange:    50 * time.Millisecond,
}

func everybody(protocol.DeviceID) Standing { return Member }

// keyOf makes the same key for the same byte each time.
func keyOf(b byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = b
	return ed25519.NewKeyFromSeed(seed)
}

func idOf(t testing.TB, b byte) peer.ID {
	t.Helper()
	id, err := PeerOf(keyOf(b).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func deviceOf(b byte) protocol.DeviceID {
	return protocol.DeviceOf(keyOf(b).Public().(ed25519.PublicKey))
}

// start makes a mesh and starts it.
func start(ctx context.Context, cfg Config, r rhythm) (*Mesh, error) {
	m, err := build(cfg, r)
	if err != nil {
		return nil, err
	}
	if err := m.Start(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// TestNobodyComesBeforeTheProtocolsAreThere: what is registered between New and
// Start is known to the very first neighbour.
func TestNobodyComesBeforeTheProtocolsAreThere(t *testing.T) {
	m, err := build(Config{Identity: keyOf(1), Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Admit: everybody}, quick)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if len(m.listen) > 0 {
		t.Errorf("it listens before it is started: %v", m.listen)
	}
	m.Host().SetStreamHandler("/test/1.0.0", func(s network.Stream) { s.Close() })
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = m.Addrs() })
	until(t, "the first neighbour knows what it speaks", func() bool {
		known, err := other.Host().Peerstore().GetProtocols(m.Host().ID())
		return err == nil && slices.Contains(known, protocolid.ID("/test/1.0.0"))
	})
}

// node starts a node on a free loopback port; it ends with the test.
func node(t *testing.T, key byte, change func(*Config, *rhythm)) *Mesh {
	t.Helper()
	cfg := Config{Identity: keyOf(key), Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Admit: everybody, Version: "test"}
	r := quick
	if change != nil {
		change(&cfg, &r)
	}
	m, err := start(t.Context(), cfg, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// watcher collects what Watch tells.
type watcher struct {
	told chan string
}

func watch(m *Mesh) *watcher {
	w := &watcher{make(chan string, 1000)}
	m.Watch(func(p Peer, connected bool) {
		if connected {
			w.told <- "+" + p.ID.String()
		} else {
			w.told <- "-" + p.ID.String()
		}
	})
	return w
}

// await returns when the watcher was told this of a peer.
func (w *watcher) await(t *testing.T, sign string, id peer.ID) {
	t.Helper()
	deadline := time.After(patient)
	for {
		select {
		case got := <-w.told:
			if got == sign+id.String() {
				return
			}
		case <-deadline:
			t.Fatalf("nobody told %s%s", sign, id)
		}
	}
}

// until returns when the condition holds; something else in the process makes
// it true, and gives no signal.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(patient); !holds(); <-ticker.C {
		if time.Now().After(deadline) {
			t.Fatal("never came true: " + what)
		}
	}
}

func withoutPeer(addr string) string {
	head, _, _ := strings.Cut(addr, "/p2p/")
	return head
}

func TestTwoNodesConnectWhenOneIsGivenTheAddressByHand(t *testing.T) {
	for name, form := range map[string]func(string) string{
		"with the peer's name":    func(a string) string { return a },
		"without the peer's name": withoutPeer,
	} {
		t.Run(name, func(t *testing.T) {
			a := node(t, 1, nil)
			b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = []string{form(a.Addrs()[0])} })
			watch(a).await(t, "+", b.Host().ID())
			watch(b).await(t, "+", a.Host().ID())

			seen := a.Peers()
			if len(seen) != 1 || seen[0].Device != deviceOf(2) || !seen[0].Inbound || seen[0].Standing != Member {
				t.Errorf("a sees %+v", seen)
			}
			if got := b.Peers()[0]; got.Inbound || got.Address != withoutPeer(a.Addrs()[0]) {
				t.Errorf("b sees %+v", got)
			}
		})
	}
}

func TestAnAddressAddedLaterIsDialled(t *testing.T) {
	a, b := node(t, 1, nil), node(t, 2, nil)
	if err := b.Add(withoutPeer(a.Addrs()[0])); err != nil {
		t.Fatal(err)
	}
	watch(b).await(t, "+", a.Host().ID())
}

func TestAnAddressIsDialledUntilSomebodyIsThere(t *testing.T) {
	at := freePort(t)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = []string{at} })
	w := watch(b)
	until(t, "b tried in vain", func() bool { return refused(b) })
	a := node(t, 1, func(c *Config, _ *rhythm) { c.Listen = []string{at} })
	w.await(t, "+", a.Host().ID())

	a.Close()
	w.await(t, "-", a.Host().ID())
	other := node(t, 3, func(c *Config, _ *rhythm) { c.Listen = []string{at} })
	w.await(t, "+", other.Host().ID()) // the machine was replaced, the address stayed
}

// refused reports whether b's socket has been turned down at least once.
func refused(b *Mesh) bool { return len(b.Host().Peerstore().PeersWithAddrs()) > 1 }

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return multiaddr(l.Addr().(*net.TCPAddr).AddrPort()).String()
}

func TestThisNodesOwnAddressGivenByHandIsGivenUp(t *testing.T) {
	at := freePort(t)
	a := node(t, 1, nil)
	m := node(t, 2, func(c *Config, _ *rhythm) {
		c.Listen = []string{at}
		c.Peers = []string{at, a.Addrs()[0]}
	})
	watch(m).await(t, "+", a.Host().ID())
	if got := m.Peers(); len(got) != 1 {
		t.Errorf("connected to %+v", got)
	}
}

func TestANameIsNoAddress(t *testing.T) {
	for _, text := range []string{"hub.example", "/dns4/hub.example/tcp/4101", "/ip4/127.0.0.1/udp/4101", "/ip4/127.0.0.1/tcp/443/tls/ws", "/ip4/127.0.0.1", "/p2p/" + idOf(t, 1).String()} {
		_, err := New(Config{Identity: keyOf(1), Admit: everybody, Peers: []string{text}})
		if !errors.Is(err, ErrAddress) {
			t.Errorf("%s as a peer: %v", text, err)
		}
		_, err = start(t.Context(), Config{Identity: keyOf(1), Admit: everybody, Listen: []string{text}}, usual)
		if !errors.Is(err, ErrAddress) {
			t.Errorf("%s to listen on: %v", text, err)
		}
	}
}

// memory is what a store would keep of neighbours' addresses.
type memory struct {
	sync.Mutex
	of map[peer.ID]peer.AddrInfo
}

func (m *memory) remember(info peer.AddrInfo) {
	m.Lock()
	defer m.Unlock()
	if m.of == nil {
		m.of = make(map[peer.ID]peer.AddrInfo)
	}
	m.of[info.ID] = info
}

func (m *memory) known() []peer.AddrInfo {
	m.Lock()
	defer m.Unlock()
	var out []peer.AddrInfo
	for _, info := range m.of {
		out = append(out, info)
	}
	return out
}

func (m *memory) has(id peer.ID, addr string) bool {
	for _, info := range m.known() {
		for _, a := range info.Addrs {
			if info.ID == id && a.String() == addr {
				return true
			}
		}
	}
	return false
}

func TestAMemberIsRememberedAndFoundAgainAfterARestart(t *testing.T) {
	var kept memory
	a := node(t, 1, nil)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers, c.Remember = a.Addrs(), kept.remember })
	home := withoutPeer(a.Addrs()[0])
	until(t, "b remembers a", func() bool { return kept.has(a.Host().ID(), home) })
	b.Close()

	again := node(t, 2, func(c *Config, _ *rhythm) { c.Known = kept.known })
	watch(again).await(t, "+", a.Host().ID())
}

func TestTheListenerRemembersWhereTheDiallerCanBeDialled(t *testing.T) {
	var kept memory
	a := node(t, 1, func(c *Config, _ *rhythm) { c.Remember = kept.remember })
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	until(t, "a remembers b's listening port", func() bool {
		return kept.has(b.Host().ID(), withoutPeer(b.Addrs()[0]))
	})
}

func TestARestartedNeighbourOnANewPortIsFoundThroughMemory(t *testing.T) {
	var kept memory
	a := node(t, 1, nil)
	kept.remember(peer.AddrInfo{ID: a.Host().ID(), Addrs: multiaddrs(a.listen)})
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Known = kept.known })
	w := watch(b)
	w.await(t, "+", a.Host().ID())
	a.Close()
	w.await(t, "-", a.Host().ID())

	moved := node(t, 1, nil)
	kept.remember(peer.AddrInfo{ID: a.Host().ID(), Addrs: multiaddrs(moved.listen)})
	w.await(t, "+", a.Host().ID())
}

func TestARestartedNeighbourOnANewPortIsFoundByItsAnnouncement(t *testing.T) {
	a := node(t, 1, nil)
	b := node(t, 2, nil)
	w := watch(b)
	b.hearOf(a)
	w.await(t, "+", a.Host().ID())
	a.Close()
	w.await(t, "-", a.Host().ID())

	moved := node(t, 1, nil)
	b.hearOf(moved)
	w.await(t, "+", a.Host().ID())
}

// hearOf is what the beacon does when a is announced on a link.
func (m *Mesh) hearOf(a *Mesh) { m.heard <- sighting{a.Host().ID(), a.listen} }

func TestWhatAnybodyAnnouncesOfAMemberIsNeitherRememberedNorInTheWay(t *testing.T) {
	var kept memory
	a := node(t, 1, nil)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Known, c.Remember = kept.known, kept.remember })
	w := watch(b)
	b.hearOf(a)
	w.await(t, "+", a.Host().ID())
	home := withoutPeer(a.Addrs()[0])
	until(t, "b remembers a", func() bool { return kept.has(a.Host().ID(), home) })

	lies := sighting{id: a.Host().ID()}
	for port := range uint16(maxHeardAddrs) {
		lies.at = append(lies.at, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port+1))
	}
	b.heard <- lies
	if err := b.swarm.ClosePeer(a.Host().ID()); err != nil {
		t.Fatal(err)
	}
	w.await(t, "-", a.Host().ID())
	b.heard <- lies
	w.await(t, "+", a.Host().ID())
	if known := kept.known(); len(known) != 1 || len(known[0].Addrs) != 1 {
		t.Errorf("it remembers %v", known)
	}
}

func TestAFloodOfAnnouncedStrangersLeavesRoomForMembers(t *testing.T) {
	var r register
	r.set(1, Member)
	a := node(t, 1, nil)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Admit = r.admit })
	silent, most := listenSilently(t)
	for key := byte(10); key < 250; key++ {
		b.heard <- sighting{idOf(t, key), addrsFrom(silent)}
	}
	until(t, "strangers are visited", func() bool { return most.Load() > 0 })
	b.hearOf(a)
	watch(b).await(t, "+", a.Host().ID())
	if n := most.Load(); n > maxGuests {
		t.Errorf("%d strangers were visited at once", n)
	}
}

// listenSilently takes connections, says nothing, and counts how many were
// open at once at most.
func listenSilently(t *testing.T) (at string, most *atomic.Int32) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var open atomic.Int32
	most = new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			most.Store(max(most.Load(), open.Add(1)))
			go func() {
				io.Copy(io.Discard, c)
				c.Close()
				open.Add(-1)
			}()
		}
	}()
	return l.Addr().String(), most
}

func TestNodesThatDialEachOtherAtOnceEndWithOneConnection(t *testing.T) {
	for range 10 {
		// Without the head start for the smaller id, both dial in the same instant.
		crossed := func(_ *Config, r *rhythm) { r.yield = 0 }
		a, b := node(t, 1, crossed), node(t, 2, crossed)
		var both sync.WaitGroup
		both.Go(func() { a.hearOf(b) })
		both.Go(func() { b.hearOf(a) })
		both.Wait()
		until(t, "one usable connection on both sides", func() bool {
			return oneEach(a, b) && oneEach(b, a) && answers(t, a, b)
		})
		a.Close()
		b.Close()
	}
}

// answers reports whether a stream to other works.
func answers(t *testing.T, m, other *Mesh) bool {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	r := <-ping.Ping(ctx, m.Host(), other.Host().ID())
	return r.RTT > 0
}

func oneEach(m, other *Mesh) bool {
	return len(m.Peers()) == 1 && len(m.swarm.ConnsToPeer(other.Host().ID())) == 1
}

func TestAPeerThatDialsAgainReplacesTheConnectionBelievedIn(t *testing.T) {
	a := node(t, 1, nil)
	first := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w := watch(a)
	w.await(t, "+", first.Host().ID())
	before := a.roll.conn(first.Host().ID())

	// The same device again, as after a power cut that a has not noticed.
	second := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", second.Host().ID())
	until(t, "the old connection is closed", before.IsClosed)
	if now := a.roll.conn(second.Host().ID()); now == nil || now == before {
		t.Error("the new connection does not count")
	}
}

func TestADialIsNotRefusedBecauseOfEarlierFailures(t *testing.T) {
	a, b := node(t, 1, nil), node(t, 2, nil)
	a.Close()
	for range 3 {
		err := b.connect(t.Context(), a.Host().ID(), multiaddrs(a.listen))
		if err == nil || errors.Is(err, swarm.ErrDialBackoff) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestAPortInUseIsAnErrorWhenItWasAskedFor(t *testing.T) {
	a := node(t, 1, func(c *Config, _ *rhythm) { c.Listen = onAllCarriers })
	for _, address := range a.Addrs() {
		_, err := start(t.Context(), Config{Identity: keyOf(2), Admit: everybody, Listen: []string{withoutPeer(address)}}, usual)
		if !errors.Is(err, ErrPortInUse) {
			t.Errorf("%s: got %v", address, err)
		}
	}
}

// onAllCarriers listens on free ports of loopback in every way there is.
var onAllCarriers = []string{"/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0/ws"}

func TestCloseLeavesNothingBehind(t *testing.T) {
	before := goroutines()
	a := node(t, 1, nil)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	nobody := node(t, 3, func(c *Config, _ *rhythm) { c.Peers = []string{freePort(t)} })
	watch(b).await(t, "+", a.Host().ID())
	h := aHub(t, 4, func(c *Config) { c.Listen = onAllCarriers })
	all := []*Mesh{a, b, nobody}
	for i, address := range h.Addrs() { // one by each carrier, who meet through the hub
		all = append(all, node(t, byte(5+i), func(c *Config, _ *rhythm) {
			c.Announce, c.Peers = []string{}, []string{address}
			c.Members = func() []peer.ID { return ids(t, []byte{5, 6, 7}) }
		}))
	}
	meets(t, all[3], all[4], h.Host().ID())
	meets(t, all[4], all[5], h.Host().ID())
	for _, m := range append(all, h) {
		from := time.Now()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		t.Logf("closed in %v", time.Since(from).Round(time.Millisecond))
	}
	until(t, "all goroutines ended", func() bool { return goroutines() <= before })
}

func TestTheEndOfTheContextStopsTheLookingAndCloseStillCloses(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m, err := start(ctx, Config{Identity: keyOf(1), Admit: everybody, Listen: []string{"/ip4/127.0.0.1/tcp/0"}}, quick)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	m.worker.Wait()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal("closing twice:", err)
	}
}

// goroutines counts those that run libp2p's code or this package's.
func goroutines() int {
	var all strings.Builder
	pprof.Lookup("goroutine").WriteTo(&all, 2)
	n := 0
	for _, g := range strings.Split(all.String(), "\n\n") {
		if strings.Contains(g, "libp2p") || strings.Contains(g, "gotong/node/mesh.(") {
			n++
		}
	}
	return n
}

func TestALoopbackNodeHasNoLinksAndSaysSo(t *testing.T) {
	a := node(t, 1, nil)
	if here := a.here.Load(); len(here.links) != 0 {
		t.Errorf("links %+v", here.links)
	}
	want := multiaddr(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), a.listen[0].Port())).String() + "/p2p/" + a.Host().ID().String()
	if got := a.Addrs(); len(got) != 1 || got[0] != want {
		t.Errorf("addresses %v, want %s", got, want)
	}
}

// Two machines run with one key, as after a card was copied, and both know the
// same neighbour. Each takes the line from the other: now and then, not as fast
// as they can dial.
func TestTwoNodesWithOneKeyDoNotFightForTheLine(t *testing.T) {
	neighbour := node(t, 1, nil)
	to := func(cfg *Config, r *rhythm) {
		cfg.Peers = []string{neighbour.Addrs()[0]}
		r.eager = 600 * time.Millisecond
	}
	var came atomic.Int32
	neighbour.Watch(func(_ Peer, connected bool) {
		if connected {
			came.Add(1)
		}
	})
	node(t, 2, to)
	node(t, 2, to)
	until(t, "both have had the line", func() bool { return came.Load() >= 4 })
	before := came.Load()
	time.Sleep(3 * time.Second)
	if n := came.Load() - before; n > 20 {
		t.Errorf("the line changed hands %d times in three seconds", n)
	}
}
