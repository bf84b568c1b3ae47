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

// The schemas of guides and of what is found.
const (
	SchemaGuide  = "gotong.guide/1"
	SchemaGuides = "gotong.guides/1"
	SchemaFound  = "gotong.found/1"
)

// GuideDoc answers the verbs about one guide.
type GuideDoc struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Guide         Guide         `json:"guide"`
}

// GuideList answers Guides: those that stewards recommend first, then by title.
type GuideList struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Guides        []Guide       `json:"guides"`
}

// Guide tells how something is done. Text is Markdown; a list leaves it out.
type Guide struct {
	ID          string      `json:"id"`
	Short       string      `json:"short"`
	Title       string      `json:"title"`
	Text        string      `json:"text,omitempty"`
	Language    string      `json:"language,omitempty"`
	Topic       string      `json:"topic,omitempty"`
	Licence     string      `json:"licence,omitempty"`
	Source      string      `json:"source,omitempty"`
	Version     string      `json:"version,omitempty"`
	Owner       Household   `json:"owner"`
	Recommended []Household `json:"recommended,omitempty"` // by these stewards
	Newer       *Named      `json:"newer,omitempty"`       // what took its place
	Checklist   []Check     `json:"checklist,omitempty"`
	Documents   []Photo     `json:"documents,omitempty"`
	Created     time.Time   `json:"created"`
	Changed     time.Time   `json:"changed"`
}

// Check is one item of a checklist.
type Check struct {
	Number uint32 `json:"number"`
	Text   string `json:"text"`
}

// GuideDraft is a guide to be written.
type GuideDraft struct {
	Place
	Title     string   `json:"title"`
	Text      string   `json:"text,omitempty"` // Markdown
	Language  string   `json:"language,omitempty"`
	Topic     string   `json:"topic,omitempty"`
	Licence   string   `json:"licence,omitempty"`
	Source    string   `json:"source,omitempty"`
	Version   string   `json:"version,omitempty"`
	Instead   string   `json:"instead,omitempty"` // the guide that it takes the place of
	Checklist []string `json:"checklist,omitempty"`
	Photos    []string `json:"photos,omitempty"` // tokens of Attached: the document, pictures
	Numbers   Numbers  `json:"numbers,omitempty"`
	Origin    string   `json:"origin,omitempty"`
}

// Recommending is a steward's word on a guide.
type Recommending struct {
	Target
	Note string `json:"note,omitempty"`
	Not  bool   `json:"not,omitempty"` // no longer
}

// Guides returns the guides; with all also those that others took the place of.
func (d Desk) Guides(ctx context.Context, p Place, all bool) (GuideList, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return GuideList{}, err
	}
	doc := GuideList{Schema: SchemaGuides, Neighbourhood: s.document(), Guides: []Guide{}}
	err = d.look(ctx, s, func(v sight) error {
		lessons := v.View.Guides()
		slices.SortStableFunc(lessons, func(a, b board.Lesson) int {
			return cmp.Or(cmp.Compare(min(1, len(b.Recommended)), min(1, len(a.Recommended))), cmp.Compare(a.Guide.Title, b.Guide.Title))
		})
		for _, l := range lessons {
			if all || l.Newer == nil {
				g := v.guide(l)
				g.Text = ""
				doc.Guides = append(doc.Guides, g)
			}
		}
		return nil
	})
	return doc, err
}

// Guide returns one guide whole.
func (d Desk) Guide(ctx context.Context, t Target) (GuideDoc, error) {
	s, err := d.site(ctx, t.In)
	if err != nil {
		return GuideDoc{}, err
	}
	doc := GuideDoc{Schema: SchemaGuide, Neighbourhood: s.document()}
	var documents []*record.BlobRef
	err = d.look(ctx, s, func(v sight) error {
		l, err := v.findLesson(t.ID)
		if err == nil {
			doc.Guide, documents = v.guide(l), l.Guide.Photos
		}
		return err
	})
	for _, ref := range documents {
		doc.Guide.Documents = append(doc.Guide.Documents, d.photo(s, ref))
	}
	return doc, err
}

