package mesh

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
	"golang.org/x/time/rate"
)

// earsPerSecond bounds the announcements taken up, of which a full
// neighbourhood makes that many in answer to one question.
const earsPerSecond = 50

// supervisor owns what changes. Everything below run is called by its one
// goroutine.
type supervisor struct {
	*Mesh
	name       string // of the beacon, for this run
	beacon     *beacon
	ears       *rate.Limiter
	news       *linkNews
	changed    chan struct{}
	identified event.Subscription
	dialled    chan result

	search     retry
	burst      []time.Time // still to come
	polled     time.Time
	neighbours map[peer.ID]*neighbour
	hand       []*hand
	dialling   int
	through
}

func newSupervisor(m *Mesh) (*supervisor, error) {
	news, err := openLinkNews()
	if err != nil {
		return nil, err
	}
	identified, err := m.host.EventBus().Subscribe(new(event.EvtPeerIdentificationCompleted), eventbus.BufSize(64))
	if err != nil {
		news.Close()
		return nil, fmt.Errorf("mesh: event bus: %w", err)
	}
	s := &supervisor{
		Mesh: m, name: instanceName(), news: news, identified: identified,
		changed: make(chan struct{}, 1), dialled: make(chan result),
		ears:       rate.NewLimiter(earsPerSecond, cap(m.heard)),
		neighbours: make(map[peer.ID]*neighbour),
	}
	s.initThrough()
	s.beacon, _ = openBeacon(m.host.ID(), s.name, nil, nil, m.log)
	s.move(time.Now())
	return s, nil
}

// run goes on until ctx ends.
func (s *supervisor) run(ctx context.Context) {
	s.worker.Go(s.followNews)
	defer s.news.Close()
	defer s.identified.Close()
	defer func() { s.beacon.Close() }()
	ticker := time.NewTicker(s.rhythm.tick)
	defer ticker.Stop()
	for {
		s.round(ctx, time.Now())
		select {
		case <-ctx.Done():
			s.review(time.Now()) // who became a member just now is remembered too
			s.drain()
			return
		case <-ticker.C:
		case <-s.changed:
			s.move(time.Now())
		case seen := <-s.heard:
			s.meet(seen, time.Now())
		case <-s.roll.poke:
			s.count(time.Now())
		case e := <-s.identified.Out():
			it := e.(event.EvtPeerIdentificationCompleted)
			s.learn(it.Peer, it.ListenAddrs)
			s.offer(it.Conn, it.Protocols, time.Now())
		case r := <-s.dialled:
			s.conclude(r, time.Now())
		case r := <-s.results:
			s.finish(r, time.Now())
		}
	}
}

// drain waits for the dials under way, which ctx has ended.
func (s *supervisor) drain() {
	for s.dialling+s.pending > 0 {
		select {
		case <-s.dialled:
			s.dialling--
		case <-s.results:
			s.pending--
		}
	}
}

// round does what is due.
func (s *supervisor) round(ctx context.Context, now time.Time) {
	if now.Sub(s.polled) > pollLinks {
		s.move(now)
	}
	s.review(now)
	s.speak(now)
	s.dialDue(ctx, now)
	s.meetThrough(ctx, now)
}

