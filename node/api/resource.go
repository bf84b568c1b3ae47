package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Resources returns what there is; with q.All also what there is no longer.
func (d Desk) Resources(ctx context.Context, q ResourceQuery) (ResourceList, error) {
	s, err := d.site(ctx, q.In)
	if err != nil {
		return ResourceList{}, err
	}
	doc := ResourceList{Schema: SchemaResources, Neighbourhood: s.document(), Resources: []Resource{}}
	now := d.Now()
	err = d.look(ctx, s, func(v sight) error {
		all := v.Holdings()
		slices.SortStableFunc(all, func(a, b board.Holding) int {
			return cmp.Or(cmp.Compare(a.Resource.Type, b.Resource.Type), cmp.Compare(a.Resource.Title, b.Resource.Title))
		})
		for _, h := range all {
			if q.All || !h.Ended {
				doc.Resources = append(doc.Resources, v.resource(h, now))
			}
		}
		return nil
	})
	return doc, err
}

// Resource returns one resource.
func (d Desk) Resource(ctx context.Context, q ResourceQuery) (ResourceDoc, error) {
	s, err := d.site(ctx, q.In)
	if err != nil {
		return ResourceDoc{}, err
	}
	return d.resource(ctx, s, q.ID, "")
}

func (d Desk) resource(ctx context.Context, s site, id, wrote string) (ResourceDoc, error) {
	doc := ResourceDoc{Schema: SchemaResource, Neighbourhood: s.document(), Wrote: wrote}
	now := d.Now()
	err := d.look(ctx, s, func(v sight) error {
		h, err := v.findHolding(id)
		if err == nil {
			doc.Resource = v.resource(h, now)
		}
		return err
	})
	return doc, err
}

func (s sight) findHolding(prefix string) (board.Holding, error) {
	r, err := s.find(prefix, record.Kind_KIND_RESOURCE)
	if err != nil {
		return board.Holding{}, err
	}
	h, ok := s.Holding(r.ID)
	if !ok {
		return h, ErrNotFound
	}
	return h, nil
}

// Keep writes a resource. Of a stock what is in it now goes in as counted.
func (d Desk) Keep(ctx context.Context, in ResourceDraft) (ResourceDoc, error) {
	_, err := clear(in.Numbers, false, text{"title", &in.Title}, text{"body", &in.Body}, text{"place", &in.At}, text{"condition", &in.Condition})
	if err != nil {
		return ResourceDoc{}, err
	}
	m, err := resourceOf(in)
	if err != nil {
		return ResourceDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return ResourceDoc{}, err
	}
	repeated := false
	err = d.look(ctx, s, func(v sight) error {
		_, repeated = v.Origin(s.me, in.Origin)
		return nil
	})
	if err != nil {
		return ResourceDoc{}, err
	}
	id, err := d.Backend.Write(ctx, s.id, m, from(in.Origin))
	if err != nil {
		return ResourceDoc{}, err
	}
	if repeated { // what has gone out of it since stays out
		doc, err := d.resource(ctx, s, id.String(), id.String())
		doc.Repeated = true
		return doc, err
	}
	if m.Type == record.ResourceType_RESOURCE_TYPE_STOCK && in.Quantity > 0 {
		whole := Target{in.Place, id.String()}
		return d.MoveStock(ctx, StockMove{Target: whole, Count: &in.Quantity})
	}
	return d.resource(ctx, s, id.String(), id.String())
}

func resourceOf(in ResourceDraft) (*record.Resource, error) {
	kind, ok := record.ResourceTypeOf(orElse(in.Type, "asset"))
	if !ok {
		return nil, &record.Invalid{Field: "type", Why: "unknown"}
	}
	line, category, err := lineFrom(DraftLine{Category: in.Category, Unit: in.Unit, Quantity: max(in.Quantity, Whole(1))})
	if err != nil {
		return nil, err
	}
	m := &record.Resource{
		Title: strings.TrimSpace(in.Title), Body: strings.TrimSpace(in.Body), Type: kind, Category: category.Code, Skill: in.Skill,
		Quantity: line.Quantity, Unit: line.Unit, Condition: strings.TrimSpace(in.Condition), UtcOffset: int32(in.UTCOffset),
		StewardsKeep: in.Stewards, Place: strings.TrimSpace(in.At), OpenOutside: in.Outside,
	}
	if kind == record.ResourceType_RESOURCE_TYPE_STOCK {
		m.Quantity = 0
	}
	m.Available, err = availableOf(in.Available)
	return m, err
}

