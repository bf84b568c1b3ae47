package node

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// ingestOps judges the raw operations at the given positions and takes them
// in; what became of each goes to the same position of taken.
func (h *Neighbourhood) ingestOps(ctx context.Context, raws [][]byte, at []int, taken []Taken) error {
	if len(at) == 0 {
		return nil
	}
	opened := make([]roster.Op, len(at))
	parallel(len(at), func(i int) {
		op, err := roster.Open(h.id, raws[at[i]])
		opened[i] = op
		taken[at[i]] = Taken{ID: op.ID(), Verdict: protocol.VerdictOf(err)}
	})
	w := &welcoming{result: make(chan error, 1)}
	for i := range at {
		if taken[at[i]].Verdict == protocol.Accept {
			w.ops, w.taken = append(w.ops, opened[i]), append(w.taken, &taken[at[i]])
		}
	}
	if len(w.ops) == 0 {
		return nil
	}
	err, lost := await(ctx, h, w, w.result)
	return cmp.Or(lost, err)
}

// welcoming is the owner's part of taking in operations.
type welcoming struct {
	ops    []roster.Op
	taken  []*Taken
	err    error
	result chan error
}

func (w *welcoming) decide(t *turn) bool {
	if t.changedRoster() || len(t.slots) > 0 {
		return false // a turn changes the roster alone: what counts depends on it
	}
	kept, err := t.welcome(w.ops)
	w.err = err
	for i, op := range w.ops {
		_, had := t.h.ops[op.ID()]
		_, has := kept[op.ID()]
		w.taken[i].New = has && !had
		if !has {
			w.taken[i].Verdict = protocol.Ignore // of nobody we know yet; it comes again
		}
	}
	return true
}

func (w *welcoming) settle(err error) { w.result <- cmp.Or(w.err, err) }

func (t *turn) changedRoster() bool { return len(t.putOps) > 0 || len(t.dropOps) > 0 }

// welcome judges the roster anew with more operations and returns what it then
// keeps. What is to be stored and forgotten, and which kept cells begin or
// cease to count, becomes part of the turn.
func (t *turn) welcome(ops []roster.Op) (map[protocol.ID]struct{}, error) {
	all := append(slices.Collect(maps.Values(t.h.ops)), ops...)
	t.roster = t.h.admit(t.roster, all)
	kept := make(map[protocol.ID]struct{})
	for _, op := range t.roster.Keep() {
		kept[op.ID()] = struct{}{}
		if _, had := t.h.ops[op.ID()]; !had {
			t.putOps = append(t.putOps, op)
		}
	}
	for id := range t.h.ops {
		if _, still := kept[id]; !still {
			t.dropOps = append(t.dropOps, id)
		}
	}
	if !t.changedRoster() {
		return kept, nil
	}
	return kept, t.judgeAnew()
}

// judgeAnew asks the new roster about every kept cell and joins anew the
// places where the answer changed.
func (t *turn) judgeAnew() error {
	for at, held := range t.h.held {
		if t.h.stands(at, held, t.roster) {
			continue
		}
		k, err := t.h.read(at, t.roster)
		if err != nil {
			return err
		}
		t.set(at, k)
	}
	slices.SortFunc(t.order, comparePlaces)
	return nil
}

// stands reports whether what a place holds is still what it should hold under
// a roster.
func (h *Neighbourhood) stands(at board.Place, is held, members *roster.Roster) bool {
	if _, known := members.DeviceKey(at.Device); !known {
		return false
	}
	if is.n == 0 {
		return true // rotted, and not yet fetched again
	}
	if is.whole.id != (protocol.ID{}) && h.counts(members, at.Device, at.Slot, is.whole.id) != is.counts {
		return false
	}
	newest, last := is.cells[0], is.cells[is.n-1]
	if is.n == 2 {
		return !h.counts(members, at.Device, at.Slot, newest.id) && h.counts(members, at.Device, at.Slot, last.id)
	}
	return h.counts(members, at.Device, at.Slot, newest.id) == is.counts
}

func comparePlaces(a, b board.Place) int {
	return cmp.Or(slices.Compare(a.Device[:], b.Device[:]), cmp.Compare(a.Slot, b.Slot))
}

// showRoster makes a turn's operations the roster of all.
func (h *Neighbourhood) showRoster(t *turn) {
	if !t.changedRoster() {
		return
	}
	for _, op := range t.putOps {
		h.ops[op.ID()] = op
	}
	for _, id := range t.dropOps {
		delete(h.ops, id)
	}
	h.index.setOps(t.roster.Keep())
	h.roster.Store(t.roster)
	h.board.SetRoster(t.roster)
	h.budget.carries(h.id, h.least(t.roster))
	h.link.RosterChanged()
	h.learnKeys()
	h.watchers.pass(Happening{Neighbourhood: h.id, Roster: true})
}

// Class returns the class of a kept cell, Bulk for any other id.
func (h *Neighbourhood) Class(id protocol.ID) cell.Class {
	if l, ok := h.index.find(id); ok {
		return l.class
	}
	return cell.Bulk
}
