package mesh

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	pb "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/pb"
	relay "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/proto"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/util"
	ma "github.com/multiformats/go-multiaddr"
)

// Members who cannot reach each other meet through a hub of their roster: each
// reserves a place at every hub it is connected to, and calls there whoever is
// missing. Nobody announces anything for it: the peer id is the device's key,
// which the roster holds.
//
// A hub is whoever belongs and offers the relay protocol; what it carries is
// encrypted between the two ends. A relayed connection is a stopgap: the search
// for a direct one goes on, and ends it.

// maxThrough is how many relayed connections a node begins. The hub itself
// brings everything; these are for what it lacks or withholds, and with two each
// they hang together. Of 21 homes none of which sees another, each sends, for
// one request of one of them, 0.1 kB with the hub alone, 3.5 kB with two and
// 7.4 kB with four: gossip comes several ways, and exchanges ask who has it.
const maxThrough = 2

// reserveFor is how long before a place at a hub is asked for anew. Hubs keep
// one for an hour.
const reserveFor = 20 * time.Minute

// place is one at a hub this node is connected to.
type place struct {
	retry
	held bool
}

// absentee is a member who may be met through a hub.
type absentee struct {
	retry
	tries int
}

// through is what the supervisor knows of meeting through hubs.
type through struct {
	places  map[peer.ID]*place
	absent  map[peer.ID]*absentee
	asked   time.Time // when the members were listed last
	results chan outcome
	pending int
}

// outcome is how asking for a place (to is empty) or calling through a hub ended.
type outcome struct {
	hub, to peer.ID
	err     error
}

func (s *supervisor) initThrough() {
	s.places = make(map[peer.ID]*place)
	s.absent = make(map[peer.ID]*absentee)
	s.results = make(chan outcome)
}

// offer takes over what a connected peer can do: one that relays is a hub.
func (s *supervisor) offer(c network.Conn, can []protocol.ID, now time.Time) {
	if s.cfg.Hub || isRelayed(c) || !slices.Contains(can, relay.ProtoIDv2Hop) {
		return
	}
	id := c.RemotePeer()
	if s.places[id] == nil {
		s.places[id] = &place{}
	}
	s.places[id].soon(now) // also on a new connection to one that may have been away
}

// meetThrough asks for places and calls who is missing, as due.
func (s *supervisor) meetThrough(ctx context.Context, now time.Time) {
	for id, p := range s.places {
		if p.due(now) && s.roll.direct(id) && s.gate.standing(id) == Member {
			p.busy = true
			s.begin(ctx, outcome{hub: id}, func(ctx context.Context) error { return s.reserve(ctx, id) })
		}
	}
	hubs := s.hubs()
	if len(hubs) == 0 {
		return
	}
	s.listAbsent(now)
	for _, id := range s.dueAbsent(now) {
		s.absent[id].busy = true
		s.begin(ctx, outcome{to: id}, func(ctx context.Context) error { return s.call(ctx, id, hubs) })
	}
}

// hubs returns those at which this node has a place.
func (s *supervisor) hubs() []peer.ID {
	var out []peer.ID
	for id, p := range s.places {
		if p.held {
			out = append(out, id)
		}
	}
	return out
}

// listAbsent takes over who belongs, now and then.
func (s *supervisor) listAbsent(now time.Time) {
	if s.cfg.Members == nil || now.Sub(s.asked) < s.rhythm.slow {
		return
	}
	s.asked = now
	was := s.absent
	s.absent = make(map[peer.ID]*absentee)
	for _, id := range s.cfg.Members() {
		if id == s.host.ID() {
			continue
		}
		if s.absent[id] = was[id]; was[id] == nil {
			s.absent[id] = &absentee{}
			s.absent[id].soon(s.laterThrough(id, now))
		}
	}
}

// laterThrough gives a direct dial its time, and the members a chance order: else
// all would call the same few.
func (s *supervisor) laterThrough(id peer.ID, now time.Time) time.Time {
	return s.turn(id, now).Add(s.rhythm.yield + rand.N(s.rhythm.yield))
}

// dueAbsent returns whom to call now, those waiting longest first.
func (s *supervisor) dueAbsent(now time.Time) []peer.ID {
	room := maxThrough - s.begun()
	var out []peer.ID
	for id, a := range s.absent {
		if a.busy {
			room--
		}
		if a.due(now) && !s.roll.has(id) && s.places[id] == nil && s.gate.standing(id) == Member {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b peer.ID) int { return s.absent[a].next.Compare(s.absent[b].next) })
	return out[:max(0, min(len(out), room))]
}

