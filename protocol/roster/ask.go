package roster

import (
	"crypto/ed25519"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// DeviceKey returns the Ed25519 key of a device in the closure, revoked or
// not: it is what cell.Open needs.
func (r *Roster) DeviceKey(id protocol.DeviceID) (ed25519.PublicKey, bool) {
	d := r.devices[id]
	if d == nil {
		return nil, false
	}
	return d.key[:], true
}

// Household returns whose device it is, revoked or not.
func (r *Roster) Household(id protocol.DeviceID) (protocol.HouseholdID, bool) {
	d := r.devices[id]
	if d == nil {
		return protocol.HouseholdID{}, false
	}
	return d.household().id, true
}

// Counts reports whether a cell counts on the board: its slot is below what
// its household has, and every valid revocation of its device, its household
// or the vouch it relies on keeps it.
func (r *Roster) Counts(c cell.Cell) bool { return r.CountsID(c.Device, c.Slot, c.ID()) }

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

// Serve reports whether a peer with this device key may be served: a current
// device of a household that belongs, hubs among them.
func (r *Roster) Serve(id protocol.DeviceID) bool {
	d := r.devices[id]
	return d != nil && r.serves(d)
}

func (r *Roster) serves(d *device) bool {
	for _, h := range d.claimants() {
		if r.revoked(TargetHousehold, h.id) {
			return false
		}
	}
	s := r.standing(d.household())
	return d.seated && (s == Full || s == Probation)
}

// Steward reports whether a household now has a steward's authority or a
// founder's.
func (r *Roster) Steward(id protocol.HouseholdID) bool {
	h := r.households[id]
	return h != nil && rankOf(r.roleNow(h)) >= rankSteward && !r.revoked(TargetHousehold, id)
}

// Founder reports whether a household now has a founder's authority.
func (r *Roster) Founder(id protocol.HouseholdID) bool { return r.rankOf(id) == rankFounder }

// Votes reports whether a household has a vote: it belongs and is beyond
// probation. Organisations and hubs have none.
func (r *Roster) Votes(id protocol.HouseholdID) bool { return r.rankOf(id) >= rankMember }

// Vouched reports whether a household belongs and is beyond probation, be it an
// organisation.
func (r *Roster) Vouched(id protocol.HouseholdID) bool {
	h := r.households[id]
	return h != nil && r.standing(h) == Full
}

// Voters returns the households that have a vote, by id.
func (r *Roster) Voters() []protocol.HouseholdID {
	var all []protocol.HouseholdID
	for _, h := range r.order {
		if r.Votes(h.id) {
			all = append(all, h.id)
		}
	}
	return all
}

// Slots returns how many slots each device of a household has now.
func (r *Roster) Slots(id protocol.HouseholdID) uint32 {
	h := r.households[id]
	if h == nil {
		return 0
	}
	return h.slots(r.stands)
}

// InOrder returns what Keep does, in an order in which a node that has none of
// it can take it in: whoever signed an operation was admitted by earlier ones.
func (r *Roster) InOrder() []Op {
	if r.genesis == nil {
		return nil
	}
	ordered := []*Op{r.genesis}
	for _, tier := range tiers {
		for _, h := range r.order {
			if tier(h.role) {
				ordered = append(ordered, h.ops...)
			}
		}
	}
	return distinctInOrder(append(r.withJoins(ordered), r.keysOps()...))
}

// tiers are the steps in which households are admitted; see keeper.descend.
// Newcomers, of no role, come after the joins that bring them in.
var tiers = []func(Role) bool{
	func(role Role) bool { return role == RoleFounder },
	func(role Role) bool { return role == RoleSteward },
	func(role Role) bool { return !above(role) && role != RoleNone },
}

// withJoins appends the joins and then what newcomers signed.
func (r *Roster) withJoins(ordered []*Op) []*Op {
	for _, h := range r.order {
		for _, j := range h.joins {
			ordered = append(ordered, j.op)
		}
	}
	for _, h := range r.order {
		if h.role == RoleNone {
			ordered = append(ordered, h.ops...)
		}
	}
	return ordered
}

func (r *Roster) keysOps() []*Op {
	var ops []*Op
	for _, h := range r.order {
		ops = append(ops, h.keys...)
	}
	return ops
}

func distinctInOrder(ops []*Op) []Op {
	seen := make(map[protocol.ID]bool, len(ops))
	var once []Op
	for _, op := range ops {
		if !seen[op.id] {
			seen[op.id] = true
			once = append(once, *op)
		}
	}
	return once
}

// Lacking returns the devices that may read but were not brought the secret of
// an epoch: neither by a keys operation, nor with the device, nor by a grant
// that their household joined by. Hubs read nothing.
func (r *Roster) Lacking(epoch cell.Epoch) []DeviceState {
	given := r.given(epoch)
	var lacking []DeviceState
	for _, d := range r.deviceOrder {
		if !given[d.id] && r.serves(d) && !d.household().isHub() && !d.household().granted(epoch) {
			lacking = append(lacking, r.state(d))
		}
	}
	return lacking
}

// given returns the devices that keys and device operations bring an epoch to.
func (r *Roster) given(epoch cell.Epoch) map[protocol.DeviceID]bool {
	given := make(map[protocol.DeviceID]bool)
	for _, h := range r.order {
		for _, op := range h.keys {
			body := op.body.(*Keys)
			if e := r.epochs[protocol.ID(body.GetEpochOp())]; e != nil && cell.Epoch(e.body.GetEpoch()) == epoch {
				for _, to := range body.GetRecipients() {
					given[protocol.DeviceID(to.GetDevice())] = true
				}
			}
		}
	}
	for _, d := range r.deviceOrder {
		for _, c := range d.claims {
			given[d.id] = given[d.id] || holds(c.body.GetSecrets(), epoch)
		}
	}
	return given
}

// granted reports whether a grant that h joined by brings an epoch.
func (h *household) granted(epoch cell.Epoch) bool {
	for _, j := range h.joins {
		if holds(j.grant.body.GetSecrets(), epoch) {
			return true
		}
	}
	return false
}

func holds(secrets []*Sealed, epoch cell.Epoch) bool {
	for _, s := range secrets {
		if cell.Epoch(s.GetEpoch()) == epoch {
			return true
		}
	}
	return false
}
