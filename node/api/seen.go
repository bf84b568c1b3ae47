package api

import (
	"context"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// SchemaNoted is the schema of [Noted].
const SchemaNoted = "gotong.noted/1"

// Noted answers Saw.
type Noted struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	ID            string        `json:"id"`
	Told          bool          `json:"told"` // the neighbours are told that this household has seen it
}

// Saw says that a person opened a request, an offer or a pledge. Nothing else
// does: neither Show nor List, which programs call too.
func (d Desk) Saw(ctx context.Context, t Target) (Noted, error) {
	s, err := d.known(ctx, t.In)
	if err != nil {
		return Noted{}, err
	}
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(t.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE)
		if err != nil {
			return err
		}
		item, ok := v.about(r)
		if !ok {
			return ErrNotFound
		}
		id = item.ID
		return nil
	})
	if err != nil {
		return Noted{}, err
	}
	doc := Noted{Schema: SchemaNoted, Neighbourhood: s.document(), ID: id.String()}
	if d.mayWrite(s) == nil {
		doc.Told, err = d.Backend.Saw(ctx, s.id, id)
	}
	return doc, err
}

// seenBy returns the households that say they opened an item, but for its own.
func (s sight) seenBy(i board.Item) []Household {
	var docs []Household
	for _, h := range s.seen()[i.ID] {
		if h != i.Owner {
			docs = append(docs, s.household(h))
		}
	}
	return docs
}

// Saw says that a person opened it.
func (c *Client) Saw(ctx context.Context, t Target) (Noted, error) {
	return call[Noted](ctx, c, "POST", item(t, "/seen"), t)
}