// followNews passes on that links changed.
func (s *supervisor) followNews() {
	for s.news.next() == nil {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

// move takes over a change of this machine's links: a new beacon, no
// connection left that hangs on a lost address, and everybody missing is tried
// at once.
func (s *supervisor) move(now time.Time) {
	s.polled = now
	here, err := survey(s.listen)
	if err != nil {
		s.log.Warn("cannot list interfaces", "err", err)
		return
	}
	was := s.here.Swap(here)
	if was != nil && was.equal(here) {
		return
	}
	s.log.Info("links changed", "links", len(here.links))
	s.reopen(here.links, now)
	s.dropStranded(here)
	s.hurry(now)
}

func (s *supervisor) reopen(links []link, now time.Time) {
	s.beacon.Close()
	var err error
	s.beacon, err = openBeacon(s.host.ID(), s.name, links, s.hear, s.log)
	if err != nil {
		s.log.Warn("no multicast", "err", err)
	}
	s.burst = nil
	for _, after := range bursts {
		s.burst = append(s.burst, now.Add(after))
	}
}

// hear is called by the beacon's readers. They drop what is too much, and
// never wait for the supervisor, which waits for them when it closes them.
func (s *supervisor) hear(seen sighting) {
	if !s.ears.Allow() {
		return
	}
	select {
	case s.heard <- seen:
	default:
	}
}

// dropStranded closes connections from an address this machine no longer has;
// the kernel would retransmit into the void.
func (s *supervisor) dropStranded(here *whereabouts) {
	for _, c := range s.swarm.Conns() {
		ip, err := manet.ToIP(c.LocalMultiaddr())
		if err != nil {
			continue
		}
		at, ok := netip.AddrFromSlice(ip)
		if ok && !at.IsUnspecified() && !here.has(at.Unmap()) { // QUIC's sockets may have none of their own
			c.Close()
		}
	}
}

// hurry tries everybody missing at once and eagerly for a while.
func (s *supervisor) hurry(now time.Time) {
	s.search.soon(now)
	for _, h := range s.hand {
		h.soon(now)
	}
	for id, n := range s.neighbours {
		if s.gate.standing(id) == Member {
			n.soon(s.turn(id, now))
		}
	}
}

// speak announces and asks as due, and has the caller's memory looked through.
func (s *supervisor) speak(now time.Time) {
	if len(s.burst) > 0 && !now.Before(s.burst[0]) {
		s.burst = slices.DeleteFunc(s.burst, func(t time.Time) bool { return !now.Before(t) })
		s.beacon.tell()
		s.beacon.ask()
	}
	if !s.search.due(now) {
		return
	}
	s.beacon.ask()
	s.recall(now)
	if s.missing() {
		s.search.later(now, s.rhythm)
	} else {
		s.search.next = now.Add(s.rhythm.idle + rand.N(s.rhythm.idle))
	}
}

// missing reports whether anybody is worth looking for. A node without any
// neighbour looks for all of them.
func (s *supervisor) missing() bool {
	for id := range s.neighbours {
		if !s.roll.has(id) && s.gate.standing(id) == Member {
			return true
		}
	}
	for _, h := range s.hand {
		if !s.roll.has(h.id) {
			return true
		}
	}
	return len(s.neighbours) == 0
}

// recall takes over whom the caller remembers.
func (s *supervisor) recall(now time.Time) {
	s.forget(now)
	if s.cfg.Known == nil {
		return
	}
	for _, info := range s.cfg.Known() {
		if info.ID == s.host.ID() {
			continue
		}
		n, _ := s.neighbour(info.ID)
		if n != nil && n.recall(sorted(addrPorts(info.Addrs))) {
			n.soon(s.turn(info.ID, now))
		}
	}
}

// turn is when this side dials: at once if its peer id is the smaller one.
func (s *supervisor) turn(id peer.ID, now time.Time) time.Time {
	if s.host.ID() > id {
		return now.Add(s.rhythm.yield)
	}
	return now
}

// meet takes over a neighbour heard on a link.
func (s *supervisor) meet(seen sighting, now time.Time) {
	standing := s.gate.standing(seen.id)
	if standing == Blocked {
		return
	}
	n, fresh := s.neighbour(seen.id)
	if n == nil {
		return
	}
	n.seen, n.heard = now, seen.at
	s.near.note(seen, now)
	if !s.roll.direct(seen.id) && (standing == Member || fresh) {
		n.soon(s.turn(seen.id, now))
	}
}

// count takes over the reports of connections.
func (s *supervisor) count(now time.Time) {
	for _, r := range s.roll.take() {
		id := r.conn.RemotePeer()
		if r.up {
			s.welcome(id, r.conn)
		} else if s.roll.leave(r.conn) {
			s.miss(id, now.Sub(r.conn.Stat().Opened), now)
		}
	}
}

func (s *supervisor) welcome(id peer.ID, c network.Conn) {
	standing := s.gate.standing(id)
	if !s.roll.enter(s.host.ID(), c, standing) {
		return
	}
	s.log.Info("connected", "peer", id)
	s.settle(id, standing)
	if c.Stat().Direction == network.DirOutbound {
		s.learn(id, []ma.Multiaddr{c.RemoteMultiaddr()}) // proven, unlike what it says
	}
}

// brief is a connection that was ended as soon as it began: by a peer that
// closes what it opens, or by a copy of this node with the same key, which takes
// the line over, and from which this node would take it back at once.
const brief = 3 * time.Second

// miss looks for a peer that left after a while: members at once, unless it was
// brief.
func (s *supervisor) miss(id peer.ID, stayed time.Duration, now time.Time) {
	s.log.Info("disconnected", "peer", id)
	s.gate.release(id)
	delete(s.places, id)
	standing := s.gate.standing(id)
	var pause time.Duration
	if stayed < brief {
		pause = s.rhythm.eager/3 + rand.N(s.rhythm.eager)
	}
	for _, h := range s.hand {
		if h.id != id {
			continue
		}
		h.soon(now)
		h.next = now.Add(pause)
		if standing == Stranger {
			h.next = now.Add(s.rhythm.guestPause)
		}
	}
	n := s.neighbours[id]
	if standing != Member {
		if n != nil {
			s.postpone(n, now)
		}
		return
	}
	s.search.soon(now)
	s.seek(id, now)
	if n != nil {
		n.soon(s.turn(id, now))
		n.next = n.next.Add(pause)
	}
}

// learn takes over the addresses a member gave of itself. A stranger's word
// is not taken.
func (s *supervisor) learn(id peer.ID, at []ma.Multiaddr) {
	n, _ := s.neighbour(id)
	if n == nil || s.gate.standing(id) != Member {
		return
	}
	n.say(usable(addrPorts(at), s.listen))
	s.remember(id)
}

// remember tells the caller where a connected member can be found, if that is
// news.
func (s *supervisor) remember(id peer.ID) {
	n := s.neighbours[id]
	if n == nil || s.cfg.Remember == nil || !s.roll.has(id) || s.gate.standing(id) != Member {
		return
	}
	at := sorted(n.said)
	if len(at) == 0 || slices.Equal(at, n.told) {
		return
	}
	n.told = at
	s.cfg.Remember(peer.AddrInfo{ID: id, Addrs: multiaddrs(n.said)})
}

// review asks again what each connected device is: guests become members or
// have to go, members may be blocked. A hub ends what it relays for a device that
// is no member any more by ending its connection; it may come back as a guest.
func (s *supervisor) review(now time.Time) {
	for _, p := range s.roll.list() {
		standing := s.gate.standing(p.ID)
		if standing != p.Standing {
			s.roll.stand(p.ID, standing)
			s.settle(p.ID, standing)
			s.learn(p.ID, s.host.Peerstore().Addrs(p.ID))
			if s.porter != nil && p.Standing == Member {
				s.swarm.ClosePeer(p.ID)
			}
		}
		if standing == Blocked || standing == Stranger && s.gate.overstayed(p.ID, now) {
			s.log.Info("turned away", "peer", p.ID)
			s.swarm.ClosePeer(p.ID)
		}
	}
	s.gate.sweep(now, s.roll.has)
}

// settle keeps a member's connection from being trimmed and gives its guest
// place back.
func (s *supervisor) settle(id peer.ID, standing Standing) {
	const tag = "member"
	if standing == Member {
		s.gate.release(id)
		s.host.ConnManager().Protect(id, tag)
		return
	}
	s.host.ConnManager().Unprotect(id, tag)
}
