package api

import (
	"context"
	"strings"

	"gotong/protocol"
	"gotong/protocol/record"
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
	if i.Uses == 0 {
		i.Uses = 1
	}
	if i.Uses < 0 {
		return Invited{}, &record.Invalid{Field: "uses", Why: "out-of-range"}
	}
	s, err := d.writing(ctx, i.In)
	if err != nil {
		return Invited{}, err
	}
	text, err := d.Backend.Invite(ctx, s.id, i.Uses)
	if err != nil {
		return Invited{}, err
	}
	return Invited{SchemaInvite, s.document(), text, i.Uses}, nil
}
