package mesh

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// wait lets time pass where time is what the story is about: a cable stays
// unplugged that long.
func wait(d time.Duration) { <-time.After(d) }

// neighbours are two nodes on the two ends of the trunk, connected. setup is
// done on both before they start.
func neighbours(t *testing.T, setup ...string) (a, b *machine) {
	a = plug(t, "left", "a", part{Key: 1})
	b = plug(t, "right", "b", part{Key: 2})
	a.ip("addr add 10.77.0.1/24 dev eth0")
	b.ip("addr add 10.77.0.2/24 dev eth0")
	for _, line := range setup {
		a.ip(line)
		b.ip(line)
	}
	a.start()
	from := time.Now()
	b.start()
	a.await("up", patient)
	b.await("up", patient)
	t.Logf("FIGURE first discovery and connection: %v after the second node began", since(from))
	return a, b
}

func since(t time.Time) time.Duration { return time.Since(t).Round(10 * time.Millisecond) }

func TestNeighboursOnOneLinkFindEachOtherByMulticastAlone(t *testing.T) {
	lab(t, func(t *testing.T) {
		a, _ := neighbours(t)
		a.say("addrs")
		if line := a.await("addrs", patient); !strings.Contains(line, "/ip4/10.77.0.1/tcp/4101/p2p/12D3KooW") || strings.Contains(line, "127.0.0.1") {
			t.Error(line)
		}
	})
}

func TestALinkThatWasDownTenSecondsIsBackAtOnce(t *testing.T) {
	lab(t, func(t *testing.T) {
		a, b := neighbours(t)
		from := time.Now()
		b.ip("link set eth0 down")
		b.await("down", patient)
		own := since(from)
		a.await("down", patient)
		t.Logf("FIGURE own link down noticed: %v, the other one's: %v", own, since(from))
		if own > since(from)/2 {
			t.Error("one's own link is noticed no sooner than the other one's")
		}
		wait(10*time.Second - time.Since(from))
		from = time.Now()
		b.ip("link set eth0 up")
		b.await("up", patient)
		a.await("up", patient)
		t.Logf("FIGURE reconnected after own link up: %v", since(from))
	})
}

func TestACutBetweenNeighboursIsNoticedAndHealed(t *testing.T) {
	lab(t, func(t *testing.T) {
		a, b := neighbours(t)
		from := time.Now()
		run(t, "ip", "link", "set", "trunk0", "down")
		a.await("down", patient)
		t.Logf("FIGURE cut noticed at one end: %v", since(from))
		b.await("down", patient)
		t.Logf("FIGURE cut noticed at both ends: %v", since(from))
		wait(15*time.Second - time.Since(from))
		from = time.Now()
		run(t, "ip", "link", "set", "trunk0", "up")
		a.await("up", patient)
		b.await("up", patient)
		t.Logf("FIGURE reconnected after the cut: %v", since(from))
	})
}

func TestClosingIsQuickWhenTheNeighbourCannotBeReached(t *testing.T) {
	lab(t, func(t *testing.T) {
		a, _ := neighbours(t)
		run(t, "ip", "link", "set", "trunk0", "down")
		a.in.Close()
		line := a.await("closed", patient)
		t.Logf("FIGURE %s, with the link cut a moment ago", line)
		if !strings.HasSuffix(line, "<nil>") {
			t.Error(line)
		}
	})
}

func TestAChangedAddressIsFollowed(t *testing.T) {
	lab(t, func(t *testing.T) {
		a, b := neighbours(t, "-6 addr flush dev eth0") // which would not change
		from := time.Now()
		b.ip("addr del 10.77.0.2/24 dev eth0")
		b.ip("addr add 10.77.0.9/24 dev eth0")
		b.await("up", patient)
		for !strings.Contains(a.await("up", patient), "10.77.0.9") {
			// The first connection may have been replaced by its twin meanwhile.
		}
		t.Logf("FIGURE reconnected after a change of address: %v", since(from))
	})
}

func TestALinkThatComesLaterIsUsed(t *testing.T) {
	lab(t, func(t *testing.T) {
		a := boot(t, "a", part{Key: 1})
		a.start()
		b := plug(t, "right", "b", part{Key: 2})
		b.ip("addr add 10.77.0.2/24 dev eth0")
		b.start()
		a.cable("left")
		from := time.Now()
		a.ip("addr add 10.77.0.1/24 dev eth0")
		a.await("up", patient)
		t.Logf("FIGURE connected after the link came: %v", since(from))
	})
}

func TestOneCableWithoutAnyRouterIsEnough(t *testing.T) {
	lab(t, func(t *testing.T) {
		// Nobody gives addresses: only the link-local ones of IPv6 are there.
		a := plug(t, "left", "a", part{Key: 1})
		b := plug(t, "right", "b", part{Key: 2})
		a.start()
		b.start()
		from := time.Now()
		if line := a.await("up", patient); !strings.Contains(line, "fe80") {
			t.Error(line)
		}
		b.await("up", patient)
		t.Logf("FIGURE connected over link-local addresses alone: %v", since(from))
	})
}

