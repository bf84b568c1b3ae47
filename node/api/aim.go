package api

import (
	"strings"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// aim is what a revocation is about: a household, one of its devices, or an
// operation: an invitation.
type aim struct {
	kind    roster.Target
	id      [16]byte
	owner   roster.Member
	devices []protocol.DeviceID // whose facts cease to count
	vote    bool                // one founder's vote against another
}

// aimed finds what is meant among households, devices and invitations, and
// settles whether the household may revoke it.
func (r register) aimed(v Revoking) (aim, error) {
	found, candidates := r.aims(strings.TrimSpace(v.What), v.Own)
	switch {
	case len(found) == 0:
		return aim{}, ErrNobody
	case len(found) > 1:
		return aim{}, &Ambiguous{Prefix: v.What, Candidates: candidates[:min(len(candidates), maxCandidates)]}
	}
	a := found[0]
	a.vote = a.kind == roster.TargetHousehold && r.MayVote(r.me, a.owner.ID)
	return a, r.mayRevoke(a)
}

// mayRevoke says why not.
func (r register) mayRevoke(a aim) error {
	switch {
	case a.kind == roster.TargetHousehold && a.owner.ID == r.me:
		return ErrOwnHousehold
	case len(r.Revokers(a.kind, a.id)) > 0:
		return ErrPutOut
	case a.vote || r.MayRevoke(r.me, a.kind, a.id):
		return nil
	case !r.Steward(r.me):
		return ErrStewards
	}
	return ErrRank
}

// aims returns what a reference may mean; own leaves only the own devices.
// Households that were put out are meant where nothing else is.
func (r register) aims(what string, own bool) (found []aim, candidates []Candidate) {
	if what == "" {
		return nil, nil
	}
	if !own {
		for _, m := range r.households(what) {
			found = append(found, aim{kind: roster.TargetHousehold, id: m.ID, owner: m, devices: m.Devices})
			candidates = append(candidates, r.candidateOf(m))
		}
	}
	for _, m := range r.all {
		if own && m.ID != r.me {
			continue
		}
		devices, named := r.devicesOf(m, what)
		found, candidates = append(found, devices...), append(candidates, named...)
		if !own {
			invites, called := r.invitesOf(m, what)
			found, candidates = append(found, invites...), append(candidates, called...)
		}
	}
	return found, candidates
}

// households finds them by name, by id, or by the key that a hub shows: it has no
// name, since it writes none.
func (r register) households(what string) []roster.Member {
	if key, err := roster.ParseKey(what); err == nil {
		return filter(r.all, func(m roster.Member) bool { return m.ID == key.Household() })
	}
	found := r.meant(what)
	if still := filter(found, in); len(still) > 0 {
		return still
	}
	return found
}

func (r register) devicesOf(m roster.Member, what string) (found []aim, candidates []Candidate) {
	for _, id := range m.Devices {
		if begins(id.String(), unmistaken(what)) {
			found = append(found, aim{kind: roster.TargetDevice, id: id, owner: m, devices: []protocol.DeviceID{id}})
			candidates = append(candidates, Candidate{
				ID: id.String(), Short: id.String()[:deviceShown], Kind: candidateDevice, Owner: r.name(m.ID),
			})
		}
	}
	return found, candidates
}

func (r register) invitesOf(m roster.Member, what string) (found []aim, candidates []Candidate) {
	for _, i := range r.InvitationsOf(m.ID) {
		if begins(i.Grant.String(), unmistaken(what)) {
			found = append(found, aim{kind: roster.TargetOperation, id: i.Grant, owner: m})
			candidates = append(candidates, Candidate{
				ID: i.Grant.String(), Short: i.Grant.String()[:deviceShown], Kind: candidateInvite, Owner: r.name(m.ID),
			})
		}
	}
	return found, candidates
}
