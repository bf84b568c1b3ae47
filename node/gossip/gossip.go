package gossip

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
)

// ErrClosed: the Gossip or the Topic has been closed.
var ErrClosed = errors.New("gossip: closed")

// Gossip is GossipSub on one libp2p host.
type Gossip struct {
	pubsub *pubsub.PubSub
	self   peer.ID
	member func(protocol.DeviceID) bool
	hub    bool
	cancel context.CancelFunc

	policy      *Policy
	connections *limiter[peer.ID] // messages, in steps of 4 KiB
	hints       *limiter[peer.ID]
	roll        *roll

	mu      sync.Mutex
	topics  map[protocol.NeighbourhoodID]*Topic
	closed  bool
	workers sync.WaitGroup
}

// New starts gossip on a host. It ends with ctx or with Close. member says
// whether a device is in a roster: others are told nothing. A hub serves many
// who have nobody else.
func New(ctx context.Context, h host.Host, member func(protocol.DeviceID) bool, hub bool) (*Gossip, error) {
	ctx, cancel := context.WithCancel(ctx)
	g := &Gossip{
		self:        h.ID(),
		member:      member,
		hub:         hub,
		cancel:      cancel,
		policy:      NewPolicy(),
		connections: newLimiter[peer.ID](connectionRate, connectionBurst),
		hints:       newLimiter[peer.ID](hintRate, hintBurst),
		roll:        newRoll(),
		topics:      map[protocol.NeighbourhoodID]*Topic{},
	}
	ps, err := pubsub.NewGossipSub(ctx, h, g.options()...)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("gossip: start: %w", err)
	}
	g.pubsub = ps
	return g, nil
}

// closeTimeout bounds how long Close waits for handlers that are still busy.
const closeTimeout = 5 * time.Second

// Close leaves every topic and waits for the handlers at work, at most
// closeTimeout.
func (g *Gossip) Close() error {
	g.mu.Lock()
	g.closed = true
	for _, t := range g.topics {
		t.stop()
	}
	g.mu.Unlock()
	g.cancel()
	done := make(chan struct{})
	go func() { g.workers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(closeTimeout):
		return errors.New("gossip: a handler did not end")
	}
}

// inspect sees what a connection sends before anything is verified and drops
// the messages beyond its bucket; subscriptions and control stay.
func (g *Gossip) inspect(from peer.ID, rpc *pubsub.RPC) error {
	g.roll.note(from, rpc)
	now := time.Now()
	kept := rpc.Publish[:0]
	for _, m := range rpc.Publish {
		if g.connections.take(from, cost(m), now) {
			kept = append(kept, m)
		}
	}
	rpc.Publish = kept
	return nil
}

// cost is one token for each started 4 KiB of a message.
func cost(m *pb.Message) int { return 1 + len(m.Data)/4096 }

// messageID is the hash of the content: the same batch is one message,
// whoever sends it.
func messageID(m *pb.Message) string {
	sum := sha256.Sum256(m.Data)
	return string(sum[:20])
}

// deviceOf returns the device behind a peer id: its Ed25519 key is the
// device's key. False for peers with another kind of key.
func deviceOf(p peer.ID) (protocol.DeviceID, bool) {
	key, err := p.ExtractPublicKey()
	if err != nil || key.Type() != crypto.Ed25519 {
		return protocol.DeviceID{}, false
	}
	raw, err := key.Raw()
	if err != nil {
		return protocol.DeviceID{}, false
	}
	return protocol.DeviceOf(raw), true
}
