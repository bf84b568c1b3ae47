package board_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

var careVerbs = map[string]verb{"checks": checksIn, "calls": callsRoll, "ends": endsRoll, "thanks": thanks}

// SARI checks in STATUS [OK/TOTAL] [for HOUSEHOLD] [person "NAME"] [at "PLACE"] [in ROUND] [seeing]: with
// "seeing" it answers the needs of the same people that this device knows of.
func checksIn(s *story, d *device, args []string) error {
	status, _ := record.WellbeingOf(args[1])
	m := &record.CheckIn{Word: &record.Word{Status: status, At: s.wall(d)}}
	subject, me := Subject{Household: householdID(d.household)}, householdID(d.household)
	for rest := args[2:]; len(rest) > 0; rest = rest[2:] {
		if rest[0] == "seeing" {
			rest = append([]string{"seeing"}, rest...)
		}
		switch rest[0] {
		case "for":
			subject.Household = householdID(rest[1])
		case "person":
			m.Person, subject.Person = rest[1], PersonKey(rest[1])
		case "at":
			m.Word.Place = rest[1]
		case "in":
			m.Word.Rounds = append(m.Word.Rounds, s.ref(rest[1]))
		case "seeing":
			m.Word.Answers = d.view().At(s.now).Answers(me, subject, true)
		default:
			fmt.Sscanf(rest[0], "%d/%d", &m.Word.PeopleOk, &m.Word.PeopleTotal)
			rest = append([]string{""}, rest...)
		}
	}
	m.Household = subject.Household[:]
	return s.sayOnce(d, "check-in "+subject.Household.String()+subject.Person, m, func(stands proto.Message) {
		stands.(*record.CheckIn).Word = m.Word
	})
}

// sayOnce begins a record or, where this device knows of one of its household
// from the same origin, edits it.
func (s *story) sayOnce(d *device, origin string, m proto.Message, change func(proto.Message)) error {
	if id, ok := d.view().At(s.now).Origin(householdID(d.household), origin); ok {
		return d.edit(s.wall(d), id, change)
	}
	return s.begin(d, fmt.Sprintf("%s of %s, %d", origin, d.name, len(s.names)), "", nil, m, &record.Common{Origin: origin})
}

// BUDI calls A "REASON" until +T
func callsRoll(s *story, d *device, args []string) error {
	until, rest, err := s.option(args[1:], "until")
	if err != nil {
		return err
	}
	return s.begin(d, args[0], "", nil, &record.RollCall{Reason: rest[0], Closes: until})
}

func endsRoll(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.RollCall) { m.Ended = true })
}

// SARI thanks T BUDI "TEXT" [P]
func thanks(s *story, d *device, args []string) error {
	to := householdID(args[1])
	m := &record.Thanks{Household: to[:], Text: args[2]}
	if len(args) > 3 {
		m.For = s.ref(args[3])
	}
	return s.begin(d, args[0], "", nil, m)
}

// lookAtCare shows how everybody is, the roll calls and the thanks.
func lookAtCare(s *story, v View) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	all := v.Wellbeings()
	slices.SortFunc(all, func(a, b Wellbeing) int { return strings.Compare(s.subject(a.Subject), s.subject(b.Subject)) })
	for _, w := range all {
		shown := "no news"
		if w.Shown != nil {
			shown = s.checkIn(*w.Shown)
		}
		say("  %s is %s", s.subject(w.Subject), shown)
		for _, n := range w.Needs {
			say("    needs: %s", s.checkIn(n))
		}
	}
	for _, c := range v.RollCalls() {
		words := map[bool]string{true: "closed", false: "open"}
		say("  %s %s: %s, %s, unanswered: %s", s.nameOf(c.ID), s.householdName(c.Owner), c.Reason, words[c.Over], s.unanswered(v, c.ID, all))
	}
	for _, r := range v.Thanks() {
		m := r.Content.(*record.Thanks)
		say("  %s: %s thanks %s: %s", s.nameOf(r.ID), s.householdName(r.Owner), s.householdName(protocol.HouseholdID(m.Household)), m.Text)
	}
	return lines
}

