package node

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/node/exchange"
	"gotong/node/gossip"
	"gotong/node/mesh"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// wire is the real network: libp2p connections that carry gossip and
// exchanges.
type wire struct {
	mesh     *mesh.Mesh
	gossip   *gossip.Gossip
	exchange *exchange.Exchange
	node     *Node
	book     *addressBook
}

// newWire listens, begins to look for neighbours and serves those who come.
func newWire(ctx context.Context, n *Node, cfg Config) (*wire, error) {
	w := &wire{node: n, book: openBook(n.parts.Store, cfg.Log)}
	var err error
	w.mesh, err = mesh.New(ctx, mesh.Config{
		Identity: n.parts.Identity.Device, Listen: cfg.Listen, Peers: cfg.Peers,
		Known: w.book.known, Remember: w.book.remember, Version: Version, Log: cfg.Log,
		Admit: w.admit,
	})
	if err != nil {
		return nil, err
	}
	if w.gossip, err = gossip.New(ctx, w.mesh.Host()); err != nil {
		return nil, errors.Join(err, w.mesh.Close())
	}
	w.exchange = exchange.New(n.parts.Identity.DeviceID(), rand.Reader, exchange.Events{Stored: w.stored, Ended: w.ended})
	w.mesh.Host().SetStreamHandler(protocol.ExchangeProtocol, w.serve)
	w.mesh.Watch(w.met)
	return w, nil
}

// serve answers an exchange that a peer began, on the stream's goroutine.
func (w *wire) serve(s network.Stream) {
	d, err := mesh.DeviceOf(s.Conn().RemotePeer())
	if err != nil {
		_ = s.Reset() // no device: nothing to say to it
		return
	}
	if err := w.exchange.Serve(d, s); err != nil {
		w.node.parts.Log.Debug("exchange served", "err", err)
	}
}

// admit says what a device is to this node. One in a roster it knows may stay.
func (w *wire) admit(d protocol.DeviceID) mesh.Standing {
	switch {
	case w.node.blocks.has(d):
		return mesh.Blocked
	case w.node.Knows(d):
		return mesh.Member
	}
	return mesh.Stranger
}

func (w *wire) met(p mesh.Peer, connected bool) {
	if connected {
		w.exchange.Connected(p.Device, w.opener(p.ID))
	} else {
		w.exchange.Disconnected(p.Device)
	}
}

// opener returns how to open an exchange with a connected peer.
func (w *wire) opener(p peer.ID) exchange.Open {
	return func(ctx context.Context) (exchange.Stream, error) {
		return w.mesh.Host().NewStream(network.WithNoDial(ctx, "exchange"), p, protocol.ExchangeProtocol)
	}
}

func (w *wire) stored(n protocol.NeighbourhoodID, peer protocol.DeviceID, ids []protocol.ID) {
	if h, ok := w.node.Neighbourhood(n); ok {
		h.reach.stored(peer, ids)
	}
}

func (w *wire) ended(n protocol.NeighbourhoodID, peer protocol.DeviceID, err error) {
	if h, ok := w.node.Neighbourhood(n); ok && err == nil {
		h.met.note(peer, w.node.parts.Now())
	}
}

// Join implements [Network].
func (w *wire) Join(h *Neighbourhood, cells []protocol.ID) (Link, error) {
	l := &strand{wire: w, h: h}
	topic, err := w.gossip.Join(h.id, l.handler())
	if err != nil {
		return nil, err
	}
	l.topic = topic
	w.exchange.Join(talk{h}, cells)
	return l, nil
}

// Peers implements [Network].
func (w *wire) Peers() []Peer { return w.book.peers(w.mesh.Peers()) }

// Addrs implements [Network].
func (w *wire) Addrs() []string { return w.mesh.Addrs() }

// Drop implements [Network].
func (w *wire) Drop(d protocol.DeviceID) {
	for _, p := range w.mesh.Peers() {
		if p.Device == d {
			_ = w.mesh.Host().Network().ClosePeer(p.ID) // closed already is as well
		}
	}
}

// Close implements [Network].
func (w *wire) Close() error {
	return errors.Join(w.exchange.Close(), w.gossip.Close(), w.mesh.Close(), w.book.Close())
}

// strand is one neighbourhood's share of the wire.
type strand struct {
	wire  *wire
	h     *Neighbourhood
	topic *gossip.Topic
}

// publishTime bounds how long own facts wait for gossip to take them; what it
// does not take an exchange brings.
const publishTime = 5 * time.Second

