package roster

import "gotong/protocol"

// Invitation is a kept grant, as a preview and a list of one's own show it.
type Invitation struct {
	Grant   protocol.ID
	By      protocol.HouseholdID
	Invite  Key
	Role    Role
	Slots   uint32
	Uses    int
	Joined  int   // households whose joins name it and may count
	Expires int64 // milliseconds since 1970, advice; 0 never
	Closed  bool  // only joins that its closing names count
	Secrets []*Sealed
}

// Invitations returns the kept grants for an invitation's key, by household
// and place. There can be more than one: anybody can name a public key. The
// right one is that whose secrets open.
func (r *Roster) Invitations(invite Key) []Invitation {
	return r.invitations(func(g *grant) bool { return Key(g.body.GetInvite()) == invite })
}

// InvitationsOf returns the kept grants of a household, by place.
func (r *Roster) InvitationsOf(by protocol.HouseholdID) []Invitation {
	return r.invitations(func(g *grant) bool { return g.by.id == by })
}

func (r *Roster) invitations(wanted func(*grant) bool) []Invitation {
	var found []Invitation
	for _, h := range r.order {
		for _, g := range h.grants {
			if wanted(g) {
				found = append(found, r.invitation(g))
			}
		}
	}
	return found
}

func (r *Roster) invitation(g *grant) Invitation {
	return Invitation{
		Grant: g.op.id, By: g.by.id, Invite: Key(g.body.GetInvite()), Role: g.body.GetRole(), Slots: g.body.GetSlots(),
		Uses: g.uses(), Joined: distinctHouseholds(r.claims(g)), Expires: g.body.GetExpires(),
		Closed:  r.closed(g),
		Secrets: g.body.GetSecrets(),
	}
}
