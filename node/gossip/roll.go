package gossip

import (
	"sync"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
)

// roll says who may be told what is said in which topic. A node that carries
// several neighbourhoods is connected with members of each, and GossipSub would
// tell any of them whatever topic it asks for.
//
// Whoever asks for a topic whose roster does not have it is an outsider in all
// of them: GossipSub weighs a peer as a whole, and an exchange still gives it
// what is its own.
type roll struct {
	mu     sync.RWMutex
	serves map[string]func(protocol.DeviceID) bool // by topic
	asked  map[peer.ID]map[string]struct{}         // the topics here that a peer asked for
}

// maxAsking bounds the peers of which is remembered what they asked for.
const maxAsking = 4096

func newRoll() *roll {
	return &roll{serves: map[string]func(protocol.DeviceID) bool{}, asked: map[peer.ID]map[string]struct{}{}}
}

func (r *roll) open(topic string, serves func(protocol.DeviceID) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.serves[topic] = serves
}

func (r *roll) close(topic string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.serves, topic)
}

// note takes down what a peer asks for, and no longer asks for.
func (r *roll) note(from peer.ID, rpc *pubsub.RPC) {
	if len(rpc.GetSubscriptions()) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range rpc.GetSubscriptions() {
		switch _, here := r.serves[s.GetTopicid()]; {
		case !s.GetSubscribe():
			delete(r.asked[from], s.GetTopicid())
		case here && r.asked[from] == nil && len(r.asked) < maxAsking:
			r.asked[from] = map[string]struct{}{s.GetTopicid(): {}}
		case here && r.asked[from] != nil:
			r.asked[from][s.GetTopicid()] = struct{}{}
		}
	}
}

// may reports whether a peer may be told what is said in a topic.
func (r *roll) may(p peer.ID, topic string) bool {
	d, ok := deviceOf(p)
	if !ok {
		return false
	}
	r.mu.RLock()
	serves := r.serves[topic]
	r.mu.RUnlock()
	return serves != nil && serves(d)
}

// prying reports whether a peer asked for a topic that is none of its business.
func (r *roll) prying(p peer.ID) bool {
	r.mu.RLock()
	var topics []string
	for topic := range r.asked[p] {
		if r.serves[topic] != nil {
			topics = append(topics, topic)
		}
	}
	r.mu.RUnlock()
	for _, topic := range topics {
		if !r.may(p, topic) {
			return true
		}
	}
	return false
}
