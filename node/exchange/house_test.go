package exchange

import (
	"context"
	"crypto/ed25519"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// The house as a Neighbourhood.

func (h *house) ID() protocol.NeighbourhoodID { return h.n }

func (h *house) Credentials() [][]byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	raws := slices.Clone(h.own)
	for _, id := range h.paths[h.device()] {
		raws = append(raws, h.raws[id])
	}
	return raws
}

func (h *house) Serves(d protocol.DeviceID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.keys[d] != nil
}

func (h *house) Ops() []protocol.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.order)
}

func (h *house) Raw(id protocol.ID) ([]byte, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	raw, ok := h.raws[id]
	return raw, ok
}

func (h *house) Class(id protocol.ID) cell.Class {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.cells[id]; ok {
		return c.Class
	}
	return cell.Bulk
}

func (h *house) PathOf(id protocol.ID) []protocol.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.paths[h.cells[id].Device]
}

func (h *house) Missing() (ids []protocol.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, c := range h.cells {
		if c.Stub() {
			ids = append(ids, id)
		}
	}
	return ids
}

func (h *house) Against(protocol.DeviceID) [][]byte { return nil }

func (h *house) Here(id protocol.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.cells[id]
	return ok && !c.Stub()
}

func (h *house) Instead(id protocol.ID) ([]byte, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	raw, ok := h.instead[id]
	return raw, ok
}

func (h *house) Unreached() (ids []protocol.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, c := range h.cells {
		if c.Device == h.device() && h.stored[id] < 2 {
			ids = append(ids, id)
		}
	}
	return ids
}

func (h *house) Ingest(_ context.Context, raws [][]byte, _ protocol.DeviceID) ([]Taken, error) {
	taken, err := h.take(raws)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range taken {
		h.came[t.ID]++
		h.arrival = append(h.arrival, t.ID)
	}
	return taken, err
}

// take is the one door: cells are opened in parallel, everything is kept in
// order, and the Exchange hears what changed.
func (h *house) take(raws [][]byte) ([]Taken, error) {
	taken := make([]Taken, len(raws))
	cells := h.openAll(raws)
	h.mu.Lock()
	defer h.mu.Unlock()
	var in, out []protocol.ID
	roster := false
	for i, raw := range raws {
		switch {
		case h.door != nil && h.door(raw) != nil:
			taken[i] = *h.door(raw)
		case raw[0] == 0x81:
			taken[i] = h.keepOp(raw)
			roster = roster || taken[i].New
		default:
			taken[i] = h.keepCell(cells[i], raw, &in, &out)
		}
	}
	h.x.Changed(h.n, in, out)
	if roster {
		h.x.RosterChanged(h.n)
	}
	return taken, nil
}

type opened struct {
	cell.Cell
	err error
}

// openAll opens what it can before the roster of this very batch is known.
func (h *house) openAll(raws [][]byte) []opened {
	all := make([]opened, len(raws))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.NumCPU(), len(raws)/8+1) {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < len(raws); i = int(next.Add(1) - 1) {
				all[i].Cell, all[i].err = cell.Open(h.n, raws[i], h.signer)
			}
		})
	}
	wg.Wait()
	return all
}

func (h *house) signer(d protocol.DeviceID) (ed25519.PublicKey, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key, ok := h.keys[d]
	return key, ok
}

func (h *house) keepOp(raw []byte) Taken {
	id, parent := opID(raw), protocol.ID(raw[1:17])
	if h.raws[id] != nil {
		return Taken{ID: id, Verdict: protocol.Accept}
	}
	genesis := parent == protocol.ID{} && protocol.NeighbourhoodID(id) == h.n
	if !genesis && h.raws[parent] == nil {
		return Taken{ID: id, Verdict: protocol.Ignore}
	}
	key := ed25519.PublicKey(raw[17:49])
	device := protocol.DeviceOf(key)
	h.raws[id], h.keys[device] = raw, key
	h.order = append(h.order, id)
	h.paths[device] = []protocol.ID{id}
	if !genesis {
		h.paths[device] = []protocol.ID{parent, id}
	}
	return Taken{ID: id, Verdict: protocol.Accept, New: true}
}

func (h *house) keepCell(c opened, raw []byte, in, out *[]protocol.ID) Taken {
	if errors.Is(c.err, protocol.ErrUnknown) { // its writer may have come in this batch
		c.Cell, c.err = cell.Open(h.n, raw, func(d protocol.DeviceID) (ed25519.PublicKey, bool) {
			key, ok := h.keys[d]
			return key, ok
		})
	}
	if c.err != nil {
		return Taken{ID: idOf(h.n, raw), Verdict: protocol.VerdictOf(c.err)}
	}
	id, at := c.ID(), place{c.Device, c.Slot}
	old, held := h.slots[at]
	switch {
	case held && old == id && (!h.cells[old].Stub() || c.Stub()):
		return Taken{ID: id, Verdict: protocol.Accept}
	case held && old != id && !cell.After(c.Cell, h.cells[old]):
		return Taken{ID: id, Verdict: protocol.Accept} // something newer is here
	case held && old != id:
		delete(h.raws, old)
		delete(h.cells, old)
		*out = append(*out, old)
	}
	h.slots[at], h.cells[id], h.raws[id] = id, c.Cell, c.Raw()
	*in = append(*in, id)
	return Taken{ID: id, Verdict: protocol.Accept, New: true}
}

// idOf is the id of a cell that did not pass, as its bytes say.
func idOf(n protocol.NeighbourhoodID, raw []byte) protocol.ID {
	c, err := cell.Parse(n, raw)
	if err != nil {
		return protocol.ID{}
	}
	return c.ID()
}

// What the house hears.

func (h *house) hearStored(_ protocol.NeighbourhoodID, _ protocol.DeviceID, ids []protocol.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		h.stored[id]++
	}
}

func (h *house) hearLacks(_ protocol.NeighbourhoodID, _ protocol.DeviceID, ids []protocol.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		h.stored[id] = 0
	}
}

func (h *house) hearProgress(_ protocol.NeighbourhoodID, _ protocol.DeviceID, p Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = p
}

func (h *house) hearEnded(_ protocol.NeighbourhoodID, _ protocol.DeviceID, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = append(h.ended, err)
}
