package gossip

import (
	"context"
	"time"

	"gotong/protocol"
)

// Policy is what gossip lets through, apart from any network: a bucket of
// tokens per author, whoever brings what the author says. Time is an argument.
type Policy struct {
	authors *limiter[protocol.DeviceID] // what others' messages may bring of an author
	own     *limiter[protocol.DeviceID] // what this node sends of an author
}

// NewPolicy returns the policy of one node, its buckets full.
func NewPolicy() *Policy {
	return &Policy{
		authors: newLimiter[protocol.DeviceID](authorRate, authorBurst),
		own:     newLimiter[protocol.DeviceID](ownRate, ownBurst),
	}
}

// Judge opens a batch, unless an author in it has nothing left to say: then
// verifying would be the work that a flood wants to cause. A batch that brings
// nothing new is not passed on.
func (p *Policy) Judge(ctx context.Context, h Handler, batch []byte, now time.Time) Opened {
	raws, err := protocol.SplitItems(batch)
	if err != nil {
		return Opened{Verdict: protocol.Reject}
	}
	for _, raw := range raws {
		if !p.authors.has(h.Author(raw), 1, now) {
			return Opened{Verdict: protocol.Ignore}
		}
	}
	opened := h.Open(ctx, raws)
	if opened.Verdict == protocol.Accept && !p.affords(opened.Fresh, now) {
		opened.Verdict = protocol.Ignore
	}
	return opened
}

// affords takes the tokens of fresh items.
func (p *Policy) affords(fresh []protocol.DeviceID, now time.Time) bool {
	need := map[protocol.DeviceID]int{}
	for _, author := range fresh {
		need[author]++
	}
	return len(need) > 0 && p.authors.takeAll(need, now)
}

// Batches frames what may be sent of raw items now, into messages of at most
// MaxFrame bytes, and reports whether that is all of them.
func (p *Policy) Batches(h Handler, raws [][]byte, now time.Time) (messages [][]byte, all bool) {
	var paced [][]byte
	for _, raw := range raws {
		if p.own.take(h.Author(raw), 1, now) {
			paced = append(paced, raw)
		}
	}
	return batches(paced), len(paced) == len(raws)
}
