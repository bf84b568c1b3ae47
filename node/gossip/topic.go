package gossip

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"

	"gotong/protocol"
)

// Topic is the gossip of one neighbourhood.
type Topic struct {
	gossip  *Gossip
	n       protocol.NeighbourhoodID
	handler Handler
	topic   *pubsub.Topic
	sub     *pubsub.Subscription
	ctx     context.Context
	cancel  context.CancelFunc

	mu      sync.Mutex
	hinted  time.Time   // of the last hint sent
	pending *time.Timer // the hint that waits for its second to pass
}

// receivers is how many batches are taken in at once: together they share one
// sync of the disk.
const receivers = 8

// Join begins to gossip in a neighbourhood. Every function of the handler must
// be set.
func (g *Gossip) Join(n protocol.NeighbourhoodID, h Handler) (*Topic, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, ErrClosed
	}
	if _, ok := g.topics[n]; ok {
		return nil, errors.New("gossip: joined already")
	}
	ctx, cancel := context.WithCancel(context.Background())
	t := &Topic{gossip: g, n: n, handler: h, ctx: ctx, cancel: cancel}
	if err := t.open(protocol.Topic(n)); err != nil {
		cancel()
		return nil, fmt.Errorf("gossip: join: %w", err)
	}
	g.topics[n] = t
	for range receivers {
		g.workers.Go(t.receive)
	}
	return t, nil
}

func (t *Topic) open(name string) (err error) {
	ps := t.gossip.pubsub
	t.gossip.roll.open(name, t.handler.Serves)
	if err := ps.RegisterTopicValidator(name, t.validate); err != nil {
		return err
	}
	if t.topic, err = ps.Join(name); err != nil {
		return errors.Join(err, ps.UnregisterTopicValidator(name))
	}
	if err := t.topic.SetScoreParams(invalidMessages()); err != nil {
		return errors.Join(err, t.close())
	}
	t.sub, err = t.topic.Subscribe(pubsub.WithBufferSize(256), pubsub.WithMessageFilter(t.foreign))
	if err != nil {
		return errors.Join(err, t.close())
	}
	return nil
}

// foreign keeps what this node published away from its own door.
func (t *Topic) foreign(m *pubsub.Message) bool { return m.ReceivedFrom != t.gossip.self }

// receive hands over what the validator opened, until the topic is left.
func (t *Topic) receive() {
	for {
		m, err := t.sub.Next(t.ctx)
		if err != nil {
			return
		}
		if d, ok := m.ValidatorData.(delivery); ok {
			t.handler.Take(t.ctx, d.value, d.from)
		}
	}
}

// Leave ends the gossip of this neighbourhood.
func (t *Topic) Leave() error {
	t.gossip.mu.Lock()
	delete(t.gossip.topics, t.n)
	t.gossip.mu.Unlock()
	t.stop()
	if err := t.close(); err != nil {
		return fmt.Errorf("gossip: leave: %w", err)
	}
	return nil
}

// stop ends the receivers and the waiting hint.
func (t *Topic) stop() {
	t.cancel()
	t.sub.Cancel()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending != nil {
		t.pending.Stop()
	}
}

// close gives the topic and its validator back to GossipSub.
func (t *Topic) close() error {
	defer t.gossip.roll.close(protocol.Topic(t.n)) // those it leaves are told of one another first
	return errors.Join(t.topic.Close(), t.gossip.pubsub.UnregisterTopicValidator(protocol.Topic(t.n)))
}

// Publish sends raw items to the neighbours: of every author as many as its
// bucket allows, in the order given. If something is left over it sends a
// hint; neighbours then come for the rest by an exchange.
func (t *Topic) Publish(ctx context.Context, raws [][]byte) error {
	messages, all := t.gossip.policy.Batches(t.handler, raws, time.Now())
	for _, m := range messages {
		if err := t.topic.Publish(ctx, m); err != nil {
			return fmt.Errorf("gossip: publish: %w", err)
		}
	}
	if !all {
		t.Hint()
	}
	return nil
}

// batches frames items into messages of at most MaxFrame bytes.
func batches(raws [][]byte) [][]byte {
	var out [][]byte
	var batch []byte
	for _, raw := range raws {
		if len(batch)+protocol.ItemSize(len(raw)) > protocol.MaxFrame {
			out, batch = append(out, batch), nil
		}
		batch = protocol.AppendItem(batch, raw)
	}
	if len(batch) > 0 {
		out = append(out, batch)
	}
	return out
}

// hintGap is the time between two hints. What is written meanwhile is covered
// by one more hint at its end.
const hintGap = time.Second

// Hint tells the neighbours next to this node that an exchange with it is
// worth their while. Many calls make few hints, the last one after them all.
func (t *Topic) Hint() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending != nil || t.ctx.Err() != nil {
		return
	}
	wait := max(0, hintGap-time.Since(t.hinted))
	t.pending = time.AfterFunc(wait, t.sendHint)
}

func (t *Topic) sendHint() {
	now := time.Now()
	t.mu.Lock()
	t.pending, t.hinted = nil, now
	t.mu.Unlock()
	// A hint that cannot be sent is no loss: exchanges come at intervals too.
	_ = t.topic.Publish(t.ctx, hint(now))
}

// A hint is a zero byte, which no batch begins with, and eight bytes that make
// it another message than the last one (SPEC.md, Gossip).
const hintSize = 1 + 8

func hint(now time.Time) []byte {
	return binary.BigEndian.AppendUint64([]byte{0}, uint64(now.UnixNano()))
}

func isHint(data []byte) bool { return len(data) == hintSize && data[0] == 0 }
