package api

import (
	"context"
	"strings"
	"time"

	"gotong/protocol"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// Create founds a neighbourhood.
func (d Desk) Create(ctx context.Context, f Founding) (Joined, error) {
	name, household := strings.TrimSpace(f.Name), strings.TrimSpace(f.Household)
	if err := named("name", name); err != nil {
		return Joined{}, err
	}
	if err := named("household", household); err != nil {
		return Joined{}, err
	}
	if _, err := clear(f.Numbers, false, text{"name", &name}, text{"household", &household}); err != nil {
		return Joined{}, err
	}
	id, err := d.Backend.Create(ctx, name, household)
	return d.joined(ctx, id, err)
}

// Join joins the neighbourhood of an invitation.
func (d Desk) Join(ctx context.Context, j Joining) (Joined, error) {
	household := strings.TrimSpace(j.Household)
	if err := named("household", household); err != nil {
		return Joined{}, err
	}
	if _, err := clear(j.Numbers, false, text{"household", &household}); err != nil {
		return Joined{}, err
	}
	id, err := d.Backend.Join(ctx, strings.TrimSpace(j.Invite), household)
	return d.joined(ctx, id, err)
}

// named holds a name to the rule of the records it will stand in.
func named(field, name string) error {
	err := record.Check(&record.Household{Name: name})
	if invalid, ok := err.(*record.Invalid); ok {
		return &record.Invalid{Field: field, Why: invalid.Why}
	}
	return err
}

func (d Desk) joined(ctx context.Context, id protocol.NeighbourhoodID, err error) (Joined, error) {
	if err != nil {
		return Joined{}, err
	}
	s, err := d.siteOf(ctx, id)
	return Joined{SchemaNeighbourhood, s.document()}, err
}

// Invite makes an invitation.
func (d Desk) Invite(ctx context.Context, i Inviting) (Invited, error) {
	terms, err := d.terms(i)
	if err != nil {
		return Invited{}, err
	}
	s, err := d.writing(ctx, i.In)
	if err != nil {
		return Invited{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err == nil {
		err = mayInvite(members, s.me, terms.Role, d.Now())
	}
	if err != nil {
		return Invited{}, err
	}
	text, err := d.Backend.Invite(ctx, s.id, terms)
	if err != nil {
		return Invited{}, err
	}
	return Invited{SchemaInvite, s.document(), text, terms.Uses, roles[terms.Role], utc(terms.Expires)}, nil
}

// maxUses is for how many households one invitation can be.
const maxUses = 256

func (d Desk) terms(i Inviting) (Terms, error) {
	role, err := roleFrom(i.Role)
	switch {
	case err != nil:
		return Terms{}, err
	case i.Uses < 0 || i.Uses > maxUses:
		return Terms{}, &record.Invalid{Field: "uses", Why: "out-of-range"}
	case !i.Expires.IsZero() && i.Expires.Before(d.Now()):
		return Terms{}, &record.Invalid{Field: "expires", Why: "past"}
	}
	return Terms{Role: role, Uses: max(i.Uses, 1), Expires: i.Expires}, nil
}

// mayInvite says why not.
func mayInvite(members *roster.Roster, me protocol.HouseholdID, role roster.Role, now time.Time) error {
	if !members.MayInvite(me, role) {
		return ErrMayNotInvite
	}
	open := 0
	for _, i := range members.InvitationsOf(me) {
		if state := inviteState(i, now); state == InviteOpen || state == InviteExpired {
			open++
		}
	}
	if open >= protocol.MaxOpenInvites {
		return ErrInvites
	}
	return nil
}
