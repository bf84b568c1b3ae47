package api

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// List returns requests and offers.
func (d Desk) List(ctx context.Context, q Query) (List, error) {
	if !q.known() {
		return List{}, errBadRequest
	}
	s, err := d.site(ctx, q.In)
	if err != nil {
		return List{}, err
	}
	muted, err := d.Backend.Muted(s.id)
	if err != nil {
		return List{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return List{}, err
	}
	m, _ := members.Member(s.me)
	doc := List{Schema: SchemaList, Neighbourhood: s.document(), Items: []Item{}, Unread: m.Role == roster.RoleHub}
	err = d.look(ctx, s, func(v sight) error {
		for _, kind := range q.kinds() {
			v.fill(&doc, kind, q, muted)
		}
		return nil
	})
	if err != nil {
		return List{}, err
	}
	return doc, nil
}

func (q Query) known() bool {
	return slices.Contains([]Show{ShowStanding, ShowOpen, ShowMine, ShowAll}, q.Show) && len(q.kinds()) > 0 && q.Skip >= 0 && q.Most >= 0
}

func (q Query) kinds() []record.Kind {
	all := []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER}
	if q.Kind == "" {
		return all
	}
	return slices.DeleteFunc(all, func(k record.Kind) bool { return k.Code() != q.Kind })
}

// fill adds the items of a kind that fit q, the near ones first. What muted
// households wrote, or stewards keep from being shown, is only counted, and only
// the part asked for is copied out of the board.
func (s sight) fill(doc *List, kind record.Kind, q Query, muted map[protocol.HouseholdID]bool) {
	text := strings.Fields(strings.ToLower(q.Text))
	var found []board.Item
	for i := range s.choice(kind, q.Show) {
		switch {
		case !q.Show.has(i, s.me) || !s.says(i, text):
		case s.keptFrom(i.Record):
			doc.Kept++
		case muted[i.Owner]:
			doc.Hidden++
		default:
			found = append(found, i)
		}
	}
	s.nearFirst(found)
	for _, i := range found {
		doc.Total++
		if doc.Total > q.Skip && (q.Most == 0 || len(doc.Items) < q.Most) {
			doc.Items = append(doc.Items, s.item(i))
		}
	}
}

// says reports whether all words are in what an item says, where it is or who
// wrote it.
func (s sight) says(i board.Item, words []string) bool {
	if len(words) == 0 {
		return true
	}
	all := strings.ToLower(title(i) + "\n" + i.Request().GetBody() + i.Offer().GetBody() + "\n" +
		i.Request().GetPlace() + i.Offer().GetPlace() + "\n" + s.name(i.Owner) + "\n" + i.ID.String())
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
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
		id, doc.Item, doc.Comments, doc.Photos = item.ID, v.item(item), v.remarks(item), v.photos(item)
		if item.Owner == s.me || steward {
			doc.Alike = v.alike(item)
		}
		return nil
	})
	if err != nil {
		return Shown{}, err
	}
	doc.Photos = d.described(s, doc.Photos)
	if r := doc.Item.Reach; r != nil {
		devices := r.Nodes + r.Hubs + r.Own
		doc.Reached = &devices
	}
	doc.Contact, err = d.contact(ctx, s, id)
	return doc, err
}

// remarks returns the comments on an item and on its pledges, oldest first.
func (s sight) remarks(i board.Item) []Comment {
	docs := []Comment{}
	for _, r := range s.comments(i) {
		text := r.Content.(*record.Comment).Text
		docs = append(docs, Comment{ID: r.ID.String(), Owner: s.household(r.Owner), Created: at(r.Created()), Text: text})
	}
	return docs
}

// comments returns the records of the comments on an item and on its pledges,
// oldest first, but for those that stewards hid, or that came after they closed
// them.
func (s sight) comments(i board.Item) []*board.Record {
	records := s.Comments(i.ID)
	for _, p := range i.Pledges {
		records = append(records, s.Comments(p.ID)...)
	}
	slices.SortStableFunc(records, byTime)
	locked := s.View.Moderation(i.ID).Locked
	return slices.DeleteFunc(records, func(r *board.Record) bool {
		return s.keptFrom(r) || locked != 0 && r.Created() > locked
	})
}

func byTime(a, b *board.Record) int { return cmp.Compare(a.Birth.Stamp, b.Birth.Stamp) }
