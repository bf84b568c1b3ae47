package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// The categories of requests that stand beside a check-in.
const (
	categoryVisit = "care.checkin"
	categoryTalk  = "care.emotional"
)

// CheckIn says how the own people are, or others that were seen.
func (d Desk) CheckIn(ctx context.Context, in CheckingIn) (CheckedIn, error) {
	if _, err := clear(in.Numbers, false, text{"person", &in.Person}, text{"place", &in.Where}, text{"note", &in.Note}); err != nil {
		return CheckedIn{}, err
	}
	status, ok := record.WellbeingOf(in.Status)
	if !ok {
		return CheckedIn{}, &record.Invalid{Field: "status", Why: "unknown"}
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return CheckedIn{}, err
	}
	of, err := d.subject(ctx, s, in.For, in.Person)
	if err != nil {
		return CheckedIn{}, err
	}
	return d.checkIn(ctx, s, of, &record.Word{
		Status: status, PeopleOk: in.OK, PeopleTotal: in.Total, At: d.Now().UnixMilli(),
		Place: strings.TrimSpace(in.Where), Note: strings.TrimSpace(in.Note),
	})
}

// subject finds whom a check-in is about. A person apart belongs to the
// household that is named, else to none on the board.
func (d Desk) subject(ctx context.Context, s site, who, person string) (*record.CheckIn, error) {
	of := &record.CheckIn{Person: strings.TrimSpace(person)}
	if who == "" {
		if of.Person == "" {
			of.Household = s.me[:]
		}
		return of, nil
	}
	err := d.registered(ctx, s, func(r register) error {
		m, err := r.whom(who, in)
		of.Household = m.ID[:]
		return err
	})
	return of, err
}

// checkIn writes a word about a subject into the household's one record of it.
func (d Desk) checkIn(ctx context.Context, s site, of *record.CheckIn, word *record.Word) (CheckedIn, error) {
	doc := CheckedIn{Schema: SchemaCheckedIn, Neighbourhood: s.document(), Status: word.Status.Code()}
	subject := subjectOf(of)
	var at stands
	err := d.look(ctx, s, func(v sight) error {
		at = v.standsAs(originOf(subject))
		if word.Request == nil {
			word.Request = v.asked(at)
		}
		word.Answers = v.Answers(s.me, subject, word.Status != record.Wellbeing_WELLBEING_NO_ANSWER)
		word.Rounds, doc.RollCalls = v.rounds()
		doc.Answered = v.others(word.Answers)
		return nil
	})
	if err != nil {
		return CheckedIn{}, err
	}
	of.Word = word
	id, err := d.put(ctx, s, at, of, func(content proto.Message) error {
		content.(*record.CheckIn).Word = word
		return nil
	})
	if err != nil {
		return CheckedIn{}, err
	}
	doc.ID = id.String()
	err = d.registered(ctx, s, func(r register) error {
		doc.Short = r.short(id)
		doc.CareOf = r.careOf(r.Wellbeing(subject), r.careItems())
		return nil
	})
	return doc, err
}

func subjectOf(m *record.CheckIn) board.Subject {
	of := board.Subject{Person: board.PersonKey(m.Person)}
	copy(of.Household[:], m.Household)
	return of
}

// originOf names the one record in which a household speaks of a subject.
func originOf(of board.Subject) string {
	person := sha256.Sum256([]byte(of.Person))
	return "checkin:" + of.Household.String() + ":" + hex.EncodeToString(person[:8])
}

// standsAs finds the household's record of an origin.
func (s sight) standsAs(origin string) stands {
	found := stands{origin: origin}
	found.id, found.begun = s.Origin(s.me, origin)
	return found
}

// asked returns the visit that the household's last word asked for, while it is
// still open: a new word does not take that back.
func (s sight) asked(at stands) *record.Birth {
	r, ok := s.Record(at.id)
	if !ok || !at.begun || r.Content == nil {
		return nil
	}
	request := r.Content.(*record.CheckIn).Word.Request
	if birth, ok := request.Place(); ok {
		if item, ok := s.Item(birth.Record()); ok && !item.Ended() {
			return request
		}
	}
	return nil
}

// rounds returns the roll calls that a word answers now, and their reasons: the
// open ones. Earlier ones have counted it already.
func (s sight) rounds() (open []*record.Birth, reasons []string) {
	for _, c := range s.RollCalls() {
		if !c.Over && len(open) < record.MaxRounds {
			open, reasons = append(open, record.BirthOf(c.Birth)), append(reasons, c.Reason)
		}
	}
	return open, reasons
}

