package api

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/allocate"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// SchemaHousehold is the schema of [Profile].
const SchemaHousehold = "gotong.household/1"

// Profile is how the own household shows itself to its neighbours.
type Profile struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Name          string        `json:"name"`
	Area          string        `json:"area,omitempty"` // path, as in "RW007/RT002"; new requests and offers get it
	People        uint32        `json:"people,omitempty"`
	Languages     []string      `json:"languages,omitempty"`
}

// Presenting changes the own household's profile; what is not said stays.
type Presenting struct {
	Place
	Name      *string   `json:"name,omitempty"`
	Area      *string   `json:"area,omitempty"`
	People    *uint32   `json:"people,omitempty"`
	Languages *[]string `json:"languages,omitempty"`
	Numbers   Numbers   `json:"numbers,omitempty"`
}

// Household returns the own household's profile.
func (d Desk) Household(ctx context.Context, p Place) (Profile, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return Profile{}, err
	}
	doc := Profile{Schema: SchemaHousehold, Neighbourhood: s.document()}
	err = d.look(ctx, s, func(v sight) error {
		r, ok := v.Profile(s.me)
		if !ok {
			return ErrNotFound
		}
		m := r.Content.(*record.Household)
		doc.Name, doc.Area, doc.People, doc.Languages = m.Name, r.Common.GetArea(), m.People, m.Languages
		return nil
	})
	return doc, err
}

// Present changes the own household's profile.
func (d Desk) Present(ctx context.Context, p Presenting) (Profile, error) {
	if p.Name != nil {
		if _, err := clear(p.Numbers, false, text{"household", p.Name}); err != nil {
			return Profile{}, err
		}
	}
	if p.People != nil && *p.People > maxPeople {
		return Profile{}, &record.Invalid{Field: "people", Why: "out-of-range"}
	}
	s, err := d.writing(ctx, p.In)
	if err != nil {
		return Profile{}, err
	}
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		r, ok := v.Profile(s.me)
		if !ok {
			return ErrNotFound
		}
		id = r.ID
		return nil
	})
	if err != nil {
		return Profile{}, err
	}
	if err := d.Backend.Amend(ctx, s.id, id, p.change); err != nil {
		return Profile{}, err
	}
	return d.Household(ctx, p.Place)
}

func (p Presenting) change(content proto.Message, common *record.Common) error {
	m, ok := content.(*record.Household)
	if !ok {
		return ErrNotFound
	}
	if p.Name != nil {
		m.Name = strings.TrimSpace(*p.Name)
	}
	if p.People != nil {
		m.People = *p.People
	}
	if p.Languages != nil {
		m.Languages = *p.Languages
	}
	if p.Area != nil {
		common.Area = areaPath(*p.Area)
	}
	return nil
}

// areaPath is a path as it is kept: no blanks around its parts, and none empty.
func areaPath(text string) string {
	parts := strings.Split(text, "/")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "/")
}

// area returns where a household says it lives.
func (s sight) area(h protocol.HouseholdID) string {
	r, ok := s.Profile(h)
	if !ok {
		return ""
	}
	return r.Common.GetArea()
}

// nearFirst orders open requests: life at risk first, then those of the own
// area, then those elsewhere; among equals they stay as they are. While areas
// cannot talk to each other, each that helps its own wastes least (DESIGN.md of
// protocol/allocate). Whoever names no area counts as near.
func (s sight) nearFirst(items []board.Item) {
	mine := allocate.AreaOf(s.area(s.me), allocate.Usual().AreaLevels)
	slices.SortStableFunc(items, func(a, b board.Item) int { return distance(a, mine) - distance(b, mine) })
}

func distance(i board.Item, mine string) int {
	area := allocate.AreaOf(i.Common.GetArea(), allocate.Usual().AreaLevels)
	switch {
	case i.Urgency() == record.Urgency_URGENCY_CRITICAL:
		return 0
	case mine == "" || area == "" || area == mine:
		return 1
	}
	return 2
}
