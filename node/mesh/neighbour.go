package mesh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	ma "github.com/multiformats/go-multiaddr"
)

// neighbour is a node somebody told of, with where it may be by each one's
// word. The words are kept apart: what is heard on a link is signed by nobody,
// and must not displace or get into what is remembered.
type neighbour struct {
	retry
	said     []netip.AddrPort // by itself over a connection, the newest first
	heard    []netip.AddrPort // on a link, the last time
	recalled []netip.AddrPort // by the caller
	told     []netip.AddrPort // what Remember was told, sorted
	seen     time.Time        // when it was last heard on a link
	visits   int              // in vain, to a stranger or to one whom a hub connects
}

const (
	maxAddrs      = 8   // addresses kept of a neighbour, by each one's word
	maxNeighbours = 512 // strangers beyond this are not taken up

	strangerFresh = 5 * time.Minute // a stranger not heard for so long is not visited
)

// neighbour returns what is known of id, and whether it is new. It is nil for
// a stranger too many.
func (s *supervisor) neighbour(id peer.ID) (*neighbour, bool) {
	if n := s.neighbours[id]; n != nil {
		return n, false
	}
	if len(s.neighbours) >= maxNeighbours && s.gate.standing(id) != Member {
		return nil, false
	}
	n := &neighbour{}
	s.neighbours[id] = n
	return n, true
}

// say takes over what the neighbour itself says; its oldest addresses fall off.
func (n *neighbour) say(at []netip.AddrPort) {
	var out []netip.AddrPort
	for _, a := range slices.Concat(at, n.said) {
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	n.said = out[:min(len(out), maxAddrs)]
}

// recall replaces what the caller remembers of a neighbour, and reports
// whether that is news.
func (n *neighbour) recall(at []netip.AddrPort) bool {
	at = at[:min(len(at), maxAddrs)]
	if slices.Equal(at, n.recalled) {
		return false
	}
	n.recalled = at
	return true
}

// where returns all addresses to try.
func (n *neighbour) where() []netip.AddrPort {
	return sorted(slices.Concat(n.said, n.heard, n.recalled))
}

// usable drops what cannot be dialled from here: loopback unless this node
// itself lives on loopback only, and addresses of one link.
func usable(at, listen []netip.AddrPort) []netip.AddrPort {
	return slices.DeleteFunc(at, func(a netip.AddrPort) bool {
		ip := a.Addr()
		return ip.IsUnspecified() || ip.IsLinkLocalUnicast() || ip.IsMulticast() ||
			ip.IsLoopback() && !onlyLoopback(listen)
	})
}

// hand is an address given by hand. Who is there may be known only after the
// first handshake.
type hand struct {
	retry
	at    ma.Multiaddr
	id    peer.ID
	fixed bool // the person named the peer too
}

func parseHand(text string) (*hand, error) {
	a, err := ma.NewMultiaddr(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", ErrAddress, text)
	}
	transport, id := peer.SplitAddr(a)
	if _, ok := socketAt(transport); !ok {
		return nil, fmt.Errorf("%w: %q", ErrAddress, text)
	}
	return &hand{at: transport, id: id, fixed: id != ""}, nil
}

// maxDials bounds the dials under way.
const maxDials = 16

// result is how a dial ended. Exactly one of hand and id is meant.
type result struct {
	hand *hand
	id   peer.ID
	err  error
}

// dialDue dials who is missing and due: those given by hand, then the others.
func (s *supervisor) dialDue(ctx context.Context, now time.Time) {
	s.hand = append(s.hand, s.takeHands()...)
	for _, h := range s.hand {
		if s.dialling < maxDials && h.due(now) && !(h.id != "" && s.roll.direct(h.id)) {
			if h.since.IsZero() {
				h.soon(now)
			}
			s.dialHand(ctx, h)
		}
	}
	for _, id := range s.dueNeighbours(now) {
		s.dialNeighbour(ctx, id)
	}
}

// dueNeighbours returns who may be dialled now: members, and strangers while
// there are places for guests, those waiting longest first.
func (s *supervisor) dueNeighbours(now time.Time) []peer.ID {
	var members, strangers []peer.ID
	places := s.gate.places()
	for id, n := range s.neighbours {
		if n.busy && s.gate.standing(id) != Member {
			places-- // anybody can announce any number of strangers
		}
		if !n.due(now) || len(n.where()) == 0 || s.roll.direct(id) {
			continue
		}
		switch s.gate.standing(id) {
		case Member:
			members = append(members, id)
		case Stranger:
			if now.Sub(n.seen) < strangerFresh {
				strangers = append(strangers, id)
			}
		}
	}
	byWait := func(a, b peer.ID) int { return s.neighbours[a].next.Compare(s.neighbours[b].next) }
	slices.SortFunc(members, byWait)
	slices.SortFunc(strangers, byWait)
	out := slices.Concat(members, strangers[:max(0, min(len(strangers), places))])
	return out[:min(len(out), maxDials-s.dialling)]
}

func (s *supervisor) dialHand(ctx context.Context, h *hand) {
	h.busy = true
	s.dialling++
	at, id, fixed := h.at, h.id, h.fixed
	go func() {
		ctx, cancel := context.WithTimeout(ctx, s.rhythm.dial)
		defer cancel()
		id, err := s.visit(ctx, at, id, fixed)
		s.dialled <- result{hand: h, id: id, err: err}
	}()
}

func (s *supervisor) dialNeighbour(ctx context.Context, id peer.ID) {
	n := s.neighbours[id]
	n.busy = true
	s.dialling++
	at := multiaddrs(n.where())
	go func() {
		ctx, cancel := context.WithTimeout(ctx, s.rhythm.dial)
		defer cancel()
		s.dialled <- result{id: id, err: s.connect(ctx, id, at)}
	}()
}

// connect dials without regard to earlier failures: libp2p would wait longer
// and longer, also after the reason is gone. A connection through a hub does not
// keep it from looking for a direct one.
func (m *Mesh) connect(ctx context.Context, id peer.ID, at []ma.Multiaddr) error {
	m.swarm.Backoff().Clear(id)
	return m.host.Connect(network.WithForceDirectDial(ctx, "mesh"), peer.AddrInfo{ID: id, Addrs: at})
}

// visit connects to whoever is at an address. If the person named no peer, it
// finds out who is there by asking for somebody who is not.
func (m *Mesh) visit(ctx context.Context, at ma.Multiaddr, id peer.ID, fixed bool) (peer.ID, error) {
	asked := id
	if asked == "" {
		nobody, err := randomPeer()
		if err != nil {
			return "", err
		}
		asked = nobody
	}
	err := m.connect(ctx, asked, []ma.Multiaddr{at})
	var other sec.ErrPeerIDMismatch
	if fixed || !errors.As(err, &other) {
		return id, err
	}
	if other.Actual == m.host.ID() {
		return other.Actual, errSelf
	}
	return other.Actual, m.connect(ctx, other.Actual, []ma.Multiaddr{at})
}

var errSelf = errors.New("mesh: the address is this node's own")

func randomPeer() (peer.ID, error) {
	key, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("mesh: random key: %w", err)
	}
	return PeerOf(key)
}

