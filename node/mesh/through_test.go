package mesh

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"

	"gotong/protocol"
)

// aHub starts a hub, on the addresses given or on a free port.
func aHub(t *testing.T, key byte, change func(*Config)) *Mesh {
	t.Helper()
	return node(t, key, func(c *Config, _ *rhythm) {
		c.Hub = true
		if change != nil {
			change(c)
		}
	})
}

// tucked is a household that nobody can dial, because it tells no address. It
// knows who belongs, and the hub's address.
func tucked(t *testing.T, key byte, hub *Mesh, members ...byte) *Mesh {
	t.Helper()
	return node(t, key, func(c *Config, _ *rhythm) {
		c.Announce = []string{}
		c.Peers = hub.Addrs()[:1]
		c.Members = func() []peer.ID { return ids(t, members) }
	})
}

func ids(t *testing.T, keys []byte) (out []peer.ID) {
	for _, key := range keys {
		out = append(out, idOf(t, key))
	}
	return out
}

// linkTo returns the connection of m to id that counts.
func linkTo(m *Mesh, id peer.ID) (Peer, bool) {
	for _, p := range m.Peers() {
		if p.ID == id {
			return p, true
		}
	}
	return Peer{}, false
}

// meets waits until two nodes are connected, through this hub or directly.
func meets(t *testing.T, a, b *Mesh, hub peer.ID) {
	t.Helper()
	until(t, "they meet", func() bool {
		ab, there := linkTo(a, b.Host().ID())
		ba, back := linkTo(b, a.Host().ID())
		return there && back && ab.Hub == hub && ba.Hub == hub
	})
}

// talks sends something there and back over a connection that nothing limits.
func talks(t *testing.T, a, b *Mesh) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if got := <-ping.Ping(network.WithNoDial(ctx, "test"), a.Host(), b.Host().ID()); got.Error != nil {
		t.Errorf("%v cannot talk: %v", a.Host().ID(), got.Error)
	}
	for _, c := range a.swarm.ConnsToPeer(b.Host().ID()) {
		if c.Stat().Limited {
			t.Error("the connection is limited: neither gossip nor exchanges run on it")
		}
	}
}

func TestMembersWhoCannotReachEachOtherMeetThroughAHub(t *testing.T) {
	h := aHub(t, 1, nil)
	a, b := tucked(t, 2, h, 3), tucked(t, 3, h, 2)
	meets(t, a, b, h.Host().ID())
	talks(t, a, b)
	talks(t, b, a)
	if now, ok := h.Relayed(); !ok || now.Devices != 2 || now.Connections != 1 {
		t.Errorf("the hub relays %+v (%v)", now, ok)
	}
	if _, ok := a.Relayed(); ok {
		t.Error("a household says it relays")
	}
}

func TestADirectConnectionTakesThePlaceOfARelayedOne(t *testing.T) {
	h := aHub(t, 1, nil)
	a, b := tucked(t, 2, h, 3), tucked(t, 3, h, 2)
	meets(t, a, b, h.Host().ID())
	b.heard <- sighting{id: a.Host().ID(), at: a.listen} // a shared link, at last
	meets(t, a, b, "")
	talks(t, a, b)
	until(t, "one connection is left", func() bool {
		return len(a.swarm.ConnsToPeer(b.Host().ID())) == 1 && len(b.swarm.ConnsToPeer(a.Host().ID())) == 1
	})
}

// TestWhileAHubConnectsADirectConnectionIsTriedRarely has one tell an address at
// which nobody lets anybody in.
func TestWhileAHubConnectsADirectConnectionIsTriedRarely(t *testing.T) {
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer door.Close()
	var knocks atomic.Int32
	go func() {
		for {
			c, err := door.Accept()
			if err != nil {
				return
			}
			knocks.Add(1)
			c.Close()
		}
	}()
	h := aHub(t, 1, nil)
	a := node(t, 2, func(c *Config, r *rhythm) {
		c.Announce, c.Peers = []string{}, h.Addrs()[:1]
		c.Members = func() []peer.ID { return ids(t, []byte{3}) }
		r.slow = 20 * time.Millisecond
	})
	b := node(t, 3, func(c *Config, _ *rhythm) {
		c.Announce = multiaddrStrings([]netip.AddrPort{door.Addr().(*net.TCPAddr).AddrPort()})
		c.Peers = h.Addrs()[:1]
	})
	meets(t, a, b, h.Host().ID())
	until(t, "a direct connection is tried", func() bool { return knocks.Load() > 0 })
	time.Sleep(1500 * time.Millisecond) // in which one that is missing is tried some thirty times
	if n := knocks.Load(); n > 12 {
		t.Errorf("tried %d times", n)
	}
	meets(t, a, b, h.Host().ID())
}

