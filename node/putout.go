package node

import (
	"context"
	"encoding/binary"
	"errors"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/roster"
)

// A hub that a neighbourhood has put out keeps what it has for a week of its own
// running, in case that was a mistake, and then removes it. No clock and no
// neighbour can shorten that; `gotong hub leave` does. Only what the roster here
// says counts: being turned away is no proof.
const keptWhenOut = 7 * 24 // beats

// outName is where the beats are counted for which this node has been out.
func outName(n protocol.NeighbourhoodID) string { return "out/" + protocol.Text(n) }

// outAsHub reports whether this node was put out of a neighbourhood that it
// never had a key of: what it keeps there is of no use to anybody.
func (h *Neighbourhood) outAsHub() (out bool) {
	m, known := h.Roster().Member(h.parts.Identity.HouseholdID())
	if !known || m.Standing != roster.Revoked {
		return false
	}
	// An error leaves false: the node is closing.
	_ = h.do(context.Background(), func() { out = len(h.keys) == 0 })
	return out
}

// partOut counts a beat of a neighbourhood that put this node out as a hub, and
// leaves it when they are enough.
func (n *Node) partOut(h *Neighbourhood) error {
	kept, err := n.parts.Store.Meta(outName(h.id))
	if err != nil {
		return err
	}
	beats := uint64(0)
	if len(kept) == 8 {
		beats = binary.BigEndian.Uint64(kept)
	}
	switch out := h.outAsHub(); {
	case !out && beats == 0:
		return nil
	case !out:
		beats = 0
	default:
		beats++
	}
	if beats >= keptWhenOut {
		h.log.Warn("a neighbourhood that put this hub out is no longer kept", "neighbourhood", h.id)
		forgotten := n.parts.Store.PutMeta(context.Background(), outName(h.id), nil)
		return errors.Join(forgotten, n.Leave(context.Background(), h.id))
	}
	return n.parts.Store.PutMeta(context.Background(), outName(h.id), binary.BigEndian.AppendUint64(nil, beats))
}

// fillPartings says how long a hub that was put out still keeps what it has.
func (h *Neighbourhood) fillPartings(s *api.NeighbourhoodStatus) {
	if !h.outAsHub() {
		return
	}
	kept, _ := h.store.Meta(outName(h.id)) // unreadable: none has passed
	beats := uint64(0)
	if len(kept) == 8 {
		beats = binary.BigEndian.Uint64(kept)
	}
	s.PartsIn = int(keptWhenOut-min(beats, keptWhenOut)) * int(beat.Hours())
}
