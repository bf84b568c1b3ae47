package api

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Ask writes a request.
func (d Desk) Ask(ctx context.Context, draft Draft) (Written, error) {
	draft, moved, err := draft.cleared()
	if err != nil {
		return Written{}, err
	}
	lines, _, err := linesOf(draft)
	if err != nil {
		return Written{}, err
	}
	urgency, err := urgencyOf(draft.Urgency)
	if err != nil {
		return Written{}, err
	}
	if err := draft.For.check(); err != nil {
		return Written{}, err
	}
	request := &record.Request{
		Title: strings.TrimSpace(draft.Title), Body: strings.TrimSpace(draft.Body), Place: strings.TrimSpace(draft.At),
		Lines: lines, Urgency: urgency, NeededBy: millis(draft.Until),
	}
	draft.For.set(request)
	return d.askAgain(ctx, draft, func(least record.Urgency) (Written, error) {
		request.Urgency = max(request.Urgency, least)
		return d.write(ctx, draft, moved, request)
	})
}

// Offer writes an offer.
func (d Desk) Offer(ctx context.Context, draft Draft) (Written, error) {
	draft, moved, err := draft.cleared()
	if err != nil {
		return Written{}, err
	}
	lines, capacity, err := linesOf(draft)
	if err != nil {
		return Written{}, err
	}
	source, err := d.source(ctx, draft)
	if err != nil {
		return Written{}, err
	}
	return d.write(ctx, draft, moved, &record.Offer{
		FromResource: source,
		Title:        strings.TrimSpace(draft.Title), Body: strings.TrimSpace(draft.Body), Place: strings.TrimSpace(draft.At),
		Lines: lines, CapacityKind: capacity, AvailableTo: millis(draft.Until),
	})
}

// write makes the record of a draft and shows it; moved is how many numbers
// went from it to its contact.
func (d Desk) write(ctx context.Context, draft Draft, moved int, content proto.Message) (Written, error) {
	if !draft.Until.IsZero() && draft.Until.Before(d.Now()) {
		return Written{}, &record.Invalid{Field: "until", Why: "past"}
	}
	s, err := d.writing(ctx, draft.In)
	if err != nil {
		return Written{}, err
	}
	behalf, err := draft.Behalf.common()
	if err != nil {
		return Written{}, err
	}
	repeated, common := false, &record.Common{Origin: draft.Origin, Exercise: draft.Exercise, OnBehalf: behalf}
	if err := d.look(ctx, s, func(v sight) error {
		_, repeated = v.Origin(s.me, draft.Origin)
		common.Area = v.area(s.me)
		return nil
	}); err != nil {
		return Written{}, err
	}
	if draft.Origin == "" || !repeated {
		if err := d.illustrate(s, content, draft.Photos); err != nil {
			return Written{}, err
		}
	}
	id, err := d.Backend.Write(ctx, s.id, content, common)
	if err != nil {
		return Written{}, err
	}
	repeated = repeated && draft.Origin != ""
	if err := d.confide(ctx, s, id, draft, repeated); err != nil {
		return Written{}, err
	}
	doc, err := d.written(ctx, s, id, nil)
	doc.Repeated, doc.Moved = repeated, moved
	return doc, err
}

// illustrate has a content show what was attached.
func (d Desk) illustrate(s site, content proto.Message, tokens []string) error {
	photos, err := d.attached(s, tokens)
	if err != nil {
		return err
	}
	switch m := content.(type) {
	case *record.Request:
		m.Photos = photos
	case *record.Offer:
		m.Photos = photos
	case *record.Comment:
		m.Photos = photos
	case *record.Receipt:
		m.Photos = photos
	}
	return record.Check(content)
}

// from returns the common fields that name an origin.
func from(origin string) *record.Common {
	if origin == "" {
		return nil
	}
	return &record.Common{Origin: origin}
}

// written shows what a verb wrote, with the item it concerns.
func (d Desk) written(ctx context.Context, s site, id protocol.RecordID, amounts []*record.Amount) (Written, error) {
	doc := Written{Schema: SchemaWritten, Neighbourhood: s.document(), ID: id.String(), TurnedAway: d.Backend.TurnedAway(s.id)}
	var about protocol.RecordID
	err := d.look(ctx, s, func(v sight) error {
		r, ok := v.Record(id)
		if !ok {
			return ErrNotFound
		}
		item, ok := v.about(r)
		if !ok {
			return ErrNotFound
		}
		about = item.ID
		doc.Short, doc.Kind, doc.Item = v.short(id), r.Kind.Code(), v.item(item)
		doc.Amounts = amountsOf(item, amounts)
		if r.ID == item.ID && !item.Ended() {
			doc.Alike = v.alike(item)
		}
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	doc.Contact, err = d.contact(ctx, s, about)
	return doc, err
}

// linesOf makes the lines of a draft, and says what kind of help they are.
func linesOf(draft Draft) ([]*record.Line, record.CapacityKind, error) {
	drafts := draft.Lines
	if len(drafts) == 0 {
		drafts = []DraftLine{{}}
	}
	var lines []*record.Line
	capacity := record.CapacityKind_CAPACITY_KIND_GOODS
	for i, l := range drafts {
		line, category, err := lineFrom(l)
		if err != nil {
			return nil, 0, err
		}
		line.Line = uint32(i + 1)
		lines = append(lines, line)
		if category.Service {
			capacity = record.CapacityKind_CAPACITY_KIND_SERVICE
		}
	}
	return lines, capacity, nil
}

func lineFrom(l DraftLine) (*record.Line, record.Category, error) {
	if l.Category == "" {
		l.Category = record.CategoryOther
	}
	category, ok := record.CategoryOf(l.Category)
	if !ok {
		return nil, category, &record.Invalid{Field: "category", Why: "unknown"}
	}
	unit, err := unitOf(l, category)
	if err != nil {
		return nil, category, err
	}
	line := &record.Line{Category: category.Code, Item: strings.TrimSpace(l.What), Unit: unit, Quantity: int64(l.Quantity), UnitsPerPack: int64(l.Pack),
		MinUseful: int64(l.MinUseful), SubstituteOk: l.Substitute}
	if l.Quantity == 0 {
		line.Quantity = int64(Whole(1))
	}
	return line, category, nil
}

// unitOf returns the unit said, else the category's where a quantity was said,
// else none.
func unitOf(l DraftLine, category record.Category) (record.Unit, error) {
	if l.Unit != "" {
		unit, ok := record.UnitOf(l.Unit)
		if !ok {
			return 0, &record.Invalid{Field: "unit", Why: "unknown"}
		}
		return unit, nil
	}
	if l.Quantity == 0 {
		return record.Unit_UNIT_NONE, nil
	}
	return category.Unit, nil
}

func urgencyOf(code string) (record.Urgency, error) {
	if code == "" {
		return record.Urgency_URGENCY_MEDIUM, nil
	}
	urgency, ok := record.UrgencyOf(code)
	if !ok {
		return 0, &record.Invalid{Field: "urgency", Why: "unknown"}
	}
	return urgency, nil
}
