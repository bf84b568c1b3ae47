package node

import (
	"slices"

	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// turn gathers what several tasks want stored. Until its write is synced,
// nothing of it shows in memory; when the write fails, nothing happened.
type turn struct {
	h       *Neighbourhood
	roster  *roster.Roster // as it will be after the turn
	slots   map[board.Place]cell.Kept
	order   []board.Place // of slots, as first touched
	putOps  []roster.Op
	dropOps []protocol.ID
	own     []cell.Cell                    // to be published
	ownOps  [][]byte                       // to be published
	origins map[string]struct{}            // of records begun in this turn
	records map[protocol.RecordID]struct{} // edited in this turn

	housekeeping bool // it makes room: even where others' facts are refused
}

func newTurn(h *Neighbourhood) *turn {
	return &turn{
		h: h, roster: h.roster.Load(), slots: make(map[board.Place]cell.Kept),
		origins: make(map[string]struct{}), records: make(map[protocol.RecordID]struct{}),
	}
}

// take joins a cell with what its slot keeps, and reports whether that changed
// anything.
func (t *turn) take(c cell.Cell) (bool, error) {
	at := board.Place{Device: c.Device, Slot: c.Slot}
	if t.h.refuses(c) {
		return false, nil
	}
	before, err := t.kept(at)
	if err != nil {
		return false, err
	}
	after := t.h.trimmed(before.Keep(t.h.counting(t.roster), *t.h.afford(t.h.spare(&c), before)))
	if same(before, after) {
		return false, nil
	}
	t.set(at, after)
	return true, nil
}

// kept returns what a place keeps, this turn's changes included.
func (t *turn) kept(at board.Place) (cell.Kept, error) {
	if k, ok := t.slots[at]; ok {
		return k, nil
	}
	if _, ok := t.h.held[at]; !ok {
		return cell.Kept{}, nil
	}
	return t.h.read(at, t.roster)
}

// onlyNamed reports whether of a whole cell only the stub is kept.
func (t *turn) onlyNamed(c cell.Cell) bool {
	k, err := t.kept(board.Place{Device: c.Device, Slot: c.Slot})
	return err == nil && !c.Stub() && slices.ContainsFunc(k.Cells(), func(kept cell.Cell) bool {
		return kept.ID() == c.ID() && kept.Stub()
	})
}

// standsIn reports whether a cell is kept beside the stub of a newer one.
func (t *turn) standsIn(c cell.Cell) bool {
	k, err := t.kept(board.Place{Device: c.Device, Slot: c.Slot})
	return err == nil && k.Whole != nil && k.Whole.ID() == c.ID()
}

func (t *turn) set(at board.Place, k cell.Kept) {
	if _, ok := t.slots[at]; !ok {
		t.order = append(t.order, at)
	}
	t.slots[at] = k
}

// same reports whether two stands of one slot keep the same cells, each with
// its payload or without.
func same(a, b cell.Kept) bool {
	return sameCell(a.Newest, b.Newest) && sameCell(a.Counting, b.Counting) && sameCell(a.Whole, b.Whole)
}

func sameCell(a, b *cell.Cell) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ID() == b.ID() && a.Stub() == b.Stub()
}

// commit writes the turn, synced, and then shows it: the roster, the index of
// ids, the board, the watchers, the neighbours.
func (t *turn) commit() error {
	if len(t.slots) == 0 && len(t.putOps) == 0 && len(t.dropOps) == 0 {
		return nil
	}
	if err := t.h.store.Append(t.h.ctx, t.h.id, t.change()); err != nil {
		return err
	}
	t.h.show(t)
	return nil
}

func (t *turn) change() store.Change {
	c := store.Change{Own: t.housekeeping || len(t.own)+len(t.ownOps) > 0, DropOps: t.dropOps}
	for _, at := range t.order {
		c.Slots = append(c.Slots, store.Slot{Device: at.Device, Slot: at.Slot, Cells: t.slots[at].Stored()})
	}
	for _, op := range t.putOps {
		c.PutOps = append(c.PutOps, store.Op{ID: op.ID(), Raw: op.Raw()})
	}
	return c
}
