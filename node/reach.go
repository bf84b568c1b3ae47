package node

import (
	"context"
	"sync"
	"time"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// reachEnough is how many peers are worth counting: beyond it nobody asks.
const reachEnough = 12

// reach knows which peers store which own cells, as they said themselves. It
// is forgotten at the end and learnt anew in the next exchanges.
type reach struct {
	mu    sync.Mutex
	by    map[protocol.ID]map[protocol.DeviceID]struct{}
	grown map[protocol.ID]struct{} // since the watchers were told
	told  time.Time                // when they were told last
}

// reachPause is the least time between two tellings of the watchers what
// neighbours store: an exchange brings hundreds of such news.
const reachPause = time.Second

func newReach() *reach {
	return &reach{by: make(map[protocol.ID]map[protocol.DeviceID]struct{}), grown: make(map[protocol.ID]struct{})}
}

// track begins to count for an own cell that is kept.
func (r *reach) track(id protocol.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by[id] == nil {
		r.by[id] = make(map[protocol.DeviceID]struct{})
	}
}

func (r *reach) drop(id protocol.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.by, id)
	delete(r.grown, id)
}

// stored notes that a peer has these items; those of others are passed over. It
// reports in how long that is to be told, where nothing is due yet.
func (r *reach) stored(peer protocol.DeviceID, ids []protocol.ID, now time.Time) (after time.Duration, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := len(r.grown)
	for _, id := range ids {
		at, own := r.by[id]
		if _, known := at[peer]; own && !known {
			at[peer] = struct{}{}
			r.grown[id] = struct{}{}
		}
	}
	return max(0, reachPause-now.Sub(r.told)), before == 0 && len(r.grown) > 0
}

// lacks notes of which items a peer has the names only: it says so when it asks
// for them, though their ids are in its set.
func (r *reach) lacks(peer protocol.DeviceID, ids []protocol.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.by[id], peer)
	}
}

// news returns the cells that more peers store than before, once.
func (r *reach) news(now time.Time) []protocol.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = now
	var all []protocol.ID
	for id := range r.grown {
		all = append(all, id)
	}
	clear(r.grown)
	return all
}

// unreached returns the own cells that too few peers are known to store.
func (r *reach) unreached() []protocol.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var few []protocol.ID
	for id, peers := range r.by {
		if len(peers) < reachEnough {
			few = append(few, id)
		}
	}
	return few
}

// at returns the peers that are known to store an own cell.
func (r *reach) at(id protocol.ID) []protocol.DeviceID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var peers []protocol.DeviceID
	for peer := range r.by[id] {
		peers = append(peers, peer)
	}
	return peers
}

// Stored notes that a peer said it stores these items.
func (h *Neighbourhood) Stored(peer protocol.DeviceID, ids []protocol.ID) {
	if after, due := h.reach.stored(peer, ids, time.Now()); due {
		time.AfterFunc(after, h.tellReach)
	}
}

// tellReach tells the watchers which own records got further.
func (h *Neighbourhood) tellReach() {
	var records []protocol.RecordID
	err := h.do(h.ctx, func() {
		for _, id := range h.reach.news(time.Now()) {
			l, kept := h.index.find(id)
			if r, kind, stands := h.board.Standing(l.at); kept && stands && toTell(kind) {
				records = append(records, r)
			}
		}
	})
	if err == nil && len(records) > 0 {
		h.watchers.pass(Happening{Neighbourhood: h.id, Reached: records})
	}
}

// toTell reports whether a person wrote such a record to be read by others, so
// that it matters to them where it has arrived.
func toTell(kind record.Kind) bool {
	switch kind {
	case record.Kind_KIND_UNKNOWN, record.Kind_KIND_NEIGHBOURHOOD, record.Kind_KIND_HOUSEHOLD, record.Kind_KIND_CONTACT,
		record.Kind_KIND_SEEN:
		return false
	}
	return true
}

// reachOf returns how far what this device says of a record now has got; false
// where it says nothing of it. It is the owner's.
func (h *Neighbourhood) reachOf(id protocol.RecordID) (api.Reach, bool) {
	f, said := h.board.Part(id, h.parts.Identity.DeviceID())
	at, kept := h.held[f.Place]
	if !said || !kept || at.n == 0 {
		return api.Reach{}, false
	}
	return h.reachAt(at), true
}

// reachAt counts who stores what a place says. A device that does not belong any
// longer is nobody's neighbour, whatever it keeps.
func (h *Neighbourhood) reachAt(at held) api.Reach {
	members := h.roster.Load()
	me, _ := h.Me()
	var r api.Reach
	for _, d := range h.reach.at(at.cells[at.n-1].id) {
		household, _ := members.Household(d)
		m, _ := members.Member(household)
		switch {
		case !members.Serve(d):
		case household == me:
			r.Own++
		case m.Role == roster.RoleHub:
			r.Hubs++
		default:
			r.Nodes++
		}
	}
	return r
}

// unreached counts the own records of which no device of another household is
// known to store anything. It is the owner's.
func (h *Neighbourhood) unreached() int {
	n, device := 0, h.parts.Identity.DeviceID()
	for place, at := range h.held {
		if place.Device != device || at.n == 0 || !at.counts {
			continue
		}
		_, kind, stands := h.board.Standing(place)
		if r := h.reachAt(at); stands && toTell(kind) && r.Nodes+r.Hubs == 0 {
			n++
		}
	}
	return n
}

// LookFar is Look with a function beside the view that says how far own records
// have got, as of the same moment.
func (h *Neighbourhood) LookFar(ctx context.Context, read func(board.View, api.Far)) error {
	return h.do(ctx, func() { read(h.board.At(h.parts.Now().UnixMilli()), h.reachOf) })
}
