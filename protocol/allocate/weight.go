package allocate

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// want is a need as it is being served. Quantities are of its good.
type want struct {
	*Need
	scale
	need    int64
	missing int64
	least   int64 // the smallest lot that helps
	had     int64 // promised or received, of late by other requests too: what counts as covered
	weight  int64
	named   bool // the item's name matters
	area    string
	stand   string // of a line that is apart: the area that may help; else empty
	tie     [16]byte
	from    *stock // who gave the last lot, and gives the next while it can
	parts   []*part
}

func (q *Question) want(n *Need) *want {
	s := scaleOf(n.Category, n.Unit, n.UnitsPerPack, n.People)
	w := &want{Need: n, scale: s, need: s.in(n.Quantity), weight: q.weight(n), area: AreaOf(n.Area, q.Terms.AreaLevels), named: named[n.Category]}
	w.missing = min(s.in(n.Missing), w.need)
	w.least = s.in(n.MinUseful)
	elsewhere := q.Received[Portion{n.Owner, w.category, w.unit}] - s.in(n.Received)
	w.had = w.need - w.missing + min(max(0, elsewhere), w.need)
	w.tie = q.tie(n)
	return w
}

const day = int64(24 * 3_600_000) // ms

// tie is chance that is the same everywhere, and another every day: no request
// is always the last of its equals.
func (q *Question) tie(n *Need) [16]byte {
	var at [12]byte
	binary.BigEndian.PutUint32(at[:], n.Line)
	binary.BigEndian.PutUint64(at[4:], uint64(q.Now/day))
	return protocol.Hash(domainTie, n.Request[:], at[:])
}

const domainTie = "gotong/allocate/1\x00"

// weight is urgency, half as much again for the vulnerable, and up to double
// for having waited.
func (q *Question) weight(n *Need) int64 {
	w := q.Terms.Weights[urgency(n.Urgency)] * 2
	if n.Vulnerable > 0 {
		w = w / 2 * 3
	}
	stale := board.StaleAfter(n.Urgency)
	return w * (whole + min(whole, q.waiting(n)*whole/stale))
}

// urgency is that of the request; a newer one counts as one that is not said.
func urgency(u record.Urgency) record.Urgency {
	if u < 0 || u > record.Urgency_URGENCY_CRITICAL {
		return record.Urgency_URGENCY_UNKNOWN
	}
	return u
}

// waiting is how long ago it was asked, by the asker's clock: nothing where
// that was never set or is ahead, and no longer than a month.
func (q *Question) waiting(n *Need) int64 {
	if n.Created < protocol.Began || n.Created > q.Now {
		return 0
	}
	return min(q.Now-n.Created, 30*day)
}

// lot is how much a line gets at a time: a small one all, a large one a share.
func (q *Question) lot(w *want) int64 {
	lot := max(w.least, norm(w.Category)*q.Terms.LotPersons, ratio(w.need, q.Terms.LotShare, whole), 1)
	return min(lot, w.missing)
}

// before says who gets the next lot: the line that is covered least for its
// weight; among equals the heavier one, then the older, then chance.
func (w *want) before(v *want) bool {
	if c := w.coverage(v); c != 0 {
		return c < 0
	}
	return w.heavier(v) < 0
}

// coverage compares had/need/weight, exactly.
func (w *want) coverage(v *want) int {
	hi, lo := bits.Mul64(uint64(w.had), uint64(v.need*v.weight))
	vhi, vlo := bits.Mul64(uint64(v.had), uint64(w.need*w.weight))
	return cmp.Or(cmp.Compare(hi, vhi), cmp.Compare(lo, vlo))
}

// heavier orders by weight, then age, then chance.
func (w *want) heavier(v *want) int {
	return cmp.Or(cmp.Compare(v.weight, w.weight), cmp.Compare(w.Created, v.Created),
		bytes.Compare(w.tie[:], v.tie[:]), bytes.Compare(w.Request[:], v.Request[:]), cmp.Compare(w.Line, v.Line))
}

// order is a heap of wants, the next to be served on top.
type order []*want

func (o order) Len() int           { return len(o) }
func (o order) Less(i, j int) bool { return o[i].before(o[j]) }
func (o order) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o *order) Push(x any)        { *o = append(*o, x.(*want)) }
func (o *order) Pop() any {
	last := len(*o) - 1
	w := (*o)[last]
	*o = (*o)[:last]
	return w
}
