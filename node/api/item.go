package api

import (
	"slices"
	"time"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

var states = map[board.State]string{
	board.Open: StateOpen, board.PartlyPledged: StatePartlyPledged, board.FullyPledged: StateFullyPledged,
	board.InTransit: StateInTransit, board.PartlyMet: StatePartlyMet, board.Met: StateMet,
	board.Paused: StatePaused, board.Withdrawn: StateWithdrawn, board.Closed: StateClosed,
}

var pledgeStates = map[record.PledgeState]string{
	record.PledgeState_PLEDGE_STATE_ON_THE_WAY: PledgeOnTheWay,
	record.PledgeState_PLEDGE_STATE_DELIVERED:  PledgeDelivered,
	record.PledgeState_PLEDGE_STATE_WITHDRAWN:  PledgeWithdrawn,
	record.PledgeState_PLEDGE_STATE_FAILED:     PledgeFailed,
}

// item copies a request or an offer out of the board.
func (s sight) item(i board.Item) Item {
	doc := Item{
		ID: i.ID.String(), Short: s.short(i.ID), Kind: i.Kind.Code(),
		Title: title(i), State: states[i.State],
		Stale: i.Stale, Expired: i.Expired, Overdue: i.Overdue,
		Owner: s.household(i.Owner), Created: at(i.Created()), Changed: at(i.Changed()),
		Lines: []Line{}, Pledges: []Pledge{}, Comments: len(s.remarks(i)), Photos: len(record.PhotosOf(i.Content)),
		Reach: s.reach(i.Record), Seen: s.seenBy(i),
		Moderated: s.moderated(i.Record),
	}
	doc.Area = i.Common.GetArea()
	doc.describe(i)
	doc.judge(s, i)
	doc.Exercise, doc.Behalf, doc.Code = i.Common.Exercise, behalfOf(i), len(i.Request().GetDeliveryKey()) > 0
	doc.Links = s.linked(i)
	for _, l := range i.Lines {
		doc.Lines = append(doc.Lines, lineOf(l))
	}
	for _, p := range i.Pledges {
		doc.Pledges = append(doc.Pledges, s.pledge(i, p))
	}
	return doc
}

// describe fills what requests and offers say in fields of their own.
func (doc *Item) describe(i board.Item) {
	if m := i.Request(); m != nil {
		doc.Body, doc.Place, doc.Until, doc.For = m.Body, m.Place, at(m.NeededBy), groupOf(m)
		doc.Urgency = known(i.Urgency() != 0, i.Urgency().Code())
		doc.Reason = known(m.CloseReason != 0, m.CloseReason.Code())
	}
	if m := i.Offer(); m != nil {
		doc.Body, doc.Place, doc.Until = m.Body, m.Place, at(m.AvailableTo)
		doc.Reason = known(m.CloseReason != 0, m.CloseReason.Code())
	}
}

// known returns code where there is something to name.
func known(is bool, code string) string {
	if is {
		return code
	}
	return ""
}

func lineOf(l board.LineState) Line {
	return Line{
		Line: l.Line.Line, Category: l.Category, What: l.Line.Item, Unit: l.Unit.Code(), Pack: Quantity(l.UnitsPerPack),
		Quantity: Quantity(l.Quantity), Pledged: Quantity(l.Pledged), Standby: Quantity(l.Standby),
		Transit: Quantity(l.Transit), Received: Quantity(l.Received),
		MinUseful: Quantity(l.MinUseful), Substitute: l.SubstituteOk,
	}
}

func (s sight) pledge(i board.Item, p board.PledgeState) Pledge {
	return Pledge{
		ID: p.ID.String(), Short: s.short(p.ID), Owner: s.household(p.Owner),
		State: pledgeState(p.Pledge.State), Accepted: p.Accepted, Live: p.Live,
		Created: at(p.Created()), Promised: at(p.Pledge.PromisedAt), Lapses: at(i.Lapses(p)), Note: p.Pledge.Note,
		Amounts: amountsOf(i, p.Pledge.Amounts), Effective: amountsOf(i, p.Effective),
		Standby: amountsOf(i, p.Standby), Received: amountsOf(i, p.Received), Waits: waits(i, p),
		Reach: s.reach(p.Record),
	}
}

// waits reports whether a pledge is of something that needs trust, by a
// household that nobody vouched for.
func waits(i board.Item, p board.PledgeState) bool {
	return p.Unvouched && slices.ContainsFunc(i.Lines, func(l board.LineState) bool {
		return record.NeedsTrust(l.Category) && slices.ContainsFunc(p.Standby, func(a *record.Amount) bool { return a.Line == l.Line.Line })
	})
}

// reach says how far an own record has got, nil where that is not known here:
// of what others wrote, and of what another device of the household did.
func (s sight) reach(r *board.Record) *Reach {
	if r.Owner != s.me || s.far == nil {
		return nil
	}
	if reach, said := s.far(r.ID); said {
		return &reach
	}
	return nil
}

func pledgeState(s record.PledgeState) string {
	if code, ok := pledgeStates[s]; ok {
		return code
	}
	return PledgeOffered
}

// amountsOf adds the units, which the lines of i hold.
func amountsOf(i board.Item, amounts []*record.Amount) []Amount {
	docs := []Amount{}
	for _, a := range amounts {
		doc := Amount{Line: a.Line, Unit: record.Unit_UNIT_NONE.Code(), Quantity: Quantity(a.Quantity)}
		for _, l := range i.Lines {
			if l.Line.Line == a.Line {
				doc.Unit = l.Unit.Code()
			}
		}
		docs = append(docs, doc)
	}
	return docs
}

func (s sight) household(id protocol.HouseholdID) Household {
	return Household{ID: id.String(), Name: s.name(id), Me: id == s.me}
}

// at returns the time of milliseconds since 1970, the zero time for 0.
func at(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis).UTC()
}

// millis is the inverse of at.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
