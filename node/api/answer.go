package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// ErrNotYet: it has not begun.
var ErrNotYet = errors.New("api: it has not begun")

// ErrWhichShift: the event has several shifts.
var ErrWhichShift = errors.New("api: several shifts")

// Answer says whether the household comes to an event; said again, it changes
// what was said before.
func (d Desk) Answer(ctx context.Context, in Answering) (GatheringDoc, error) {
	if _, err := clear(in.Numbers, false, text{"note", &in.Note}); err != nil {
		return GatheringDoc{}, err
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return GatheringDoc{}, err
	}
	var answer *record.Rsvp
	var at stands
	var g board.Gathering
	now := d.Now()
	err = d.look(ctx, s, func(v sight) error {
		if g, err = v.findGathering(in.ID, in.On); err != nil {
			return err
		}
		if answer, err = rsvpOf(g, in, now); err == nil {
			at = v.answered(g, answer)
		}
		return err
	})
	if err != nil {
		return GatheringDoc{}, err
	}
	id, err := d.put(ctx, s, at, answer, func(content proto.Message) error {
		m := content.(*record.Rsvp)
		m.State, m.People, m.Bring, m.Note = answer.State, answer.People, answer.Bring, answer.Note
		return nil
	})
	if err != nil {
		return GatheringDoc{}, err
	}
	return d.gathering(ctx, s, g.ID.String(), momentOf(g), id.String())
}

// momentOf names the time of an event that is shown after a verb.
func momentOf(g board.Gathering) time.Time {
	if g.Event.Rrule == "" {
		return time.Time{}
	}
	return at(g.On)
}

// answered returns the household's own answer for a shift and a time, whichever
// of its devices wrote it.
func (s sight) answered(g board.Gathering, m *record.Rsvp) stands {
	found := stands{origin: fmt.Sprintf("answer:%v:%d:%d", g.ID, m.Shift, m.On)}
	for _, a := range g.Answers {
		if a.Owner == s.me && a.Rsvp.Shift == m.Shift {
			found.id, found.begun = a.ID, true
		}
	}
	return found
}

// rsvpOf makes the content of an answer.
func rsvpOf(g board.Gathering, in Answering, now time.Time) (*record.Rsvp, error) {
	state, err := stateOf(g, in.State, now)
	if err != nil {
		return nil, err
	}
	m := &record.Rsvp{Event: record.BirthOf(g.Birth), State: state, Note: strings.TrimSpace(in.Note), People: uint32(max(1, in.People))}
	if g.Event.Rrule != "" {
		m.On = g.On
	}
	if in.People < 0 || in.People > math.MaxInt32 {
		return nil, &record.Invalid{Field: "people", Why: "out-of-range"}
	}
	if m.Shift, err = shiftOf(g, in.Shift); err != nil {
		return nil, err
	}
	m.Bring, err = bringOf(g, in.Bring)
	return m, err
}

// stateOf reads an answer that can be given now.
func stateOf(g board.Gathering, code string, now time.Time) (record.RsvpState, error) {
	states := map[string]record.RsvpState{
		"": record.RsvpState_RSVP_STATE_GOING, AnswerGoing: record.RsvpState_RSVP_STATE_GOING, AnswerMaybe: record.RsvpState_RSVP_STATE_MAYBE,
		AnswerNo: record.RsvpState_RSVP_STATE_NO, AnswerAttended: record.RsvpState_RSVP_STATE_ATTENDED,
	}
	state, ok := states[code]
	attended := state == record.RsvpState_RSVP_STATE_ATTENDED
	switch {
	case !ok:
		return 0, &record.Invalid{Field: "state", Why: "unknown"}
	case g.Off, g.Past && !attended:
		return 0, ErrEnded
	case attended && now.UnixMilli() < g.On:
		return 0, ErrNotYet
	}
	return state, nil
}

// shiftOf returns the shift said, or the only one there is.
func shiftOf(g board.Gathering, said uint32) (uint32, error) {
	var open []uint32
	for _, s := range g.Event.Shifts {
		if s.Shift == said {
			return said, nil
		}
		if s.Capacity > 0 {
			open = append(open, s.Shift)
		}
	}
	switch {
	case said > 0:
		return 0, &record.Invalid{Field: "shifts", Why: "unknown"}
	case len(open) > 1:
		return 0, ErrWhichShift
	case len(open) == 1:
		return open[0], nil
	}
	return 0, nil
}

func bringOf(g board.Gathering, said []Share) ([]*record.Amount, error) {
	var all []*record.Amount
	for _, share := range said {
		line := share.Line
		if line == 0 && len(g.Event.Bring) == 1 {
			line = g.Event.Bring[0].Line
		}
		known := false
		for _, l := range g.Event.Bring {
			known = known || l.Line == line
		}
		if !known {
			return nil, &record.Invalid{Field: "line", Why: "unknown"}
		}
		if share.Quantity == 0 {
			share.Quantity = Whole(1)
		}
		all = append(all, &record.Amount{Line: line, Quantity: int64(share.Quantity)})
	}
	return all, nil
}