// begun counts the relayed connections that this side began.
func (s *supervisor) begun() (n int) {
	for _, p := range s.roll.list() {
		if p.Hub != "" && !p.Inbound {
			n++
		}
	}
	return n
}

// begin does something that takes time; how it ended comes back to the supervisor.
func (s *supervisor) begin(ctx context.Context, what outcome, do func(context.Context) error) {
	s.pending++
	go func() {
		ctx, cancel := context.WithTimeout(ctx, s.rhythm.dial)
		defer cancel()
		what.err = do(ctx)
		s.results <- what
	}()
}

// finish takes over how it ended.
func (s *supervisor) finish(r outcome, now time.Time) {
	s.pending--
	if r.err != nil {
		s.log.Debug("not met through a hub", "hub", r.hub, "peer", r.to, "err", r.err)
	}
	if r.to != "" {
		if a := s.absent[r.to]; a != nil {
			a.busy = false
			a.next = now.Add(min(s.rhythm.eager<<min(a.tries, 12), maxStrange))
			a.tries++
		}
		return
	}
	if p := s.places[r.hub]; p != nil {
		s.settlePlace(p, r.err, now)
	}
}

// settlePlace renews a place in time, or asks again. With the first one all who
// are missing are called anew.
func (s *supervisor) settlePlace(p *place, err error, now time.Time) {
	p.busy = false
	if err != nil {
		p.held = false
		p.later(now, s.rhythm)
		return
	}
	if len(s.hubs()) == 0 {
		s.asked = time.Time{}
		for id := range s.absent {
			s.seek(id, now)
		}
	}
	p.held = true
	p.since, p.next = now, now.Add(reserveFor)
}

// seek has a member that is missing called through a hub anew.
func (s *supervisor) seek(id peer.ID, now time.Time) {
	if a := s.absent[id]; a != nil {
		a.tries = 0
		a.soon(s.laterThrough(id, now))
	}
}

var (
	errRefused = errors.New("mesh: the hub refused a place")
	errLimited = errors.New("mesh: the hub relays only a little, which is not enough")
)

// reserve asks a connected hub for a place. The usual client refuses one that
// ends in the past by this machine's clock, and many have none.
func (m *Mesh) reserve(ctx context.Context, at peer.ID) error {
	st, err := m.host.NewStream(network.WithNoDial(ctx, "reserve"), at, relay.ProtoIDv2Hop)
	if err != nil {
		return err
	}
	defer st.Reset()
	if deadline, ok := ctx.Deadline(); ok {
		if err := st.SetDeadline(deadline); err != nil {
			return err
		}
	}
	answer := &pb.HopMessage{Type: pb.HopMessage_RESERVE.Enum()}
	if err := util.NewDelimitedWriter(st).WriteMsg(answer); err != nil {
		return err
	}
	in := util.NewDelimitedReader(st, 4096)
	defer in.Close()
	answer.Reset()
	if err := in.ReadMsg(answer); err != nil {
		return err
	}
	switch {
	case answer.GetStatus() != pb.Status_OK:
		return fmt.Errorf("%w: %v", errRefused, answer.GetStatus())
	case answer.GetLimit() != nil:
		return errLimited
	}
	return nil
}

// call connects to a member through whichever of the hubs has it.
func (m *Mesh) call(ctx context.Context, id peer.ID, hubs []peer.ID) error {
	var at []ma.Multiaddr
	for _, h := range hubs {
		a, err := ma.NewMultiaddr("/p2p/" + h.String() + "/p2p-circuit")
		if err != nil {
			return err
		}
		at = append(at, a)
	}
	m.swarm.Backoff().Clear(id)
	return m.host.Connect(ctx, peer.AddrInfo{ID: id, Addrs: at})
}

// isRelayed reports whether a connection runs through a hub.
func isRelayed(c network.Conn) bool { return hubOf(c.RemoteMultiaddr()) != "" }

// hubOf returns the hub in a relayed connection's address, or none.
func hubOf(a ma.Multiaddr) peer.ID {
	relayed, rest := ma.SplitFunc(a, func(c ma.Component) bool { return c.Protocol().Code == ma.P_CIRCUIT })
	if rest == nil {
		return ""
	}
	_, id := peer.SplitAddr(relayed)
	return id
}
