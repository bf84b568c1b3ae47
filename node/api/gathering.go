package api

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// What is no sensible plan: further ahead, or longer, than neighbours plan.
const (
	farthestEvent = 2 * 366 * 24 * time.Hour
	longestEvent  = 31 * 24 * time.Hour
)

// Gatherings returns the events that are now or come; with q.All also those
// that are past or called off.
func (d Desk) Gatherings(ctx context.Context, q GatheringQuery) (GatheringList, error) {
	s, err := d.site(ctx, q.In)
	if err != nil {
		return GatheringList{}, err
	}
	doc := GatheringList{Schema: SchemaGatherings, Neighbourhood: s.document(), Events: []Gathering{}}
	now := d.Now()
	err = d.look(ctx, s, func(v sight) error {
		for _, g := range v.Gatherings() {
			if q.All || !g.Past && !g.Off {
				doc.Events = append(doc.Events, v.gathering(g, now))
			}
		}
		return nil
	})
	return doc, err
}

// Gathering returns one event. The id of an answer shows what it answers.
func (d Desk) Gathering(ctx context.Context, q GatheringQuery) (GatheringDoc, error) {
	s, err := d.site(ctx, q.In)
	if err != nil {
		return GatheringDoc{}, err
	}
	return d.gathering(ctx, s, q.ID, q.On, "")
}

func (d Desk) gathering(ctx context.Context, s site, id string, on time.Time, wrote string) (GatheringDoc, error) {
	doc := GatheringDoc{Schema: SchemaGathering, Neighbourhood: s.document(), Wrote: wrote}
	now := d.Now()
	err := d.look(ctx, s, func(v sight) error {
		g, err := v.findGathering(id, on)
		if err == nil {
			doc.Event = v.gathering(g, now)
		}
		return err
	})
	return doc, err
}

// findGathering returns the event whose id, or one of whose answers' ids,
// begins with prefix, at its time on or after on.
func (s sight) findGathering(prefix string, on time.Time) (board.Gathering, error) {
	r, err := s.find(prefix, record.Kind_KIND_EVENT, record.Kind_KIND_RSVP)
	if err != nil {
		return board.Gathering{}, err
	}
	id, at := r.ID, int64(0)
	if m, ok := r.Content.(*record.Rsvp); ok {
		event, _ := m.Event.Place()
		id, at = event.Record(), m.On
	}
	if !on.IsZero() {
		at = on.UnixMilli()
	}
	g, ok := s.Gathering(id, 0)
	switch {
	case !ok:
		return g, ErrNotFound
	case at == 0:
		return g, nil
	}
	times := board.Times(g.Event, at, 1)
	if len(times) == 0 {
		return g, &record.Invalid{Field: "on", Why: "unknown"}
	}
	g, _ = s.Gathering(id, times[0])
	return g, nil
}

// Hold writes an event.
func (d Desk) Hold(ctx context.Context, in GatheringDraft) (GatheringDoc, error) {
	texts := []text{{"title", &in.Title}, {"body", &in.Body}, {"place", &in.At}}
	for i := range in.Shifts {
		texts = append(texts, text{"role", &in.Shifts[i].Role})
	}
	if _, err := clear(in.Numbers, false, texts...); err != nil {
		return GatheringDoc{}, err
	}
	event, err := d.event(in)
	if err != nil {
		return GatheringDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return GatheringDoc{}, err
	}
	if event.Guides, err = d.references(ctx, s, in.Guides, record.Kind_KIND_GUIDE); err != nil {
		return GatheringDoc{}, err
	}
	id, err := d.Backend.Write(ctx, s.id, event, from(in.Origin))
	if err != nil {
		return GatheringDoc{}, err
	}
	return d.gathering(ctx, s, id.String(), time.Time{}, id.String())
}

