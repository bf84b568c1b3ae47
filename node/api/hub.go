package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// The schemas of what is said about hubs.
const (
	SchemaHub  = "gotong.hub/1"
	SchemaLeft = "gotong.left/1"
)

// Hub answers Hub: the key by which a steward vouches for this node as a hub.
type Hub struct {
	Schema string `json:"schema"`
	Key    string `json:"key"`
}

// Allowing is what AllowHub needs.
type Allowing struct {
	Place
	Key     string    `json:"key"`
	Expires time.Time `json:"expires,omitzero"` // of the invitation
}

// Hub returns the key that this node shows as a hub. It is no secret.
func (d Desk) Hub(context.Context) (Hub, error) {
	return Hub{SchemaHub, d.Backend.HouseholdKey().Text()}, nil
}

// AllowHub vouches for the hub with this key and makes the invitation that
// leads it here.
func (d Desk) AllowHub(ctx context.Context, a Allowing) (Invited, error) {
	key, err := roster.ParseKey(a.Key)
	if err != nil {
		return Invited{}, codeError(err)
	}
	s, err := d.writing(ctx, a.In)
	if err != nil {
		return Invited{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return Invited{}, err
	}
	invitation := Inviting{Place: a.Place, Uses: 1, Role: RoleHub, Expires: a.Expires}
	switch err := mayAllow(members, s.me, key.Household()); {
	case errors.Is(err, ErrVouched) && awaited(members, key.Household()):
		return d.Invite(ctx, invitation) // the first invitation was lost on the way
	case err != nil:
		return Invited{}, err
	}
	err = d.sign(ctx, s, false, func(p Pen) error {
		_, err := p.Sign(&roster.Vouch{Household: key[:], Role: roster.RoleHub})
		return err
	})
	if err != nil {
		return Invited{}, err
	}
	return d.Invite(ctx, invitation)
}

// awaited reports whether a hub was allowed and has not come.
func awaited(members *roster.Roster, hub protocol.HouseholdID) bool {
	m, _ := members.Member(hub)
	came := slices.ContainsFunc(members.Devices(), func(d roster.DeviceState) bool { return d.Household == hub })
	return m.Role == roster.RoleHub && !came
}

// mayAllow says why not.
func mayAllow(members *roster.Roster, me, hub protocol.HouseholdID) error {
	m, known := members.Member(hub)
	switch {
	case !members.MayVouch(me, roster.RoleHub):
		return ErrStewards
	case known && m.Standing == roster.Revoked:
		return ErrPutOut
	case known && m.Vouched():
		return ErrVouched
	}
	return nil
}

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
