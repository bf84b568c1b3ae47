package node

import (
	"gotong/protocol"
	"gotong/protocol/roster"
)

// closeSpent is the task that closes this household's invitations that are used up
// or over, once for each new roster. before is the one they were looked at
// under last: who was in by then stays, whoever came later waits for a vouch.
func (h *Neighbourhood) closeSpent(before, members *roster.Roster) []task {
	if len(h.spent(before, members)) == 0 {
		return nil
	}
	say := func(t *turn) ([]roster.Op, error) {
		p := &pen{t: t}
		for _, body := range h.spent(before, t.roster) {
			if _, err := p.Sign(body); err != nil {
				return nil, err
			}
		}
		return p.ops, nil
	}
	return []task{&signing{say: say, result: make(chan error, 1)}}
}

// spent returns the revocations that close what is used up or over.
func (h *Neighbourhood) spent(before, members *roster.Roster) []*roster.Revoke {
	var bodies []*roster.Revoke
	for _, i := range members.InvitationsOf(h.parts.Identity.HouseholdID()) {
		over := i.Expires != 0 && !h.clock.behind() && h.parts.Now().UnixMilli() >= i.Expires
		if i.Closed || !over && i.Joined < i.Uses {
			continue
		}
		guests, settled := h.meant(before, members, i, over)
		if settled {
			bodies = append(bodies, &roster.Revoke{Kind: roster.TargetOperation, Target: i.Grant[:], Keep: roster.Pack(guests...)})
		}
	}
	return bodies
}

// meant returns whose joins an invitation was for. Where more came than it has
// uses and none was in before, nobody but its people can tell: it is left open.
func (h *Neighbourhood) meant(before, members *roster.Roster, i roster.Invitation, over bool) ([]protocol.ID, bool) {
	if before != nil && (over || i.Joined > i.Uses) {
		guests := before.Guests(i.Grant)
		return guests, over || len(guests) > 0
	}
	return members.Guests(i.Grant), i.Joined <= i.Uses
}
