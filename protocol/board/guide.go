package board

import (
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Lesson is a guide with what is made of it (DESIGN.md, Guides).
type Lesson struct {
	*Record
	Guide       *record.Guide
	Recommended []protocol.HouseholdID // stewards, in order
	Newer       *Record                // the guide that took its place, if any
}

// Guides returns the guides that were not taken back, in the order of ids.
func (v View) Guides() []Lesson {
	var all []Lesson
	for _, r := range v.All(record.Kind_KIND_GUIDE) {
		if m := r.Content.(*record.Guide); !m.Ended {
			all = append(all, Lesson{Record: r, Guide: m, Recommended: v.recommended(r)})
		}
	}
	for i := range all {
		all[i].Newer = newest(all, i)
	}
	return all
}

// Guide returns one guide.
func (v View) Guide(id protocol.RecordID) (Lesson, bool) {
	all := v.Guides()
	i := slices.IndexFunc(all, func(l Lesson) bool { return l.ID == id })
	if i < 0 {
		return Lesson{}, false
	}
	return all[i], true
}

// recommended returns the stewards who say that a guide is good.
func (v View) recommended(r *Record) []protocol.HouseholdID {
	var by []protocol.HouseholdID
	for _, x := range v.About(r.ID, record.Kind_KIND_RECOMMENDATION) {
		if !x.Content.(*record.Recommendation).TakenBack && v.board.roster.Steward(x.Owner) && !slices.Contains(by, x.Owner) {
			by = append(by, x.Owner)
		}
	}
	slices.SortFunc(by, func(a, b protocol.HouseholdID) int { return slices.Compare(a[:], b[:]) })
	return by
}

// newest follows what took the place of a guide to the end. Guides that take
// one another's place in a circle stay as they are.
func newest(all []Lesson, from int) *Record {
	at, found := from, -1
	for range len(all) {
		next := slices.IndexFunc(all, func(l Lesson) bool { return replaces(l, all[at]) })
		if next < 0 || next == from {
			break
		}
		at, found = next, next
	}
	if found < 0 || slices.ContainsFunc(all, func(l Lesson) bool { return replaces(l, all[at]) }) {
		return nil
	}
	return all[found].Record
}

// replaces reports whether a guide took the place of another: the household
// that wrote the other says so, later; or a steward recommends what somebody
// else wrote instead.
func replaces(l, other Lesson) bool {
	birth, ok := l.Guide.Supersedes.Place()
	if !ok || birth != other.Birth || l.ID == other.ID {
		return false
	}
	if l.Owner == other.Owner {
		return l.Birth.Stamp > other.Birth.Stamp
	}
	return len(l.Recommended) > 0
}
