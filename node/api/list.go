package api

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// List returns requests and offers.
func (d Desk) List(ctx context.Context, q Query) (List, error) {
	if !slices.Contains([]Show{ShowStanding, ShowOpen, ShowMine, ShowAll}, q.Show) {
		return List{}, errBadRequest
	}
	s, err := d.site(ctx, q.In)
	if err != nil {
		return List{}, err
	}
	doc := List{Schema: SchemaList, Neighbourhood: s.document(), Items: []Item{}}
	err = d.look(ctx, s, func(v sight) error {
		for _, kind := range []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER} {
			items, kept := v.items(kind, q.Show)
			doc.Items, doc.Kept = append(doc.Items, items...), doc.Kept+kept
		}
		return nil
	})
	if err != nil {
		return List{}, err
	}
	return doc, d.hide(s, &doc)
}

// hide takes away what muted households wrote, and counts it.
func (d Desk) hide(s site, doc *List) error {
	muted, err := d.Backend.Muted(s.id)
	if err != nil || len(muted) == 0 {
		return err
	}
	names := make(map[string]bool)
	for id, on := range muted {
		names[id.String()] = on
	}
	all := len(doc.Items)
	doc.Items = slices.DeleteFunc(doc.Items, func(i Item) bool { return names[i.Owner.ID] })
	doc.Hidden = all - len(doc.Items)
	return nil
}

// items lists those of a kind, the near ones first, and counts those that
// stewards keep from being shown.
func (s sight) items(kind record.Kind, show Show) (docs []Item, kept int) {
	var found []board.Item
	for i := range s.choice(kind, show) {
		switch {
		case !show.has(i, s.me):
		case s.keptFrom(i.Record):
			kept++
		default:
			found = append(found, i)
		}
	}
	s.nearFirst(found)
	for _, i := range found {
		docs = append(docs, s.item(i))
	}
	return docs, kept
}

// choice returns the items to choose from: of the open ones, only what may be
// open is read and sorted.
func (s sight) choice(kind record.Kind, show Show) iter.Seq[board.Item] {
	if show == ShowOpen {
		return s.Open(kind)
	}
	return slices.Values(s.Items(kind))
}

func (show Show) has(i board.Item, me protocol.HouseholdID) bool {
	switch show {
	case ShowAll:
		return true
	case ShowMine:
		return i.Owner == me || slices.ContainsFunc(i.Pledges, func(p board.PledgeState) bool { return p.Owner == me })
	case ShowOpen:
		return !i.Ended() && slices.ContainsFunc(i.Lines, func(l board.LineState) bool { return l.Left() > 0 })
	}
	return !i.Ended() || i.State == board.Met && !i.Expired
}

// Show returns one request or offer. The id of a pledge shows what it is for.
func (d Desk) Show(ctx context.Context, t Target) (Shown, error) {
	s, err := d.site(ctx, t.In)
	if err != nil {
		return Shown{}, err
	}
	doc := Shown{Schema: SchemaShow, Neighbourhood: s.document()}
	steward := d.steward(s)
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(t.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE)
		if err != nil {
			return err
		}
		item, ok := v.about(r)
		switch {
		case !ok:
			return ErrNotFound
		case v.keptFrom(item.Record) && !v.steward():
			return ErrHidden
		}
		id, doc.Item, doc.Comments = item.ID, v.item(item), v.remarks(item)
		if item.Owner == s.me || steward {
			doc.Alike = v.alike(item)
		}
		return nil
	})
	if err != nil {
		return Shown{}, err
	}
	if r := doc.Item.Reach; r != nil {
		devices := r.Nodes + r.Hubs + r.Own
		doc.Reached = &devices
	}
	doc.Contact, err = d.contact(ctx, s, id)
	return doc, err
}

// remarks returns the comments on an item and on its pledges, oldest first,
// but for those that stewards hid, or that came after they closed them.
func (s sight) remarks(i board.Item) []Comment {
	records := s.Comments(i.ID)
	for _, p := range i.Pledges {
		records = append(records, s.Comments(p.ID)...)
	}
	slices.SortStableFunc(records, func(a, b *board.Record) int { return cmp.Compare(a.Birth.Stamp, b.Birth.Stamp) })
	docs := []Comment{}
	locked := s.View.Moderation(i.ID).Locked
	for _, r := range records {
		if s.keptFrom(r) || locked != 0 && r.Created() > locked {
			continue
		}
		text := r.Content.(*record.Comment).Text
		docs = append(docs, Comment{ID: r.ID.String(), Owner: s.household(r.Owner), Created: at(r.Created()), Text: text})
	}
	return docs
}
