package api

import (
	"context"
	"time"
)

// FoundList answers Search: what fits best first.
type FoundList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Text          string        `json:"text"`
	Found         []FoundRecord `json:"found"`
}

// FoundRecord is a record in which words were found.
type FoundRecord struct {
	ID      string    `json:"id"`
	Short   string    `json:"short"`
	Kind    string    `json:"kind"`
	Title   string    `json:"title"`
	Owner   Household `json:"owner"`
	Words   int       `json:"words"` // how many of those looked for
	Created time.Time `json:"created"`
	Over    bool      `json:"over,omitempty"` // nothing more is expected of it
}

// Searching asks for records in which words stand.
type Searching struct {
	Place
	Text string `json:"-"`
	Kind string `json:"-"` // only of this kind
}

const maxFound = 50

// Search finds words in what is on the board, without a network.
func (d Desk) Search(ctx context.Context, in Searching) (FoundList, error) {
	s, err := d.site(ctx, in.In)
	if err != nil {
		return FoundList{}, err
	}
	muted, err := d.Backend.Muted(s.id)
	if err != nil {
		return FoundList{}, err
	}
	doc := FoundList{Schema: SchemaFound, Neighbourhood: s.document(), Text: in.Text, Found: []FoundRecord{}}
	err = d.look(ctx, s, func(v sight) error {
		for _, f := range v.View.Search(in.Text, maxFound) {
			if muted[f.Owner] || in.Kind != "" && in.Kind != f.Kind.Code() {
				continue
			}
			doc.Found = append(doc.Found, FoundRecord{ID: f.ID.String(), Short: v.short(f.ID), Kind: f.Kind.Code(), Title: v.titled(f.Record),
				Owner: v.household(f.Owner), Words: f.Words, Created: at(f.Created()), Over: v.Over(f.ID)})
		}
		return nil
	})
	return doc, err
}
