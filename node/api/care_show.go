package api

import (
	"cmp"
	"slices"
	"strings"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// careItems are the open visits and talks that are asked for, by whom they are
// for.
type careItems map[board.Subject][]CareItem

// careItems finds them: a check-in that names a request says whom it is for,
// otherwise it is for the household that asks.
func (r register) careItems() careItems {
	named := make(map[protocol.RecordID][]board.Subject)
	for _, w := range r.Wellbeings() {
		for _, c := range w.Said {
			if birth, ok := c.Request.Place(); ok {
				named[birth.Record()] = append(named[birth.Record()], w.Subject)
			}
		}
	}
	found := make(careItems)
	for i := range r.Open(record.Kind_KIND_REQUEST) {
		item, ok := r.careItem(i)
		if !ok {
			continue
		}
		subjects := named[i.ID]
		if len(subjects) == 0 {
			subjects = []board.Subject{{Household: i.Owner}}
		}
		for _, of := range subjects {
			found[of] = append(found[of], item)
		}
	}
	return found
}

func (r register) careItem(i board.Item) (CareItem, bool) {
	for _, l := range i.Lines {
		if l.Category == categoryVisit || l.Category == categoryTalk {
			return CareItem{ID: i.ID.String(), Short: r.short(i.ID), Title: title(i), Category: l.Category,
				State: states[i.State], Owner: r.sight.household(i.Owner)}, true
		}
	}
	return CareItem{}, false
}

// careOfAll shows every household that belongs, and the persons apart of whom
// something is said.
func (r register) careOfAll() []CareOf {
	items, all := r.careItems(), r.Wellbeings()
	people := []CareOf{}
	for _, m := range r.called("") {
		of := board.Subject{Household: m.ID}
		i, ok := slices.BinarySearchFunc(all, of, compareSubjects)
		w := board.Wellbeing{Subject: of}
		if ok {
			w = all[i]
		}
		doc := r.careOf(w, items)
		doc.Probation = m.Standing == roster.Probation
		people = append(people, doc)
	}
	for _, w := range all {
		if w.Person != "" && (w.Shown != nil || len(w.Needs) > 0) {
			people = append(people, r.careOf(w, items))
		}
	}
	slices.SortStableFunc(people, compareCare)
	return people
}

func compareSubjects(w board.Wellbeing, of board.Subject) int {
	return cmp.Or(slices.Compare(w.Household[:], of.Household[:]), strings.Compare(w.Person, of.Person))
}

// compareCare puts first whoever needs somebody, then who did not answer, then
// those of whom nothing is known; among equals the longest unheard.
func compareCare(a, b CareOf) int {
	return cmp.Or(cmp.Compare(worry(a), worry(b)), a.Last.Compare(b.Last), strings.Compare(a.name(), b.name()))
}

func worry(c CareOf) int {
	switch {
	case len(c.Needs) > 0:
		return 0
	case c.Shown == nil:
		return 2
	case c.Shown.Status == record.Wellbeing_WELLBEING_NO_ANSWER.Code():
		return 1
	}
	return 3
}

func (c CareOf) name() string {
	if c.Household == nil {
		return strings.ToLower(c.Person)
	}
	return strings.ToLower(c.Household.Name + " " + c.Person)
}

func (r register) careOf(w board.Wellbeing, items careItems) CareOf {
	doc := CareOf{Household: r.named(w.Household), Needs: []CheckIn{}, Said: []CheckIn{}, Requests: items[w.Subject]}
	if doc.Requests == nil {
		doc.Requests = []CareItem{}
	}
	if w.Shown != nil {
		shown := r.checkedIn(*w.Shown)
		doc.Shown = &shown
	}
	for _, c := range w.Needs {
		doc.Needs = append(doc.Needs, r.checkedIn(c))
	}
	for _, c := range w.Said {
		doc.Said = append(doc.Said, r.checkedIn(c))
		doc.Person = c.Content.(*record.CheckIn).Person
		if c.Status != record.Wellbeing_WELLBEING_NO_ANSWER && c.When > 0 && at(c.When).After(doc.Last) {
			doc.Last = at(c.When)
		}
	}
	return doc
}

var bys = map[board.By]string{board.BySelf: BySelf, board.BySteward: BySteward, board.ByNeighbour: ByNeighbour}

func (r register) checkedIn(c board.CheckIn) CheckIn {
	doc := CheckIn{
		ID: c.ID.String(), Short: r.short(c.ID), Owner: r.sight.household(c.Owner), By: bys[c.By], Status: c.Status.Code(),
		OK: c.PeopleOk, Total: c.PeopleTotal, Where: c.Word.Place, Note: c.Note, At: at(c.When),
	}
	if birth, ok := c.Request.Place(); ok {
		doc.Request = birth.Record().String()
	}
	return doc
}

// rollCall shows a roll call and how every household stands to it.
func (r register) rollCall(c board.RollCall, all []board.Wellbeing, items careItems) RollCall {
	doc := RollCall{
		ID: c.ID.String(), Short: r.short(c.ID), Owner: r.sight.household(c.Owner), Reason: c.Reason, Area: c.Common.Area,
		Exercise: c.Common.Exercise, Opened: at(c.Created()), Closes: at(c.Closes), Over: c.Over,
		Answered: []CareOf{}, Unanswered: []CareOf{},
	}
	for _, m := range r.called(c.Common.Area) {
		doc.Called++
		w, ok := slices.BinarySearchFunc(all, board.Subject{Household: m.ID}, compareSubjects)
		of := board.Wellbeing{Subject: board.Subject{Household: m.ID}}
		if ok {
			of = all[w]
		}
		shown := r.careOf(of, items)
		if answer, ok := r.Answer(m.ID, c.ID, all); ok {
			said := r.checkedIn(answer)
			shown.Shown = &said
			doc.Answered = append(doc.Answered, shown)
		} else {
			doc.Unanswered = append(doc.Unanswered, shown)
		}
	}
	slices.SortStableFunc(doc.Answered, func(a, b CareOf) int { return strings.Compare(a.name(), b.name()) })
	slices.SortStableFunc(doc.Unanswered, func(a, b CareOf) int { return cmp.Or(a.Last.Compare(b.Last), strings.Compare(a.name(), b.name())) })
	return doc
}

func (s sight) thanks(r *board.Record) Thanks {
	m := r.Content.(*record.Thanks)
	doc := Thanks{
		ID: r.ID.String(), Short: s.short(r.ID), From: s.household(r.Owner), To: s.household(protocol.HouseholdID(m.Household)),
		Text: m.Text, Created: at(r.Created()),
	}
	if birth, ok := m.For.Place(); ok {
		doc.For = birth.Record().String()
		if x, ok := s.Record(birth.Record()); ok {
			if item, ok := s.about(x); ok {
				doc.Title = title(item)
			}
		}
	}
	return doc
}
