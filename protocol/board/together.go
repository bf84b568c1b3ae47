package board

import (
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// LinkState is how far a link is agreed.
type LinkState uint8

// A link is suggested by whoever wrote it, confirmed or denied by whose word
// counts. It never hides anything.
const (
	Suggested LinkState = iota
	Confirmed
	Denied
)

// Linked is what is said of two records: the same by several counts once.
type Linked struct {
	Pair
	State LinkState
	By    []protocol.HouseholdID // who says so, by id
}

// Pair is two records and how the first stands to the second.
type Pair struct {
	From, To protocol.Birth
	Relation record.Relation
}

// Links returns what is said of one record belonging to others, from either
// end, or with none named of all records.
func (v View) Links(about ...protocol.RecordID) []Linked {
	var all []Linked
	words := make(map[Pair]*wordsOn)
	for _, r := range v.All(record.Kind_KIND_LINK) {
		p, m := pairOf(r), r.Content.(*record.Link)
		if m.TakenBack || len(about) > 0 && !slices.ContainsFunc(about, p.touches) {
			continue
		}
		if words[p] == nil {
			words[p] = new(wordsOn)
		}
		words[p].hear(r.Owner, m.Denied, v.board.entitled(r.Owner, p))
	}
	for p, w := range words {
		if len(w.by) > 0 {
			all = append(all, Linked{p, w.state(), w.by})
		}
	}
	slices.SortFunc(all, func(a, b Linked) int { return a.compare(b.Pair) })
	return all
}

// pairOf returns what a link is about. One event has no direction.
func pairOf(r *Record) Pair {
	m := r.Content.(*record.Link)
	from, _ := m.From.Place()
	to, _ := m.To.Place()
	if m.Relation == record.Relation_RELATION_SAME_EVENT && compareIDs(from.Record(), to.Record()) > 0 {
		from, to = to, from
	}
	return Pair{from, to, m.Relation}
}

func (p Pair) touches(id protocol.RecordID) bool { return id == p.From.Record() || id == p.To.Record() }

func (p Pair) compare(o Pair) int {
	return cmp.Or(compareIDs(p.From.Record(), o.From.Record()), compareIDs(p.To.Record(), o.To.Record()),
		cmp.Compare(p.Relation, o.Relation))
}

// wordsOn is what households say of a pair.
type wordsOn struct {
	by      []protocol.HouseholdID
	yes, no bool // of one whose word counts
}

func (w *wordsOn) hear(by protocol.HouseholdID, denied, entitled bool) {
	w.yes, w.no = w.yes || entitled && !denied, w.no || entitled && denied
	at, found := slices.BinarySearchFunc(w.by, by, compareHouseholds)
	if !denied && !found {
		w.by = slices.Insert(w.by, at, by)
	}
}

// state: of those whose word counts, a yes stands before a no.
func (w *wordsOn) state() LinkState {
	switch {
	case w.yes:
		return Confirmed
	case w.no:
		return Denied
	}
	return Suggested
}

// entitled reports whether a household's word on a pair counts: the owner's of
// the record it begins at, of one event of either, and a steward's.
func (b *Board) entitled(by protocol.HouseholdID, p Pair) bool {
	from, known := b.roster.Household(p.From.Device)
	to, other := b.roster.Household(p.To.Device)
	return known && by == from || b.roster.Steward(by) ||
		p.Relation == record.Relation_RELATION_SAME_EVENT && other && by == to
}
