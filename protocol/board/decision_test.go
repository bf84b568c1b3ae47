package board_test

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

var decisionVerbs = map[string]verb{"proposes": proposes, "rewords": rewords, "drops": drops, "votes": votes, "records": records,
	"witnesses": witnesses, "signs": signs}

// SARI proposes U "TITLE" METHOD until +T [options A,B] [quorum N] [grace +T] [revises U0] [of N]
func proposes(s *story, d *device, args []string) error {
	method, ok := record.MethodOf(args[2])
	if n, err := strconv.Atoi(args[2]); !ok && err == nil {
		method = record.Method(n) // of a newer version
	}
	m := &record.Proposal{Title: args[1], Method: method, Electorate: record.ElectorateOf(s.voters())}
	for rest := args[3:]; len(rest) > 1; rest = rest[2:] {
		n, _ := strconv.Atoi(rest[1])
		after, _ := duration(rest[1])
		switch rest[0] {
		case "until":
			m.Closes = start + after
		case "grace":
			m.Grace = uint32(after / 1_000)
		case "quorum":
			m.Quorum = uint32(n)
		case "of":
			m.Electorate.Households = uint32(n)
		case "revises":
			m.Revises = s.ref(rest[1])
		case "options":
			for i, text := range strings.Split(rest[1], ",") {
				m.Options = append(m.Options, &record.Option{Option: uint32(i + 1), Text: text})
			}
		}
	}
	return s.begin(d, args[0], "", nil, m)
}

// voters are the households with a vote, by id.
func (s *story) voters() []protocol.HouseholdID {
	var all []protocol.HouseholdID
	for _, d := range s.devices {
		if h := householdID(d.household); s.roster.Votes(h) {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b protocol.HouseholdID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(all)
}

func rewords(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Proposal) { m.Title = args[1] })
}

func drops(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Proposal) { m.Withdrawn = true })
}

// vote makes a vote on the text that this device knows: CHOICE [OPTION].
func (s *story) vote(d *device, proposal string, words []string) (*record.Vote, error) {
	p, ok := d.view().At(s.now).Poll(s.names[proposal].birth.Record())
	if !ok {
		return nil, errNotHere
	}
	v := &record.Vote{Text: p.Text[:], Via: record.Via_VIA_DEVICE}
	v.Choice, _ = record.ChoiceOf(words[0])
	if len(words) > 1 {
		n, err := strconv.Atoi(words[1])
		v.Option = uint32(n)
		return v, err
	}
	return v, nil
}

// BUDI votes U agree|abstain|stand-aside|block|taken-back [OPTION]
func votes(s *story, d *device, args []string) error {
	v, err := s.vote(d, args[0], args[1:])
	if err != nil {
		return err
	}
	return s.sayOnce(d, "ballot "+args[0], &record.Ballot{Proposal: s.ref(args[0]), Vote: v}, func(m proto.Message) { m.(*record.Ballot).Vote = v })
}

// SARI records H U hands|paper CHOICE [OPTION] for BUDI CITRA ...: said again, it is another sheet.
func records(s *story, d *device, args []string) error {
	split := slices.Index(args, "for")
	v, err := s.vote(d, args[1], args[3:split])
	if err != nil {
		return err
	}
	v.Via, _ = record.ViaOf(args[2])
	for _, name := range args[split+1:] {
		h := householdID(name)
		v.Households = append(v.Households, h[:])
	}
	if s.names[args[0]] != nil {
		return change(s, d, args[0], func(m *record.Ballot) { m.Vote = v })
	}
	return s.begin(d, args[0], args[1], nil, &record.Ballot{Proposal: s.ref(args[1]), Vote: v})
}

// DEWI witnesses H
func witnesses(s *story, d *device, args []string) error {
	r, ok := d.view().Record(s.names[args[0]].birth.Record())
	if !ok {
		return errNotHere
	}
	sheet := r.Content.(*record.Ballot)
	return s.begin(d, d.name+" saw "+args[0], args[0], nil, &record.Ballot{Proposal: sheet.Proposal, Vote: sheet.Vote, Sheet: s.ref(args[0])})
}