func (s *story) subject(of Subject) string {
	if of.Person == "" {
		return s.householdName(of.Household)
	}
	if of.Household == (protocol.HouseholdID{}) {
		return of.Person
	}
	return of.Person + " of " + s.householdName(of.Household)
}

func (s *story) checkIn(c CheckIn) string {
	by := map[By]string{BySelf: "self", BySteward: "a steward", ByNeighbour: "a neighbour"}[c.By]
	said := c.Status.Code()
	if c.PeopleTotal > 0 {
		said += fmt.Sprintf(", %d of %d", c.PeopleOk, c.PeopleTotal)
	}
	if c.Place != "" {
		said += ", " + c.Place
	}
	return fmt.Sprintf("%s, says %s (%s)", said, s.householdName(c.Owner), by)
}

func (s *story) unanswered(v View, round protocol.RecordID, all []Wellbeing) string {
	var names []string
	for _, d := range s.devices {
		if _, ok := v.Answer(householdID(d.household), round, all); !ok && !slices.Contains(names, d.household) {
			names = append(names, d.household)
		}
	}
	slices.Sort(names)
	return strings.Join(append(names, "."), " ")
}

// A check-in's slot may go once it says nothing any longer; a need's only when
// somebody answered it.
func TestANeedKeepsItsSlotUntilItIsAnswered(t *testing.T) {
	s := newStory()
	hear := func(lines ...string) {
		t.Helper()
		for _, line := range lines {
			if _, err := s.hear(t, line); err != nil {
				t.Fatal(err)
			}
		}
	}
	hear("households sari budi citra", "steward budi", "sari checks in need-help", "citra checks in safe", "at +80h")
	over := func() (over []string) {
		v := s.board.At(s.now)
		for _, r := range v.All(record.Kind_KIND_CHECK_IN) {
			if v.Over(r.ID) {
				over = append(over, s.householdName(r.Owner))
			}
		}
		slices.Sort(over)
		return over
	}
	if got := over(); !slices.Equal(got, []string{"citra"}) {
		t.Errorf("over after 80 hours: %v", got)
	}
	hear("budi checks in safe for sari seeing")
	if got := over(); !slices.Equal(got, []string{"citra", "sari"}) {
		t.Errorf("over once it was answered: %v", got)
	}
}

// someCare draws what neighbours may say of one another, whether it makes sense or not.
func someCare(t *rapid.T, ref func(string) *record.Birth) proto.Message {
	household := rapid.SampledFrom(households).Draw(t, "household")
	switch rapid.IntRange(0, 2).Draw(t, "care") {
	case 0:
		return &record.RollCall{Reason: "apel", Closes: start + rapid.Int64Range(-1, 1).Draw(t, "closes")}
	case 1:
		return &record.Thanks{For: ref("for"), Household: household[:], Text: "terima kasih"}
	}
	return &record.CheckIn{Household: household[:], Person: rapid.SampledFrom([]string{"", "Mbah"}).Draw(t, "person"), Word: &record.Word{
		Status: record.Wellbeing(rapid.IntRange(-1, 8).Draw(t, "status")), At: rapid.SampledFrom([]int64{0, start, start + 1}).Draw(t, "at"),
		Rounds: []*record.Birth{ref("round")}, Answers: []*record.Answered{{CheckIn: ref("need"), Stamp: uint64(someStamp(t))}}, Request: ref("request"),
	}}
}

// pictureOfCare writes down how everybody is.
func pictureOfCare(w io.Writer, v View) {
	all := v.Wellbeings()
	for _, x := range all {
		for _, c := range x.Said {
			fmt.Fprintln(w, x.Subject, "said", c.ID, c.By, c.Status, c.When, x.Shown != nil && x.Shown.ID == c.ID)
		}
		for _, c := range x.Needs {
			fmt.Fprintln(w, x.Subject, "needs", c.ID, v.Over(c.ID))
		}
	}
	for _, c := range v.RollCalls() {
		for _, h := range households {
			answer, ok := v.Answer(h, c.ID, all)
			fmt.Fprintln(w, "roll", c.ID, c.Over, h, ok, ok && answer.Owner == h)
		}
	}
	for _, r := range v.Thanks() {
		fmt.Fprintln(w, "thanks", r.ID, r.Owner)
	}
}
