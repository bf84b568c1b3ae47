package roster

import (
	"gotong/protocol"
)

// Judge interprets a set of operations of neighbourhood n, given in any order
// and with duplicates. It is pure: equal sets give equal rosters, and judging
// only what [Roster.Keep] returns gives the same roster again. DESIGN.md draws
// the steps; each relies only on those before it, so there are no cycles.
func Judge(n protocol.NeighbourhoodID, ops []Op) *Roster {
	r := newRoster(n)
	k := newKeeper(r, ops)
	k.descend()
	r.findDevices()
	r.rule()
	r.seat()
	r.findClean()
	r.sortEquivocations()
	return r
}

// Ranks order authority. Members invite but stand above nobody.
const (
	rankNone = iota
	rankMember
	rankSteward
	rankFounder
)

func rankOf(role Role) int {
	switch role {
	case RoleFounder:
		return rankFounder
	case RoleSteward:
		return rankSteward
	case RoleMember:
		return rankMember
	}
	return rankNone
}

// lift is a vouch that counts: it takes a household out of probation and into
// a role, until it is withdrawn.
type lift struct {
	op    *Op
	role  Role
	slots uint32
	by    *household
}

// rule settles authority from the top down: founders among themselves, what
// founders say, what stewards say, what each other household says of its own.
// A tier can be put out only by the tiers above it, so when its operations are
// read everything against it is known.
func (r *Roster) rule() {
	founders, stewards, others := r.tier(rankFounder), []*household(nil), []*household(nil)
	r.removeFounder(founders)
	r.hear(founders)
	for _, h := range r.order {
		switch {
		case h.role == RoleFounder:
		case h.rank == rankSteward:
			stewards = append(stewards, h)
		default:
			others = append(others, h)
		}
	}
	r.hear(stewards)
	r.hear(others)
	for _, h := range r.order {
		r.admitNewcomers(h)
	}
}

// tier returns the households of the closure that genesis ranks so.
func (r *Roster) tier(rank int) []*household {
	var tier []*household
	for _, h := range r.order {
		if rankOf(h.role) == rank {
			tier = append(tier, h)
		}
	}
	return tier
}

// hear takes in what the households of one tier say, as far as it counts:
// vouches, then adoptions, then the revocations that they add to.
func (r *Roster) hear(tier []*household) {
	for _, h := range tier {
		r.eachCounting(h, r.hearVouch)
	}
	for _, h := range tier {
		r.eachCounting(h, r.hearAdopt)
	}
	for _, h := range tier {
		r.eachCounting(h, r.hearRevoke)
	}
}

func (r *Roster) eachCounting(h *household, hear func(*household, *Op)) {
	for _, op := range h.ops {
		if r.spared(TargetHousehold, h.id, op.id) {
			hear(h, op)
		}
	}
}

// hearVouch lifts a household to a role below the voucher's own.
func (r *Roster) hearVouch(h *household, op *Op) {
	v, ok := op.body.(*Vouch)
	if !ok {
		return
	}
	rank := rankOf(r.roleFor(h, op.id))
	of := r.byKey[Key(v.GetHousehold())]
	if of == nil || of.role == RoleFounder || rank < rankSteward || rankOf(v.GetRole()) >= rank || !grantable(v.GetRole()) {
		return
	}
	of.lifts = append(of.lifts, lift{op: op, role: v.GetRole(), slots: slotsOf(v.GetRole(), v.GetSlots()), by: h})
	of.rank = max(of.rank, rankOf(v.GetRole()))
}

func grantable(role Role) bool {
	return role == RoleMember || role == RoleSteward || role == RolePartner || role == RoleHub
}

// slotsOf returns the slots per device that a vouch gives; zero means what is
// usual for the role.
func slotsOf(role Role, slots uint32) uint32 {
	switch {
	case slots > 0:
		return min(slots, protocol.MaxSlots)
	case above(role):
		return protocol.MaxSlots
	case role == RoleHub:
		return 0
	}
	return protocol.SlotsHousehold
}

// roleFor returns the highest role in which h's operation, or a cell or join
// under it, counts: the role of a vouch that nobody withdrew, or whose every
// withdrawal keeps this id.
func (r *Roster) roleFor(h *household, id protocol.ID) Role {
	return h.roleBy(func(vouch protocol.ID) bool { return r.spared(TargetOperation, vouch, id) })
}

// roleNow returns h's role by vouches that nobody withdrew.
func (r *Roster) roleNow(h *household) Role {
	return h.roleBy(r.stands)
}

func (r *Roster) stands(vouch protocol.ID) bool { return !r.revoked(TargetOperation, vouch) }

func (h *household) roleBy(stands func(vouch protocol.ID) bool) Role {
	best := h.role
	if best != RoleFounder {
		best = RoleNone
	}
	for _, l := range h.lifts {
		if higher(l.role, best) && stands(l.op.id) {
			best = l.role
		}
	}
	return best
}

// higher orders roles by rank, then partner before hub before none.
func higher(a, b Role) bool { return standing[a] > standing[b] }

var standing = map[Role]int{RoleNone: 0, RoleHub: 1, RolePartner: 2, RoleMember: 3, RoleSteward: 4, RoleFounder: 5}

// admitNewcomers says which joins by h's invitations count. If more claim an
// invitation than it has uses, or more than protocol.MaxOpenInvites are open,
// its joins wait for a vouch; lowest id first would be won in two tries.
func (r *Roster) admitNewcomers(h *household) {
	open := 0
	for _, g := range h.grants {
		claims := r.claims(g)
		households := distinctHouseholds(claims)
		if households < g.uses() && !r.closed(g) {
			open++
			if open > protocol.MaxOpenInvites {
				continue
			}
		}
		if households <= g.uses() {
			admit(claims)
		}
	}
}

func admit(claims []*join) {
	for _, j := range claims {
		if j.of.admitted == nil {
			j.of.admitted = j
		}
	}
}

// closed reports whether only joins that somebody named can come by g.
func (r *Roster) closed(g *grant) bool {
	return r.revoked(TargetOperation, g.op.id) || r.revoked(TargetHousehold, g.by.id)
}

// claims returns the joins by g that its author may admit: of a revoked
// household or a closed invitation, only those that every revocation names.
func (r *Roster) claims(g *grant) []*join {
	var claims []*join
	for _, j := range g.joins {
		role := r.roleFor(g.by, g.op.id)
		if byJoin := r.roleFor(g.by, j.op.id); higher(byJoin, role) {
			role = byJoin
		}
		if mayAdmit(role, g.body.GetRole()) &&
			r.spared(TargetHousehold, g.by.id, j.op.id) && r.spared(TargetOperation, g.op.id, j.op.id) {
			claims = append(claims, j)
		}
	}
	return claims
}

// mayAdmit: members invite members, those above them anybody below a founder.
func mayAdmit(by, invited Role) bool {
	return above(by) && grantable(invited) || by == RoleMember && invited == RoleMember
}

func distinctHouseholds(joins []*join) int {
	seen := make(map[protocol.HouseholdID]bool, len(joins))
	for _, j := range joins {
		seen[j.of.id] = true
	}
	return len(seen)
}
