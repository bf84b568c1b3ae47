package node

import (
	"context"
	"errors"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/roster"
)

// ErrHouseholdKey: only the household's first device holds the key that signs
// for the household.
var ErrHouseholdKey = errors.New("node: the household's key is on another device")

// Device implements [api.Registry].
func (b Backend) Device() protocol.DeviceID { return b.parts.Identity.DeviceID() }

// HouseholdKey implements [api.Registry].
func (b Backend) HouseholdKey() roster.Key { return roster.Key(b.parts.Identity.HouseholdKey()) }

// Roster implements [api.Registry].
func (b Backend) Roster(n protocol.NeighbourhoodID) (*roster.Roster, error) {
	h, err := b.hood(n)
	if err != nil {
		return nil, err
	}
	return h.Roster(), nil
}

// Sign implements [api.Registry].
func (b Backend) Sign(ctx context.Context, n protocol.NeighbourhoodID, say func(api.Pen) error) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	err = h.sign(ctx, func(t *turn) ([]roster.Op, error) {
		if !t.holdsKey() {
			return nil, ErrHouseholdKey
		}
		p := &pen{t: t}
		err := say(p)
		return p.ops, err
	})
	return inWordsOfAPI(err)
}

// pen signs operations one after the other, each at a place of its own.
type pen struct {
	t   *turn
	ops []roster.Op
}

func (p *pen) Roster() *roster.Roster { return p.t.roster }

// Sign implements [api.Pen].
func (p *pen) Sign(body roster.Body) (protocol.ID, error) {
	op, err := p.t.signed(body)
	if err != nil {
		return protocol.ID{}, err
	}
	p.t.roster = roster.Judge(p.t.h.id, append(p.t.roster.Keep(), op))
	p.ops = append(p.ops, op)
	return op.ID(), nil
}

// Held implements [api.Registry].
func (b Backend) Held(ctx context.Context, n protocol.NeighbourhoodID, of []protocol.DeviceID) ([]api.Held, error) {
	h, err := b.hood(n)
	if err != nil {
		return nil, err
	}
	var all []api.Held
	err = h.do(ctx, func() {
		for _, d := range of {
			all = append(all, h.heldOf(d)...)
		}
	})
	return all, inWordsOfAPI(err)
}

// heldOf returns the facts of a device that count, each with its record where
// that can be read.
func (h *Neighbourhood) heldOf(d protocol.DeviceID) []api.Held {
	records := make(map[uint32]protocol.RecordID)
	for _, f := range h.board.Facts(d) {
		records[f.Slot] = f.Part.Birth.Record()
	}
	var all []api.Held
	for slot := range uint32(protocol.MaxSlots) {
		is := h.held[board.Place{Device: d, Slot: slot}]
		if is.counts {
			all = append(all, api.Held{ID: is.cells[is.n-1].id, Record: records[slot]})
			if is.whole.id != (protocol.ID{}) {
				all = append(all, api.Held{ID: is.whole.id, Record: records[slot]})
			}
		}
	}
	return all
}