// event makes the content of a draft.
func (d Desk) event(in GatheringDraft) (*record.Event, error) {
	kind, ok := record.EventKindOf(orElse(in.Kind, "meeting"))
	if !ok {
		return nil, &record.Invalid{Field: "kind", Why: "unknown"}
	}
	if _, err := record.ParseRule(in.Repeats); in.Repeats != "" && err != nil {
		return nil, &record.Invalid{Field: "repeats", Why: "unknown"}
	}
	if in.End.IsZero() && !in.Start.IsZero() {
		in.End = in.Start.Add(time.Hour)
	}
	if err := hours(in.Start, in.End, d.Now()); err != nil {
		return nil, err
	}
	m := &record.Event{
		Title: strings.TrimSpace(in.Title), Body: strings.TrimSpace(in.Body), Place: strings.TrimSpace(in.At), Kind: kind,
		Start: millis(in.Start), End: millis(in.End), Rrule: strings.ToUpper(in.Repeats), UtcOffset: int32(in.UTCOffset), OpenOutside: in.Outside,
	}
	var err error
	if m.Shifts, err = shiftsOf(in); err != nil {
		return nil, err
	}
	if len(in.Bring) > 0 {
		m.Bring, _, err = linesOf(Draft{Lines: in.Bring})
	}
	return m, err
}

func orElse(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}

// hours says what is wrong with those of an event.
func hours(start, end, now time.Time) error {
	switch {
	case start.IsZero():
		return &record.Invalid{Field: "start", Why: "missing"}
	case start.Sub(now) > farthestEvent:
		return &record.Invalid{Field: "start", Why: "far"}
	case !end.After(start):
		return &record.Invalid{Field: "end", Why: "order"}
	case end.Sub(start) > longestEvent:
		return &record.Invalid{Field: "end", Why: "span"}
	case end.Before(now):
		return &record.Invalid{Field: "end", Why: "past"}
	}
	return nil
}

func shiftsOf(in GatheringDraft) ([]*record.Shift, error) {
	var all []*record.Shift
	for i, s := range in.Shifts {
		switch {
		case s.Capacity < 1 || s.Capacity > math.MaxInt32:
			return nil, &record.Invalid{Field: "capacity", Why: "out-of-range"}
		case !s.Start.IsZero() && s.Start.Before(in.Start), !s.End.IsZero() && s.End.After(in.End):
			return nil, &record.Invalid{Field: "shifts", Why: "order"}
		case !s.Start.IsZero() && !s.End.IsZero() && !s.End.After(s.Start):
			return nil, &record.Invalid{Field: "shifts", Why: "order"}
		}
		all = append(all, &record.Shift{
			Shift: uint32(i + 1), Role: strings.TrimSpace(s.Role), Skill: s.Skill, Capacity: uint32(s.Capacity), Start: millis(s.Start), End: millis(s.End),
		})
	}
	return all, nil
}

// references returns the births of the records of a kind that ids begin.
func (d Desk) references(ctx context.Context, s site, ids []string, kind record.Kind) ([]*record.Birth, error) {
	var all []*record.Birth
	err := d.look(ctx, s, func(v sight) error {
		for _, id := range ids {
			r, err := v.find(id, kind)
			if err != nil {
				return err
			}
			all = append(all, record.BirthOf(r.Birth))
		}
		return nil
	})
	return all, err
}

// Move gives an own event other hours.
func (d Desk) Move(ctx context.Context, in Moving) (GatheringDoc, error) {
	now := d.Now()
	return d.reorganise(ctx, in.Target, func(m *record.Event) error {
		start, end := at(m.Start), at(m.End)
		if !in.Start.IsZero() {
			start, end = in.Start, in.Start.Add(end.Sub(start))
		}
		if !in.End.IsZero() {
			end = in.End
		}
		late := start.UnixMilli() - m.Start
		for _, s := range m.Shifts { // they move along
			s.Start, s.End = moved(s.Start, late), moved(s.End, late)
		}
		m.Start, m.End = millis(start), millis(end)
		return hours(start, end, now)
	})
}

// moved leaves unsaid what is unsaid.
func moved(at, by int64) int64 {
	if at == 0 {
		return 0
	}
	return at + by
}

// CallOff says that an own event does not take place. Calling it off again
// changes nothing.
func (d Desk) CallOff(ctx context.Context, t Target) (GatheringDoc, error) {
	return d.reorganise(ctx, t, func(m *record.Event) error {
		m.Disposition = record.Disposition_DISPOSITION_WITHDRAWN
		return nil
	})
}

