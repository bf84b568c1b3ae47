package api

import (
	"context"
	"slices"
	"time"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// SchemaInvitations is the schema of [InvitationList].
const SchemaInvitations = "gotong.invitations/1"

// InvitationList answers Invitations: the household's own, open ones first.
type InvitationList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Invitations   []Invitation  `json:"invitations"`
}

// Invitation is one that was made; its text is known only to whom it was given.
type Invitation struct {
	ID      string    `json:"id"`
	Short   string    `json:"short"`
	Role    string    `json:"role"`
	State   string    `json:"state"` // one of the Invite constants
	Uses    int       `json:"uses"`
	Joined  int       `json:"joined"` // households that came by it
	Expires time.Time `json:"expires,omitzero"`
}

// The states of an invitation.
const (
	InviteOpen    = "open"
	InviteUsed    = "used" // as many came as it is for
	InviteExpired = "expired"
	InviteClosed  = "closed"
)

// Invitations returns the invitations that the household made.
func (d Desk) Invitations(ctx context.Context, p Place) (InvitationList, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return InvitationList{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return InvitationList{}, err
	}
	doc := InvitationList{Schema: SchemaInvitations, Neighbourhood: s.document(), Invitations: []Invitation{}}
	for _, i := range members.InvitationsOf(s.me) {
		doc.Invitations = append(doc.Invitations, invitationOf(i, d.Now()))
	}
	slices.SortStableFunc(doc.Invitations, func(a, b Invitation) int { return openFirst(a) - openFirst(b) })
	return doc, nil
}

func openFirst(i Invitation) int {
	return slices.Index([]string{InviteOpen, InviteExpired, InviteUsed, InviteClosed}, i.State)
}

func invitationOf(i roster.Invitation, now time.Time) Invitation {
	return Invitation{
		ID: i.Grant.String(), Short: i.Grant.String()[:deviceShown], Role: roles[i.Role], State: inviteState(i, now),
		Uses: i.Uses, Joined: i.Joined, Expires: at(i.Expires),
	}
}

func inviteState(i roster.Invitation, now time.Time) string {
	switch {
	case i.Closed:
		return InviteClosed
	case i.Joined >= i.Uses:
		return InviteUsed
	case i.Expires != 0 && now.UnixMilli() >= i.Expires:
		return InviteExpired
	}
	return InviteOpen
}

// invitation returns one invitation of a household, nil where there is none.
func (r register) invitation(by protocol.HouseholdID, id protocol.ID, now time.Time) *Invitation {
	for _, i := range r.InvitationsOf(by) {
		if i.Grant == id {
			doc := invitationOf(i, now)
			return &doc
		}
	}
	return nil
}
