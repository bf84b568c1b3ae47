package allocate

import (
	"bytes"
	"container/heap"
	"maps"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Plan suggests who helps whom, all lines and all offers together: first what
// is critical, fully; then lot by lot whatever is covered least; each time
// from a line's own area before from elsewhere. Areas that are apart come after
// one's own even where life is at risk: others may be helping there.
func Plan(q Question) []Suggestion {
	p := newPlan(&q)
	p.fill(near)
	p.fill(heard)
	p.level(near)
	p.fill(far)
	p.level(far)
	return p.suggestions()
}

// plan is one being made.
type plan struct {
	*Question
	wants []*want // the heaviest first
	shelf shelf
	parts []*part                    // in the order in which they were first given
	known map[protocol.RecordID]bool // requests that somebody helps with
}

// part is what one offer gives to one line.
type part struct {
	*stock
	*want
	give  int64 // of the stock
	meets int64 // of the want: a pack may be more than is missing
	why   Reason
}

func newPlan(q *Question) *plan {
	p := &plan{Question: q, shelf: make(shelf), known: make(map[protocol.RecordID]bool)}
	for i := range q.Needs {
		if w := q.want(&q.Needs[i]); w.missing > 0 && w.weight > 0 {
			p.wants = append(p.wants, w)
		}
	}
	slices.SortFunc(p.wants, (*want).heavier)
	p.standIn()
	helpers := make(map[protocol.HouseholdID]*helper)
	for i := range q.Supplies {
		s := &q.Supplies[i]
		if helpers[s.Owner] == nil {
			helpers[s.Owner] = q.helper(s.Owner)
			maps.Copy(p.known, helpers[s.Owner].helping)
		}
		k := q.stock(s, helpers[s.Owner])
		p.shelf[k.good] = append(p.shelf[k.good], k)
	}
	return p
}

// heard reports whether w is in another area that is not apart.
func heard(k *stock, w *want) bool { return !near(k, w) && w.stand == "" }

// far reports whether k may help in w's other area. For a line that is apart
// only one other area stands in: several would all bring the same.
func far(k *stock, w *want) bool { return !near(k, w) && (w.stand == "" || w.stand == k.area) }

// standIn names for each line that is apart the area that stands in: by lot, the
// same everywhere.
func (p *plan) standIn() {
	areas := p.areas()
	for _, w := range p.wants {
		if !p.Apart[w.area] {
			continue
		}
		var lowest [16]byte
		for _, a := range areas {
			lot := protocol.Hash(domainStand, w.Request[:], []byte(a))
			if a != w.area && (w.stand == "" || bytes.Compare(lot[:], lowest[:]) < 0) {
				w.stand, lowest = a, lot
			}
		}
	}
}

const domainStand = "gotong/allocate/stand/1\x00"

// areas returns the areas of all requests and offers, in order.
func (q *Question) areas() []string {
	var all []string
	for i := range q.Needs {
		all = append(all, AreaOf(q.Needs[i].Area, q.Terms.AreaLevels))
	}
	for i := range q.Supplies {
		all = append(all, AreaOf(q.Supplies[i].Area, q.Terms.AreaLevels))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(a string) bool { return a == "" })
}

// where says which offers come into question.
type where func(*stock, *want) bool

func critical(n *Need) bool { return n.Urgency == record.Urgency_URGENCY_CRITICAL }

// fill serves the critical lines one after the other, each with all that it
// misses.
func (p *plan) fill(from where) {
	for _, w := range p.wants {
		for critical(w.Need) && w.pressing() > 0 && p.serve(w, from, w.pressing()) {
		}
	}
}

// pressing is how much of what is missing life may depend on: what the people
// need for a week. Whoever asks for more gets the rest lot by lot like
// everybody: one line cannot empty every house.
func (w *want) pressing() int64 {
	return min(w.missing, week*portion(w.category, w.People)-(w.need-w.missing))
}

const week = 7 // days

// level gives lot after lot to whichever line is covered least for its weight.
func (p *plan) level(from where) {
	o := new(order)
	for _, w := range p.wants {
		if w.from = nil; w.missing > 0 {
			*o = append(*o, w)
		}
	}
	heap.Init(o)
	for o.Len() > 0 {
		w := (*o)[0]
		if p.serve(w, from, p.lot(w)) && w.missing > 0 {
			heap.Fix(o, 0)
		} else {
			heap.Pop(o)
		}
	}
}

// serve gives a lot to w from the nearest offer that can; false where none is
// left.
func (p *plan) serve(w *want, from where, lot int64) bool {
	k := w.from
	if k == nil || k.portion(w, lot) == 0 {
		if k = p.nearest(w, from, lot); k == nil {
			return false
		}
		w.from = k
	}
	p.give(k, w, k.portion(w, lot))
	return true
}

// nearest returns the offer that serves w best. Offers only ever become fewer,
// so it stays the best until it can give no more.
func (p *plan) nearest(w *want, from where, lot int64) *stock {
	var best *stock
	known := p.known[w.Request]
	for _, g := range w.goods() {
		for _, k := range p.shelf.sweep(g) {
			if (known || !k.helper.full()) && from(k, w) && k.portion(w, lot) > 0 && (best == nil || p.closer(w, k, best) < 0) && p.serves(k, w) {
				best = k
			}
		}
	}
	return best
}

// give moves some of a stock to a want.
func (p *plan) give(k *stock, w *want, give int64) {
	x := p.part(k, w)
	meets := min(give, w.missing)
	x.give, x.meets = x.give+give, x.meets+meets
	k.take(give)
	k.helper.helping[w.Request], p.known[w.Request] = true, true
	w.missing, w.had = w.missing-meets, w.had+meets
}

// part returns what k gives to w so far.
func (p *plan) part(k *stock, w *want) *part {
	if i := slices.IndexFunc(w.parts, func(x *part) bool { return x.stock == k }); i >= 0 {
		return w.parts[i]
	}
	x := &part{stock: k, want: w, why: p.reason(k, w)}
	w.parts, p.parts = append(w.parts, x), append(p.parts, x)
	return x
}

// suggestions merges the lots that one offer gives to one line.
func (p *plan) suggestions() []Suggestion {
	all := make([]Suggestion, 0, len(p.parts))
	for _, x := range p.parts {
		if s := x.suggestion(); s.Quantity > 0 {
			all = append(all, s)
		}
	}
	return all
}

func (x *part) suggestion() Suggestion {
	return Suggestion{
		Request: x.want.Request, Line: x.want.Need.Line, Offer: x.Offer, OfferLine: x.Supply.Line, Helper: x.Supply.Owner,
		Quantity: x.want.out(x.meets, x.want.Need.Unit), Give: x.stock.out(x.give, x.Supply.Unit), Why: x.why,
	}
}

// reason says why k is to serve w, as things stand.
func (q *Question) reason(k *stock, w *want) Reason {
	return Reason{
		Code: code(k, w), Urgency: urgency(w.Urgency), Vulnerable: w.Vulnerable,
		Metres: distance(k.Place, w.Place), Waiting: q.waiting(w.Need),
		Covered: (w.need - w.missing) * whole / max(w.need, 1),
		Has:     k.out(min(k.left, k.in(k.Left)), k.Supply.Unit), Substitute: k.category != w.category,
	}
}

func code(k *stock, w *want) Code {
	switch {
	case critical(w.Need) && near(k, w):
		return Critical
	case critical(w.Need):
		return CriticalElsewhere
	case !near(k, w):
		return Elsewhere
	case w.missing == w.need:
		return Nothing
	}
	return Least
}

// distance is in metres, -1 where a place is not known.
func distance(a, b Place) int64 {
	if a.Point == nil || b.Point == nil {
		return -1
	}
	return a.Point.Metres(*b.Point)
}