// others counts the needs that are answered and were said by others.
func (s sight) others(answers []*record.Answered) int {
	n := 0
	for _, a := range answers {
		if birth, ok := a.CheckIn.Place(); ok {
			if r, ok := s.Record(birth.Record()); ok && r.Owner != s.me {
				n++
			}
		}
	}
	return n
}

// Visit asks that somebody looks in on a household or a person: a request, and
// beside it the word that nobody answered there.
func (d Desk) Visit(ctx context.Context, in Visiting) (Written, error) {
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return Written{}, err
	}
	if _, err := clear(in.Numbers, false, text{"person", &in.Person}); err != nil {
		return Written{}, err
	}
	of, err := d.subject(ctx, s, in.For, in.Person)
	if err != nil {
		return Written{}, err
	}
	in.Draft.Lines = []DraftLine{{Category: categoryVisit}}
	asked, err := d.Ask(ctx, in.Draft)
	if err != nil || asked.Repeated || subjectOf(of).Household == s.me {
		return asked, err
	}
	word, err := d.unheard(ctx, s, subjectOf(of), asked.ID)
	if err != nil {
		return asked, err
	}
	_, err = d.checkIn(ctx, s, of, word)
	return asked, err
}

// unheard is the word beside a visit that is asked for: what the household said
// of a need stands, else nobody answered.
func (d Desk) unheard(ctx context.Context, s site, of board.Subject, request string) (*record.Word, error) {
	word := &record.Word{Status: record.Wellbeing_WELLBEING_NO_ANSWER, At: d.Now().UnixMilli()}
	err := d.look(ctx, s, func(v sight) error {
		r, err := v.find(request, record.Kind_KIND_REQUEST)
		if err != nil {
			return err
		}
		word.Request = record.BirthOf(r.Birth)
		for _, c := range v.Wellbeing(of).Said {
			if c.Owner == s.me && c.Status.Need() {
				word.Status, word.Place, word.Note = c.Status, c.Place, c.Note
			}
		}
		return nil
	})
	return word, err
}

// Care returns how everybody is.
func (d Desk) Care(ctx context.Context, p Place) (Care, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return Care{}, err
	}
	doc := Care{Schema: SchemaCare, Neighbourhood: s.document()}
	err = d.registered(ctx, s, func(r register) error {
		doc.People = r.careOfAll()
		return nil
	})
	return doc, err
}

// CallRoll asks every household to check in.
func (d Desk) CallRoll(ctx context.Context, in Calling) (RollCall, error) {
	if _, err := clear(in.Numbers, false, text{"reason", &in.Reason}, text{"area", &in.Area}); err != nil {
		return RollCall{}, err
	}
	if !in.Closes.IsZero() && in.Closes.Before(d.Now()) {
		return RollCall{}, &record.Invalid{Field: "closes", Why: "past"}
	}
	s, err := d.stewarding(ctx, in.In)
	if err != nil {
		return RollCall{}, err
	}
	common := &record.Common{Area: strings.TrimSpace(in.Area), Exercise: in.Exercise, Origin: in.Origin}
	id, err := d.Backend.Write(ctx, s.id, &record.RollCall{Reason: strings.TrimSpace(in.Reason), Closes: millis(in.Closes)}, common)
	if err != nil {
		return RollCall{}, err
	}
	return d.rollCall(ctx, s, id)
}

// stewarding is writing for what only founders and stewards do.
func (d Desk) stewarding(ctx context.Context, in string) (site, error) {
	s, err := d.writing(ctx, in)
	if err != nil {
		return s, err
	}
	members, err := d.Backend.Roster(s.id)
	if err == nil && !members.Steward(s.me) {
		err = ErrStewards
	}
	return s, err
}

// EndRollCall closes an own roll call before its time.
func (d Desk) EndRollCall(ctx context.Context, t Target) (RollCall, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return RollCall{}, err
	}
	id, err := d.findIn(ctx, s, t.ID, record.Kind_KIND_ROLL_CALL)
	if err != nil {
		return RollCall{}, err
	}
	err = d.Backend.Edit(ctx, s.id, id, func(m proto.Message) error {
		m.(*record.RollCall).Ended = true
		return nil
	})
	if err != nil {
		return RollCall{}, err
	}
	return d.rollCall(ctx, s, id)
}

// findIn finds a record by the beginning of its id.
func (d Desk) findIn(ctx context.Context, s site, prefix string, kinds ...record.Kind) (protocol.RecordID, error) {
	var id protocol.RecordID
	err := d.look(ctx, s, func(v sight) error {
		r, err := v.find(prefix, kinds...)
		if err == nil {
			id = r.ID
		}
		return err
	})
	return id, err
}

