package api

import (
	"context"

	"gotong/protocol"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// SchemaDecided is the schema of [Decided].
const SchemaDecided = "gotong.decided/1"

// Vouching is what Vouch needs.
type Vouching struct {
	Place
	Who      string `json:"who"`
	Role     string `json:"role,omitempty"`     // member where not said
	Formerly string `json:"formerly,omitempty"` // whom it was before it lost its key
	Decision string `json:"decision,omitempty"` // the proposal that it carries out
	Preview  bool   `json:"preview,omitempty"`
}

// Decided answers the verbs that change who belongs, and their previews: how
// things stand after it.
type Decided struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Done          bool          `json:"done"`                 // false: a preview, nothing was signed
	Person        *Person       `json:"person,omitempty"`     // whom it is about
	Device        *Device       `json:"device,omitempty"`     // what was revoked, of Person
	Invitation    *Invitation   `json:"invitation,omitempty"` // what was closed
	Keep          *Keep         `json:"keep,omitempty"`       // of a revocation
	Votes         bool          `json:"votes,omitempty"`      // it takes another founder's vote too
	Rekey         bool          `json:"rekey,omitempty"`      // a new key of the neighbourhood is made
}

// Vouch lifts a household out of probation and into a role.
func (d Desk) Vouch(ctx context.Context, v Vouching) (Decided, error) {
	role, err := roleFrom(v.Role)
	if err != nil {
		return Decided{}, err
	}
	s, err := d.writing(ctx, v.In)
	if err != nil {
		return Decided{}, err
	}
	body := &roster.Vouch{Role: role}
	var whom protocol.HouseholdID
	err = d.registered(ctx, s, func(r register) error {
		whom, err = r.vouched(v, body)
		return err
	})
	if err != nil {
		return Decided{}, err
	}
	doc := Decided{Schema: SchemaDecided, Neighbourhood: s.document(), Done: !v.Preview}
	var after *roster.Roster
	err = d.sign(ctx, s, v.Preview, func(p Pen) error {
		_, err := p.Sign(body)
		after = p.Roster()
		return err
	})
	if err != nil {
		return Decided{}, err
	}
	doc.Person, err = d.personIn(ctx, s, after, whom)
	return doc, err
}

// roleFrom reads a role that can be given.
func roleFrom(code string) (roster.Role, error) {
	if code == "" {
		return roster.RoleMember, nil
	}
	for role, known := range roles {
		if known == code && role != roster.RoleNone && role != roster.RoleFounder {
			return role, nil
		}
	}
	return roster.RoleNone, &record.Invalid{Field: "role", Why: "unknown"}
}

// vouched settles whom v is for and whether the household may.
func (r register) vouched(v Vouching, body *roster.Vouch) (protocol.HouseholdID, error) {
	if !r.Steward(r.me) {
		return protocol.HouseholdID{}, ErrStewards
	}
	m, err := r.whom(v.Who, in)
	switch {
	case err != nil:
		return m.ID, err
	case m.ID == r.me:
		return m.ID, ErrOwnHousehold
	case m.Standing == roster.Revoked:
		return m.ID, ErrPutOut
	case m.Role == roster.RoleFounder || !r.MayVouch(r.me, body.GetRole()):
		return m.ID, ErrRank
	case m.Vouched() && (m.Role == body.GetRole() || m.Role == roster.RoleSteward):
		return m.ID, ErrVouched
	}
	if body.Decision, err = r.decided(v.Decision); err != nil {
		return m.ID, err
	}
	body.Household = m.Key[:]
	if v.Formerly == "" {
		return m.ID, nil
	}
	old, err := r.whom(v.Formerly, func(o roster.Member) bool { return o.ID != m.ID })
	if err == nil && old.ID == m.ID {
		err = ErrNobody
	}
	body.Formerly = old.ID[:]
	return m.ID, err
}

// personIn shows a household as a roster, perhaps one to come, has it.
func (d Desk) personIn(ctx context.Context, s site, members *roster.Roster, id protocol.HouseholdID) (*Person, error) {
	var doc *Person
	err := d.registered(ctx, s, func(r register) error {
		r.Roster, r.all = members, members.Members()
		m, ok := members.Member(id)
		if !ok {
			return ErrNobody
		}
		p := r.person(m)
		doc = &p
		return nil
	})
	return doc, err
}
