package roster

import "gotong/protocol"

// What a household may sign now, so that a person hears why not before
// anything is signed. [Judge] alone decides what counts.

// MayVouch reports whether by may lift others to a role: stewards and founders
// to one below their own.
func (r *Roster) MayVouch(by protocol.HouseholdID, role Role) bool {
	rank := r.rankOf(by)
	return rank >= rankSteward && grantable(role) && rankOf(role) < rank
}

// MayInvite reports whether by may invite to a role.
func (r *Roster) MayInvite(by protocol.HouseholdID, role Role) bool {
	h := r.households[by]
	return h != nil && !r.revoked(TargetHousehold, by) && mayAdmit(r.roleNow(h), role)
}

// MayRevoke reports whether by may revoke a target on its own: its own things,
// and what belongs to somebody below.
func (r *Roster) MayRevoke(by protocol.HouseholdID, kind Target, id [16]byte) bool {
	for _, owner := range r.owners(target{kind, id}) {
		if owner.id == by && kind != TargetHousehold {
			return !r.revoked(TargetHousehold, by)
		}
		if rank := r.rankOf(by); rank >= rankSteward && rank > rankNow(owner) {
			return true
		}
	}
	return false
}

// MayVote reports whether by can cast its one vote to remove another founder.
func (r *Roster) MayVote(by, of protocol.HouseholdID) bool {
	voter, other := r.households[by], r.households[of]
	if voter == nil || other == nil || voter == other || voter.role != RoleFounder || other.role != RoleFounder {
		return false
	}
	cast, _ := r.voteOf(voter)
	return cast == nil && len(r.tier(rankFounder)) == 3 && r.rankOf(by) == rankFounder
}

// rankOf returns a household's rank now, none once it was put out.
func (r *Roster) rankOf(id protocol.HouseholdID) int {
	h := r.households[id]
	if h == nil || r.revoked(TargetHousehold, id) {
		return rankNone
	}
	return rankOf(r.roleNow(h))
}

// Revoker is a valid revocation and whose it is.
type Revoker struct {
	Op protocol.ID
	By protocol.HouseholdID
}

// Revokers returns the valid revocations of a target.
func (r *Roster) Revokers(kind Target, id [16]byte) []Revoker {
	var all []Revoker
	for _, rev := range r.against[target{kind, id}] {
		all = append(all, Revoker{rev.op.id, rev.by.id})
	}
	return all
}

// Worth returns the operations of a household that a revocation keeps by
// default, so that nobody else loses a place by it: its vouches, revocations
// and adoptions that count, and the joins by its invitations of those who are
// in now.
func (r *Roster) Worth(of protocol.HouseholdID) []protocol.ID {
	h := r.households[of]
	if h == nil {
		return nil
	}
	var worth []protocol.ID
	for _, op := range h.ops {
		switch op.Kind {
		case KindVouch, KindRevoke, KindAdopt:
			if r.spared(TargetHousehold, of, op.id) {
				worth = append(worth, op.id)
			}
		}
	}
	for _, g := range h.grants {
		worth = append(worth, r.guests(g)...)
	}
	return worth
}

// Guests returns the joins by a grant of those who are in now.
func (r *Roster) Guests(id protocol.ID) []protocol.ID {
	for _, h := range r.order {
		for _, g := range h.grants {
			if g.op.id == id {
				return r.guests(g)
			}
		}
	}
	return nil
}

func (r *Roster) guests(g *grant) []protocol.ID {
	var in []protocol.ID
	for _, j := range r.claims(g) {
		if s := r.standing(j.of); s == Full || s == Probation {
			in = append(in, j.op.id)
		}
	}
	return in
}
