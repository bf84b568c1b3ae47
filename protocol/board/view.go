package board

import (
	"cmp"
	"slices"
	"strings"

	"gotong/protocol"
	"gotong/protocol/record"
)

// View shows the board at a moment. It is for display: it hides what has
// expired and decides nothing. It reads the board it was made from, so it is
// used by the board's owner only; the records it hands out never change.
type View struct {
	board *Board
	now   int64 // ms since 1970
}

// At returns the view at now, in milliseconds since 1970.
func (b *Board) At(now int64) View { return View{b, now} }

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
func (i Item) Ended() bool { return i.State >= Met && i.State != Paused || i.Expired }

// Urgency returns the request's urgency, URGENCY_UNKNOWN for an offer.
func (i Item) Urgency() record.Urgency { return i.Request().GetUrgency() }

// Items returns the requests or the offers, the most urgent first, among
// equals the oldest first.
func (v View) Items(kind record.Kind) []Item {
	var items []Item
	for _, r := range v.board.kinds[kind] {
		if item, ok := v.item(r); ok {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(b.Urgency(), a.Urgency()), cmp.Compare(a.Birth.Stamp, b.Birth.Stamp), compareIDs(a.ID, b.ID))
	})
	return items
}

// Item returns one request or offer.
func (v View) Item(id protocol.RecordID) (Item, bool) {
	r, ok := v.board.records[id]
	if !ok {
		return Item{}, false
	}
	return v.item(r)
}

func (v View) item(r *Record) (Item, bool) {
	folded := v.board.folded(r)
	if folded == nil {
		return Item{}, false
	}
	item := Item{Record: r, Coverage: folded}
	if v.anyLapsed(folded, grace(item.Urgency())) {
		item.Coverage = v.board.coverage(r, v.lapsed(grace(item.Urgency())))
	}
	item.Stale, item.Expired = v.age(item)
	item.Overdue = slices.ContainsFunc(item.Pledges, v.overdue)
	return item, true
}

// Record returns any record by id.
func (v View) Record(id protocol.RecordID) (*Record, bool) { return v.board.Record(id) }

// Origin returns the record that a household took from somewhere, if it did;
// see record.Common.
func (v View) Origin(owner protocol.HouseholdID, from string) (protocol.RecordID, bool) {
	id, ok := v.board.origins[origin{owner, from}]
	return id, ok
}

// Comments returns the comments on a record, oldest first by their writers'
// clocks.
func (v View) Comments(id protocol.RecordID) []*Record {
	comments := v.board.sortedAbout(id, record.Kind_KIND_COMMENT)
	slices.SortStableFunc(comments, func(a, b *Record) int { return cmp.Compare(a.Birth.Stamp, b.Birth.Stamp) })
	return comments
}

// Counts returns the number of records by kind.
func (v View) Counts() map[record.Kind]int {
	counts := make(map[record.Kind]int)
	for kind, records := range v.board.kinds {
		if len(records) > 0 {
			counts[kind] = len(records)
		}
	}
	return counts
}

// Neighbourhood returns the neighbourhood's name as its founders and stewards
// give it: of several the one with the lowest id, so that all agree.
func (v View) Neighbourhood() string {
	for _, r := range v.sorted(record.Kind_KIND_NEIGHBOURHOOD) {
		if m, ok := r.Content.(*record.Neighbourhood); ok && v.board.roster.Steward(r.Owner) {
			return m.Name
		}
	}
	return ""
}

// Name returns how a household calls itself; empty before its profile arrived.
func (v View) Name(h protocol.HouseholdID) string {
	if r, ok := v.Profile(h); ok {
		return r.Content.(*record.Household).Name
	}
	return ""
}

// Profile returns the household's profile record.
func (v View) Profile(h protocol.HouseholdID) (*Record, bool) {
	for _, r := range v.sorted(record.Kind_KIND_HOUSEHOLD) {
		if r.Owner == h && r.Content != nil {
			return r, true
		}
	}
	return nil, false
}

func (v View) sorted(kind record.Kind) []*Record {
	var found []*Record
	for _, r := range v.board.kinds[kind] {
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b *Record) int { return compareIDs(a.ID, b.ID) })
	return found
}

// Find returns the records whose written id begins with prefix, in id order.
// Case does not matter, and the letters people mix up with digits are read as
// the digits.
func (v View) Find(prefix string) []protocol.RecordID {
	prefix = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(prefix))
	var found []protocol.RecordID
	for id := range v.board.records {
		if strings.HasPrefix(id.String(), prefix) {
			found = append(found, id)
		}
	}
	slices.SortFunc(found, compareIDs)
	return found
}

// Reference says what became of a record that another points at.
type Reference uint8

// A referred record is here, has ended (its birth slot was used anew), or has
// not arrived.
const (
	Missing Reference = iota
	Here
	Ended
)

// Reference looks up the record born at birth. Views are total over gaps:
// nothing waits for a missing one.
func (v View) Reference(birth protocol.Birth) (*Record, Reference) {
	if r, ok := v.board.records[birth.Record()]; ok {
		return r, Here
	}
	if f, ok := v.board.facts[Place{birth.Device, birth.Slot}]; ok && f.Stamp > birth.Stamp {
		return nil, Ended
	}
	return nil, Missing
}
