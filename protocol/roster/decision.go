package roster

import (
	"slices"

	"gotong/protocol"
)

// Carried is an operation that says which decision it carries out.
type Carried struct {
	Op     protocol.ID
	By     protocol.HouseholdID
	Kind   Kind // KindVouch or KindRevoke
	Target Target
	Of     [16]byte // the household that was vouched for, or what was revoked
	Role   Role     // of a vouch
}

// CarriedOut returns the vouches and revocations that count and name a
// decision, by id. The name is for people: it gives an operation no force that
// its signer does not have, and takes none.
func (r *Roster) CarriedOut(decision protocol.RecordID) []Carried {
	var all []Carried
	for _, h := range r.order {
		for _, l := range h.lifts {
			if v := l.op.body.(*Vouch); named(v.GetDecision(), decision) && r.stands(l.op.id) {
				all = append(all, Carried{l.op.id, l.by.id, KindVouch, TargetHousehold, h.id, l.role})
			}
		}
	}
	for about, revocations := range r.against {
		for _, rev := range revocations {
			if named(rev.body.GetDecision(), decision) {
				all = append(all, Carried{rev.op.id, rev.by.id, KindRevoke, about.kind, about.id, RoleNone})
			}
		}
	}
	slices.SortFunc(all, func(a, b Carried) int { return slices.Compare(a.Op[:], b.Op[:]) })
	return all
}

// named reports whether a reference names a decision; one of another length
// names none.
func named(ref []byte, decision protocol.RecordID) bool {
	return len(ref) == len(decision) && protocol.RecordID(ref) == decision
}
