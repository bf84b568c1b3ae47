package api

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Pledge promises help for a request, or claims from an offer.
func (d Desk) Pledge(ctx context.Context, p Promise) (Written, error) {
	if _, err := clear(p.Numbers, false, text{"note", &p.Note}); err != nil {
		return Written{}, err
	}
	s, err := d.writing(ctx, p.In)
	if err != nil {
		return Written{}, err
	}
	pledge := &record.Pledge{
		State:      record.PledgeState_PLEDGE_STATE_OFFERED,
		PromisedAt: millis(p.Promised), Note: strings.TrimSpace(p.Note),
	}
	common := &record.Common{Origin: p.Origin}
	err = d.look(ctx, s, func(v sight) error {
		item, err := v.findItem(p.ID)
		if err != nil {
			return err
		}
		common.Exercise = item.Common.Exercise
		pledge.Target = record.BirthOf(item.Birth)
		if pledge.Amounts, err = promised(item, s.me, p.Share); err == nil {
			pledge.FromResource, err = v.source(p.From)
		}
		return err
	})
	if err != nil {
		return Written{}, err
	}
	id, err := d.Backend.Write(ctx, s.id, pledge, common)
	if err != nil {
		return Written{}, err
	}
	return d.written(ctx, s, id, pledge.Amounts)
}

// promised returns what a pledge of share would promise: without a quantity
// what is left of every line.
func promised(item board.Item, me protocol.HouseholdID, share Share) ([]*record.Amount, error) {
	switch {
	case item.Owner == me:
		return nil, ErrYours
	case item.Ended():
		return nil, ErrEnded
	case share.Quantity > 0:
		return share.of(item)
	}
	var left []*record.Amount
	for _, l := range item.Lines {
		if l.Left() > 0 && (share.Line == 0 || share.Line == l.Line.Line) {
			left = append(left, &record.Amount{Line: l.Line.Line, Quantity: l.Left()})
		}
	}
	if len(left) == 0 {
		return nil, ErrCovered
	}
	return left, nil
}

// of returns the share as an amount of the line it names, or of the only one.
func (share Share) of(item board.Item) ([]*record.Amount, error) {
	line := share.Line
	if line == 0 {
		if len(item.Lines) != 1 {
			return nil, ErrWhichLine
		}
		line = item.Lines[0].Line.Line
	}
	for _, l := range item.Lines {
		if l.Line.Line == line {
			return []*record.Amount{{Line: line, Quantity: int64(share.Quantity)}}, nil
		}
	}
	return nil, &record.Invalid{Field: "line", Why: "unknown"}
}

// Accept says yes to a pledge, as it stands now. Saying it again takes in what
// the helper changed since.
func (d Desk) Accept(ctx context.Context, yes Yes) (Written, error) {
	s, err := d.writing(ctx, yes.In)
	if err != nil {
		return Written{}, err
	}
	var accepted *record.Acceptance
	var stands stands
	err = d.look(ctx, s, func(v sight) error {
		item, pledge, err := v.acceptable(yes)
		if err != nil {
			return err
		}
		accepted = &record.Acceptance{
			Request: record.BirthOf(item.Birth), Pledge: record.BirthOf(pledge.Birth), Amounts: pledge.Pledge.Amounts,
		}
		stands = v.stands("accept:", pledge.ID)
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	id, err := d.put(ctx, s, stands, accepted, func(content proto.Message) error {
		m := content.(*record.Acceptance)
		m.Amounts, m.TakenBack = accepted.Amounts, false
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	return d.written(ctx, s, id, accepted.Amounts)
}

// acceptable finds the own request or offer and the live pledge for it.
func (s sight) acceptable(yes Yes) (board.Item, board.PledgeState, error) {
	item, err := s.findItem(yes.ID)
	if err != nil {
		return item, board.PledgeState{}, err
	}
	if item.Owner != s.me {
		return item, board.PledgeState{}, ErrNotYours
	}
	pledge, err := s.findPledge(item, yes.Pledge)
	if err == nil && (!pledge.Live || item.State == board.Withdrawn || item.State == board.Closed) {
		err = ErrEnded
	}
	return item, pledge, err
}

// findPledge returns the pledge for item whose id begins with prefix.
func (s sight) findPledge(item board.Item, prefix string) (board.PledgeState, error) {
	var found []*board.Record
	for _, id := range s.Find(prefix) {
		for _, p := range item.Pledges {
			if p.ID == id && prefix != "" {
				found = append(found, p.Record)
			}
		}
	}
	r, err := s.one(prefix, found)
	if err != nil {
		return board.PledgeState{}, err
	}
	for _, p := range item.Pledges {
		if p.ID == r.ID {
			return p, nil
		}
	}
	return board.PledgeState{}, ErrNotFound
}

// stands is the one record in which a household says something of another
// record, if it has begun it: found by an origin made from what it is about.
type stands struct {
	origin string
	id     protocol.RecordID
	begun  bool
}

func (s sight) stands(verb string, about protocol.RecordID) stands {
	found := stands{origin: verb + about.String()}
	found.id, found.begun = s.Origin(s.me, found.origin)
	return found
}

// put writes the record or, where one stands, edits it by change. What newer
// nodes say in it stays.
func (d Desk) put(ctx context.Context, s site, at stands, content proto.Message, change func(proto.Message) error) (protocol.RecordID, error) {
	if !at.begun {
		return d.Backend.Write(ctx, s.id, content, from(at.origin))
	}
	return at.id, d.Backend.Edit(ctx, s.id, at.id, change)
}
