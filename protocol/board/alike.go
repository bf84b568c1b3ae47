package board

import (
	"iter"
	"slices"
	"strings"

	"gotong/protocol"
	"gotong/protocol/record"
)

// How near in time two requests are that may be the same: of one household, and
// of two.
const (
	sameAuthorWithin = 24 * hour
	samePlaceWithin  = 3 * hour
)

// Alike returns the open requests that may be the same as one, in the order of
// Open: for its author and stewards to look at. It decides and hides nothing
// (DESIGN.md, Links). Whoever shows a few stops after them: a posko may ask for
// hundreds of the same on one day.
func (v View) Alike(i Item) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		x := &v.board.items
		for at, to := x.of(v.board, i.Kind); at < to && i.Request() != nil; at++ {
			p := x.open[at]
			if p.id == i.ID || v.now > p.ends || !near(i, p.owner.id, p.born.Millis()) {
				continue // most are not even looked at
			}
			if other := v.item(x.decoded(v.board, at)); alike(i, other) && !yield(other) {
				return
			}
		}
	}
}

// near reports whether a request of a household is of about the same time.
func near(i Item, owner protocol.HouseholdID, born int64) bool {
	apart := i.Created() - born
	apart = max(apart, -apart)
	if i.Owner == owner {
		return apart <= sameAuthorWithin
	}
	return apart <= samePlaceWithin
}

// alike: what one household asks for twice is the same need more often than
// not; of two it takes the same place and mostly the same words, since in a
// flood many near one another need the same.
func alike(a, b Item) bool {
	return !b.Ended() && a.Common.Exercise == b.Common.Exercise && sameNeed(a.Lines, b.Lines) &&
		(a.Owner == b.Owner || samePlace(a.Request(), b.Request()) && sameWords(a.Request(), b.Request()))
}

func sameNeed(a, b []LineState) bool {
	return slices.ContainsFunc(a, func(l LineState) bool {
		return slices.ContainsFunc(b, func(o LineState) bool { return o.Category == l.Category })
	})
}

func samePlace(a, b *record.Request) bool {
	place := strings.Join(strings.Fields(strings.ToLower(a.Place)), " ")
	return place != "" && place == strings.Join(strings.Fields(strings.ToLower(b.Place)), " ")
}

// sameWords reports whether more than half of all words stand in both.
func sameWords(a, b *record.Request) bool {
	first, second := wordsOf(a), wordsOf(b)
	both := 0
	for _, w := range first {
		if _, found := slices.BinarySearch(second, w); found {
			both++
		}
	}
	return 2*both > len(first)+len(second)-both
}

func wordsOf(r *record.Request) []string {
	all := strings.Fields(strings.ToLower(r.Title + " " + r.Body))
	slices.Sort(all)
	return slices.Compact(all)
}
