package api

import (
	"context"
	"strings"

	"gotong/protocol"
	"gotong/protocol/board"
)

// Private is what a household tells only to the helpers it accepts.
type Private struct {
	Name     string // of the person whom a request on behalf is for
	Contact  string
	Place    string                 // exact
	Stewards bool                   // stewards may read it too
	Readers  []protocol.HouseholdID // of an own one: whom it is sealed to
	Waiting  []protocol.HouseholdID // and which helpers nobody vouched for yet
}

func (p Private) empty() bool { return p.Name == "" && p.Contact == "" && p.Place == "" }

// Contact is how to reach the household that asks or offers, as this household
// may read it.
type Contact struct {
	Name       string      `json:"name,omitempty"` // of the person whom a request on behalf is for
	Contact    string      `json:"contact,omitempty"`
	PlaceExact string      `json:"place_exact,omitempty"`
	Stewards   bool        `json:"stewards,omitempty"`
	Readers    []Household `json:"readers,omitempty"` // of the own one: who can read it by now
	Waiting    []Household `json:"waiting,omitempty"` // and which helpers will once they are vouched for
}

// Confidence sets the contact of an own request or offer; an empty one takes it
// back.
type Confidence struct {
	Target
	Contact    string `json:"contact,omitempty"`
	PlaceExact string `json:"place_exact,omitempty"`
	Stewards   bool   `json:"stewards,omitempty"`
}

// Confide sets the contact of an own request or offer.
func (d Desk) Confide(ctx context.Context, c Confidence) (Written, error) {
	s, err := d.writing(ctx, c.In)
	if err != nil {
		return Written{}, err
	}
	item, err := d.itemAt(ctx, s, c.ID)
	if err != nil {
		return Written{}, err
	}
	if item.Owner != s.me {
		return Written{}, ErrNotYours
	}
	before, _, err := d.Backend.Contact(ctx, s.id, item.ID)
	if err != nil {
		return Written{}, err
	}
	private := Private{Name: before.Name, Contact: strings.TrimSpace(c.Contact), Place: strings.TrimSpace(c.PlaceExact), Stewards: c.Stewards}
	if err := d.Backend.Confide(ctx, s.id, item.ID, private); err != nil {
		return Written{}, err
	}
	return d.written(ctx, s, item.ID, nil)
}

// itemAt finds the request or offer whose id begins so.
func (d Desk) itemAt(ctx context.Context, s site, prefix string) (item board.Item, err error) {
	err = d.look(ctx, s, func(v sight) error {
		var err error
		item, err = v.findItem(prefix)
		return err
	})
	return item, err
}

// confide keeps the contact of a draft that was just written. What an earlier
// attempt kept stays.
func (d Desk) confide(ctx context.Context, s site, id protocol.RecordID, draft Draft, repeated bool) error {
	private := Private{Name: draft.Behalf.name(), Contact: strings.TrimSpace(draft.Contact), Place: strings.TrimSpace(draft.PlaceExact), Stewards: draft.Stewards}
	if private.empty() {
		return nil
	}
	if repeated {
		if _, kept, err := d.Backend.Contact(ctx, s.id, id); kept || err != nil {
			return err
		}
	}
	return d.Backend.Confide(ctx, s.id, id, private)
}

// contact returns what this household may read of an item's contact.
func (d Desk) contact(ctx context.Context, s site, id protocol.RecordID) (*Contact, error) {
	private, found, err := d.Backend.Contact(ctx, s.id, id)
	if err != nil || !found {
		return nil, err
	}
	doc := &Contact{Name: private.Name, Contact: private.Contact, PlaceExact: private.Place, Stewards: private.Stewards}
	err = d.look(ctx, s, func(v sight) error {
		for _, h := range private.Readers {
			doc.Readers = append(doc.Readers, v.household(h))
		}
		for _, h := range private.Waiting {
			doc.Waiting = append(doc.Waiting, v.household(h))
		}
		return nil
	})
	return doc, err
}

// add moves numbers from a remark to the contact of the own item it is about.
func (d Desk) add(ctx context.Context, s site, about *board.Record, moved []string) error {
	if len(moved) == 0 {
		return nil
	}
	private, _, err := d.Backend.Contact(ctx, s.id, about.ID)
	if err != nil {
		return err
	}
	private.Contact = join(private.Contact, moved)
	return d.Backend.Confide(ctx, s.id, about.ID, private)
}

// ownItem returns the own request or offer that a record is or is about.
func (s sight) ownItem(r *board.Record) (board.Item, bool) {
	item, ok := s.about(r)
	return item, ok && item.Owner == s.me
}
