package api

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Members returns what people of the households can do.
func (d Desk) Members(ctx context.Context, p Place) (MemberList, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return MemberList{}, err
	}
	doc := MemberList{Schema: SchemaMembers, Neighbourhood: s.document(), Members: []Member{}}
	now := d.Now()
	err = d.look(ctx, s, func(v sight) error {
		for _, r := range v.View.Members() {
			doc.Members = append(doc.Members, v.member(r, now))
		}
		return nil
	})
	return doc, err
}

// SetMember says what a person of the household can do, by whose name it is
// changed when it is said again.
func (d Desk) SetMember(ctx context.Context, in MemberDraft) (MemberDoc, error) {
	in.Name = strings.TrimSpace(in.Name)
	if _, err := clear(in.Numbers, false, text{"name", &in.Name}, text{"note", &in.Note}); err != nil {
		return MemberDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return MemberDoc{}, err
	}
	m := &record.Member{Name: in.Name, Languages: in.Languages, Note: strings.TrimSpace(in.Note), UtcOffset: int32(in.UTCOffset), Ended: in.Ended}
	for _, code := range in.Skills {
		m.Skills = append(m.Skills, &record.Skill{Code: code})
	}
	if m.Available, err = availableOf(in.Available); err != nil {
		return MemberDoc{}, err
	}
	var mine stands
	err = d.look(ctx, s, func(v sight) error {
		mine.origin = "member:" + strings.ToLower(in.Name)
		for _, r := range v.View.Members() {
			if r.Owner == s.me && strings.EqualFold(r.Content.(*record.Member).Name, in.Name) {
				mine.id, mine.begun = r.ID, true
			}
		}
		return nil
	})
	if err != nil {
		return MemberDoc{}, err
	}
	if !mine.begun { // an earlier one, told no longer, may have the origin
		err = d.look(ctx, s, func(v sight) error { mine.id, mine.begun = v.Origin(s.me, mine.origin); return nil })
	}
	if err != nil {
		return MemberDoc{}, err
	}
	id, err := d.put(ctx, s, mine, m, func(stands proto.Message) error {
		old := stands.(*record.Member)
		old.Skills, old.Languages, old.Note, old.UtcOffset, old.Ended, old.Available = m.Skills, m.Languages, m.Note, m.UtcOffset, m.Ended, m.Available
		return nil
	})
	if err != nil {
		return MemberDoc{}, err
	}
	doc := MemberDoc{Schema: SchemaMember, Neighbourhood: s.document()}
	now := d.Now()
	err = d.look(ctx, s, func(v sight) error {
		if r, ok := v.Record(id); ok && r.Content != nil {
			doc.Member = v.member(r, now)
		}
		return nil
	})
	return doc, err
}

func (s sight) member(r *board.Record, now time.Time) Member {
	m := r.Content.(*record.Member)
	doc := Member{ID: r.ID.String(), Short: s.short(r.ID), Name: m.Name, Owner: s.household(r.Owner), Skills: []string{},
		Languages: m.Languages, Available: weeklyOf(m.Available), Now: openNow(m.Available, m.UtcOffset, now), Note: m.Note}
	for _, skill := range m.Skills {
		doc.Skills = append(doc.Skills, skill.Code)
	}
	return doc
}