// SARI signs U: the count as her device knows it.
func signs(s *story, d *device, args []string) error {
	p, ok := d.view().At(s.now).Poll(s.names[args[0]].birth.Record())
	if !ok {
		return errNotHere
	}
	return s.sayOnce(d, "tally "+args[0], &record.Tally{Proposal: s.ref(args[0]), Count: p.Count}, func(m proto.Message) { m.(*record.Tally).Count = p.Count })
}

var (
	outcomes = map[Outcome]string{Undecidable: "nobody here can say", NoQuorum: "no quorum", Carried: "carried", NotCarried: "not carried"}
	reasons  = map[Why]string{Late: "late", OtherText: "for another text", NotVoter: "has no vote", NoOption: "no such option", NotSteward: "no steward's sheet",
		Unwitnessed: "unwitnessed", OwnBallot: "voted itself", Contradiction: "sheets contradict each other"}
)

// lookAtDecisions shows proposals with their counts.
func lookAtDecisions(s *story, v View) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, p := range v.Polls() {
		words := []string{p.Title, p.Method.Code(), fmt.Sprintf("%d of %d, %d needed", Ballots(p.Count), p.Electorate.Households, p.Quorum())}
		words = append(words, s.outcome(p, p.Count), s.standing(p))
		if p.Withdrawn {
			words = append(words, "withdrawn")
		}
		say("  %s %s: %s", s.nameOf(p.ID), s.householdName(p.Owner), strings.Join(words, ", "))
		for _, c := range s.byName(p.Counted) {
			say("    %s", c)
		}
		var aside []string
		for _, a := range p.Aside {
			aside = append(aside, fmt.Sprintf("not counted: %s, %s", s.voted(a.Voted), reasons[a.Why]))
		}
		slices.Sort(aside)
		for _, line := range aside {
			say("    %s", line)
		}
		var signed []string
		for _, g := range p.Signed {
			signed = append(signed, s.householdName(g.Owner)+map[bool]string{true: "", false: " (another count)"}[g.Same])
		}
		slices.Sort(signed)
		if len(signed) > 0 {
			say("    signed by %s", strings.Join(signed, ", "))
		}
	}
	return lines
}

func (s *story) outcome(p Poll, c *record.Count) string {
	outcome, option := p.Outcome(c)
	if option > 0 {
		return fmt.Sprintf("%s: option %d", outcomes[outcome], option)
	}
	return outcomes[outcome]
}

func (s *story) standing(p Poll) string {
	switch {
	case p.Disputed && p.Final == nil:
		return "disputed"
	case p.Final == nil:
		return "provisional"
	case !proto.Equal(p.Final, p.Count):
		return fmt.Sprintf("signed as %s with %d", s.outcome(p, p.Final), Ballots(p.Final))
	}
	return "signed"
}

func (s *story) byName(all []Voted) (lines []string) {
	for _, v := range all {
		lines = append(lines, s.voted(v))
	}
	slices.Sort(lines)
	return lines
}

func (s *story) voted(v Voted) string {
	words := []string{s.householdName(v.Household), v.Choice.Code()}
	if v.Option > 0 {
		words = append(words, strconv.Itoa(int(v.Option)))
	}
	if v.Via != record.Via_VIA_DEVICE {
		words = append(words, "by", s.nameOf(v.Ballot.ID))
	}
	return strings.Join(words, " ")
}

