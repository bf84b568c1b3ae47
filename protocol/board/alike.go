package board

import (
	"slices"
	"strings"

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
// (DESIGN.md, Links).
func (v View) Alike(i Item) []Item {
	if i.Request() == nil {
		return nil
	}
	var all []Item
	for other := range v.Open(record.Kind_KIND_REQUEST) {
		if other.ID != i.ID && i.Common.Exercise == other.Common.Exercise && alike(i, other) {
			all = append(all, other)
		}
	}
	return all
}

// alike: what one household asks for twice is the same need more often than
// not; of two it takes the same place and mostly the same words, since in a
// flood many near one another need the same.
func alike(a, b Item) bool {
	apart := a.Created() - b.Created()
	apart = max(apart, -apart)
	if !sameNeed(a.Lines, b.Lines) {
		return false
	}
	if a.Owner == b.Owner {
		return apart <= sameAuthorWithin
	}
	return apart <= samePlaceWithin && samePlace(a.Request(), b.Request()) && sameWords(a.Request(), b.Request())
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
