package api

import (
	"context"

	"gotong/protocol/roster"
)

// SchemaMuted is the schema of [MutedDoc].
const SchemaMuted = "gotong.muted/1"

// Muting is what Mute needs.
type Muting struct {
	Place
	Who string `json:"who"`
	Off bool   `json:"off,omitempty"`
}

// MutedDoc answers Mute.
type MutedDoc struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Person        Person        `json:"person"`
}

// Mute hides a household's records in the lists of this node, and of no other,
// or shows them again.
func (d Desk) Mute(ctx context.Context, m Muting) (MutedDoc, error) {
	s, err := d.known(ctx, m.In)
	if err != nil {
		return MutedDoc{}, err
	}
	var whom roster.Member
	doc := MutedDoc{Schema: SchemaMuted, Neighbourhood: s.document()}
	err = d.registered(ctx, s, func(r register) error {
		whom, err = r.whom(m.Who, in)
		if err == nil && whom.ID == r.me {
			err = ErrOwnHousehold
		}
		if err == nil {
			doc.Person = r.person(whom)
		}
		return err
	})
	if err != nil {
		return MutedDoc{}, err
	}
	doc.Person.Muted = !m.Off
	return doc, d.Backend.Mute(ctx, s.id, whom.ID, !m.Off)
}
