package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/node/blobs"
	"gotong/node/exchange"
	"gotong/node/gossip"
	"gotong/node/mesh"
	"gotong/protocol"
)

// wire is the real network: libp2p connections that carry gossip and
// exchanges.
type wire struct {
	mesh     *mesh.Mesh
	gossip   *gossip.Gossip
	exchange *exchange.Exchange
	blobs    *blobs.Blobs
	gatherer gatherer
	node     *Node
	book     *addressBook
}

// newWire listens, begins to look for neighbours and serves those who come.
func newWire(ctx context.Context, n *Node, cfg Config) (*wire, error) {
	w := &wire{node: n, book: openBook(n.parts.Store, cfg.Log)}
	var err error
	w.mesh, err = mesh.New(mesh.Config{
		Identity: n.parts.Identity.Device, Listen: cfg.Listen, Peers: cfg.Peers, Announce: cfg.Announce,
		Known: w.book.known, Remember: w.book.remember, Version: Version, Log: cfg.Log,
		Admit: w.admit, Members: n.devices, Hub: cfg.Hub, Together: n.together,
	})
	if err != nil {
		return nil, err
	}
	if w.gossip, err = gossip.New(ctx, w.mesh.Host(), n.Knows, cfg.Hub); err != nil {
		return nil, errors.Join(err, w.mesh.Close())
	}
	w.exchange = exchange.New(n.parts.Identity.DeviceID(), rand.Reader, exchange.Events{Stored: w.stored, Lacks: w.lacks, Ended: w.ended})
	w.mesh.Host().SetStreamHandler(protocol.ExchangeProtocol, w.serve)
	w.showPhotos()
	w.mesh.Watch(w.met)
	if err := w.mesh.Start(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
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
	w.node.watchers.pass(Happening{Peer: &Peer{Device: p.Device, Name: p.ID.String(), Connected: connected}})
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
		h.Stored(peer, ids)
	}
}

func (w *wire) lacks(n protocol.NeighbourhoodID, peer protocol.DeviceID, ids []protocol.ID) {
	if h, ok := w.node.Neighbourhood(n); ok {
		h.reach.lacks(peer, ids)
	}
}

func (w *wire) ended(n protocol.NeighbourhoodID, peer protocol.DeviceID, err error) {
	if h, ok := w.node.Neighbourhood(n); ok {
		h.Met(peer, err)
		if err == nil {
			w.gather(h, peer)
		}
	}
}

// Join implements [Network].
func (w *wire) Join(h *Neighbourhood, cells []protocol.ID) (Link, error) {
	l := &strand{wire: w, h: h}
	topic, err := w.gossip.Join(h.id, h.Gossip(func(from protocol.DeviceID) { w.exchange.Hint(h.id, from) }))
	if err != nil {
		return nil, err
	}
	l.topic = topic
	w.exchange.Join(h.Exchange(), cells)
	return l, nil
}

// dial connects to an address given by hand at once and then for ever.
func (w *wire) dial(ctx context.Context, addr string) error {
	at, err := peer.AddrInfoFromString(addr)
	if err != nil {
		return fmt.Errorf("node: %w: %w", mesh.ErrAddress, err)
	}
	if err := w.mesh.Add(addr); err != nil {
		return err
	}
	return w.mesh.Host().Connect(ctx, *at)
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
	w.gatherer.close()
	return errors.Join(w.exchange.Close(), w.gossip.Close(), w.mesh.Close(), w.book.Close())
}

// strand is one neighbourhood's share of the wire.
type strand struct {
	wire  *wire
	h     *Neighbourhood
	topic *gossip.Topic

	confirming atomic.Bool // an exchange that confirms is due
}

// publishTime bounds how long own facts wait for gossip to take them; what it
// does not take an exchange brings.
const publishTime = 5 * time.Second

// confirmAfter is when exchanges ask who stores what was published: gossip does
// not say.
const confirmAfter = 10 * time.Second

// confirm has exchanges some time after publishing, one for all that is
// published until then.
func (s *strand) confirm() {
	if s.confirming.CompareAndSwap(false, true) {
		time.AfterFunc(confirmAfter, func() {
			s.confirming.Store(false)
			s.Spread()
		})
	}
}

// Publish implements [Link]. GossipSub may make it wait, and the owner must
// not.
func (s *strand) Publish(raws [][]byte) {
	s.confirm()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), publishTime)
		defer cancel()
		if err := s.topic.Publish(ctx, raws); err != nil {
			s.h.log.Debug("gossip", "err", err)
		}
	}()
}

// Moved implements [Link].
func (s *strand) Moved(came, went []protocol.ID) {
	s.wire.gatherer.heard(s.h.id, came)
	s.wire.exchange.Changed(s.h.id, came, went)
}

// Spread implements [Link].
func (s *strand) Spread() { s.wire.exchange.Spread(s.h.id, protocol.DeviceID{}) }

// RosterChanged implements [Link]. What an exchange brought of who belongs is
// not gossiped on; a hint lets the neighbours come for it at once, and theirs.
func (s *strand) RosterChanged() {
	s.wire.exchange.RosterChanged(s.h.id)
	s.topic.Hint()
}

// Close implements [Link].
func (s *strand) Close() error {
	s.wire.exchange.Leave(s.h.id)
	return s.topic.Leave()
}
