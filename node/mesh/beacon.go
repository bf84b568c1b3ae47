package mesh

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// beacon speaks multicast DNS on the links it was opened for, and on no other.
// It is thrown away and opened anew when a link changes: what it announces is
// never older than the addresses of its links.
//
// The usual libraries do not fit: they freeze what is announced at the start,
// announce loopback and containers, report a neighbour once in its record's
// lifetime although it moved, or cannot speak unasked.
type beacon struct {
	self   peer.ID
	name   string // instance name
	links  map[int]link
	socks  []group
	heard  func(sighting)
	log    *slog.Logger
	reader sync.WaitGroup
	done   chan struct{}

	mu       sync.Mutex
	closed   bool
	answered map[way]time.Time // when each way was last answered on, or will be
}

// way is one link and one of the two groups.
type way struct {
	group group
	link  int
}

// Answers wait a moment, so that not all neighbours speak at once, and each
// group hears an answer at most once per second (RFC 6762, 6).
const (
	answerMin   = 20 * time.Millisecond
	answerMax   = 120 * time.Millisecond
	answerPause = time.Second
)

// instanceName draws a name that says nothing.
func instanceName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// openBeacon joins the groups on those links that know multicast. It fails
// only if there are such links and none could be joined.
func openBeacon(self peer.ID, name string, links []link, heard func(sighting), log *slog.Logger) (*beacon, error) {
	b := &beacon{
		self: self, name: name, heard: heard, log: log,
		links:    make(map[int]link),
		done:     make(chan struct{}),
		answered: make(map[way]time.Time),
	}
	for _, l := range links {
		if l.cast {
			b.links[l.index] = l
		}
	}
	if len(b.links) == 0 {
		return b, nil
	}
	var failed error
	for _, open := range []func([]net.Interface) (group, error){openGroup4, openGroup6} {
		g, err := open(b.interfaces())
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		b.socks = append(b.socks, g)
		b.reader.Go(func() { b.listen(g) })
	}
	if len(b.socks) == 0 {
		return b, fmt.Errorf("mesh: multicast: %w", failed)
	}
	return b, nil
}

func (b *beacon) interfaces() []net.Interface {
	var out []net.Interface
	for _, l := range b.links {
		out = append(out, net.Interface{Index: l.index, Name: l.name})
	}
	return out
}

// Close leaves the groups and waits for the readers.
func (b *beacon) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	close(b.done)
	for _, g := range b.socks {
		g.Close()
	}
	b.reader.Wait()
}

// ask asks on all links who is here.
func (b *beacon) ask() {
	packet, err := askPacket()
	if err != nil {
		b.log.Error("cannot ask for neighbours", "err", err)
		return
	}
	for _, g := range b.socks {
		for i := range b.links {
			b.send(way{g, i}, packet)
		}
	}
}

// tell announces on all links, unasked.
func (b *beacon) tell() {
	for _, g := range b.socks {
		for i := range b.links {
			b.tellOn(way{g, i})
		}
	}
}

func (b *beacon) tellOn(w way) {
	packet, err := tellPacket(b.name, b.self, b.links[w.link].at)
	if err != nil {
		b.log.Error("cannot announce this node", "err", err)
		return
	}
	b.send(w, packet)
}

// send is best effort: a link that just went down is the supervisor's affair,
// and what got lost is said again.
func (b *beacon) send(w way, packet []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	if err := w.group.send(packet, w.link); err != nil {
		b.log.Debug("multicast not sent", "link", b.links[w.link].name, "err", err)
	}
}

// listen reads one group until it is closed.
func (b *beacon) listen(g group) {
	buf := make([]byte, maxPacket)
	for {
		n, index, err := g.receive(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			b.log.Warn("multicast not read", "err", err)
			b.rest()
			continue
		}
		l, mine := b.links[index]
		if !mine {
			continue
		}
		said, err := readPacket(buf[:n])
		if err != nil {
			continue // anybody may say anything here
		}
		if said.asked {
			b.answer(way{g, index})
		}
		for _, s := range said.seen {
			b.see(&l, s)
		}
	}
}

// rest waits a second, or for the end.
func (b *beacon) rest() {
	select {
	case <-b.done:
	case <-time.After(time.Second):
	}
}

// see passes on a neighbour with those of its addresses that lie on the link
// it was heard on: nobody else's word makes this node dial farther.
func (b *beacon) see(l *link, s sighting) {
	if s.id == b.self {
		return
	}
	var near []netip.AddrPort
	for _, a := range s.at {
		if l.onLink(a.Addr()) && a.Addr().Zone() == "" && a.Port() != 0 {
			near = append(near, netip.AddrPortFrom(zoned(a.Addr(), l.index), a.Port()))
		}
	}
	if len(near) > 0 {
		b.heard(sighting{s.id, near})
	}
}

// answer announces on one way after a short random wait, unless it is about to
// or did so within the last second.
func (b *beacon) answer(w way) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.closed || now.Before(b.answered[w].Add(answerPause)) {
		return
	}
	wait := answerMin + mathrand.N(answerMax-answerMin)
	b.answered[w] = now.Add(wait)
	time.AfterFunc(wait, func() { b.tellOn(w) })
}