// Publish implements [Link]. GossipSub may make it wait, and the owner must
// not.
func (s *strand) Publish(raws [][]byte) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), publishTime)
		defer cancel()
		if err := s.topic.Publish(ctx, raws); err != nil {
			s.h.log.Debug("gossip", "err", err)
		}
	}()
}

// Moved implements [Link].
func (s *strand) Moved(came, went []protocol.ID) { s.wire.exchange.Changed(s.h.id, came, went) }

// RosterChanged implements [Link].
func (s *strand) RosterChanged() { s.wire.exchange.RosterChanged(s.h.id) }

// Close implements [Link].
func (s *strand) Close() error { return s.topic.Leave() }

// heard is a gossiped batch after judging.
type heard struct {
	ops   [][]byte
	cells []Opened
}

func (s *strand) handler() gossip.Handler {
	return gossip.Handler{Author: author, Open: s.open, Take: s.take, Hint: func(from protocol.DeviceID) {
		s.wire.exchange.Hint(s.h.id, from)
	}}
}

// author names who an item says it is from: a cell's device, an operation's
// signer.
func author(raw []byte) protocol.DeviceID {
	var d protocol.DeviceID
	switch {
	case len(raw) >= 34 && raw[0] == roster.Version:
		copy(d[:], raw[2:34])
	case len(raw) >= 17 && raw[0] == cell.Version:
		copy(d[:], raw[1:17])
	}
	return d
}

// open judges a gossiped batch: forged or malformed bytes reject it, and one
// with nothing new is not forwarded.
func (s *strand) open(_ context.Context, raws [][]byte) gossip.Opened {
	ops, cells := sortOut(raws)
	batch := heard{ops: pick(raws, ops), cells: s.h.Open(pick(raws, cells))}
	o := gossip.Opened{Verdict: protocol.Ignore, Value: batch}
	for _, raw := range batch.ops {
		op, err := roster.Open(s.h.id, raw)
		_, known := s.h.index.op(op.ID())
		judgeInto(&o, err, known, author(raw))
	}
	for _, c := range batch.cells {
		judgeInto(&o, c.Err, c.Known, c.Cell.Device)
	}
	return o
}

func judgeInto(o *gossip.Opened, err error, known bool, author protocol.DeviceID) {
	switch verdict := protocol.VerdictOf(err); {
	case verdict == protocol.Reject:
		o.Verdict = protocol.Reject
	case verdict == protocol.Accept && !known:
		o.Fresh = append(o.Fresh, author)
		if o.Verdict == protocol.Ignore {
			o.Verdict = protocol.Accept
		}
	}
}

// take brings a judged batch in. What fails here an exchange brings again.
func (s *strand) take(ctx context.Context, value any, _ protocol.DeviceID) {
	batch := value.(heard)
	if _, err := s.h.Ingest(ctx, batch.ops); err != nil {
		s.h.log.Debug("gossip", "err", err)
	}
	if _, err := s.h.Take(ctx, batch.cells); err != nil {
		s.h.log.Debug("gossip", "err", err)
	}
}

// talk is what an exchange asks of a neighbourhood.
type talk struct{ h *Neighbourhood }

var _ exchange.Neighbourhood = talk{}

func (t talk) ID() protocol.NeighbourhoodID        { return t.h.id }
func (t talk) Serves(d protocol.DeviceID) bool     { return t.h.Roster().Serve(d) }
func (t talk) Raw(id protocol.ID) ([]byte, bool)   { return t.h.Raw(id) }
func (t talk) Class(id protocol.ID) cell.Class     { return t.h.Class(id) }
func (t talk) Missing() []protocol.ID              { return t.h.index.stubs() }
func (t talk) Unreached() []protocol.ID            { return t.h.reach.unreached() }
func (t talk) Credentials() [][]byte               { return t.h.Credentials() }
func (t talk) Ops() []protocol.ID                  { return idsOf(t.h.Roster().InOrder()) }
func (t talk) PathOf(id protocol.ID) []protocol.ID { return idsOf(t.h.pathOf(id)) }

// Ingest implements [exchange.Neighbourhood].
func (t talk) Ingest(ctx context.Context, raws [][]byte, _ protocol.DeviceID) ([]exchange.Taken, error) {
	taken, err := t.h.Ingest(ctx, raws)
	out := make([]exchange.Taken, len(taken))
	for i, k := range taken {
		out[i] = exchange.Taken(k)
	}
	return out, err
}

func idsOf(ops []roster.Op) []protocol.ID {
	ids := make([]protocol.ID, len(ops))
	for i, op := range ops {
		ids[i] = op.ID()
	}
	return ids
}