// conclude takes over how a dial ended. Success shows as a connection.
func (s *supervisor) conclude(r result, now time.Time) {
	s.dialling--
	if r.err != nil {
		s.log.Debug("not reached", "peer", r.id, "err", r.err)
	}
	if r.hand != nil {
		s.concludeHand(r, now)
		return
	}
	n := s.neighbours[r.id]
	if n == nil {
		return
	}
	n.busy = false
	if s.gate.standing(r.id) == Member {
		if s.roll.has(r.id) && !s.roll.direct(r.id) {
			s.tryRarely(n, now)
			return
		}
		n.visits = 0
		n.later(now, s.rhythm)
		return
	}
	s.postpone(n, now)
}

// tryRarely puts off the next try of a direct connection to somebody whom a hub
// connects: most are behind another router and stay there. Who comes to the same
// link is heard there, and dialled at once.
func (s *supervisor) tryRarely(n *neighbour, now time.Time) {
	n.next = now.Add(min(s.rhythm.slow<<min(n.visits, 10), maxStrange))
	n.visits++
}

func (s *supervisor) concludeHand(r result, now time.Time) {
	r.hand.busy = false
	r.hand.id = r.id
	r.hand.later(now, s.rhythm)
	if errors.Is(r.err, errSelf) {
		s.log.Warn("an address given by hand is this node's own")
		s.hand = slices.DeleteFunc(s.hand, func(h *hand) bool { return h == r.hand })
	}
}

// postpone puts off the next visit to a stranger, longer each time, unless
// this node knows nobody yet and is looking for its neighbourhood.
func (s *supervisor) postpone(n *neighbour, now time.Time) {
	wait := s.rhythm.strange
	if s.settled() {
		wait = min(wait<<min(n.visits, 10), maxStrange)
	}
	n.visits++
	n.next = now.Add(wait)
}

// settled reports whether a member is connected.
func (s *supervisor) settled() bool {
	return slices.ContainsFunc(s.roll.list(), func(p Peer) bool { return p.Standing == Member })
}

// forget drops strangers nobody has heard of for long.
func (s *supervisor) forget(now time.Time) {
	for id, n := range s.neighbours {
		if now.Sub(n.seen) > maxStrange && !n.busy && !s.roll.has(id) && s.gate.standing(id) != Member {
			delete(s.neighbours, id)
		}
	}
}