// RollCall returns one roll call.
func (d Desk) RollCall(ctx context.Context, t Target) (RollCall, error) {
	s, err := d.known(ctx, t.In)
	if err != nil {
		return RollCall{}, err
	}
	id, err := d.findIn(ctx, s, t.ID, record.Kind_KIND_ROLL_CALL)
	if err != nil {
		return RollCall{}, err
	}
	return d.rollCall(ctx, s, id)
}

func (d Desk) rollCall(ctx context.Context, s site, id protocol.RecordID) (RollCall, error) {
	var doc RollCall
	err := d.registered(ctx, s, func(r register) error {
		c, ok := r.sight.RollCall(id)
		if !ok {
			return ErrNotFound
		}
		doc = r.rollCall(c, r.Wellbeings(), r.careItems())
		doc.Schema, doc.Neighbourhood = SchemaRollCall, s.document()
		return nil
	})
	return doc, err
}

// RollCalls returns the roll calls that are open or closed in the last days.
func (d Desk) RollCalls(ctx context.Context, p Place) (RollCalls, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return RollCalls{}, err
	}
	doc := RollCalls{Schema: SchemaRollCalls, Neighbourhood: s.document(), RollCalls: []RollCall{}}
	err = d.registered(ctx, s, func(r register) error {
		all, items := r.Wellbeings(), r.careItems()
		for _, c := range r.sight.RollCalls() {
			doc.RollCalls = append(doc.RollCalls, r.rollCall(c, all, items))
		}
		return nil
	})
	return doc, err
}

// Thank thanks a household in words.
func (d Desk) Thank(ctx context.Context, in Thanking) (Thanked, error) {
	if _, err := clear(in.Numbers, false, text{"text", &in.Text}); err != nil {
		return Thanked{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return Thanked{}, err
	}
	thanks := &record.Thanks{Text: strings.TrimSpace(in.Text)}
	err = d.registered(ctx, s, func(r register) error { return r.thanked(in.To, thanks) })
	if err != nil {
		return Thanked{}, err
	}
	id, err := d.Backend.Write(ctx, s.id, thanks, from(in.Origin))
	if err != nil {
		return Thanked{}, err
	}
	doc := Thanked{Schema: SchemaThanked, Neighbourhood: s.document()}
	err = d.look(ctx, s, func(v sight) error {
		r, ok := v.Record(id)
		if !ok {
			return ErrNotFound
		}
		doc.Thanks = v.thanks(r)
		return nil
	})
	return doc, err
}

// thanked finds who is thanked: a household by its name, else whose record it
// is.
func (r register) thanked(to string, m *record.Thanks) error {
	owner, err := r.whom(to, in)
	whom := owner.ID
	if errors.Is(err, ErrNobody) {
		var x *board.Record
		x, err = r.find(to, record.Kind_KIND_PLEDGE, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER)
		if err == nil {
			whom, m.For = x.Owner, record.BirthOf(x.Birth)
		} else if errors.Is(err, ErrNotFound) {
			err = ErrNobody
		}
	}
	if err == nil && whom == r.me {
		err = ErrSelfThanks
	}
	m.Household = whom[:]
	return err
}

// Thanks returns what neighbours thank one another for.
func (d Desk) Thanks(ctx context.Context, p Place) (ThanksList, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return ThanksList{}, err
	}
	doc := ThanksList{Schema: SchemaThanks, Neighbourhood: s.document(), Thanks: []Thanks{}}
	err = d.look(ctx, s, func(v sight) error {
		for _, r := range v.Thanks() {
			doc.Thanks = append(doc.Thanks, v.thanks(r))
		}
		return nil
	})
	return doc, err
}

// called are the households that a roll call is for: those that belong and
// live there. Organisations and hubs are none.
func (r register) called(area string) []roster.Member {
	return slices.DeleteFunc(slices.Clone(r.all), func(m roster.Member) bool {
		return !m.In() || m.Role == roster.RoleHub || m.Role == roster.RolePartner || !r.livesIn(m.ID, area)
	})
}

// livesIn reports whether a household may live in an area: not where it says
// itself that it lives elsewhere.
func (r register) livesIn(id protocol.HouseholdID, area string) bool {
	profile, ok := r.Profile(id)
	if !ok || area == "" || profile.Common.Area == "" {
		return true
	}
	return profile.Common.Area == area || strings.HasPrefix(profile.Common.Area, area+"/")
}
