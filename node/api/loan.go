package api

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Borrow asks for some of a resource.
func (d Desk) Borrow(ctx context.Context, in Borrowing) (ResourceDoc, error) {
	if _, err := clear(in.Numbers, false, text{"note", &in.Note}); err != nil {
		return ResourceDoc{}, err
	}
	if !in.BackBy.IsZero() && in.BackBy.Before(d.Now()) {
		return ResourceDoc{}, &record.Invalid{Field: "until", Why: "past"}
	}
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return ResourceDoc{}, err
	}
	wanted := int64(max(in.Quantity, 0))
	if wanted == 0 {
		wanted = int64(Whole(1))
	}
	m := &record.Pledge{State: record.PledgeState_PLEDGE_STATE_OFFERED, BackBy: millis(in.BackBy), Note: strings.TrimSpace(in.Note),
		Amounts: []*record.Amount{{Line: 1, Quantity: wanted}}}
	var h board.Holding
	err = d.look(ctx, s, func(v sight) error {
		h, err = v.findHolding(in.ID)
		return err
	})
	switch {
	case err != nil:
		return ResourceDoc{}, err
	case h.Owner == s.me:
		return ResourceDoc{}, ErrYours
	case h.Ended:
		return ResourceDoc{}, ErrEnded
	}
	m.Target = record.BirthOf(h.Birth)
	id, err := d.Backend.Write(ctx, s.id, m, nil)
	if err != nil {
		return ResourceDoc{}, err
	}
	return d.resource(ctx, s, h.ID.String(), id.String())
}

// Lend says yes to who asked for an own resource.
func (d Desk) Lend(ctx context.Context, in Lending) (ResourceDoc, error) {
	return d.lend(ctx, in, func(l board.Loan) bool { return !l.Accepted }, func(m *record.Acceptance, l board.Loan) {
		m.Amounts, m.TakenBack = l.Pledge.Amounts, false
	})
}

// GotBack says that a loan, or so much of it, is back with its holder.
func (d Desk) GotBack(ctx context.Context, in Lending) (ResourceDoc, error) {
	return d.lend(ctx, in, func(l board.Loan) bool { return l.Accepted }, func(m *record.Acceptance, l board.Loan) {
		back := l.Out
		if in.Quantity > 0 {
			back = min(back, int64(in.Quantity))
		}
		before := int64(0)
		for _, a := range m.Returned {
			before = a.Quantity
		}
		m.Returned = []*record.Amount{{Line: 1, Quantity: before + back}}
	})
}

// lend changes the holder's word on a loan, which stands in its acceptance or,
// of what it brought to a request itself, in its own pledge.
func (d Desk) lend(ctx context.Context, in Lending, fits func(board.Loan) bool, say func(*record.Acceptance, board.Loan)) (ResourceDoc, error) {
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return ResourceDoc{}, err
	}
	var h board.Holding
	var l board.Loan
	var mine stands
	err = d.look(ctx, s, func(v sight) error {
		if h, err = v.findHolding(in.ID); err != nil {
			return err
		}
		if h.Owner != s.me {
			return ErrNotYours
		}
		if l, err = v.findLoan(h, in.Loan, fits); err == nil {
			mine = v.stands("accept:", l.ID)
		}
		return err
	})
	if err != nil {
		return ResourceDoc{}, err
	}
	if l.Owner == s.me {
		err = d.Backend.Edit(ctx, s.id, l.ID, func(m proto.Message) error {
			own := m.(*record.Pledge)
			word := &record.Acceptance{Returned: own.Returned}
			say(word, l)
			own.Returned = word.Returned
			return nil
		})
		if err != nil {
			return ResourceDoc{}, err
		}
		return d.resource(ctx, s, h.ID.String(), l.ID.String())
	}
	yes := &record.Acceptance{Request: record.BirthOf(h.Birth), Pledge: record.BirthOf(l.Birth), Amounts: l.Pledge.Amounts}
	say(yes, l)
	id, err := d.put(ctx, s, mine, yes, func(m proto.Message) error { say(m.(*record.Acceptance), l); return nil })
	if err != nil {
		return ResourceDoc{}, err
	}
	return d.resource(ctx, s, h.ID.String(), id.String())
}

// findLoan returns the loan whose id begins so, or the only one that fits.
func (s sight) findLoan(h board.Holding, prefix string, fits func(board.Loan) bool) (board.Loan, error) {
	var found []*board.Record
	loans := make(map[*board.Record]board.Loan)
	named := s.Find(prefix)
	for _, l := range h.Loans {
		for _, id := range named {
			if id == l.ID && fits(l) {
				found = append(found, l.Record)
				loans[l.Record] = l
			}
		}
	}
	r, err := s.one(prefix, found)
	return loans[r], err
}

// source returns the own resource that something is taken from, nil where none
// was named.
func (s sight) source(prefix string) (*record.Birth, error) {
	if prefix == "" {
		return nil, nil
	}
	h, err := s.findHolding(prefix)
	switch {
	case err != nil:
		return nil, err
	case h.Owner != s.me:
		return nil, ErrNotYours
	case h.Ended:
		return nil, ErrEnded
	}
	return record.BirthOf(h.Birth), nil
}

func (d Desk) source(ctx context.Context, draft Draft) (from *record.Birth, err error) {
	if draft.From == "" {
		return nil, nil
	}
	s, err := d.writing(ctx, draft.In)
	if err != nil {
		return nil, err
	}
	err = d.look(ctx, s, func(v sight) error {
		from, err = v.source(draft.From)
		return err
	})
	return from, err
}