// Admit gives an answer a place, before those that have no yes.
func (d Desk) Admit(ctx context.Context, in Seating) (GatheringDoc, error) {
	return d.seat(ctx, in, func(v sight, g board.Gathering, a board.Answer) (proto.Message, stands, error) {
		switch {
		case g.Owner != v.me:
			return nil, stands{}, ErrNotYours
		case g.Past || g.Off || !a.Rsvp.State.Comes():
			return nil, stands{}, ErrEnded
		case a.Rsvp.Shift == 0: // there is room for all
			return nil, stands{}, ErrCovered
		}
		places := &record.Amount{Line: a.Rsvp.Shift, Quantity: people(in, a) * 1_000}
		m := &record.Acceptance{Request: record.BirthOf(g.Birth), Pledge: record.BirthOf(a.Birth), Amounts: []*record.Amount{places}}
		return m, v.stands("accept:", a.ID), nil
	})
}

func people(in Seating, a board.Answer) int64 {
	if in.People != nil {
		return int64(*in.People)
	}
	return a.People
}

// Attended says that so many of an answer came: the organiser's word, a
// steward's, or without an answer the household's own.
func (d Desk) Attended(ctx context.Context, in Seating) (GatheringDoc, error) {
	if in.Answer == "" {
		return d.attended(ctx, in)
	}
	now := d.Now().UnixMilli()
	return d.seat(ctx, in, func(v sight, g board.Gathering, a board.Answer) (proto.Message, stands, error) {
		if now < g.On {
			return nil, stands{}, ErrNotYet
		}
		if n := people(in, a); n < 0 || n > math.MaxInt32 {
			return nil, stands{}, &record.Invalid{Field: "people", Why: "out-of-range"}
		}
		m := &record.Rsvp{Event: record.BirthOf(g.Birth), Of: record.BirthOf(a.Birth), Shift: a.Rsvp.Shift, On: a.Rsvp.On,
			State: record.RsvpState_RSVP_STATE_ATTENDED, People: uint32(people(in, a))}
		return m, v.stands("came:", a.ID), nil
	})
}

// attended is the own word: for the shift that the household has answered.
func (d Desk) attended(ctx context.Context, in Seating) (GatheringDoc, error) {
	s, err := d.site(ctx, in.In)
	if err != nil {
		return GatheringDoc{}, err
	}
	said := Answering{Target: in.Target, On: in.On, State: AnswerAttended}
	err = d.look(ctx, s, func(v sight) error {
		g, err := v.findGathering(in.ID, in.On)
		for _, a := range g.Answers {
			if a.Owner == v.me && said.Shift == 0 {
				said.Shift, said.People, said.Note = a.Rsvp.Shift, int(a.People), a.Rsvp.Note
				said.Bring = sharesOf(a.Rsvp.Bring)
			}
		}
		return err
	})
	if err != nil {
		return GatheringDoc{}, err
	}
	if in.People != nil {
		said.People = *in.People
	}
	said.Numbers = NumbersOpen // the note was judged when it was written
	return d.Answer(ctx, said)
}

func sharesOf(amounts []*record.Amount) []Share {
	var all []Share
	for _, a := range amounts {
		all = append(all, Share{Quantity: Quantity(a.Quantity), Line: a.Line})
	}
	return all
}

// seat writes what say makes of one answer, or changes it.
func (d Desk) seat(ctx context.Context, in Seating, say func(sight, board.Gathering, board.Answer) (proto.Message, stands, error)) (GatheringDoc, error) {
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return GatheringDoc{}, err
	}
	var content proto.Message
	var where stands
	var g board.Gathering
	err = d.look(ctx, s, func(v sight) error {
		var a board.Answer
		if g, a, err = v.findAnswer(in); err == nil {
			content, where, err = say(v, g, a)
		}
		return err
	})
	if err != nil {
		return GatheringDoc{}, err
	}
	if err := d.mayCount(s, g, content); err != nil {
		return GatheringDoc{}, err
	}
	id, err := d.put(ctx, s, where, content, func(stands proto.Message) error {
		switch m := stands.(type) {
		case *record.Acceptance:
			m.Amounts, m.TakenBack = content.(*record.Acceptance).Amounts, false
		case *record.Rsvp:
			m.People = content.(*record.Rsvp).People
		}
		return nil
	})
	if err != nil {
		return GatheringDoc{}, err
	}
	return d.gathering(ctx, s, g.ID.String(), momentOf(g), id.String())
}

// mayCount: how many came counts from the organiser and from stewards.
func (d Desk) mayCount(s site, g board.Gathering, content proto.Message) error {
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return err
	}
	if _, count := content.(*record.Rsvp); count && g.Owner != s.me && !members.Steward(s.me) {
		return ErrNotYours
	}
	return nil
}

// findAnswer returns the answer whose id begins so.
func (s sight) findAnswer(in Seating) (board.Gathering, board.Answer, error) {
	g, err := s.findGathering(in.ID, in.On)
	if err != nil {
		return g, board.Answer{}, err
	}
	r, err := s.find(in.Answer, record.Kind_KIND_RSVP)
	if err != nil {
		return g, board.Answer{}, err
	}
	m := r.Content.(*record.Rsvp)
	if m.On > 0 { // the answer says which time is meant
		g, _ = s.Gathering(g.ID, m.On)
	}
	for _, a := range g.Answers {
		if a.ID == r.ID {
			return g, a, nil
		}
	}
	return g, board.Answer{}, ErrNotFound
}