func TestAPlaceIsAskedForAgainLongBeforeItEnds(t *testing.T) {
	if 2*reserveFor > relayRoom.ReservationTTL {
		t.Errorf("asked for again after %v of %v", reserveFor, relayRoom.ReservationTTL)
	}
}

func TestWhenTheHubGoesDirectLinksStayAndWhenItIsBackTheyMeetAgain(t *testing.T) {
	h := aHub(t, 1, nil)
	address := withoutPeer(h.Addrs()[0])
	a, b := tucked(t, 2, h, 3, 4), tucked(t, 3, h, 2, 4)
	beside := node(t, 4, func(c *Config, _ *rhythm) { c.Peers = multiaddrStrings(b.listen) })
	meets(t, a, b, h.Host().ID())
	meets(t, b, beside, "")
	w := watch(b)
	h.Close()
	w.await(t, "-", a.Host().ID())
	talks(t, b, beside)
	again := aHub(t, 1, func(c *Config) { c.Listen = []string{address} })
	meets(t, a, b, again.Host().ID())
	talks(t, b, beside)
}

func multiaddrStrings(at []netip.AddrPort) (out []string) {
	for _, a := range multiaddrs(at) {
		out = append(out, a.String())
	}
	return out
}

func TestAHubRelaysForMembersOnly(t *testing.T) {
	var r register
	r.set(2, Member)
	h := aHub(t, 1, func(c *Config) { c.Admit = r.admit })
	member, stranger := tucked(t, 2, h, 3), tucked(t, 3, h, 2)
	until(t, "the member has its place", func() bool { now, _ := h.Relayed(); return now.Devices == 1 })
	until(t, "the stranger is a guest", func() bool { return stranger.roll.has(h.Host().ID()) })
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if err := stranger.reserve(ctx, h.Host().ID()); !errors.Is(err, errRefused) {
		t.Errorf("a stranger asking for a place is told %v", err)
	}
	if err := stranger.call(ctx, member.Host().ID(), []peer.ID{h.Host().ID()}); err == nil {
		t.Error("a stranger came through to a member")
	}
	if now, _ := h.Relayed(); now.Devices != 1 || now.Connections != 0 {
		t.Errorf("the hub relays %+v", now)
	}
}

func TestARevokedDeviceLosesItsPlaceAtTheHub(t *testing.T) {
	var r register
	r.set(2, Member)
	r.set(3, Member)
	h := aHub(t, 1, func(c *Config) { c.Admit = r.admit })
	a, b := tucked(t, 2, h, 3), tucked(t, 3, h, 2)
	meets(t, a, b, h.Host().ID())
	w := watch(a)
	r.set(3, Stranger)
	w.await(t, "-", b.Host().ID())
	until(t, "its place is gone", func() bool { now, _ := h.Relayed(); return now.Devices == 1 && now.Connections == 0 })
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if err := a.call(ctx, b.Host().ID(), []peer.ID{h.Host().ID()}); err == nil {
		t.Error("it is still reached")
	}
}

func TestMembersOfTwoNeighbourhoodsDoNotMeetThroughTheHubOfBoth(t *testing.T) {
	h := aHub(t, 1, func(c *Config) {
		c.Together = func(a, b protocol.DeviceID) bool { return keys()[a]%2 == keys()[b]%2 }
	})
	a, b, other := tucked(t, 2, h, 4), tucked(t, 4, h, 2), tucked(t, 3, h, 2, 4)
	meets(t, a, b, h.Host().ID())
	until(t, "all have their places", func() bool { now, _ := h.Relayed(); return now.Devices == 3 })
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if err := other.call(ctx, a.Host().ID(), []peer.ID{h.Host().ID()}); err == nil || !strings.Contains(err.Error(), "PERMISSION_DENIED") {
		t.Errorf("somebody of another neighbourhood is told %v", err)
	}
}

