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
	Judgement Judgement
	Stale     bool // shown as "still needed?"
	Expired   bool // archived, never deleted
	Overdue   bool // an accepted pledge is past its promise
}

// Request returns the content of a request, nil for an offer.
func (i Item) Request() *record.Request { m, _ := i.Content.(*record.Request); return m }

// Offer returns the content of an offer, nil for a request.
func (i Item) Offer() *record.Offer { m, _ := i.Content.(*record.Offer); return m }

// Ended reports whether nothing more is expected of it.
func (i Item) Ended() bool { return i.State.ended() || i.Expired }

// Urgency returns the urgency that counts, URGENCY_UNKNOWN for an offer.
func (i Item) Urgency() record.Urgency { return i.Judgement.Urgency }

// weight is the urgency as far as it orders items.
func (i Item) weight() uint8 { return weight(i.Urgency()) }

func weight(u record.Urgency) uint8 { return uint8(min(max(u, 0), 255)) }

// Open returns the requests or the offers that have not ended, the most urgent
// first, among equals the oldest first. Whoever shows a page stops after it:
// the rest costs nothing. The board must not change meanwhile.
func (v View) Open(kind record.Kind) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		x := &v.board.items
		from, to := x.of(v.board, kind)
		for i := from; i < to; i++ {
			if v.now > x.open[i].ends {
				continue
			}
			if item := v.item(x.decoded(v.board, i)); !item.Ended() && !yield(item) {
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
		if e.kind != kind || !isItem(kind) {
			continue
		}
		if d := v.board.decode(e); d.Content != nil {
			items = append(items, v.item(d))
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
	if !ok || !isItem(e.kind) {
		return Item{}, false
	}
	d := v.board.decode(e)
	if d.Content == nil {
		return Item{}, false
	}
	return v.item(d), true
}

func (v View) item(d *decoded) Item {
	item := Item{Record: d.Record, Judgement: d.judged}
	item.Coverage = d.coverage(v.lapsed(grace(item.Urgency())))
	after, ends := life(d.Record, item.Urgency())
	item.Stale, item.Expired = v.now > after, v.now > ends
	item.Overdue = slices.ContainsFunc(item.Pledges, v.overdue)
	return item
}

func isItem(k record.Kind) bool { return k == record.Kind_KIND_REQUEST || k == record.Kind_KIND_OFFER }
