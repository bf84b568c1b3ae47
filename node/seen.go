package node

import (
	"context"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// seenPause is the least time between two writes of what this device's
// household has seen: whoever reads through ten requests writes one cell.
const seenPause = time.Minute

// sights gathers what a person opened until it is written.
type sights struct {
	mu      sync.Mutex
	fresh   []protocol.Birth
	last    time.Time // when it was written last
	waiting bool      // a write is due
}

// Saw notes that a person opened a record on this device, and reports whether
// that is something the neighbours are told: another household's open request
// on which a life depends. They hear of it within a minute or so; what was not
// written when the node stops is forgotten.
func (h *Neighbourhood) Saw(ctx context.Context, id protocol.RecordID) (bool, error) {
	var birth protocol.Birth
	var worth, known bool
	err := h.do(ctx, func() {
		v := h.board.At(h.parts.Now().UnixMilli())
		me, member := h.Me()
		r, ok := v.Record(id)
		if worth = ok && member && r.Owner != me && v.WorthSeeing(id); worth {
			birth, known = r.Birth, slices.Contains(v.Seen()[id], me)
		}
	})
	if err != nil || !worth || known {
		return worth, err
	}
	if after, due := h.sights.note(birth, time.Now()); due {
		time.AfterFunc(after, h.writeSeen)
	}
	return true, nil
}

// note takes in what was opened, and says in how long it is to be written where
// nothing is due yet.
func (s *sights) note(birth protocol.Birth, now time.Time) (after time.Duration, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.fresh, birth) {
		s.fresh = append(s.fresh, birth)
	}
	if s.waiting {
		return 0, false
	}
	s.waiting = true
	return max(0, seenPause-now.Sub(s.last)), true
}

// take returns what is to be written now.
func (s *sights) take(now time.Time) []protocol.Birth {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := s.fresh
	s.fresh, s.last, s.waiting = nil, now, false
	return fresh
}

// writeSeen says anew what this device's household has seen. That it fails, as
// with the disk full, matters to nobody: it was not promised.
func (h *Neighbourhood) writeSeen() {
	fresh := h.sights.take(time.Now())
	origin := "seen:" + h.parts.Identity.DeviceID().String()
	var id protocol.RecordID
	var begun bool
	var items []*record.Birth
	err := h.do(h.ctx, func() {
		v := h.board.At(h.parts.Now().UnixMilli())
		me, _ := h.Me()
		id, begun = v.Origin(me, origin)
		items = listSeen(v, id, fresh)
	})
	switch {
	case err != nil:
	case begun:
		err = h.Edit(h.ctx, id, func(m proto.Message) error { m.(*record.Seen).Items = items; return nil })
	default:
		_, err = h.Write(h.ctx, &record.Seen{Items: items}, &record.Common{Origin: origin})
	}
	if err != nil {
		h.log.Debug("what was seen is not written", "err", err)
	}
}

// listSeen returns what stands in the list and is still worth it, and what is
// new, as much of the end as there is room for.
func listSeen(v board.View, id protocol.RecordID, fresh []protocol.Birth) []*record.Birth {
	var items []*record.Birth
	if r, ok := v.Record(id); ok {
		if m, ok := r.Content.(*record.Seen); ok {
			items = slices.DeleteFunc(slices.Clone(m.Items), func(b *record.Birth) bool {
				birth, _ := b.Place()
				return !v.WorthSeeing(birth.Record()) || slices.Contains(fresh, birth)
			})
		}
	}
	for _, birth := range fresh {
		items = append(items, record.BirthOf(birth))
	}
	return items[max(0, len(items)-record.MaxSeen):]
}
