package allocate

import (
	"cmp"
	"slices"

	"gotong/protocol"
)

// Person is a household that wants to know what it could do.
type Person struct {
	Household protocol.HouseholdID
	Kinds     []string // categories it would help with, whatever it offers; none: what it offers or, without offers, any
	Place
}

// Best returns at most so many suggestions for one household: first its own
// part of the plan, which keeps neighbours from all running to the same door,
// then what else its offers fit best. One that names kinds, or offers nothing,
// sees what is needed most of those kinds, or of any.
func Best(q Question, who Person, most int) []Suggestion {
	if len(who.Kinds) > 0 {
		q.Supplies = nil
	}
	mine := slices.DeleteFunc(Plan(q), func(s Suggestion) bool { return s.Helper != who.Household })
	for _, s := range q.others(who) {
		if !slices.ContainsFunc(mine, s.sameLine) {
			mine = append(mine, s)
		}
	}
	return mine[:min(len(mine), most)]
}

func (s Suggestion) sameLine(t Suggestion) bool { return s.Request == t.Request && s.Line == t.Line }

// others returns for every line that the household can serve its best offer, as
// if nobody else helped. The lines are in the order of a plan.
func (q Question) others(who Person) []Suggestion {
	q.Supplies = slices.DeleteFunc(slices.Clone(q.Supplies), func(s Supply) bool { return s.Owner != who.Household })
	p := newPlan(&q)
	self := q.helper(who.Household)
	for _, w := range p.wants {
		k := p.nearest(w, anywhere, w.missing)
		if len(q.Supplies) == 0 {
			k = q.willing(who, self, w)
		}
		if k != nil {
			p.parts = append(p.parts, &part{k, w, k.portion(w, w.missing), min(k.portion(w, w.missing), w.missing), p.reason(k, w)})
		}
	}
	slices.SortStableFunc(p.parts, (*part).compare)
	all := p.suggestions()
	for i := range all {
		if all[i].Offer == (protocol.RecordID{}) {
			all[i].Give, all[i].Why.Has = 0, 0
		}
	}
	return all
}

func anywhere(*stock, *want) bool { return true }

// willing is what a household might bring that has offered nothing: all that
// is missing, of the kinds it names. What it helps with already it knows: it
// promised there what it could.
func (q *Question) willing(who Person, self *helper, w *want) *stock {
	if len(who.Kinds) > 0 && !slices.Contains(who.Kinds, w.Need.Category) {
		return nil
	}
	k := q.stock(&Supply{
		Owner: who.Household, Category: w.Need.Category, Item: w.Item, Unit: w.Need.Unit, UnitsPerPack: w.Need.UnitsPerPack,
		Left: w.Need.Missing, Endless: true, Exercise: w.Exercise, Place: who.Place,
	}, self)
	k.scale = w.scale
	if w.Owner == who.Household || self.helping[w.Request] || !self.may(w.Request) || q.square(k, w) > q.reach(k) {
		return nil
	}
	return k
}

// compare is the order of a household's own suggestions: what is critical in
// its own area, then elsewhere; its own area, then elsewhere; each as in a
// plan, and among equals the nearest first.
func (x *part) compare(y *part) int {
	return cmp.Or(cmp.Compare(x.tier(), y.tier()), x.coverage(y.want), cmp.Compare(y.weight, x.weight),
		cmp.Compare(x.why.Metres, y.why.Metres), x.heavier(y.want))
}

func (x *part) tier() int {
	switch x.why.Code {
	case Critical:
		return 0
	case CriticalElsewhere:
		return 1
	case Elsewhere:
		return 3
	}
	return 2
}
