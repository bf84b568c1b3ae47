package gossip

import (
	"context"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
)

// Handler is what a topic needs from above. Its functions are called from
// several goroutines at once.
type Handler struct {
	// Author names the device that an item says it is from, unverified: the
	// bucket it falls into. The zero device is a bucket like any other.
	Author func(raw []byte) protocol.DeviceID

	// Open judges a batch. It runs before the batch is forwarded, so it may
	// compute and look up but must not wait for a disk to write.
	Open func(ctx context.Context, raws [][]byte) Opened

	// Take takes in what Open returned as Value, in its own time.
	Take func(ctx context.Context, value any, from protocol.DeviceID)

	// Hint: the peer has more than it may say by gossip; exchange with it.
	Hint func(from protocol.DeviceID)
}

// Opened is the judgement on a batch.
type Opened struct {
	Verdict protocol.Verdict
	Value   any // for Handler.Take
	// Fresh has one entry for each item that was not here before: its
	// verified author. Only these cost tokens, so that nobody can empty a
	// neighbour's bucket by repeating what the neighbour said.
	Fresh []protocol.DeviceID
}

// validate is GossipSub's validator: what it accepts is forwarded.
func (t *Topic) validate(ctx context.Context, from peer.ID, m *pubsub.Message) pubsub.ValidationResult {
	if from == t.gossip.self {
		return pubsub.ValidationAccept
	}
	device, ok := deviceOf(from)
	if !ok {
		return pubsub.ValidationIgnore
	}
	if isHint(m.Data) {
		t.heard(device, from)
		return pubsub.ValidationIgnore // a hint is for those next to its sender
	}
	opened := t.judge(ctx, m.Data)
	m.ValidatorData = delivery{value: opened.Value, from: device}
	return resultOf[opened.Verdict]
}

var resultOf = map[protocol.Verdict]pubsub.ValidationResult{
	protocol.Accept: pubsub.ValidationAccept,
	protocol.Ignore: pubsub.ValidationIgnore,
	protocol.Reject: pubsub.ValidationReject,
}

// delivery is what travels from the validator to the handler.
type delivery struct {
	value any
	from  protocol.DeviceID
}

// judge opens a batch, unless an author in it has nothing left to say: then
// verifying would be the work that a flood wants to cause.
func (t *Topic) judge(ctx context.Context, batch []byte) Opened {
	raws, err := protocol.SplitItems(batch)
	if err != nil {
		return Opened{Verdict: protocol.Reject}
	}
	for _, raw := range raws {
		if !t.gossip.authors.has(t.handler.Author(raw), 1, time.Now()) {
			return Opened{Verdict: protocol.Ignore}
		}
	}
	opened := t.handler.Open(ctx, raws)
	if opened.Verdict == protocol.Accept && !t.affords(opened.Fresh) {
		opened.Verdict = protocol.Ignore
	}
	return opened
}

// affords takes the tokens of fresh items. A batch that brings nothing new is
// not passed on.
func (t *Topic) affords(fresh []protocol.DeviceID) bool {
	need := map[protocol.DeviceID]int{}
	for _, author := range fresh {
		need[author]++
	}
	return len(need) > 0 && t.gossip.authors.takeAll(need, time.Now())
}

// heard passes a hint on, as often as a peer may give one.
func (t *Topic) heard(device protocol.DeviceID, from peer.ID) {
	if t.gossip.hints.take(from, 1, time.Now()) {
		t.handler.Hint(device)
	}
}
