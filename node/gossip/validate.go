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
	// Serves says whether a device may be told what is said here.
	Serves func(protocol.DeviceID) bool
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
	opened := t.gossip.policy.Judge(ctx, t.handler, m.Data, time.Now())
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

// heard passes a hint on, as often as a peer may give one.
func (t *Topic) heard(device protocol.DeviceID, from peer.ID) {
	if t.gossip.hints.take(from, 1, time.Now()) {
		t.handler.Hint(device)
	}
}
