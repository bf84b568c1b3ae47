package mesh

import (
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"pgregory.net/rapid"
)

// endOf is one end of a connection.
type endOf struct {
	network.Conn
	remote peer.ID
	stat   network.ConnStats
	at     ma.Multiaddr
}

func (e *endOf) RemotePeer() peer.ID     { return e.remote }
func (e *endOf) Stat() network.ConnStats { return e.stat }

func (e *endOf) RemoteMultiaddr() ma.Multiaddr { return e.at }

// Where the other end of a connection may be.
var (
	besideUs   = ma.StringCast("/ip4/192.168.1.7/tcp/4101")
	behindAHub = ma.StringCast("/ip4/203.0.113.1/tcp/4101/p2p/12D3KooWPA6ax6t3jqTyGq73Zm1RmwppYqxaXzrtarfcTWGp5Wzx/p2p-circuit")
)

// ends returns both ends of a connection dialled by from, opened at about now.
func ends(t *rapid.T, from, to peer.ID, at ma.Multiaddr, now time.Time) (atFrom, atTo *endOf) {
	skew := func(name string) time.Time {
		return now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, name)) * time.Millisecond)
	}
	end := func(remote peer.ID, d network.Direction, opened time.Time) *endOf {
		return &endOf{remote: remote, stat: network.ConnStats{Stats: network.Stats{Direction: d, Opened: opened}}, at: at}
	}
	return end(to, network.DirOutbound, skew("dialler")), end(from, network.DirInbound, skew("listener"))
}

func TestBothEndsOfTwoConnectionsCloseTheSameOne(t *testing.T) {
	one, two := idOf(t, 1), idOf(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1000, 0)
		first := [2]peer.ID{one, two}
		second := first
		if rapid.Bool().Draw(t, "the other side dials second") {
			second = [2]peer.ID{two, one}
		}
		// Either both at once, or clearly one after the other.
		apart := time.Duration(rapid.IntRange(0, 1).Draw(t, "apart")) * 3 * time.Second
		places := rapid.SampledFrom([]ma.Multiaddr{besideUs, behindAHub})
		x, y := places.Draw(t, "first"), places.Draw(t, "second")
		x1, x2 := ends(t, first[0], first[1], x, now)
		y1, y2 := ends(t, second[0], second[1], y, now.Add(apart))
		if second != first {
			y1, y2 = y2, y1
		}
		// x1 and y1 are the ends at node one, x2 and y2 those at node two, which
		// may meet them in another order when both were at once.
		oneCloses := surplus(one, x1, y1) == x1
		twoCloses := surplus(two, x2, y2) == x2
		if apart == 0 && second != first {
			twoCloses = surplus(two, y2, x2) == x2
		}
		if oneCloses != twoCloses {
			t.Fatalf("one closes the first: %v, two closes the first: %v", oneCloses, twoCloses)
		}
		if hubOf(x) != hubOf(y) && oneCloses != (hubOf(x) != "") {
			t.Fatal("the direct connection was closed")
		}
		if apart > 0 && !oneCloses && hubOf(x) == hubOf(y) {
			t.Fatal("the newer connection was closed")
		}
	})
}

func TestTriesBecomeRareWhenNobodyComesBack(t *testing.T) {
	var r retry
	now := time.Unix(1000, 0)
	r.soon(now)
	tries := 0
	for ; now.Sub(r.since) < time.Hour; tries++ {
		if !r.due(now) {
			t.Fatal("not due")
		}
		before := now
		r.later(now, usual)
		now = r.next
		gap := now.Sub(before)
		if early := before.Sub(r.since) < usual.eagerFor; early && gap != usual.eager || !early && (gap < usual.slow || gap > 4*usual.slow) {
			t.Fatalf("a gap of %v after %v", gap, before.Sub(r.since))
		}
	}
	if tries < 40+58 || tries > 40+232 {
		t.Errorf("%d tries in an hour", tries)
	}
}

func TestNearbyForgetsWhoIsGone(t *testing.T) {
	var n near
	now := time.Unix(1000, 0)
	n.note(sighting{idOf(t, 1), addrsFrom("192.168.1.7:4101", "[fe80::7%3]:4101")}, now)
	n.note(sighting{idOf(t, 2), addrsFrom("192.168.1.8:4101")}, now.Add(time.Minute))
	got := n.list(now.Add(strangerFresh))
	if len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	got = n.list(now.Add(strangerFresh + time.Second))
	if len(got) != 1 || got[0].Device != deviceOf(2) || len(got[0].Addrs) != 1 {
		t.Errorf("%+v", got)
	}
}
