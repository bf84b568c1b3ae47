package roster

import (
	"bytes"
	"cmp"
	"slices"

	"gotong/protocol"
)

// Path returns the operations that lead from genesis to a device, in order:
// what a newcomer presents, and what is sent ahead of a device's critical
// cells. [Judge] of them alone knows the device. Nil if the roster does not.
func (r *Roster) Path(id protocol.DeviceID) []Op {
	d := r.devices[id]
	if d == nil {
		return nil
	}
	path := []Op{*r.genesis}
	for _, op := range d.household().way() {
		if op != r.genesis {
			path = append(path, *op)
		}
	}
	return append(path, *d.claims[0].op)
}

// Against returns the revocations of a device and of its household, each behind
// the operations that admitted who signed it: what a device that was put out is
// shown, so that it need not take a neighbour's word for it.
func (r *Roster) Against(id protocol.DeviceID) []Op {
	d := r.devices[id]
	if d == nil {
		return nil
	}
	revocations := slices.Clone(r.against[target{TargetDevice, d.id}])
	for _, h := range d.claimants() {
		revocations = append(revocations, r.against[target{TargetHousehold, h.id}]...)
	}
	var ops []*Op
	for _, rev := range revocations {
		ops = append(append(ops, rev.by.way()...), rev.op)
	}
	return distinctInOrder(ops)
}

// way returns the operations that admitted h, from the top down.
func (h *household) way() []*Op {
	if h.after == nil {
		return slices.Clone(h.by)
	}
	return append(h.after.way(), h.by...)
}

// FreePlace returns a place where a household can put its next operation,
// false if all are taken. Devices of one household that write at the same time
// start at different places: device says which writes.
func (r *Roster) FreePlace(of protocol.HouseholdID, device protocol.DeviceID) (uint16, bool) {
	h := r.households[of]
	if h == nil {
		return 0, false
	}
	return freePlace(h.ops, h.turn(device), places(h.role))
}

// SparePlaces returns the free places of a household from the last one down:
// where a device that was made anew claims its own, since what the household's
// other devices said meanwhile stands at the first. Those at which [Roster.FreePlace]
// lets a first device go on come after the others. Of a household that the
// roster does not know they are those that every household has.
func (r *Roster) SparePlaces(of protocol.HouseholdID) []uint16 {
	taken, limit := make(map[uint16]bool), placesNewcomer
	if h := r.households[of]; h != nil {
		limit = places(h.role)
		for _, op := range h.ops {
			taken[op.Place] = true
		}
	}
	var spare, firsts []uint16
	for p := uint16(limit - 1); p > 0; p-- {
		switch {
		case taken[p]:
		case p%protocol.MaxDevices == 0:
			firsts = append(firsts, p)
		default:
			spare = append(spare, p)
		}
	}
	return append(spare, firsts...)
}

// FreeKeyPlaces returns the places for keys operations, the one to replace
// first: empty ones, then those about the lowest epoch.
func (r *Roster) FreeKeyPlaces(of protocol.HouseholdID) []uint16 {
	h := r.households[of]
	if h == nil {
		return nil
	}
	number := make([]int, placesForKeys(h.role))
	free := make([]uint16, len(number))
	for i := range free {
		free[i] = uint16(i)
	}
	for _, op := range h.keys {
		number[op.Place] = r.numberOf(op)
	}
	slices.SortStableFunc(free, func(a, b uint16) int { return number[a] - number[b] })
	return free
}

// turn is the device's number within h, by the places at which they were
// signed: the one a household began with stays the first when a restored one
// joins it. 0 for one that the roster does not know.
func (h *household) turn(id protocol.DeviceID) int {
	byPlace := slices.SortedFunc(slices.Values(h.devices), func(a, b *device) int {
		return cmp.Compare(a.claims[0].op.Place, b.claims[0].op.Place)
	})
	at := slices.IndexFunc(byPlace, func(d *device) bool { return d.id == id })
	return max(at, 0) % protocol.MaxDevices
}

// freePlace tries every MaxDevices-th place from turn on, then all.
func freePlace(ops []*Op, turn, limit int) (uint16, bool) {
	taken := make(map[int]bool, len(ops))
	for _, op := range ops {
		taken[int(op.Place)] = true
	}
	for p := turn; p < limit; p += protocol.MaxDevices {
		if !taken[p] {
			return uint16(p), true
		}
	}
	for p := range limit {
		if !taken[p] {
			return uint16(p), true
		}
	}
	return 0, false
}

// Equivocation is two operations that one household signed for one place. The
// lower id stays. It is shown, not punished: two devices of one household that
// write at the same time do it innocently, and sign the one dropped again.
type Equivocation struct{ Kept, Dropped Op }

// Equivocations returns the pairs among the operations that were judged, by
// the dropped one's id. Once a node dropped the other it has forgotten them.
func (r *Roster) Equivocations() []Equivocation { return slices.Clone(r.equivocations) }

func (r *Roster) sortEquivocations() {
	slices.SortFunc(r.equivocations, func(a, b Equivocation) int { return bytes.Compare(a.Dropped.id[:], b.Dropped.id[:]) })
}
