package board

import (
	"cmp"
	"iter"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Item is a request or an offer with what others made of it.
type Item struct {
	*Record
	*Coverage
	Stale   bool // shown as "still needed?"
	Expired bool // archived, never deleted
	Overdue bool // an accepted pledge is past its promise
}

// Request returns the content of a request, nil for an offer.
func (i Item) Request() *record.Request { m, _ := i.Content.(*record.Request); return m }

// Offer returns the content of an offer, nil for a request.
func (i Item) Offer() *record.Offer { m, _ := i.Content.(*record.Offer); return m }

// Ended reports whether nothing more is expected of it.
func (i Item) Ended() bool { return i.State.ended() || i.Expired }

// Urgency returns the request's urgency, URGENCY_UNKNOWN for an offer.
func (i Item) Urgency() record.Urgency { return i.Request().GetUrgency() }

// weight is the urgency as far as it orders items.
func (i Item) weight() uint8 { return uint8(min(max(i.Urgency(), 0), 255)) }

// Open returns the requests or the offers that have not ended, the most urgent
// first, among equals the oldest first. Whoever shows a page stops after it:
// the rest costs nothing. The board must not change meanwhile.
func (v View) Open(kind record.Kind) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, p := range v.board.items.of(v.board, kind) {
			if v.now > p.ends {
				continue
			}
			if item, ok := v.item(p.entry); ok && !item.Ended() && !yield(item) {
				return
			}
		}
	}
}

// Items returns all requests or all offers, also those that ended, in the
// order of Open.
func (v View) Items(kind record.Kind) []Item {
	var items []Item
	for _, e := range v.board.entries {
		if e.kind != kind {
			continue
		}
		if item, ok := v.item(e); ok {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.Birth.Stamp, b.Birth.Stamp), compareIDs(a.ID, b.ID))
	})
	return items
}

// Item returns one request or offer.
func (v View) Item(id protocol.RecordID) (Item, bool) {
	e, ok := v.board.entries[id]
	if !ok {
		return Item{}, false
	}
	return v.item(e)
}

func (v View) item(e *entry) (Item, bool) {
	if !isItem(e.kind) {
		return Item{}, false
	}
	r := v.board.read(e)
	if r.Content == nil {
		return Item{}, false
	}
	item := Item{Record: r}
	item.Coverage = v.board.coverage(e, r, v.lapsed(grace(item.Urgency())))
	after, ends := life(r)
	item.Stale, item.Expired = v.now > after, v.now > ends
	item.Overdue = slices.ContainsFunc(item.Pledges, v.overdue)
	return item, true
}

func isItem(k record.Kind) bool { return k == record.Kind_KIND_REQUEST || k == record.Kind_KIND_OFFER }

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
}

type placed struct {
	*entry
	ends int64 // when it expires, ms
}

// touch notes that something changed on which an item's place depends.
func (x *index) touch(e *entry) {
	if !e.listed.touched && (e.listed.kind != 0 || isItem(e.kind)) {
		e.listed.touched = true
		x.touched = append(x.touched, e)
	}
}

// of returns the open items of a kind.
func (x *index) of(b *Board, kind record.Kind) []placed {
	x.settle(b)
	from, _ := slices.BinarySearchFunc(x.open, uint8(kind), comparePlacedKind)
	to, _ := slices.BinarySearchFunc(x.open, uint8(kind)+1, comparePlacedKind)
	return x.open[from:to]
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
	x.open = slices.DeleteFunc(x.open, func(p placed) bool { return p.listed.touched })
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
	r := b.read(e)
	if r.Content == nil || b.coverage(e, r, neverLapsed).State.ended() {
		return placed{}, false
	}
	e.listed = listed{kind: uint8(e.kind), urgency: Item{Record: r}.weight()}
	_, ends := life(r)
	return placed{e, ends}, true
}

func comparePlacedKind(p placed, kind uint8) int { return cmp.Compare(p.listed.kind, kind) }

func comparePlaced(a, b placed) int {
	return cmp.Or(cmp.Compare(a.listed.kind, b.listed.kind), cmp.Compare(b.listed.urgency, a.listed.urgency),
		cmp.Compare(a.born, b.born), compareEntries(a.entry, b.entry))
}