// MoveStock notes what this device put into a stock or took out of it: for its
// holder and, of a posko's, for stewards. A count puts the sum right.
func (d Desk) MoveStock(ctx context.Context, in StockMove) (ResourceDoc, error) {
	reason, err := reasonOf(in)
	if err != nil {
		return ResourceDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return ResourceDoc{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return ResourceDoc{}, err
	}
	var h board.Holding
	var mine stands
	device := d.Backend.Device()
	err = d.look(ctx, s, func(v sight) error {
		if h, err = v.findHolding(in.ID); err == nil {
			mine = v.stands("stock:"+device.String()+":", h.ID)
		}
		return err
	})
	switch {
	case err != nil:
		return ResourceDoc{}, err
	case h.Resource.Type != record.ResourceType_RESOURCE_TYPE_STOCK:
		return ResourceDoc{}, &record.Invalid{Field: "type", Why: "unknown"}
	case h.Ended:
		return ResourceDoc{}, ErrEnded
	case h.Owner != s.me && !(h.Resource.StewardsKeep && members.Steward(s.me)):
		return ResourceDoc{}, ErrNotYours
	}
	into, out := in.moved(h)
	first := &record.Stock{Resource: record.BirthOf(h.Birth)}
	addFlow(first, reason, into, out)
	id, err := d.put(ctx, s, mine, first, func(m proto.Message) error { addFlow(m.(*record.Stock), reason, into, out); return nil })
	if err != nil {
		return ResourceDoc{}, err
	}
	return d.resource(ctx, s, h.ID.String(), id.String())
}

// moved returns what goes in and out.
func (in StockMove) moved(h board.Holding) (into, out int64) {
	if in.Count == nil {
		return int64(in.Into), int64(in.Out)
	}
	found := int64(*in.Count) - h.Have
	return max(0, found), max(0, -found)
}

// reasonOf reads why; one of in, out and a count has to be said.
func reasonOf(in StockMove) (record.StockReason, error) {
	said := 0
	for _, is := range []bool{in.Into != 0, in.Out != 0, in.Count != nil} {
		if is {
			said++
		}
	}
	if said != 1 {
		return 0, &record.Invalid{Field: "quantity", Why: "missing"}
	}
	usual := map[bool]string{true: "donated", false: "given"}[in.Into > 0]
	if in.Count != nil {
		usual = "counted"
	}
	reason, ok := record.StockReasonOf(orElse(in.Reason, usual))
	if !ok {
		return 0, &record.Invalid{Field: "reason", Why: "unknown"}
	}
	return reason, nil
}

// addFlow adds to what a device has moved for a reason. A device writes its own
// sum alone, so that adding to it loses nobody's.
func addFlow(m *record.Stock, reason record.StockReason, into, out int64) {
	for _, f := range m.Flows {
		if f.Reason == reason {
			f.In, f.Out = f.In+into, f.Out+out
			return
		}
	}
	m.Flows = append(m.Flows, &record.Flow{Reason: reason, In: into, Out: out})
}

// Empty says that there is none of an own resource any longer.
func (d Desk) Empty(ctx context.Context, t Target) (ResourceDoc, error) {
	return d.changeResource(ctx, t, func(m *record.Resource) {
		m.Disposition = record.Disposition_DISPOSITION_CLOSED
	})
}

// StillThere says that an own resource is there as before.
func (d Desk) StillThere(ctx context.Context, t Target) (ResourceDoc, error) {
	now := d.Now().UnixMilli()
	return d.changeResource(ctx, t, func(m *record.Resource) {
		m.ConfirmedAt, m.Disposition = now, record.Disposition_DISPOSITION_OPEN
	})
}

func (d Desk) changeResource(ctx context.Context, t Target, change func(*record.Resource)) (ResourceDoc, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return ResourceDoc{}, err
	}
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		h, err := v.findHolding(t.ID)
		if err == nil {
			id = h.ID
		}
		return err
	})
	if err != nil {
		return ResourceDoc{}, err
	}
	if err := d.Backend.Edit(ctx, s.id, id, func(m proto.Message) error { change(m.(*record.Resource)); return nil }); err != nil {
		return ResourceDoc{}, err
	}
	return d.resource(ctx, s, id.String(), id.String())
}

// resource copies a resource out of the board.
func (s sight) resource(h board.Holding, now time.Time) Resource {
	m := h.Resource
	doc := Resource{
		ID: h.ID.String(), Short: s.short(h.ID), Title: m.Title, Body: m.Body, Type: known(m.Type != 0, m.Type.Code()), Category: m.Category,
		Skill: m.Skill, Unit: m.Unit.Code(), Condition: m.Condition, Place: m.Place, Owner: s.household(h.Owner),
		Available: weeklyOf(m.Available), Now: openNow(m.Available, m.UtcOffset, now), Stewards: m.StewardsKeep, Outside: m.OpenOutside,
		Have: Quantity(max(0, h.Have)), Missing: Quantity(max(0, -h.Have)), Free: Quantity(h.Free()), Lent: Quantity(h.Lent),
		Asked: Quantity(h.Asked), Promised: Quantity(h.Promised), NotTakenOut: Quantity(h.Unbooked),
		Stale: h.Stale, Ended: h.Ended, Created: at(h.Created()), Changed: at(h.Changed()),
	}
	for _, f := range h.Flows {
		doc.Flows = append(doc.Flows, StockFlow{Reason: f.Reason.Code(), In: Quantity(f.In), Out: Quantity(f.Out)})
	}
	for _, l := range h.Loans {
		doc.Loans = append(doc.Loans, Loan{
			ID: l.ID.String(), Short: s.short(l.ID), To: s.household(l.To), Accepted: l.Accepted, Out: Quantity(l.Out),
			Counts: Quantity(l.Counts), BackBy: at(l.Pledge.BackBy), Late: l.Late, Note: l.Pledge.Note,
		})
	}
	return doc
}