func (d Desk) reorganise(ctx context.Context, t Target, change func(*record.Event) error) (GatheringDoc, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return GatheringDoc{}, err
	}
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		g, err := v.findGathering(t.ID, time.Time{})
		if err == nil {
			id = g.ID
		}
		return err
	})
	if err != nil {
		return GatheringDoc{}, err
	}
	err = d.Backend.Edit(ctx, s.id, id, func(m proto.Message) error { return change(m.(*record.Event)) })
	if err != nil {
		return GatheringDoc{}, err
	}
	return d.gathering(ctx, s, id.String(), time.Time{}, id.String())
}

// gathering copies an event out of the board.
func (s sight) gathering(g board.Gathering, now time.Time) Gathering {
	m := g.Event
	doc := Gathering{
		ID: g.ID.String(), Short: s.short(g.ID), Title: m.Title, Body: m.Body, Kind: known(m.Kind != 0, m.Kind.Code()), Place: m.Place,
		State: eventState(g, now), Owner: s.household(g.Owner), Start: at(g.On), End: at(g.Ends), First: at(m.Start), Next: at(g.Next),
		Repeats: m.Rrule, Unclear: g.Odd, UTCOffset: int(m.UtcOffset), Outside: m.OpenOutside,
		Shifts: []Shift{}, Answers: []Answer{}, Created: at(g.Created()), Changed: at(g.Changed()),
	}
	for _, f := range g.Shifts {
		doc.Shifts = append(doc.Shifts, Shift{
			Shift: f.Shift.Shift, Role: f.Role, Skill: f.Skill, Capacity: int(f.Capacity), Start: at(f.Begins), End: at(f.Ends),
			Coming: int(f.Coming), Waiting: int(f.Waiting), Came: int(f.Came),
		})
	}
	for _, l := range m.Bring {
		brought := slices.IndexFunc(g.Brought, func(a *record.Amount) bool { return a.Line == l.Line })
		b := Bring{Line: l.Line, Category: l.Category, What: l.Item, Unit: l.Unit.Code(), Quantity: Quantity(l.Quantity)}
		if brought >= 0 {
			b.Brought = Quantity(g.Brought[brought].Quantity)
		}
		doc.Bring = append(doc.Bring, b)
	}
	for _, a := range g.Answers {
		doc.Answers = append(doc.Answers, s.answer(a))
	}
	doc.Guides = s.namedAll(m.Guides)
	return doc
}

func eventState(g board.Gathering, now time.Time) string {
	switch {
	case g.Off:
		return EventOff
	case g.Past:
		return EventPast
	case now.UnixMilli() >= g.On:
		return EventNow
	}
	return EventComing
}

func (s sight) answer(a board.Answer) Answer {
	doc := Answer{
		ID: a.ID.String(), Short: s.short(a.ID), Owner: s.household(a.Owner), Shift: a.Rsvp.Shift, State: answerState(a.Rsvp.State),
		People: int(a.People), In: int(a.In), Waiting: int(a.Waiting), Came: int(a.Came), Accepted: a.Accepted, Note: a.Rsvp.Note,
	}
	for _, b := range a.Rsvp.Bring {
		doc.Bring = append(doc.Bring, Amount{Line: b.Line, Quantity: Quantity(b.Quantity)})
	}
	return doc
}

// answerState shows what a newer version may say as maybe.
func answerState(state record.RsvpState) string {
	if code := state.Code(); slices.Contains([]string{AnswerGoing, AnswerNo, AnswerAttended}, code) {
		return code
	}
	return AnswerMaybe
}

// namedAll names the records that references point at.
func (s sight) namedAll(refs []*record.Birth) []Named {
	var all []Named
	for _, ref := range refs {
		if birth, ok := ref.Place(); ok {
			all = append(all, s.named(birth.Record()))
		}
	}
	return all
}

func (s sight) named(id protocol.RecordID) Named {
	doc := Named{ID: id.String()}
	if r, ok := s.Record(id); ok {
		doc.Short, doc.Title = s.short(id), s.titled(r)
	}
	return doc
}
