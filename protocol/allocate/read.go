package allocate

import (
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Around is what the board does not hold.
type Around struct {
	Places  map[protocol.RecordID]Place // of requests and offers; else the area they name, and no point
	Free    map[protocol.HouseholdID]bool
	Blocked map[protocol.HouseholdID]bool // whose requests and offers are left out
}

// remembered is how long what a household received counts against new requests.
const remembered = 7 * day

// Read returns the question that a board asks at now, under the usual terms.
//
// The board does not say which offer a pledge was taken from: whatever a
// household promised of a kind since it offered that kind is taken off what it
// has left. Nor does it say when something arrived: what arrived for requests
// of the last seven days is what was received of late.
func Read(v board.View, now int64, around Around) Question {
	r := reader{
		Question: Question{Now: now, Helpers: make(map[protocol.HouseholdID]Helper), Received: make(map[Portion]int64), Terms: Usual()},
		around:   around, promised: make(map[Portion][]promise),
	}
	for id, free := range around.Free {
		r.Helpers[id] = Helper{Free: free}
	}
	for _, item := range v.Items(record.Kind_KIND_REQUEST) {
		r.request(item)
	}
	for item := range v.Open(record.Kind_KIND_OFFER) {
		r.offer(item)
	}
	return r.Question
}

type reader struct {
	Question
	around   Around
	promised map[Portion][]promise // by who promised what
}

// promise is what a household promised, in thousandths of the good's unit.
type promise struct {
	at       int64
	quantity int64
}

func (r *reader) place(i board.Item) Place {
	if p, ok := r.around.Places[i.ID]; ok {
		return p
	}
	return Place{Area: i.Common.Area}
}

func (r *reader) request(i board.Item) {
	m := i.Request()
	for _, l := range i.Lines {
		s := scaleOf(l.Category, l.Unit, l.UnitsPerPack, m.People)
		r.promises(i, l, s)
		if i.Created() >= max(r.Now-remembered, protocol.Began) && l.Received > 0 {
			r.Received[Portion{i.Owner, s.category, s.unit}] += s.in(l.Received)
		}
		if r.stands(i) && l.Left() > 0 {
			r.Needs = append(r.Needs, r.need(i, l))
		}
	}
}

// stands reports whether suggestions are about an item.
func (r *reader) stands(i board.Item) bool {
	return !i.Ended() && i.State != board.Paused && !r.around.Blocked[i.Owner]
}

// promises takes in what was promised and brought of one line.
func (r *reader) promises(i board.Item, l board.LineState, s scale) {
	for _, p := range i.Pledges {
		asked, came := amount(p.Pledge.Amounts, l), amount(p.Received, l)
		if !p.Live {
			asked = 0
		}
		if asked > came && !i.Ended() {
			r.helps(p.Owner, i.ID)
		}
		if most := max(asked, came); most > 0 {
			who := Portion{p.Owner, s.category, s.unit}
			r.promised[who] = append(r.promised[who], promise{p.Created(), s.in(most)})
		}
	}
}

func (r *reader) helps(who protocol.HouseholdID, request protocol.RecordID) {
	h := r.Helpers[who]
	if !slices.Contains(h.Helping, request) {
		h.Helping = append(h.Helping, request)
		r.Helpers[who] = h
	}
}

func amount(amounts []*record.Amount, l board.LineState) int64 {
	for _, a := range amounts {
		if a.Line == l.Line.Line {
			return a.Quantity
		}
	}
	return 0
}

func (r *reader) need(i board.Item, l board.LineState) Need {
	m := i.Request()
	return Need{
		Request: i.ID, Line: l.Line.Line, Owner: i.Owner,
		Category: l.Category, Item: cmp.Or(l.Item, m.Title), Unit: l.Unit, UnitsPerPack: l.UnitsPerPack,
		Quantity: l.Quantity, Missing: l.Left(), Received: l.Received, MinUseful: l.MinUseful, SubstituteOK: l.SubstituteOk,
		Urgency: i.Urgency(), People: m.People, Vulnerable: m.Infants + m.Elderly + m.Disabled + m.Pregnant,
		Created: i.Created(), From: m.NeededFrom, By: m.NeededBy, Exercise: i.Common.Exercise, Place: r.place(i),
	}
}

func (r *reader) offer(i board.Item) {
	if !r.stands(i) {
		return
	}
	m := i.Offer()
	for _, l := range i.Lines {
		s := Supply{
			Offer: i.ID, Line: l.Line.Line, Owner: i.Owner,
			Category: l.Category, Item: cmp.Or(l.Item, m.Title), Unit: l.Unit, UnitsPerPack: l.UnitsPerPack,
			Left: l.Left(), Endless: m.Inexhaustible, From: m.AvailableFrom, To: until(m.AvailableTo, l.PerishableBy),
			Radius: int64(m.Radius), Exercise: i.Common.Exercise, Place: r.place(i),
		}
		if s.Left = r.left(s, i.Created()); s.Left > 0 {
			r.Supplies = append(r.Supplies, s)
		}
	}
}

// until returns the earlier of two ends, where 0 is none.
func until(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// left takes off what the household promised since it offered this. A promise
// is taken off once, whatever the number of offers.
func (r *reader) left(s Supply, since int64) int64 {
	if s.Endless {
		return s.Left
	}
	k := scaleOf(s.Category, s.Unit, s.UnitsPerPack, 0)
	left := k.in(s.Left)
	promised := r.promised[Portion{s.Owner, k.category, k.unit}]
	for i := range promised {
		if p := &promised[i]; p.at >= since {
			taken := min(left, p.quantity)
			left, p.quantity = left-taken, p.quantity-taken
		}
	}
	if left == 0 {
		return 0
	}
	return min(s.Left, k.out(left, s.Unit))
}