func TestANodeOnLoopbackSendsNoMulticast(t *testing.T) {
	lab(t, func(t *testing.T) {
		ear := plug(t, "left", "ear", part{Ear: true})
		ear.ip("addr add 10.77.0.7/24 dev eth0")
		ear.start()
		quiet := plug(t, "right", "quiet", part{Key: 1, Listen: []string{"/ip4/127.0.0.1/tcp/0", "/ip6/::1/tcp/0"}})
		quiet.ip("addr add 10.77.0.1/24 dev eth0")
		quiet.start()
		quiet.ip("link set eth0 down")
		quiet.ip("link set eth0 up")
		wait(4 * time.Second) // past all unasked announcements
		ear.say("still there?")
		for line := ear.await("", patient); line != "listening"; line = ear.await("", patient) {
			t.Error("it was heard:", line)
		}

		// The same ear hears a node that does listen on the link, and learns no
		// more than its addresses.
		loud := plug(t, "right", "loud", part{Key: 2})
		loud.ip("addr add 10.77.0.2/24 dev eth0")
		loud.start()
		ear.await("heard", patient)
	})
}

func TestContainersAreNotAnnounced(t *testing.T) {
	lab(t, func(t *testing.T) {
		a := plug(t, "left", "a", part{Key: 1})
		a.ip("addr add 10.77.0.1/24 dev eth0")
		a.ip("link add docker0 type veth peer name guest0")
		a.ip("addr add 172.17.0.1/16 dev docker0")
		a.ip("link set docker0 up")
		a.ip("link set guest0 up")
		a.start()
		a.say("addrs")
		if line := a.await("addrs", patient); !strings.Contains(line, "10.77.0.1") || strings.Contains(line, "172.17") {
			t.Error(line)
		}
	})
}

func TestTheUsualPortInUseMeansAFreeOne(t *testing.T) {
	lab(t, func(t *testing.T) {
		run(t, "ip", "link", "set", "lo", "up")
		taken, err := net.Listen("tcp4", fmt.Sprintf("0.0.0.0:%d", Port))
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		m, err := start(t.Context(), Config{Identity: keyOf(1), Admit: everybody}, usual)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		if len(m.listen) != 2 || m.listen[0].Port() == Port || m.listen[0].Port() != m.listen[1].Port() {
			t.Errorf("it listens on %v", m.listen)
		}
	})
}

func TestAHubListensInEveryWayAlsoWhereTheUsualPortsAreTaken(t *testing.T) {
	lab(t, func(t *testing.T) {
		run(t, "ip", "link", "set", "lo", "up")
		for _, taken := range []bool{false, true} {
			m, err := start(t.Context(), Config{Identity: keyOf(1), Admit: everybody, Hub: true}, usual)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			var usual []socket
			for _, host := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
				usual = append(usual, socket{overQUIC, netip.AddrPortFrom(host, Port)}, socket{overWebSocket, netip.AddrPortFrom(host, WebSocketPort)})
			}
			if len(m.listen) != 2 || len(m.also) != 4 {
				t.Errorf("it listens on %v and %v", m.listen, m.also)
			}
			for _, s := range usual {
				if slices.Contains(m.also, s) == taken {
					t.Errorf("where the ports are taken (%v) it listens on %v", taken, m.also)
				}
			}
		}
	})
}

func TestAnIdleLinkIsNearlySilent(t *testing.T) {
	lab(t, func(t *testing.T) {
		a, _ := neighbours(t, "-6 addr flush dev eth0")
		wait(5 * time.Second) // past the announcements
		packets, bytes := a.traffic()
		const long = 12 * time.Second
		wait(long)
		morePackets, moreBytes := a.traffic()
		perMinute := float64(time.Minute) / float64(long)
		t.Logf("FIGURE idle link with everything on the wire: %.0f packets, %.2f kB per minute",
			float64(morePackets-packets)*perMinute, float64(moreBytes-bytes)*perMinute/1000)
	})
}

// traffic returns what passed eth0 so far, both ways, Ethernet headers included.
func (m *machine) traffic() (packets, bytes int) {
	m.t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/dev", m.pid))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "eth0:"); ok {
			var rx, rxp, tx, txp, skip int
			fmt.Sscan(rest, &rx, &rxp, &skip, &skip, &skip, &skip, &skip, &skip, &tx, &txp)
			return rxp + txp, rx + tx
		}
	}
	m.t.Fatal("no eth0")
	return 0, 0
}

func TestAnIdleConnectionCarriesNoPayload(t *testing.T) {
	lab(t, func(t *testing.T) {
		run(t, "ip", "link", "set", "lo", "up")
		a := node(t, 1, func(_ *Config, r *rhythm) { *r = usual })
		at, carried := countingProxy(t, a.listen[0].String())
		b := node(t, 2, func(c *Config, r *rhythm) { c.Peers, *r = []string{at}, usual })
		watch(b).await(t, "+", a.Host().ID())
		wait(2 * time.Second)
		handshakes := carried.Load()
		wait(12 * time.Second)
		t.Logf("FIGURE payload: %d bytes for connection and identification, %d in the 12 s after", handshakes, carried.Load()-handshakes)
		if carried.Load() != handshakes {
			t.Error("an idle connection carries payload")
		}
	})
}

// countingProxy forwards connections and counts their payload, both ways.
func countingProxy(t *testing.T, to string) (at string, carried *atomic.Int64) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	carried = new(atomic.Int64)
	forward := func(dst, src net.Conn) {
		defer dst.Close()
		buf := make([]byte, 64<<10)
		for {
			n, err := src.Read(buf)
			carried.Add(int64(n))
			if _, werr := dst.Write(buf[:n]); err != nil || werr != nil {
				return
			}
		}
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp4", to)
			if err != nil {
				near.Close()
				continue
			}
			go forward(far, near)
			go forward(near, far)
		}
	}()
	return multiaddr(l.Addr().(*net.TCPAddr).AddrPort()).String(), carried
}
