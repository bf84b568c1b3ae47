package board

import (
	"cmp"
	"slices"

	"gotong/protocol/record"
)

// listed is how an entry stands in the index.
type listed struct {
	kind    uint8 // 0: not at all
	urgency uint8
	touched bool // something it depends on changed since
}

// index holds the requests and offers of which, whatever the time, more is
// expected, in the order in which they are shown. What changed is settled when
// somebody looks: most changes come in bulk, with nobody looking.
type index struct {
	open    []placed
	touched []*entry
	kept    int // how many of open are kept decoded
}

type placed struct {
	*entry
	ends int64    // when it expires, ms
	kept *decoded // nil: decoded when somebody looks
}

// keepOneIn bounds what is kept decoded: the first of the list, which is what
// people look at, up to one in so many of all records.
const keepOneIn = 64

// decoded returns the item at position i, and keeps it while there is room.
func (x *index) decoded(b *Board, i int) *decoded {
	p := &x.open[i]
	if p.kept != nil {
		return p.kept
	}
	d := b.decode(p.entry)
	if x.kept < len(b.entries)/keepOneIn {
		p.kept = d
		x.kept++
	}
	return d
}

// touch notes that something changed on which an item's place depends.
func (x *index) touch(e *entry) {
	if !e.listed.touched && (e.listed.kind != 0 || isItem(e.kind)) {
		e.listed.touched = true
		x.touched = append(x.touched, e)
	}
}

// of returns from where to where the open items of a kind are.
func (x *index) of(b *Board, kind record.Kind) (from, to int) {
	if !isItem(kind) {
		return 0, 0
	}
	x.settle(b)
	from, _ = slices.BinarySearchFunc(x.open, uint8(kind), comparePlacedKind)
	to, _ = slices.BinarySearchFunc(x.open, uint8(kind)+1, comparePlacedKind)
	return from, to
}

// bulk is from how many changes on sorting everything is cheaper than moving
// each.
const bulk = 64

// settle puts what was touched in its place.
func (x *index) settle(b *Board) {
	if len(x.touched) > bulk {
		x.settleAll(b)
	} else {
		x.settleEach(b)
	}
	x.touched = nil
}

func (x *index) settleAll(b *Board) {
	x.open = slices.DeleteFunc(x.open, func(p placed) bool {
		if p.listed.touched && p.kept != nil {
			x.kept--
		}
		return p.listed.touched
	})
	for _, e := range x.touched {
		if p, ok := b.place(e); ok {
			x.open = append(x.open, p)
		}
	}
	slices.SortFunc(x.open, comparePlaced)
}

func (x *index) settleEach(b *Board) {
	for _, e := range x.touched {
		if e.listed.kind == 0 {
			continue
		}
		if at, ok := slices.BinarySearchFunc(x.open, placed{entry: e}, comparePlaced); ok {
			if x.open[at].kept != nil {
				x.kept--
			}
			x.open = slices.Delete(x.open, at, at+1)
		}
	}
	for _, e := range x.touched {
		if p, ok := b.place(e); ok {
			at, _ := slices.BinarySearchFunc(x.open, p, comparePlaced)
			x.open = slices.Insert(x.open, at, p)
		}
	}
}

// place says where an entry belongs now; false where nowhere.
func (b *Board) place(e *entry) (placed, bool) {
	e.listed = listed{}
	if !isItem(e.kind) {
		return placed{}, false
	}
	d := b.decode(e)
	if d.Content == nil || d.coverage(neverLapsed).State.ended() {
		return placed{}, false
	}
	e.listed = listed{kind: uint8(e.kind), urgency: weight(d.judged.Urgency)}
	_, ends := life(d.Record, d.judged.Urgency)
	return placed{entry: e, ends: ends}, true
}

func comparePlacedKind(p placed, kind uint8) int { return cmp.Compare(p.listed.kind, kind) }

func comparePlaced(a, b placed) int {
	return cmp.Or(cmp.Compare(a.listed.kind, b.listed.kind), cmp.Compare(b.listed.urgency, a.listed.urgency),
		cmp.Compare(a.born, b.born), compareEntries(a.entry, b.entry))
}
