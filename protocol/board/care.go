package board

import (
	"cmp"
	"slices"
	"strings"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

const (
	selfHolds    = 12 * hour // a household's own word goes before others' for so long
	checkInHolds = 72 * hour
	roundHolds   = 7 * day // after the roll call closed
	thanksHold   = 365 * day
)

// Subject is whose wellbeing a check-in is about: a household or, by name, a
// person apart; a person of no household on the board has the zero id.
type Subject struct {
	Household protocol.HouseholdID
	Person    string // in lower case
}

// By is who says how somebody is.
type By uint8

// Who says so: the household itself, a steward, or any other neighbour.
const (
	BySelf By = iota + 1
	BySteward
	ByNeighbour
)

// CheckIn is what a record says of a subject.
type CheckIn struct {
	*Record
	*record.Word
	About Subject
	By    By
	Stamp crdt.Stamp // of its word
	When  int64      // ms, no later than now; 0 where a clock was never set
	ends  int64
}

// Wellbeing is what is said of one subject, as far as it still holds.
type Wellbeing struct {
	Subject
	Shown *CheckIn  // nil: nothing holds any longer
	Needs []CheckIn // that nobody answered, the oldest first
	Said  []CheckIn // the latest of each household, the latest first, what no longer holds too
}

// Wellbeings returns what check-ins say, by subject. Stamps of different
// households are compared, so it is for display and decides nothing.
func (v View) Wellbeings() []Wellbeing {
	said := make(map[Subject][]CheckIn)
	for _, r := range v.All(record.Kind_KIND_CHECK_IN) {
		c := v.checkIn(r)
		said[c.About] = append(said[c.About], c)
	}
	var all []Wellbeing
	for subject, checkIns := range said {
		all = append(all, v.wellbeing(subject, checkIns))
	}
	slices.SortFunc(all, func(a, b Wellbeing) int {
		return cmp.Or(slices.Compare(a.Household[:], b.Household[:]), strings.Compare(a.Person, b.Person))
	})
	return all
}

// Wellbeing returns what is said of one subject.
func (v View) Wellbeing(of Subject) Wellbeing {
	var said []CheckIn
	for _, r := range v.All(record.Kind_KIND_CHECK_IN) {
		if c := v.checkIn(r); c.About == of {
			said = append(said, c)
		}
	}
	return v.wellbeing(of, said)
}

// PersonKey is the name of a person as subjects compare it.
func PersonKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func (v View) checkIn(r *Record) CheckIn {
	m := r.Content.(*record.CheckIn)
	c := CheckIn{Record: r, Word: m.Word, By: ByNeighbour, Stamp: r.Fields[3].Stamp, When: min(m.Word.At, v.now)}
	copy(c.About.Household[:], m.Household)
	c.About.Person = PersonKey(m.Person)
	switch {
	case len(m.Household) > 0 && r.Owner == c.About.Household:
		c.By = BySelf
	case v.board.roster.Steward(r.Owner):
		c.By = BySteward
	}
	if m.Word.At < protocol.Began {
		c.When = 0
	}
	c.ends = v.checkInEnds(r, m.Word)
	return c
}

// checkInEnds is when a check-in says nothing any longer of how things are.
func (v View) checkInEnds(r *Record, w *record.Word) int64 {
	if r.Common.Expires > 0 {
		return sure(r.Common.Expires)
	}
	ends := w.At + checkInHolds
	for _, ref := range w.Rounds {
		if birth, ok := ref.Place(); ok {
			if round, ok := v.RollCall(birth.Record()); ok {
				ends = max(ends, round.Closes+roundHolds)
			}
		}
	}
	return sure(ends)
}

func (v View) wellbeing(of Subject, all []CheckIn) Wellbeing {
	w := Wellbeing{Subject: of, Said: latest(all)}
	for _, c := range all {
		if c.Status.Need() && !answered(c, all) {
			w.Needs = append(w.Needs, c)
		}
	}
	slices.SortFunc(w.Needs, func(a, b CheckIn) int { return compareCheckIns(b, a) })
	w.Shown = v.shown(w.Said)
	return w
}

// latest returns of each household the last it says, the latest first.
func latest(all []CheckIn) []CheckIn {
	last := make(map[protocol.HouseholdID]CheckIn)
	for _, c := range all {
		had, ok := last[c.Owner]
		if !ok || cmp.Or(cmp.Compare(c.Stamp, had.Stamp), compareIDs(c.ID, had.ID)) > 0 {
			last[c.Owner] = c
		}
	}
	var found []CheckIn
	for _, c := range last {
		found = append(found, c)
	}
	slices.SortFunc(found, compareCheckIns)
	return found
}

// compareCheckIns puts the latest first.
func compareCheckIns(a, b CheckIn) int {
	return cmp.Or(cmp.Compare(b.When, a.When), compareIDs(a.ID, b.ID))
}

// shown picks what is shown of a subject: its own word while that is fresh,
// else the latest of anybody.
func (v View) shown(said []CheckIn) *CheckIn {
	var found *CheckIn
	for i, c := range said {
		switch {
		case v.now > c.ends:
		case c.By == BySelf && c.When > v.now-selfHolds:
			return &said[i]
		case found == nil:
			found = &said[i]
		}
	}
	return found
}

// answered reports whether somebody has seen to a need. What is answered is
// named, so no clock can silence a need that its writer had not heard of.
func answered(need CheckIn, all []CheckIn) bool {
	return slices.ContainsFunc(all, func(c CheckIn) bool { return c.answersNeed(need) })
}

// answersNeed: the household itself may say so, a steward, or whoever said the
// need.
func (c CheckIn) answersNeed(need CheckIn) bool {
	if c.ID == need.ID || c.By == ByNeighbour && c.Owner != need.Owner {
		return false
	}
	return slices.ContainsFunc(c.Answers, func(a *record.Answered) bool {
		birth, ok := a.CheckIn.Place()
		return ok && birth.Record() == need.ID && a.Stamp >= uint64(need.Stamp)
	})
}

// Answers returns the needs of a subject that the next word of a household
// answers: with seen those that are open, and in any case those that its words
// answer already, since a word replaces the one before.
func (v View) Answers(by protocol.HouseholdID, of Subject, seen bool) []*record.Answered {
	var own, needs []CheckIn
	for _, r := range v.All(record.Kind_KIND_CHECK_IN) {
		switch c := v.checkIn(r); {
		case c.About != of:
			continue
		case r.Owner == by:
			own = append(own, c)
			fallthrough
		case c.Status.Need():
			needs = append(needs, c)
		}
	}
	var all []*record.Answered
	for _, n := range needs {
		if n.Status.Need() && (seen || answered(n, own)) {
			all = append(all, &record.Answered{CheckIn: record.BirthOf(n.Birth), Stamp: uint64(n.Stamp)})
		}
	}
	return all[:min(len(all), record.MaxAnswers)]
}

// RollCall is a steward's call to check in.
type RollCall struct {
	*Record
	*record.RollCall
	Over bool // it has closed
}

// RollCall returns one roll call; anybody else's than a steward's is none.
func (v View) RollCall(id protocol.RecordID) (RollCall, bool) {
	r, ok := v.board.Record(id)
	if !ok {
		return RollCall{}, false
	}
	m, ok := r.Content.(*record.RollCall)
	if !ok || !v.board.roster.Steward(r.Owner) {
		return RollCall{}, false
	}
	return RollCall{r, m, m.Ended || v.now > sure(m.Closes)}, true
}

// RollCalls returns those that are kept, the one that closes last first.
func (v View) RollCalls() []RollCall {
	var all []RollCall
	for _, r := range v.All(record.Kind_KIND_ROLL_CALL) {
		if c, ok := v.RollCall(r.ID); ok && v.now <= sure(c.Closes+roundHolds) {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b RollCall) int { return cmp.Compare(b.Closes, a.Closes) })
	return all
}

// Answer returns what answers a roll call for a household: its own word about
// any of its people, or what others saw of the whole of it. That nobody
// answered the door is no answer.
func (v View) Answer(of protocol.HouseholdID, round protocol.RecordID, all []Wellbeing) (CheckIn, bool) {
	for _, w := range all {
		if w.Household != of || of == (protocol.HouseholdID{}) {
			continue
		}
		for _, c := range w.Said {
			if c.answers(round) && (w.Person == "" || c.By == BySelf) {
				return c, true
			}
		}
	}
	return CheckIn{}, false
}

func (c CheckIn) answers(round protocol.RecordID) bool {
	return c.Status != record.Wellbeing_WELLBEING_NO_ANSWER && slices.ContainsFunc(c.Rounds, func(ref *record.Birth) bool {
		birth, ok := ref.Place()
		return ok && birth.Record() == round
	})
}

// Thanks returns the thanks that are kept, the latest first. Nobody thanks
// themselves.
func (v View) Thanks() []*Record {
	var all []*Record
	for _, r := range v.All(record.Kind_KIND_THANKS) {
		if protocol.HouseholdID(r.Content.(*record.Thanks).Household) != r.Owner && v.now <= sure(r.Created()+thanksHold) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b *Record) int { return cmp.Compare(b.Birth.Stamp, a.Birth.Stamp) })
	return all
}

// careOver reports whether nothing more is expected of a record of care; false
// for other kinds. A need is over once it is answered, however old.
func (v View) careOver(r *Record) bool {
	switch m := r.Content.(type) {
	case *record.CheckIn:
		c := v.checkIn(r)
		if m.Word.Status.Need() {
			return !slices.ContainsFunc(v.Wellbeing(c.About).Needs, func(n CheckIn) bool { return n.ID == r.ID })
		}
		return v.now > c.ends
	case *record.RollCall:
		return v.now > sure(m.Closes+roundHolds)
	case *record.Thanks:
		return v.now > sure(r.Created()+thanksHold)
	}
	return false
}
