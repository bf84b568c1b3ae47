package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Judging is a steward's judgement of a request: how urgent it is, whether
// somebody looked, or both.
type Judging struct {
	Target
	Urgency  string `json:"urgency,omitempty"`
	Verified string `json:"verified,omitempty"` // code of a record.Verification
}

// Judged is a steward's judgement as it stands.
type Judged struct {
	Owner    Household `json:"owner"`
	Urgency  string    `json:"urgency,omitempty"`
	Verified string    `json:"verified,omitempty"`
	Replaced bool      `json:"replaced,omitempty"` // another steward has read it and judged anew
}

// Triage judges a request. It replaces what other stewards said of its urgency,
// as far as it has arrived here.
func (d Desk) Triage(ctx context.Context, j Judging) (Written, error) {
	said, err := j.content()
	if err != nil {
		return Written{}, err
	}
	s, err := d.writing(ctx, j.In)
	if err != nil {
		return Written{}, err
	}
	if !d.steward(s) {
		return Written{}, ErrStewards
	}
	var stands stands
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(j.ID, record.Kind_KIND_REQUEST)
		if err != nil {
			return err
		}
		item, _ := v.Item(r.ID)
		said.Target, stands = record.BirthOf(r.Birth), v.stands("triage:", r.ID)
		said.read(item, v)
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	id, err := d.put(ctx, s, stands, said.Triage, said.edit)
	if err != nil {
		return Written{}, err
	}
	return d.written(ctx, s, id, nil)
}

// steward reports whether the household is one, a founder among them.
func (d Desk) steward(s site) bool {
	members, err := d.Backend.Roster(s.id)
	return err == nil && members.Steward(s.me)
}

// triage is what is said, of urgency, of verification, or of both.
type triage struct{ *record.Triage }

func (j Judging) content() (triage, error) {
	t := triage{new(record.Triage)}
	if j.Urgency == "" && j.Verified == "" {
		return t, &record.Invalid{Field: "urgency", Why: "missing"}
	}
	if j.Urgency != "" {
		urgency, err := urgencyOf(j.Urgency)
		if err != nil {
			return t, err
		}
		t.Urgency = urgency
	}
	if j.Verified != "" {
		verified, ok := record.VerificationOf(j.Verified)
		if !ok {
			return t, &record.Invalid{Field: "verified", Why: "unknown"}
		}
		t.Verified = verified
	}
	return t, nil
}

// read notes what the steward has before them: what the request says of itself
// and what other stewards said, which a new urgency replaces.
func (t triage) read(item board.Item, v sight) {
	t.Said = item.Request().GetUrgency()
	for _, other := range item.Judgement.Triages {
		if t.Urgency != 0 && other.Owner != v.me && len(t.Supersedes) < maxReplaced {
			t.Supersedes = append(t.Supersedes, &record.Judged{
				Triage: record.BirthOf(other.Birth), Stamp: uint64(other.Fields.Last()),
			})
		}
	}
}

// maxReplaced is how many judgements another can replace (SPEC.md, Check).
const maxReplaced = 16

// edit changes what this household says already; what it does not mention stays.
func (t triage) edit(content proto.Message) error {
	m := content.(*record.Triage)
	if t.Urgency != 0 {
		m.Urgency, m.Said, m.Supersedes = t.Urgency, t.Said, t.Supersedes
	}
	if t.Verified != 0 {
		m.Verified = t.Verified
	}
	return nil
}

// judge adds what stewards say of a request, and what it says itself where that
// is something else.
func (doc *Item) judge(s sight, i board.Item) {
	own := i.Request().GetUrgency()
	if own != i.Urgency() {
		doc.UrgencySaid = known(own != 0, own.Code())
	}
	doc.Doubted = i.Judgement.Doubted()
	for _, t := range i.Judgement.Triages {
		doc.Triages = append(doc.Triages, Judged{
			Owner: s.household(t.Owner), Urgency: known(t.Triage.Urgency != 0, t.Triage.Urgency.Code()),
			Verified: known(t.Triage.Verified != 0, t.Triage.Verified.Code()), Replaced: t.Replaced,
		})
	}
}

// Triage judges a request.
func (c *Client) Triage(ctx context.Context, j Judging) (Written, error) {
	return call[Written](ctx, c, "POST", item(j.Target, "/triage"), j)
}
