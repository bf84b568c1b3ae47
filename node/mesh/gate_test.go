package mesh

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
)

// register is a roster that can be changed while nodes run.
type register struct{ of [256]atomic.Uint32 }

func (r *register) set(key byte, s Standing) { r.of[key].Store(uint32(s)) }

func (r *register) admit(d protocol.DeviceID) Standing {
	key, ok := keys()[d]
	if !ok {
		return Stranger
	}
	return Standing(r.of[key].Load())
}

// keys returns the byte that each device's key is made of.
var keys = sync.OnceValue(func() map[protocol.DeviceID]byte {
	of := make(map[protocol.DeviceID]byte)
	for key := range 256 {
		of[deviceOf(byte(key))] = byte(key)
	}
	return of
})

func TestABlockedDeviceIsRefused(t *testing.T) {
	var r register
	r.set(2, Blocked)
	r.set(3, Member)
	a := node(t, 1, func(c *Config, _ *rhythm) { c.Admit = r.admit })
	w := watch(a)
	blocked := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	if err := blocked.connect(t.Context(), a.Host().ID(), multiaddrs(a.listen)); err == nil {
		if s, err := blocked.Host().NewStream(t.Context(), a.Host().ID(), "/ipfs/ping/1.0.0"); err == nil {
			t.Error("a blocked device opened a stream: ", s.Protocol())
		}
	}
	member := node(t, 3, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", member.Host().ID())
	if a.roll.has(blocked.Host().ID()) {
		t.Error("a blocked device is connected")
	}
	if a.gate.InterceptPeerDial(blocked.Host().ID()) {
		t.Error("a blocked device would be dialled")
	}
}

func TestAMemberWhoIsBlockedHasToGo(t *testing.T) {
	var r register
	r.set(2, Member)
	a := node(t, 1, func(c *Config, _ *rhythm) { c.Admit = r.admit })
	w := watch(a)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", b.Host().ID())
	r.set(2, Blocked)
	w.await(t, "-", b.Host().ID())
}

func TestAStrangerHasToGoWhenItsTimeIsUp(t *testing.T) {
	var r register
	const stay = 300 * time.Millisecond
	a := node(t, 1, func(c *Config, q *rhythm) { c.Admit, q.guestStay = r.admit, stay })
	w := watch(a)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", b.Host().ID())
	came := a.Peers()[0].Since
	w.await(t, "-", b.Host().ID())
	if stayed := time.Since(came); stayed < stay*9/10 {
		t.Errorf("it was sent away after %v of %v", stayed, stay)
	}
	if a.gate.seat(b.Host().ID(), time.Now()) {
		t.Error("it can come back at once")
	}
}

func TestAStrangerWhoBecomesAMemberStays(t *testing.T) {
	var r register
	var kept memory
	const stay = 300 * time.Millisecond
	a := node(t, 1, func(c *Config, q *rhythm) {
		c.Admit, c.Remember, q.guestStay = r.admit, kept.remember, stay
	})
	w := watch(a)
	joiner := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	other := node(t, 3, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", joiner.Host().ID())
	if len(kept.known()) != 0 {
		t.Error("a stranger was remembered")
	}
	r.set(2, Member)
	w.await(t, "-", other.Host().ID()) // so the time of both is over
	until(t, "the joiner stands as a member", func() bool {
		p := a.Peers()
		return len(p) == 1 && p[0].ID == joiner.Host().ID() && p[0].Standing == Member
	})
	until(t, "and is remembered", func() bool {
		return kept.has(joiner.Host().ID(), withoutPeer(joiner.Addrs()[0]))
	})
	if a.gate.places() != maxGuests {
		t.Errorf("%d places free", a.gate.places())
	}
}

func TestARevokedMemberIsAGuestAndThenHasToGo(t *testing.T) {
	var r register
	r.set(2, Member)
	a := node(t, 1, func(c *Config, q *rhythm) { c.Admit, q.guestStay = r.admit, 50*time.Millisecond })
	w := watch(a)
	b := node(t, 2, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", b.Host().ID())
	r.set(2, Stranger)
	w.await(t, "-", b.Host().ID())
}

func TestOnlyAFewStrangersAreLetInAndMembersAlways(t *testing.T) {
	var r register
	r.set(9, Member)
	a := node(t, 1, func(c *Config, _ *rhythm) { c.Admit = r.admit })
	w := watch(a)
	for key := byte(2); key < 2+maxGuests; key++ {
		guest := node(t, key, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
		w.await(t, "+", guest.Host().ID())
	}
	late := node(t, 8, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	member := node(t, 9, func(c *Config, _ *rhythm) { c.Peers = a.Addrs() })
	w.await(t, "+", member.Host().ID())
	if a.gate.seat(late.Host().ID(), time.Now()) {
		t.Error("there is a place for one stranger too many")
	}

	guest := a.Peers()[0]
	if err := a.swarm.ClosePeer(guest.ID); err != nil {
		t.Fatal(err)
	}
	w.await(t, "-", guest.ID)
	until(t, "its place goes to somebody", func() bool { return len(a.Peers()) == maxGuests+1 })
}

func TestAPlaceIsFreedWhenTheHandshakeBrokeOff(t *testing.T) {
	var r register
	g := newGate(r.admit, time.Minute, time.Minute)
	now := time.Unix(1000, 0)
	if !g.seat(idOf(t, 2), now) || !g.seat(idOf(t, 3), now) {
		t.Fatal("no place")
	}
	connected := func(p peer.ID) bool { return p == idOf(t, 3) }
	g.sweep(now.Add(59*time.Second), connected)
	if got := g.places(); got != maxGuests-2 {
		t.Errorf("%d places before the time is up", got)
	}
	g.sweep(now.Add(time.Minute), connected)
	if got := g.places(); got != maxGuests-1 {
		t.Errorf("%d places after", got)
	}
}

func TestWhenManyAreRevokedAtOnceNoMoreStrangersAreLetIn(t *testing.T) {
	var r register
	g := newGate(r.admit, time.Minute, time.Minute)
	now := time.Unix(1000, 0)
	for key := byte(2); key < 2+2*maxGuests; key++ {
		if g.overstayed(idOf(t, key), now) {
			t.Fatal("a revoked member has no time left at all")
		}
	}
	if g.places() != 0 || g.seat(idOf(t, 1), now) {
		t.Errorf("%d places free", g.places())
	}
	if !g.overstayed(idOf(t, 2), now.Add(time.Minute)) {
		t.Error("a revoked member may stay")
	}
}

func TestAStrangersWordDoesNotMakeThisNodeDialOutside(t *testing.T) {
	var r register
	r.set(2, Member)
	g := newGate(r.admit, time.Minute, time.Minute)
	outside, err := parseHand("/ip4/198.51.100.7/tcp/4101")
	if err != nil {
		t.Fatal(err)
	}
	home, err := parseHand("/ip4/192.168.1.7/tcp/4101")
	if err != nil {
		t.Fatal(err)
	}
	stranger, member := idOf(t, 3), idOf(t, 2)
	if g.InterceptAddrDial(stranger, outside.at) {
		t.Error("a stranger's outside address is dialled")
	}
	if !g.InterceptAddrDial(stranger, home.at) || !g.InterceptAddrDial(member, outside.at) {
		t.Error("a stranger at home, or a member outside, is not dialled")
	}
	g.allow(outside.at)
	if !g.InterceptAddrDial(stranger, outside.at) {
		t.Error("an address given by hand is not dialled")
	}
}

func TestAPeerWithoutADeviceKeyIsBlocked(t *testing.T) {
	g := newGate(everybody, time.Minute, time.Minute)
	if got := g.standing(peer.ID("nonsense")); got != Blocked {
		t.Errorf("standing %v", got)
	}
}
