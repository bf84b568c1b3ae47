package node

import (
	"cmp"
	"context"
	"slices"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// afford returns a cell as it may be taken in: as a stub where there is no room
// for its payload. Own cells always have room here; the disk has the last word.
func (h *Neighbourhood) afford(c *cell.Cell, before cell.Kept) *cell.Cell {
	if c.Stub() || h.ours(c.Device) {
		return c
	}
	more := int64(c.Size)
	for _, e := range heldOf(before).payloads() {
		more -= int64(e.size) // an edit takes the place of what it edits
	}
	if h.budget.admits(h.id, c.Class, more) {
		return c
	}
	return h.stubOf(c)
}

// stubOf returns the stub of a cell.
func (h *Neighbourhood) stubOf(c *cell.Cell) *cell.Cell {
	if c == nil || c.Stub() {
		return c
	}
	stub, err := cell.Parse(h.id, cell.StubOf(*c))
	if err != nil {
		return c
	}
	return &stub
}

// ours reports whether a device is this one.
func (h *Neighbourhood) ours(d protocol.DeviceID) bool { return d == h.parts.Identity.DeviceID() }

// least returns from which class on this node can do without payloads of others.
func (h *Neighbourhood) least(members *roster.Roster) cell.Class {
	if m, ok := members.Member(h.parts.Identity.HouseholdID()); ok && m.Role == roster.RoleHub {
		return cell.Alert
	}
	return cell.Normal
}

// maxShed bounds the places that one turn empties.
const maxShed = 512

// shedding is the task that puts payloads down for lack of room.
type shedding struct {
	places int
	done   chan error
}

// crate is what may go of one place.
type crate struct {
	at    board.Place
	class cell.Class // the least urgent
	bytes int64
}

func (s *shedding) decide(t *turn) bool {
	if t.changedRoster() || len(t.slots) > 0 {
		return false
	}
	excess := t.h.budget.excess(t.h.id)
	for _, c := range t.h.crates(excess) {
		if excess <= 0 || s.places == maxShed {
			break
		}
		if err := t.putDown(c.at); err != nil {
			t.h.log.Warn("a payload was not put down", "err", err)
			continue
		}
		excess -= c.bytes
		s.places++
	}
	t.housekeeping = true
	return true
}

func (s *shedding) settle(err error) { s.done <- err }

// crates returns what may go, what goes first in front; nothing if nothing has
// to.
func (h *Neighbourhood) crates(excess int64) []crate {
	if excess <= 0 {
		return nil
	}
	least := h.least(h.roster.Load())
	var all []crate
	for at, is := range h.held {
		if c := (crate{at: at}); !h.ours(at.Device) && c.fill(is, least) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b crate) int {
		return cmp.Or(cmp.Compare(b.class, a.class), cmp.Compare(b.bytes, a.bytes), comparePlaces(a.at, b.at))
	})
	return all
}

// fill adds up what may go of a place; false if that is nothing.
func (c *crate) fill(is held, least cell.Class) bool {
	for _, e := range is.payloads() {
		if e.class >= least {
			c.class, c.bytes = max(c.class, e.class), c.bytes+int64(e.size)
		}
	}
	return c.bytes > 0
}

// putDown leaves of the cells in a place the stubs, as far as they may go.
func (t *turn) putDown(at board.Place) error {
	k, err := t.kept(at)
	if err != nil {
		return err
	}
	least := t.h.least(t.roster)
	stub := func(c *cell.Cell) *cell.Cell {
		if c == nil || c.Class < least {
			return c
		}
		return t.h.stubOf(c)
	}
	after := cell.Kept{Newest: stub(k.Newest), Counting: stub(k.Counting), Whole: k.Whole}
	if k.Whole != nil && k.Whole.Class >= least {
		after.Whole = nil
	}
	if !same(k, after) {
		t.set(at, after)
	}
	return nil
}

// shed puts payloads down until this neighbourhood has no more than it may.
func (h *Neighbourhood) shed(ctx context.Context) {
	for h.budget.excess(h.id) > 0 {
		s := &shedding{done: make(chan error, 1)}
		err, lost := await(ctx, h, s, s.done)
		if cmp.Or(err, lost) != nil || s.places == 0 {
			return // what cannot be put down now is at the next occasion
		}
		h.log.Debug("payloads put down for lack of room", "places", s.places)
	}
}

// relieve lets every neighbourhood put down what it has too much of.
func (n *Node) relieve() {
	for _, id := range n.Neighbourhoods() {
		if h, ok := n.Neighbourhood(id); ok {
			h.shed(context.Background())
		}
	}
}

// lacking returns the ids of cells whose payload this node lacks and should
// have, the most urgent first.
func (h *Neighbourhood) lacking() []located {
	all := h.index.stubs()
	all = slices.DeleteFunc(all, h.erased)
	slices.SortFunc(all, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.class, b.class), slices.Compare(a.id[:], b.id[:]))
	})
	return all
}

// missing returns the ids whose payload this node lacks and has room for.
func (h *Neighbourhood) missing() []protocol.ID {
	room, least := h.budget.asks(h.id), h.least(h.roster.Load())
	var ids []protocol.ID
	for _, l := range h.lacking() {
		if l.class >= least && !h.ours(l.at.Device) {
			if room -= int64(l.size); room < 0 {
				break
			}
		}
		ids = append(ids, l.id)
	}
	return ids
}

// fillLack says which records are known by name only, and whether that is for
// lack of room.
func (h *Neighbourhood) fillLack(s *api.NeighbourhoodStatus) {
	s.Lacking = len(h.lacking())
	s.Crowded = s.Lacking > len(h.missing())
}