func (s sight) findLesson(prefix string) (board.Lesson, error) {
	r, err := s.find(prefix, record.Kind_KIND_GUIDE)
	if err != nil {
		return board.Lesson{}, err
	}
	l, ok := s.View.Guide(r.ID)
	if !ok {
		return l, ErrNotFound
	}
	return l, nil
}

// Teach writes a guide.
func (d Desk) Teach(ctx context.Context, in GuideDraft) (GuideDoc, error) {
	if _, err := clear(in.Numbers, false, text{"title", &in.Title}, text{"text", &in.Text}); err != nil {
		return GuideDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return GuideDoc{}, err
	}
	m := &record.Guide{
		Title: strings.TrimSpace(in.Title), Text: strings.TrimSpace(in.Text), Topic: in.Topic, Licence: in.Licence, Source: in.Source, Version: in.Version,
	}
	for i, item := range in.Checklist {
		m.Checklist = append(m.Checklist, &record.Tick{Tick: uint32(i + 1), Text: strings.TrimSpace(item)})
	}
	if m.Photos, err = d.attached(s, in.Photos); err != nil {
		return GuideDoc{}, err
	}
	if m.Text == "" && len(m.Photos) == 0 && len(m.Checklist) == 0 {
		return GuideDoc{}, &record.Invalid{Field: "text", Why: "missing"}
	}
	if in.Instead != "" {
		old, err := d.references(ctx, s, []string{in.Instead}, record.Kind_KIND_GUIDE)
		if err != nil {
			return GuideDoc{}, err
		}
		m.Supersedes = old[0]
	}
	id, err := d.Backend.Write(ctx, s.id, m, &record.Common{Language: in.Language, Origin: in.Origin})
	if err != nil {
		return GuideDoc{}, err
	}
	return d.Guide(ctx, Target{in.Place, id.String()})
}

// Recommend is a steward's word that a guide is good, or is no longer.
func (d Desk) Recommend(ctx context.Context, in Recommending) (GuideDoc, error) {
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return GuideDoc{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return GuideDoc{}, err
	}
	if !members.Steward(s.me) {
		return GuideDoc{}, ErrStewards
	}
	m := &record.Recommendation{Note: strings.TrimSpace(in.Note), TakenBack: in.Not}
	var mine stands
	err = d.look(ctx, s, func(v sight) error {
		l, err := v.findLesson(in.ID)
		if err == nil {
			m.Guide, mine = record.BirthOf(l.Birth), v.stands("recommend:", l.ID)
		}
		return err
	})
	if err != nil {
		return GuideDoc{}, err
	}
	_, err = d.put(ctx, s, mine, m, func(stands proto.Message) error {
		old := stands.(*record.Recommendation)
		old.Note, old.TakenBack = m.Note, m.TakenBack
		return nil
	})
	if err != nil {
		return GuideDoc{}, err
	}
	return d.Guide(ctx, in.Target)
}

// Unteach takes an own guide back.
func (d Desk) Unteach(ctx context.Context, t Target) (Gone, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return Gone{}, err
	}
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		l, err := v.findLesson(t.ID)
		id = protocol.RecordID{}
		if err == nil {
			id = l.ID
		}
		return err
	})
	if err != nil {
		return Gone{}, err
	}
	err = d.Backend.Edit(ctx, s.id, id, func(m proto.Message) error { m.(*record.Guide).Ended = true; return nil })
	return Gone{Schema: SchemaGuide, ID: id.String()}, err
}

// Gone names a record that was taken back.
type Gone struct {
	Schema string `json:"schema"`
	ID     string `json:"gone"`
}

func (s sight) guide(l board.Lesson) Guide {
	m := l.Guide
	doc := Guide{
		ID: l.ID.String(), Short: s.short(l.ID), Title: m.Title, Text: m.Text, Language: l.Common.Language, Topic: m.Topic, Licence: m.Licence,
		Source: m.Source, Version: m.Version, Owner: s.household(l.Owner), Created: at(l.Created()), Changed: at(l.Changed()),
	}
	for _, by := range l.Recommended {
		doc.Recommended = append(doc.Recommended, s.household(by))
	}
	for _, c := range m.Checklist {
		doc.Checklist = append(doc.Checklist, Check{c.Tick, c.Text})
	}
	if l.Newer != nil {
		newer := s.named(l.Newer.ID)
		doc.Newer = &newer
	}
	return doc
}
