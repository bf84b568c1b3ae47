package roster

import (
	"gotong/protocol"
)

// CountsID is [Roster.Counts] for a cell of which only address and id are at
// hand.
func (r *Roster) CountsID(device protocol.DeviceID, slot uint32, id protocol.ID) bool {
	d := r.devices[device]
	if d == nil {
		return false
	}
	slots := d.household().slots(func(vouch protocol.ID) bool { return r.spared(TargetOperation, vouch, id) })
	if slot >= slots || !d.seated && !r.revoked(TargetDevice, d.id) {
		return false
	}
	for _, h := range d.claimants() {
		if !r.spared(TargetHousehold, h.id, id) {
			return false
		}
	}
	return r.spared(TargetDevice, d.id, id)
}

// Steward reports whether a household now has a steward's authority or a
// founder's.
func (r *Roster) Steward(id protocol.HouseholdID) bool {
	h := r.households[id]
	return h != nil && rankOf(r.roleNow(h)) >= rankSteward && !r.revoked(TargetHousehold, id)
}

// Slots returns how many slots each device of a household has now.
func (r *Roster) Slots(id protocol.HouseholdID) uint32 {
	h := r.households[id]
	if h == nil {
		return 0
	}
	return h.slots(r.stands)
}
