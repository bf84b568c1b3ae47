package allocate

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// stock is a supply as it is being given away. Quantities are of its good.
type stock struct {
	*Supply
	scale
	left   int64
	area   string
	helper *helper
}

// helper is a household with the requests that it helps with.
type helper struct {
	helping map[protocol.RecordID]bool
	most    int
}

// may reports whether a household can take one more request on.
func (h *helper) may(r protocol.RecordID) bool { return !h.full() || h.helping[r] }

func (h *helper) full() bool { return len(h.helping) >= h.most }

func (q *Question) stock(s *Supply, h *helper) *stock {
	k := &stock{Supply: s, scale: scaleOf(s.Category, s.Unit, s.UnitsPerPack, 0), area: AreaOf(s.Area, q.Terms.AreaLevels), helper: h}
	k.left = k.in(s.Left)
	if s.Endless && s.Left > 0 {
		k.left = record.MaxQuantity
	}
	return k
}

func (q *Question) helper(id protocol.HouseholdID) *helper {
	h := &helper{helping: make(map[protocol.RecordID]bool), most: q.Terms.Helping}
	for _, r := range q.Helpers[id].Helping {
		h.helping[r] = true
	}
	if q.Helpers[id].Free || q.Terms.Helping == 0 {
		h.most = math.MaxInt
	}
	return h
}

// portion returns how much a stock can give of a lot: whole steps of both, and
// none where that is less than helps.
func (k *stock) portion(w *want, lot int64) int64 {
	step := max(k.step, w.step)
	give := min((lot+step-1)/step, k.left/step) * step
	if give < min(w.least, w.missing) {
		return 0
	}
	return give
}

// take gives away, unless nothing exhausts it.
func (k *stock) take(give int64) {
	if !k.Endless {
		k.left -= give
	}
}

// serves reports whether a stock is for this want at all, whatever is left.
func (q *Question) serves(k *stock, w *want) bool {
	return k.Owner != w.Owner && k.Exercise == w.Exercise && q.meet(k, w) && (!w.named || sameItem(w.Need, k.Supply)) &&
		k.helper.may(w.Request) && q.square(k, w) <= q.reach(k)
}

// meet reports whether there is a time at which the one is there and the other
// is needed. What should have been there by now is still needed.
func (q *Question) meet(k *stock, w *want) bool {
	by := w.By
	if by <= q.Now {
		by = math.MaxInt64
	}
	to := k.To
	if to == 0 {
		to = math.MaxInt64
	}
	return max(k.From, w.From, q.Now) <= min(to, by)
}

// reach is how far an offer goes, squared.
func (q *Question) reach(k *stock) int64 {
	metres := k.Radius
	if metres <= 0 {
		metres = q.Terms.Radius
	}
	metres = min(metres, 40_000_000) // round the world
	return metres * metres
}

// square is how far it is from the one to the other, squared: by points where
// both are known, else as the areas say.
func (q *Question) square(k *stock, w *want) int64 {
	switch {
	case k.Point != nil && w.Point != nil:
		return w.Point.square(*k.Point)
	case k.Area != "" && k.Area == w.Area:
		return sameSquare
	case near(k, w):
		return nearSquare
	}
	return otherSquare
}

// near reports whether both are in one area; nobody is put elsewhere who does
// not say where they are.
func near(k *stock, w *want) bool { return k.area == w.area || k.area == "" || w.area == "" }

// closer orders stocks for one want: the same thing before a substitute, then
// the nearest, then by id.
func (q *Question) closer(w *want, a, b *stock) int {
	return cmp.Or(first(a.category == w.category, b.category == w.category),
		cmp.Compare(q.square(a, w), q.square(b, w)),
		bytes.Compare(a.Offer[:], b.Offer[:]), cmp.Compare(a.Line, b.Line))
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// shelf is every stock by what it is.
type shelf map[good][]*stock

// goods are what serves a want: the same, then substitutes where those will do.
func (w *want) goods() []good {
	all := []good{w.good}
	if w.SubstituteOK {
		for _, other := range substitutes[w.category] {
			all = append(all, good{other, w.unit})
		}
	}
	return all
}

// sweep takes away what is empty.
func (s shelf) sweep(g good) []*stock {
	if slices.ContainsFunc(s[g], (*stock).empty) {
		s[g] = slices.DeleteFunc(s[g], (*stock).empty)
	}
	return s[g]
}

func (k *stock) empty() bool { return k.left < k.step }
