package node

import (
	"errors"
	"fmt"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// load reads the neighbourhood from the store, before its owner starts: first
// the roster, then every kept cell, by the code that also takes in new ones.
// What rotted is left out; an exchange brings it again.
func (h *Neighbourhood) load() error {
	h.link = nowhere{}
	if err := h.loadRoster(); err != nil {
		return err
	}
	h.learnKeys() // the power may have gone between an operation and its keyring
	rotten := 0
	for slot, err := range h.store.Slots(h.id) {
		if errors.Is(err, store.ErrBadValue) {
			rotten++
		} else if err != nil {
			return fmt.Errorf("node: load: %w", err)
		}
		h.loadSlot(slot)
	}
	if rotten > 0 {
		h.log.Warn("stored values rotted; neighbours bring them again", "count", rotten)
	}
	return h.loadContacts()
}

func (h *Neighbourhood) loadRoster() error {
	var ops []roster.Op
	for stored, err := range h.store.Ops(h.id) {
		if errors.Is(err, store.ErrBadValue) {
			continue
		}
		if err != nil {
			return fmt.Errorf("node: load: %w", err)
		}
		if op, err := roster.Parse(h.id, stored.Raw); err == nil {
			ops = append(ops, op)
		}
	}
	members := roster.Judge(h.id, ops)
	for _, op := range members.Keep() {
		h.ops[op.ID()] = op
	}
	h.index.setOps(members.Keep())
	h.roster.Store(members)
	h.board.SetRoster(members)
	h.budget.carries(h.id, h.least(members))
	return nil
}

func (h *Neighbourhood) loadSlot(s store.Slot) {
	if len(s.Cells) == 0 {
		return
	}
	if s.Device == h.parts.Identity.DeviceID() {
		h.clock.raise(last(s.Cells))
	}
	k := h.trimmed(cell.Kept{}.Keep(h.counting(h.roster.Load()), s.Cells...))
	h.place(board.Place{Device: s.Device, Slot: s.Slot}, k)
}

func last(cells []cell.Cell) crdt.Stamp {
	var stamp crdt.Stamp
	for _, c := range cells {
		stamp = max(stamp, c.Stamp)
	}
	return stamp
}
