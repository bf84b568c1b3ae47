package api

import (
	"context"
	"slices"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Confide keeps a contact for the whole street; Contact lets it be read by its
// author and by those whom the board calls helpers.
func (h *home) Confide(_ context.Context, _ protocol.NeighbourhoodID, id protocol.RecordID, p Private) error {
	if _, err := (&record.Private{Contact: p.Contact, Place: p.Place}).Pad(); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.empty() {
		delete(h.contacts, id)
	} else {
		h.contacts[id] = p
	}
	return nil
}

func (h *home) Contact(_ context.Context, _ protocol.NeighbourhoodID, id protocol.RecordID) (Private, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, kept := h.contacts[id]
	now := h.board.At(h.now.UnixMilli())
	r, ok := now.Record(id)
	if !kept || !ok {
		return Private{}, false, nil
	}
	helpers := now.Helpers(id)
	if r.Owner == h.me() {
		for _, helper := range helpers {
			p.Readers = append(p.Readers, helper.Household)
		}
		return p, true, nil
	}
	return p, slices.ContainsFunc(helpers, func(x board.Helper) bool { return x.Household == h.me() }), nil
}

// SealFlag keeps what a flag says under its seal; the first household, the
// founder, opens it.
func (h *home) SealFlag(_ protocol.NeighbourhoodID, c *record.FlagContent) (*record.Flag, error) {
	plain, err := c.Pad()
	if err != nil {
		return nil, err
	}
	sealed := append(make([]byte, record.SealedSize-len(plain)), plain...)
	return &record.Flag{Sealed: []*record.Sealed{{Device: h.homes[0].device[:], Sealed: sealed}}}, nil
}

func (h *home) OpenFlag(_ protocol.NeighbourhoodID, _ protocol.HouseholdID, f *record.Flag) (*record.FlagContent, bool) {
	sealed := f.Sealed[0].Sealed
	c, err := record.UnpadFlag(sealed[len(sealed)-record.PrivateSize:])
	return c, err == nil && protocol.DeviceID(f.Sealed[0].Device) == h.device
}
