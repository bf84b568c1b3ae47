package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/roster"
)

// Desk does for a household what it can do on its board. Every interface uses
// the same one: the control socket, the pages, the demonstration.
type Desk struct {
	Backend Backend
	Now     func() time.Time
	Pages   func() *Pages // where the pages are and how a phone comes in; nil: that is not told here
}

// site is a neighbourhood as the household stands in it.
type site struct {
	id     protocol.NeighbourhoodID
	name   string
	me     protocol.HouseholdID
	member bool
}

func (s site) document() Neighbourhood {
	return Neighbourhood{ID: s.id.String(), Name: s.name, Member: s.member}
}

// WhichNeighbourhood: the household belongs to several, and the name given, if
// any, does not tell which is meant.
type WhichNeighbourhood struct {
	Neighbourhoods []Neighbourhood
}

func (e *WhichNeighbourhood) Error() string { return "api: which neighbourhood" }

// site finds the neighbourhood that in means.
func (d Desk) site(ctx context.Context, in string) (site, error) {
	all, err := d.sites(ctx)
	if err != nil {
		return site{}, err
	}
	found := meant(all, strings.TrimSpace(in))
	switch len(found) {
	case 0:
		return site{}, ErrNoNeighbourhood
	case 1:
		return found[0], nil
	}
	which := &WhichNeighbourhood{}
	for _, s := range found {
		which.Neighbourhoods = append(which.Neighbourhoods, s.document())
	}
	return site{}, which
}

// meant returns the sites that in may mean: by its whole name, else by the
// beginning of its id or name.
func meant(all []site, in string) []site {
	if in == "" {
		return all
	}
	named := only(all, func(s site) bool { return strings.EqualFold(s.name, in) })
	if len(named) > 0 {
		return named
	}
	return only(all, func(s site) bool {
		return begins(s.id.String(), in) || begins(s.name, in)
	})
}

func only(all []site, fits func(site) bool) []site {
	var found []site
	for _, s := range all {
		if fits(s) {
			found = append(found, s)
		}
	}
	return found
}

func begins(whole, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(whole), strings.ToLower(prefix))
}

func (d Desk) sites(ctx context.Context) ([]site, error) {
	var all []site
	for _, id := range d.Backend.Neighbourhoods() {
		s, err := d.siteOf(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// siteOf looks up one neighbourhood; one whose roster has not arrived is there
// without a name.
func (d Desk) siteOf(ctx context.Context, id protocol.NeighbourhoodID) (site, error) {
	s := site{id: id}
	s.me, s.member = d.Backend.Me(id)
	var name string
	err := d.Backend.Look(ctx, id, func(v board.View) { name = v.Neighbourhood() })
	switch {
	case errors.Is(err, ErrNotMember):
		return s, nil
	case err != nil:
		return site{}, err
	}
	s.name = name
	return s, nil
}

// look reads the board of s. After an error nothing that read set may be used:
// it may still be running.
func (d Desk) look(ctx context.Context, s site, read func(sight) error) error {
	var inside error
	err := d.Backend.LookFar(ctx, s.id, func(v board.View, far Far) { inside = read(sightOf(v, s.me, far)) })
	if err != nil {
		return err
	}
	return inside
}

// known is a neighbourhood whose roster has arrived and names the household.
func (d Desk) known(ctx context.Context, in string) (site, error) {
	s, err := d.site(ctx, in)
	if err == nil && !s.member {
		err = ErrNotMember
	}
	return s, err
}

// writing is where and what a verb that writes is about.
func (d Desk) writing(ctx context.Context, in string) (site, error) {
	s, err := d.known(ctx, in)
	if err == nil {
		err = d.mayWrite(s)
	}
	return s, err
}

// mayWrite says why the household or this device writes nothing here.
func (d Desk) mayWrite(s site) error {
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return err
	}
	m, _ := members.Member(s.me)
	device, _ := members.Device(d.Backend.Device())
	switch {
	case m.Standing == roster.Revoked || device.Revoked:
		return ErrOut
	case m.Standing == roster.Waiting:
		return ErrWaits
	case m.Role == roster.RoleHub:
		return ErrHub
	}
	return nil
}