// TestACountIsOfOneVotePerHousehold lets households vote, change their minds,
// stand on sheets and reword, and holds the count against the rules.
func TestACountIsOfOneVotePerHousehold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStory()
		do := func(line string) {
			words, _ := split(line)
			if d, ok := s.devices[words[0]]; ok {
				if err := verbs[words[1]](s, d, words[2:]); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			} else if err := stage[words[0]](s, words[1:]); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		do("households a b c d")
		do("device b/2")
		do("founder a")
		do("steward b")
		do("guest d")
		do(`a proposes u "Ronda" majority until +10h of 4`)
		for i := range rapid.IntRange(0, 12).Draw(t, "steps") {
			who := rapid.SampledFrom([]string{"a", "b", "b/2", "c", "d"}).Draw(t, "who")
			choice := rapid.SampledFrom([]string{"agree", "block", "abstain", "taken-back", "agree 3"}).Draw(t, "choice")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				do(who + " votes u " + choice)
			case 2:
				do(fmt.Sprintf("%s records h%d u paper %s for b c", who, i, choice))
				do(rapid.SampledFrom([]string{"a", "c", "d"}).Draw(t, "witness") + fmt.Sprintf(" witnesses h%d", i))
			case 3:
				do(fmt.Sprintf("at +%dh", rapid.IntRange(0, 80).Draw(t, "hours")))
			case 4:
				do(who + " signs u")
			case 5:
				do("a rewords u " + rapid.SampledFrom([]string{"Ronda", "Jaga"}).Draw(t, "text"))
			}
		}
		p, _ := s.board.At(s.now).Poll(s.names["u"].birth.Record())
		seen := make(map[protocol.HouseholdID]bool)
		for _, v := range p.Counted {
			if seen[v.Household] || !s.roster.Votes(v.Household) || [16]byte(v.Vote.Text) != p.Text || v.Stamp.Millis() > p.WaitsUntil() ||
				v.Via == record.Via_VIA_DEVICE && v.Stamp.Millis() > p.Closes || v.Option > 0 || v.Choice == record.Choice_CHOICE_TAKEN_BACK {
				t.Fatalf("it counts %s", s.voted(v))
			}
			seen[v.Household] = true
		}
		if Ballots(p.Count) != len(p.Counted) || p.Disputed && p.Final != nil {
			t.Fatalf("%d ballots make %v", len(p.Counted), p.Count)
		}
		if got, want := Fold(s.roster, s.facts()), s.board; got.Hash() != want.Hash() {
			t.Fatal("the hash depends on the order")
		}
	})
}

// someTexts are of proposals that someDecision draws, born without an origin,
// and of none.
var someTexts = func() [][]byte {
	all := [][]byte{make([]byte, 16)}
	for _, method := range []record.Method{1, 2} {
		fields, err := record.FieldsOf(1, someProposal(method))
		if err != nil {
			panic(err)
		}
		text := record.TextOf(fields)
		all = append(all, text[:])
	}
	return all
}()

func someProposal(method record.Method) *record.Proposal {
	return &record.Proposal{Title: "u", Method: method, Closes: start, Electorate: record.ElectorateOf(households)}
}

// someDecision draws proposals, ballots, sheets, witnesses and signatures.
func someDecision(t *rapid.T, ref func(string) *record.Birth) proto.Message {
	text := rapid.SampledFrom(someTexts).Draw(t, "text")
	switch rapid.IntRange(0, 3).Draw(t, "decision") {
	case 0:
		return someProposal(record.Method(rapid.IntRange(1, 2).Draw(t, "method")))
	case 1:
		return &record.Tally{Proposal: ref("proposal"), Count: &record.Count{List: make([]byte, 32), Text: text, Block: uint32(rapid.IntRange(0, 1).Draw(t, "block"))}}
	}
	m := &record.Ballot{Proposal: ref("proposal"), Vote: &record.Vote{Text: text, Via: record.Via(rapid.IntRange(1, 2).Draw(t, "via")),
		Choice: record.Choice(rapid.IntRange(1, 5).Draw(t, "choice"))}}
	if m.Vote.Via != record.Via_VIA_DEVICE {
		household := rapid.SampledFrom(households).Draw(t, "household")
		m.Vote.Households = [][]byte{household[:]}
		if rapid.Bool().Draw(t, "witness") {
			m.Sheet = ref("sheet")
		}
	}
	return m
}

// pictureOfDecisions writes down the counts.
func pictureOfDecisions(w io.Writer, v View) {
	for _, p := range v.Polls() {
		outcome, option := p.Outcome(p.Count)
		fmt.Fprintln(w, p.ID, p.Text, p.Count, p.Final, p.Disputed, outcome, option, v.Over(p.ID))
		for _, c := range p.Counted {
			fmt.Fprintln(w, "counted", c.Household, c.Ballot.ID, c.Choice)
		}
		for _, a := range p.Aside {
			fmt.Fprintln(w, "aside", a.Household, a.Ballot.ID, a.Why)
		}
		for _, s := range p.Signed {
			fmt.Fprintln(w, "signed", s.Owner, s.ID, s.Same, s.Steward)
		}
	}
}
