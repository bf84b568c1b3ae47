package node

import (
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// Seams let the simulator put faults into a node on purpose, to see that its
// checker notices. A real node has none.
type Seams struct {
	// Counts stands in for what the roster says of a cell.
	Counts func(*roster.Roster, protocol.DeviceID, uint32, protocol.ID) bool
	// Refuse turns away a cell that a sound node would take.
	Refuse func(cell.Cell) bool
	// Forward changes bytes on their way out.
	Forward func([]byte) []byte
}

// counts says whether a cell counts under a roster.
func (h *Neighbourhood) counts(members *roster.Roster, d protocol.DeviceID, slot uint32, id protocol.ID) bool {
	if fault := h.parts.Seams.Counts; fault != nil {
		return fault(members, d, slot, id)
	}
	return members.CountsID(d, slot, id)
}

// counting is counts for whole cells under one roster.
func (h *Neighbourhood) counting(members *roster.Roster) func(cell.Cell) bool {
	return func(c cell.Cell) bool { return h.counts(members, c.Device, c.Slot, c.ID()) }
}

func (h *Neighbourhood) refuses(c cell.Cell) bool {
	fault := h.parts.Seams.Refuse
	return fault != nil && fault(c)
}

func (h *Neighbourhood) forward(raw []byte) []byte {
	if fault := h.parts.Seams.Forward; fault != nil {
		return fault(raw)
	}
	return raw
}
