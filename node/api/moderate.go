package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// SchemaModeration is the schema of what stewards say about records.
const SchemaModeration = "gotong.moderation/1"

// The actions of stewards, besides the codes of protocol/record.
const ActionRelent = "relent" // takes back that it be hidden, locked or warned of

// Moderating is a steward's word about a record.
type Moderating struct {
	Target
	Action string `json:"action"` // a code of record.ModerationAction, or ActionRelent
	Reason string `json:"reason,omitempty"`
}

// Moderated is what stewards make of a record.
type Moderated struct {
	Hidden   bool      `json:"hidden,omitempty"`
	Until    time.Time `json:"until,omitzero"`
	Locked   bool      `json:"locked,omitempty"` // later comments are not shown
	Reasons  []Said    `json:"reasons,omitempty"`
	Restores int       `json:"restores,omitempty"` // stewards who want it shown
}

// Said is a word of a household.
type Said struct {
	Who    Household `json:"who"`
	Action string    `json:"action"`
	Text   string    `json:"text,omitempty"`
}

// ModerationList answers what stewards moderate: for themselves with titles.
type ModerationList struct {
	Schema        string          `json:"schema"`
	Neighbourhood Neighbourhood   `json:"neighbourhood"`
	Records       []ModeratedItem `json:"records"`
}

// ModeratedItem is a record with what stewards say about it.
type ModeratedItem struct {
	Candidate
	Moderated Moderated `json:"moderated"`
}

// Moderate says a steward's word about a record. Said again, it counts from
// now on.
func (d Desk) Moderate(ctx context.Context, in Moderating) (ModeratedItem, error) {
	action, known := record.ModerationActionOf(in.Action)
	if !known && in.Action != ActionRelent {
		return ModeratedItem{}, &record.Invalid{Field: "action", Why: "unknown"}
	}
	s, err := d.stewarding(ctx, in.In)
	if err != nil {
		return ModeratedItem{}, err
	}
	target, earlier, err := d.wordsOn(ctx, s, in.ID, action)
	if err != nil {
		return ModeratedItem{}, err
	}
	for _, id := range earlier {
		if err := d.Backend.Edit(ctx, s.id, id, d.again(action, in.Reason)); err != nil {
			return ModeratedItem{}, err
		}
	}
	if len(earlier) == 0 && known {
		word := &record.Moderation{Target: record.BirthOf(target.Birth), Action: action, Reason: strings.TrimSpace(in.Reason)}
		if _, err := d.Backend.Write(ctx, s.id, word, nil); err != nil {
			return ModeratedItem{}, err
		}
	}
	return d.moderatedAt(ctx, s, target.ID)
}

// again says a word anew; the unknown action takes it back.
func (d Desk) again(action record.ModerationAction, reason string) func(proto.Message) error {
	return func(content proto.Message) error {
		m := content.(*record.Moderation)
		if m.TakenBack = action == 0; action != 0 {
			m.Action, m.Since, m.Reason = action, d.Now().UnixMilli(), strings.TrimSpace(reason)
		}
		return nil
	}
}

// wordsOn finds a record and the own words about it that an action changes: to
// hide and to show is one word, the unknown action changes all.
func (d Desk) wordsOn(ctx context.Context, s site, prefix string, action record.ModerationAction) (target *board.Record, earlier []protocol.RecordID, err error) {
	err = d.look(ctx, s, func(v sight) error {
		if target, err = v.find(prefix, moderable...); err != nil {
			return err
		}
		for _, r := range v.About(target.ID, record.Kind_KIND_MODERATION) {
			m := r.Content.(*record.Moderation)
			if r.Owner == s.me && (action == 0 || family(m.Action) == family(action)) {
				earlier = append(earlier, r.ID)
			}
		}
		return nil
	})
	return target, earlier, err
}

// moderable are the kinds that stewards say something about.
var moderable = []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE, record.Kind_KIND_COMMENT, record.Kind_KIND_NOTICE, record.Kind_KIND_ORGANISATION}

func family(a record.ModerationAction) record.ModerationAction {
	if a == record.ModerationAction_MODERATION_ACTION_RESTORE {
		return record.ModerationAction_MODERATION_ACTION_HIDE
	}
	return a
}

func (d Desk) moderatedAt(ctx context.Context, s site, id protocol.RecordID) (doc ModeratedItem, err error) {
	err = d.look(ctx, s, func(v sight) error {
		r, ok := v.Record(id)
		if !ok {
			return ErrNotFound
		}
		doc.Candidate = v.candidate(r)
		if m := v.moderated(r); m != nil {
			doc.Moderated = *m
		}
		return nil
	})
	return doc, err
}

// Moderation lists the records about which stewards say something now. What
// they hid keeps its title for stewards and its own household.
func (d Desk) Moderation(ctx context.Context, p Place) (ModerationList, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return ModerationList{}, err
	}
	doc := ModerationList{Schema: SchemaModeration, Neighbourhood: s.document(), Records: []ModeratedItem{}}
	err = d.look(ctx, s, func(v sight) error {
		for _, id := range v.ids {
			r, ok := v.Record(id)
			if !ok || r.Content == nil || !slices.Contains(moderable, r.Kind) {
				continue
			}
			if m := v.moderated(r); m != nil {
				item := ModeratedItem{v.candidate(r), *m}
				if v.keptFrom(r) && !v.steward() {
					item.Title = ""
				}
				doc.Records = append(doc.Records, item)
			}
		}
		return nil
	})
	return doc, err
}

// moderated returns what stewards say about a record, nil where that is
// nothing.
func (s sight) moderated(r *board.Record) *Moderated {
	m := s.View.Moderation(r.ID)
	doc := &Moderated{Hidden: m.Hidden, Locked: m.Locked != 0, Restores: m.Restore}
	if m.Hidden {
		doc.Until = at(m.Until)
		for _, w := range m.Hides {
			doc.Reasons = append(doc.Reasons, s.word(w))
		}
	}
	for _, w := range m.Warns {
		doc.Reasons = append(doc.Reasons, s.word(w))
	}
	if !doc.Hidden && !doc.Locked && len(doc.Reasons) == 0 {
		return nil
	}
	return doc
}

func (s sight) word(r *board.Record) Said {
	m := r.Content.(*record.Moderation)
	return Said{s.household(r.Owner), m.Action.Code(), m.Reason}
}

// keptFrom reports whether stewards keep a record from this household: not
// from themselves who ask for it, and not from whoever wrote it.
func (s sight) keptFrom(r *board.Record) bool {
	return r.Owner != s.me && s.View.Moderation(r.ID).Hidden
}

// steward reports whether the household that reads is a steward.
func (s sight) steward() bool { return s.View.Steward(s.me) }
