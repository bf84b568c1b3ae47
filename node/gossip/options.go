package gossip

import (
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
)

// Buckets, in tokens a second and tokens at once. An author's token is one
// item. A node sends less of an author than its neighbours take, so that no
// clock's jitter makes them drop what it paced. A household desk types a few a
// second and a sheet brings a hundred at once; one that floods costs its
// neighbours a hundredth of a core.
const (
	authorRate, authorBurst         = 20, 100
	ownRate, ownBurst               = 16, 80
	connectionRate, connectionBurst = 200, 500
	hintRate, hintBurst             = 1, 3
)

// envelope is what GossipSub may wrap around a message of MaxFrame bytes.
const envelope = 1 << 10

// options are for 3 to 30 nodes that mostly see one another. A hub tells those
// it has no more room for, or leaves, of the others.
func (g *Gossip) options() []pubsub.Option {
	return []pubsub.Option{
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), // cells sign themselves
		pubsub.WithNoAuthor(),
		pubsub.WithMessageIdFn(messageID),
		pubsub.WithGossipSubParams(mesh(g.hub)),
		pubsub.WithPeerExchange(g.hub),
		pubsub.WithFloodPublish(true),
		pubsub.WithSeenMessagesTTL(10 * time.Minute),
		pubsub.WithMaxMessageSize(protocol.MaxFrame + envelope),
		pubsub.WithPeerOutboundQueueSize(128),
		pubsub.WithValidateQueueSize(256),
		pubsub.WithValidateThrottle(128),
		pubsub.WithAppSpecificRpcInspector(g.inspect),
		pubsub.WithPeerScore(g.scoring()),
		pubsub.WithPeerFilter(g.roll.may),
	}
}

// hubFanout is how many a hub passes everything on to. Most of them have nobody
// else, and who is turned away comes again every minute.
const hubFanout = 256

func mesh(hub bool) pubsub.GossipSubParams {
	p := pubsub.DefaultGossipSubParams()
	p.D, p.Dlo, p.Dhi, p.Dlazy, p.Dout, p.Dscore = 4, 3, 8, 4, 1, 2
	if hub {
		p.Dhi = hubFanout
	}
	p.HistoryLength, p.HistoryGossip = 12, 6
	p.HeartbeatInterval = time.Second
	return p
}

// outsider is the score of a peer that is in no roster: too low to be told
// anything, not so low that what it says is not heard once it belongs.
const outsider = -60

// scoring counts nothing but malformed and forged messages, and who belongs. On
// a quiet topic of neighbours behind one router every other measure blames the
// innocent.
func (g *Gossip) scoring() (*pubsub.PeerScoreParams, *pubsub.PeerScoreThresholds) {
	params := &pubsub.PeerScoreParams{
		SkipAtomicValidation: true,
		Topics:               map[string]*pubsub.TopicScoreParams{}, // filled by Join
		AppSpecificScore:     g.belongs,
		AppSpecificWeight:    1,
		DecayInterval:        time.Second,
		DecayToZero:          0.01,
		RetainScore:          time.Hour,
	}
	thresholds := &pubsub.PeerScoreThresholds{
		SkipAtomicValidation: true,
		GossipThreshold:      -10,
		PublishThreshold:     -50,
		GraylistThreshold:    -80,
	}
	return params, thresholds
}

// belongs is asked anew each time: a roster may have changed.
func (g *Gossip) belongs(p peer.ID) float64 {
	if d, ok := deviceOf(p); !ok || !g.member(d) || g.roll.prying(p) {
		return outsider
	}
	return 0
}

// invalidMessages is the one penalty: its square times ten. The third bad
// message closes the ear to whoever brings it, for some ten minutes.
func invalidMessages() *pubsub.TopicScoreParams {
	return &pubsub.TopicScoreParams{
		SkipAtomicValidation:           true,
		TopicWeight:                    1,
		TimeInMeshQuantum:              time.Second, // divides, though it weighs nothing
		InvalidMessageDeliveriesWeight: -10,
		InvalidMessageDeliveriesDecay:  pubsub.ScoreParameterDecay(10 * time.Minute),
	}
}
