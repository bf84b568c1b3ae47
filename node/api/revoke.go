package api

import (
	"context"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// Revoking is what Revoke needs.
type Revoking struct {
	Place
	What    string   `json:"what"`              // a household, a device or an invitation
	Keep    string   `json:"keep,omitempty"`    // one of the Keep constants
	Records []string `json:"records,omitempty"` // of KeepSome
	Own     bool     `json:"own,omitempty"`     // one of the own devices is meant
	Leaked  bool     `json:"leaked,omitempty"`  // somebody else read the invitation: a new key is made
	// Decision is the proposal that it carries out.
	Decision string `json:"decision,omitempty"`
	Preview  bool   `json:"preview,omitempty"`
}

// What a revocation keeps.
const (
	KeepAll  = ""     // all that this node has and that counts now
	KeepNone = "none" // nothing
	KeepSome = "some" // the records named, and nobody else's place
)

// Keep is what a revocation leaves.
type Keep struct {
	Facts     int         `json:"facts"`      // of theirs that this node has and that count now
	Kept      int         `json:"kept"`       // of them that go on counting
	Items     int         `json:"items"`      // their open requests and offers
	ItemsKept int         `json:"items_kept"` // of them that stay
	Lost      []Household `json:"lost"`       // who loses its place with them
}

// Revoke lets nothing of a household, a device or an invitation count any
// more but what it keeps.
func (d Desk) Revoke(ctx context.Context, v Revoking) (Decided, error) {
	if !slices.Contains([]string{KeepAll, KeepNone, KeepSome}, v.Keep) {
		return Decided{}, &record.Invalid{Field: "keep", Why: "unknown"}
	}
	s, err := d.writing(ctx, v.In)
	if err != nil {
		return Decided{}, err
	}
	rev, err := d.prepare(ctx, s, v)
	if err != nil {
		return Decided{}, err
	}
	if err := d.sign(ctx, s, v.Preview, rev.sign); err != nil {
		return Decided{}, err
	}
	return d.revoked(ctx, s, rev, v)
}

// revocation is one to be signed, and how things stand before and after it.
type revocation struct {
	aim
	leaked        bool
	decision      []byte
	held          []Held
	keep          []protocol.ID
	before, after *roster.Roster
}

// prepare finds what is meant and builds the keep list.
func (d Desk) prepare(ctx context.Context, s site, v Revoking) (*revocation, error) {
	rev := &revocation{leaked: v.Leaked}
	var err error
	var some map[protocol.RecordID]bool
	err = d.registered(ctx, s, func(r register) error {
		rev.before = r.Roster
		if rev.aim, err = r.aimed(v); err != nil {
			return err
		}
		if rev.decision, err = r.decided(v.Decision); err != nil {
			return err
		}
		some, err = r.chosen(rev.owner.ID, v.Records)
		return err
	})
	if err != nil {
		return nil, err
	}
	if rev.held, err = d.Backend.Held(ctx, s.id, rev.devices); err != nil {
		return nil, err
	}
	rev.choose(v.Keep, some)
	return rev, nil
}

// chosen finds the records of a household that are named, and its profile.
func (r register) chosen(owner protocol.HouseholdID, named []string) (map[protocol.RecordID]bool, error) {
	some := make(map[protocol.RecordID]bool)
	if profile, ok := r.Profile(owner); ok {
		some[profile.ID] = true
	}
	for _, prefix := range named {
		found, err := r.find(prefix, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE)
		if err != nil {
			return nil, err
		}
		if found.Owner != owner {
			return nil, ErrNotTheirs
		}
		some[found.ID] = true
	}
	return some, nil
}

// choose builds the keep list: first what others' places depend on, then facts.
func (rev *revocation) choose(keep string, some map[protocol.RecordID]bool) {
	switch {
	case rev.kind == roster.TargetOperation:
		rev.keep = rev.before.Guests(rev.id)
	case rev.kind == roster.TargetHousehold:
		rev.keep = rev.before.Worth(rev.owner.ID)
	}
	if keep == KeepNone {
		rev.keep = nil
		return
	}
	for _, f := range rev.held {
		if keep == KeepAll || some[f.Record] {
			rev.keep = append(rev.keep, f.ID)
		}
	}
}

// sign signs the revocation, and adoptions for what one operation cannot keep.
func (rev *revocation) sign(p Pen) error {
	parts := slices.Collect(slices.Chunk(rev.keep, roster.MaxKeep))
	if len(parts) == 0 {
		parts = [][]protocol.ID{nil}
	}
	id, err := p.Sign(&roster.Revoke{Kind: rev.kind, Target: rev.id[:], Keep: roster.Pack(parts[0]...), Rekey: rev.leaked, Decision: rev.decision})
	for _, more := range parts[1:] {
		if err == nil {
			_, err = p.Sign(&roster.Adopt{Revocation: id[:], Ids: roster.Pack(more...)})
		}
	}
	rev.after = p.Roster()
	return err
}

// revoked shows how things stand after a revocation.
func (d Desk) revoked(ctx context.Context, s site, rev *revocation, v Revoking) (Decided, error) {
	doc := Decided{Schema: SchemaDecided, Neighbourhood: s.document(), Done: !v.Preview}
	_, had := rev.before.Current()
	_, has := rev.after.Current()
	doc.Rekey = had && !has
	doc.Votes = rev.vote && len(rev.after.Revokers(rev.kind, rev.id)) == 0
	now := d.Now()
	err := d.registered(ctx, s, func(r register) error {
		doc.Keep = r.left(rev)
		r.Roster, r.all = rev.after, rev.after.Members()
		m, _ := rev.after.Member(rev.owner.ID)
		p := r.person(m)
		doc.Person = &p
		switch rev.kind {
		case roster.TargetDevice:
			state, _ := rev.after.Device(rev.id)
			device := r.device(m, state)
			doc.Device = &device
		case roster.TargetOperation:
			doc.Invitation = r.invitation(rev.owner.ID, rev.id, now)
		}
		return nil
	})
	return doc, err
}

// left counts what a revocation leaves.
func (r register) left(rev *revocation) *Keep {
	doc := &Keep{Facts: len(rev.held), Lost: []Household{}}
	kept := make(map[protocol.RecordID]bool)
	held := make(map[protocol.RecordID]bool)
	for _, f := range rev.held {
		held[f.Record] = true
		if slices.Contains(rev.keep, f.ID) {
			doc.Kept++
			kept[f.Record] = true
		}
	}
	for _, kind := range []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER} {
		for i := range r.Open(kind) {
			if i.Owner == rev.owner.ID && held[i.ID] {
				doc.Items++
				doc.ItemsKept += map[bool]int{true: 1}[kept[i.ID]]
			}
		}
	}
	for _, m := range r.all {
		after, _ := rev.after.Member(m.ID)
		if m.In() && !after.In() && (rev.kind != roster.TargetHousehold || m.ID != rev.owner.ID) {
			doc.Lost = append(doc.Lost, r.household(m.ID))
		}
	}
	return doc
}
