package api

import (
	"context"

	"gotong/protocol/roster"
)

// SchemaLeft is the schema of [Left].
const SchemaLeft = "gotong.left/1"

// Left answers LeaveHub.
type Left struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
}

// LeaveHub ends this hub's carrying of a neighbourhood. Whoever is more than a
// hub there stays: it would leave its records without a home.
func (d Desk) LeaveHub(ctx context.Context, p Place) (Left, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return Left{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return Left{}, err
	}
	if m, _ := members.Member(s.me); m.Role != roster.RoleHub && m.Offered != roster.RoleHub {
		return Left{}, ErrNotHub
	}
	return Left{SchemaLeft, s.document()}, d.Backend.Leave(ctx, s.id)
}