func TestANodeBeginsOnlyAFewRelayedConnections(t *testing.T) {
	h := aHub(t, 1, nil)
	others := []byte{3, 4, 5, 6, 7, 8, 9}
	for _, key := range others {
		tucked(t, key, h)
	}
	until(t, "all others have their places", func() bool { now, _ := h.Relayed(); return now.Devices == len(others) })
	a := tucked(t, 2, h, others...)
	until(t, "it met some", func() bool { return len(a.Peers()) == 1+maxThrough })
	time.Sleep(10 * quick.eager) // and nothing tells that it would begin no more
	if n := len(a.Peers()); n != 1+maxThrough {
		t.Errorf("%d peers, of which one is the hub", n)
	}
}

func TestAHubIsReachedByQUICAndByWebSocketWhereAPersonSaysSo(t *testing.T) {
	h := aHub(t, 1, func(c *Config) {
		c.Listen = onAllCarriers
	})
	key := byte(2)
	for _, over := range []string{"/quic-v1", "/ws"} {
		for _, named := range []bool{true, false} {
			address := h.Addrs()[0]
			for _, a := range h.Addrs() {
				if strings.HasSuffix(withoutPeer(a), over) {
					address = a
				}
			}
			if !named {
				address = withoutPeer(address)
			}
			a := node(t, key, func(c *Config, _ *rhythm) { c.Peers = []string{address} })
			meets(t, a, h, "")
			talks(t, a, h)
			if p, _ := linkTo(a, h.Host().ID()); !strings.HasSuffix(p.Address, over) {
				t.Errorf("%s was dialled as %s", address, p.Address)
			}
			key++
		}
	}
	plain := tucked(t, key, h)
	for _, s := range h.also {
		if plain.gate.InterceptAddrDial(h.Host().ID(), s.multiaddr()) {
			t.Errorf("one that was given the TCP address would go on over %v", s.multiaddr())
		}
	}
}

func TestTwoHundredHouseholdsBehindOneRouterFitAHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits, err := resources(hub)
		if err != nil {
			t.Fatal(err)
		}
		defer limits.Close()
		router := socket{overTCP, netip.MustParseAddrPort("203.0.113.9:40000")}.multiaddr()
		for i := range 200 {
			scope, err := limits.OpenConnection(network.DirInbound, true, router)
			if err != nil {
				t.Fatalf("the %dth: %v", i+1, err)
			}
			defer scope.Done()
			id := idOf(t, byte(i))
			if err := scope.SetPeer(id); err != nil {
				t.Fatalf("the %dth: %v", i+1, err)
			}
			for range 2 + 2*maxThrough { // gossip, and relayed connections
				st, err := limits.OpenStream(id, network.DirInbound)
				if err != nil {
					t.Fatalf("a stream of the %dth: %v", i+1, err)
				}
				defer st.Done()
				if err := st.SetProtocol("/gotong/test"); err != nil {
					t.Fatalf("a stream of the %dth: %v", i+1, err)
				}
				if err := st.ReserveMemory(256<<10, network.ReservationPriorityAlways); err != nil {
					t.Fatalf("the window of a stream of the %dth: %v", i+1, err)
				}
			}
		}
	})
}

func TestWhoIsNotMetIsCalledMoreAndMoreRarely(t *testing.T) {
	s := &supervisor{Mesh: &Mesh{log: slog.New(slog.DiscardHandler), rhythm: usual}}
	s.initThrough()
	id := idOf(t, 2)
	s.absent[id] = &absentee{}
	now, tries := time.Unix(1000, 0), 0
	for begun := now; now.Sub(begun) < 24*time.Hour; tries++ {
		s.pending++
		s.finish(outcome{to: id, err: errRefused}, now)
		now = s.absent[id].next
	}
	if tries < 12 || tries > 40 {
		t.Errorf("%d calls in a day", tries)
	}
}
