package roster

import (
	"bytes"
	"slices"

	"gotong/protocol"
)

// Roster is what [Judge] made of a set of operations. It never changes.
type Roster struct {
	n           protocol.NeighbourhoodID
	genesis     *Op
	households  map[protocol.HouseholdID]*household
	byKey       map[Key]*household
	order       []*household // by id
	devices     map[protocol.DeviceID]*device
	deviceOrder []*device                  // by id
	authors     map[protocol.ID]*household // of grants and vouches
	adopted     map[protocol.ID][]adoption // by revocation
	against     map[target][]*revocation   // valid ones
	revocations []*revocation              // valid ones
	revokes     map[protocol.ID]bool       // kept ones, valid or not
	epochs      map[protocol.ID]*epoch     // by operation
	epochOrder  []*epoch                   // by number
	required    []protocol.ID              // revocations that a clean epoch knows

	equivocations []Equivocation
}

func newRoster(n protocol.NeighbourhoodID) *Roster {
	return &Roster{
		n:          n,
		households: make(map[protocol.HouseholdID]*household),
		byKey:      make(map[Key]*household),
		devices:    make(map[protocol.DeviceID]*device),
		authors:    make(map[protocol.ID]*household),
		adopted:    make(map[protocol.ID][]adoption),
		against:    make(map[target][]*revocation),
		revokes:    make(map[protocol.ID]bool),
		epochs:     make(map[protocol.ID]*epoch),
	}
}

// sortAll fixes the order of households, so that nothing depends on the map's.
func (r *Roster) sortAll() {
	for _, h := range r.households {
		r.order = append(r.order, h)
		for _, op := range h.ops {
			if op.Kind == KindRevoke {
				r.revokes[op.id] = true
			}
		}
	}
	sortHouseholds(r.order)
}

// Standing says how far a household belongs.
type Standing uint8

// The standings, from out to in.
const (
	Waiting   Standing = iota + 1 // invited, but its join waits for a vouch or fell away
	Probation                     // joined, nobody vouched for it yet
	Full                          // founder, or vouched for
	Revoked                       // put out; only what every revocation keeps counts
)

// Member is a household that the roster knows.
type Member struct {
	ID       protocol.HouseholdID
	Key      Key
	Standing Standing
	Role     Role   // that counts now; of a newcomer the one it was invited to
	Offered  Role   // the role its invitation proposes to a voucher
	Slots    uint32 // per device
	Devices  []protocol.DeviceID
	Inviter  protocol.HouseholdID // zero if it came by a vouch alone
	Voucher  protocol.HouseholdID // zero if there is none
	Formerly protocol.HouseholdID // whom its voucher says it was, or zero
}

// In reports whether the household belongs now.
func (m Member) In() bool { return m.Standing == Full || m.Standing == Probation }

// Vouched reports whether it is beyond probation.
func (m Member) Vouched() bool { return m.Standing == Full }

// Member returns what the roster knows of a household.
func (r *Roster) Member(id protocol.HouseholdID) (Member, bool) {
	h := r.households[id]
	if h == nil {
		return Member{}, false
	}
	m := Member{ID: h.id, Key: h.key, Standing: r.standing(h), Role: r.roleNow(h), Slots: h.slots(r.stands)}
	if j := h.mainJoin(); j != nil {
		m.Inviter, m.Offered = j.grant.by.id, j.grant.body.GetRole()
		if m.Standing == Probation {
			m.Role = newcomerRole(m.Offered)
		}
	}
	if l, ok := r.liftNow(h); ok {
		m.Voucher = l.by.id
		copy(m.Formerly[:], l.op.body.(*Vouch).GetFormerly())
	}
	for _, d := range h.devices {
		m.Devices = append(m.Devices, d.id)
	}
	return m, true
}

// Members returns every household that the roster knows, by id; [Member.In]
// says which of them belong.
func (r *Roster) Members() []Member {
	members := make([]Member, 0, len(r.order))
	for _, h := range r.order {
		m, _ := r.Member(h.id)
		members = append(members, m)
	}
	return members
}

func (r *Roster) standing(h *household) Standing {
	switch {
	case r.revoked(TargetHousehold, h.id):
		return Revoked
	case r.roleNow(h) != RoleNone:
		return Full
	case h.admitted != nil:
		return Probation
	}
	return Waiting
}

// mainJoin returns the join that counts, or else the first.
func (h *household) mainJoin() *join {
	if j := h.admitted; j != nil || len(h.joins) == 0 {
		return j
	}
	return h.joins[0]
}

// newcomerRole: an invitation only proposes a steward; a founder's vouch makes one.
func newcomerRole(invited Role) Role {
	if above(invited) {
		return RoleMember
	}
	return invited
}

// liftNow returns the vouch of h's present role.
func (r *Roster) liftNow(h *household) (lift, bool) {
	var best lift
	for _, l := range h.lifts {
		if higher(l.role, best.role) && r.stands(l.op.id) {
			best = l
		}
	}
	return best, best.op != nil
}

// slots returns how many slots each of h's devices has, by the vouches that
// stand or else by a join that counts; 0 if it does not belong.
func (h *household) slots(stands func(vouch protocol.ID) bool) uint32 {
	if h.role == RoleFounder {
		return protocol.MaxSlots
	}
	var most uint32
	if j := h.admitted; j != nil {
		g := j.grant.body
		most = min(slotsOf(newcomerRole(g.GetRole()), g.GetSlots()), protocol.SlotsProbation)
	}
	for _, l := range h.lifts {
		if stands(l.op.id) {
			most = max(most, l.slots)
		}
	}
	return most
}

// DeviceState is a device as the roster sees it.
type DeviceState struct {
	ID          protocol.DeviceID
	Key         Key
	Seal        [32]byte // X25519 public key
	Incarnation uint32
	Household   protocol.HouseholdID
	Revoked     bool // itself; its household may be too
	Serve       bool // see [Roster.Serve]
}

// Devices returns every device in the closure, by id.
func (r *Roster) Devices() []DeviceState {
	states := make([]DeviceState, 0, len(r.deviceOrder))
	for _, d := range r.deviceOrder {
		states = append(states, r.state(d))
	}
	return states
}

// Device returns what the roster knows of a device.
func (r *Roster) Device(id protocol.DeviceID) (DeviceState, bool) {
	d := r.devices[id]
	if d == nil {
		return DeviceState{}, false
	}
	return r.state(d), true
}

func (r *Roster) state(d *device) DeviceState {
	newest := d.newest()
	return DeviceState{
		ID: d.id, Key: d.key, Seal: [32]byte(newest.GetSeal()), Incarnation: newest.GetIncarnation(),
		Household: d.household().id, Revoked: r.revoked(TargetDevice, d.id), Serve: r.serves(d),
	}
}

// Keep returns the operations that a node stores, by id: the closure from
// genesis down under the numbered places, whether revoked or not. Everything
// else is forgotten and comes again when it is due.
func (r *Roster) Keep() []Op {
	if r.genesis == nil {
		return nil
	}
	keep := []Op{*r.genesis}
	for _, h := range r.order {
		for _, op := range slices.Concat(h.ops, h.keys) {
			keep = append(keep, *op)
		}
		for _, j := range h.joins {
			keep = append(keep, *j.op)
		}
	}
	slices.SortFunc(keep, func(a, b Op) int { return bytes.Compare(a.id[:], b.id[:]) })
	return slices.CompactFunc(keep, func(a, b Op) bool { return a.id == b.id }) // a join by two grants of one key
}
