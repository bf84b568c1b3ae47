package record_test

import (
	"encoding/hex"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/record"
)

func TestAProposalKeepsToItsRules(t *testing.T) {
	good := func() *Proposal {
		return &Proposal{Title: "Ronda", Method: Method_METHOD_MUFAKAT, Closes: 1, Electorate: &Electorate{Hash: make([]byte, 16), Households: 4},
			Options: []*Option{{Option: 1, Text: "Sabtu"}, {Option: 2, Text: "Minggu"}}}
	}
	breaks(t, good, "title", "missing", func(m *Proposal) { m.Title = "" })
	breaks(t, good, "title", "too-long", func(m *Proposal) { m.Title = letters(81) })
	breaks(t, good, "body", "too-long", func(m *Proposal) { m.Body = letters(1_001) })
	breaks(t, good, "closes", "missing", func(m *Proposal) { m.Closes = 0 })
	breaks(t, good, "closes", "out-of-range", func(m *Proposal) { m.Closes = 1 << 48 })
	breaks(t, good, "method", "missing", func(m *Proposal) { m.Method = 0 })
	breaks(t, good, "quorum", "out-of-range", func(m *Proposal) { m.Quorum = 1_001 })
	breaks(t, good, "grace", "out-of-range", func(m *Proposal) { m.Grace = MaxGrace + 1 })
	breaks(t, good, "electorate", "out-of-range", func(m *Proposal) { m.Electorate = nil })
	breaks(t, good, "electorate", "out-of-range", func(m *Proposal) { m.Electorate.Households = MaxElectorate + 1 })
	breaks(t, good, "electorate", "missing", func(m *Proposal) { m.Electorate.Hash = nil })
	breaks(t, good, "revises", "missing", func(m *Proposal) { m.Revises = &Birth{} })
	breaks(t, good, "options", "missing", func(m *Proposal) { m.Options = m.Options[:1] })
	breaks(t, good, "options", "missing", func(m *Proposal) { m.Options[1].Text = "" })
	breaks(t, good, "options", "too-long", func(m *Proposal) { m.Options[1].Text = letters(81) })
	breaks(t, good, "options", "out-of-range", func(m *Proposal) { m.Options[1].Option = 0 })
	breaks(t, good, "options", "repeated", func(m *Proposal) { m.Options[1].Option = 1 })
	breaks(t, good, "options", "repeated", func(m *Proposal) { m.Options[1].Text = "Sabtu" })
	breaks(t, good, "options", "too-many", func(m *Proposal) {
		for i := range uint32(11) {
			m.Options = append(m.Options, &Option{Option: i + 3, Text: letters(int(i) + 1)})
		}
	})
	newer := good()
	newer.Method, newer.Options = 99, nil
	if err := Check(newer); err != nil {
		t.Errorf("a method of a newer version: %v", err)
	}
}

func TestABallotKeepsToItsRules(t *testing.T) {
	good := func() *Ballot {
		return &Ballot{Proposal: someBirth(), Vote: &Vote{Text: make([]byte, 16), Choice: Choice_CHOICE_AGREE, Via: Via_VIA_PAPER,
			Households: [][]byte{make([]byte, 16), append(make([]byte, 15), 1)}}}
	}
	breaks(t, good, "proposal", "missing", func(m *Ballot) { m.Proposal = nil })
	breaks(t, good, "sheet", "missing", func(m *Ballot) { m.Sheet = &Birth{} })
	breaks(t, good, "choice", "missing", func(m *Ballot) { m.Vote = nil })
	breaks(t, good, "choice", "missing", func(m *Ballot) { m.Vote.Choice = 0 })
	breaks(t, good, "via", "missing", func(m *Ballot) { m.Vote.Via = 0 })
	breaks(t, good, "text", "missing", func(m *Ballot) { m.Vote.Text = m.Vote.Text[:15] })
	breaks(t, good, "reason", "too-long", func(m *Ballot) { m.Vote.Reason = letters(281) })
	breaks(t, good, "households", "missing", func(m *Ballot) { m.Vote.Households = nil })
	breaks(t, good, "households", "missing", func(m *Ballot) { m.Vote.Via = Via_VIA_DEVICE })
	breaks(t, good, "households", "missing", func(m *Ballot) { m.Vote.Households[1] = nil })
	breaks(t, good, "households", "repeated", func(m *Ballot) { m.Vote.Households[1] = make([]byte, 16) })
	breaks(t, good, "households", "too-many", func(m *Ballot) {
		for i := range MaxSheet {
			m.Vote.Households = append(m.Vote.Households, append(make([]byte, 14), byte(i), 2))
		}
	})
}

func TestATallyKeepsToItsRules(t *testing.T) {
	good := func() *Tally {
		return &Tally{Proposal: someBirth(), Count: &Count{List: make([]byte, 32), Text: make([]byte, 16),
			Agree: []*Share{{Option: 1, Ballots: 2}, {Option: 2, Ballots: 1}}, Block: 1}}
	}
	breaks(t, good, "proposal", "missing", func(m *Tally) { m.Proposal = nil })
	breaks(t, good, "count", "missing", func(m *Tally) { m.Count = nil })
	breaks(t, good, "count", "missing", func(m *Tally) { m.Count.List = make([]byte, 16) })
	breaks(t, good, "text", "missing", func(m *Tally) { m.Count.Text = nil })
	breaks(t, good, "count", "repeated", func(m *Tally) { m.Count.Agree[1].Option = 1 })
	breaks(t, good, "count", "out-of-range", func(m *Tally) { m.Count.Block = MaxElectorate })
	breaks(t, good, "count", "out-of-range", func(m *Tally) { m.Count.Abstain = 1<<32 - 1 })
	breaks(t, good, "count", "out-of-range", func(m *Tally) { m.Count.Agree[0].Ballots = 1<<32 - 1 })
}

// The text is every field but the one that says it was withdrawn, as it stands
// on the wire: these bytes are part of the format.
func TestTheTextOfAProposalIsAllButItsWithdrawal(t *testing.T) {
	m := &Proposal{Title: "Ronda", Method: Method_METHOD_MUFAKAT, Closes: 1_764_000_000_000, Electorate: ElectorateOf([]protocol.HouseholdID{{1}, {2}})}
	text := TextOf(fields(t, 7, m, &Common{Origin: "form"}))
	if got := hex.EncodeToString(text[:]); got != "f4c545650751eb5fe41d9c226fc7e463" {
		t.Errorf("the text is %s", got)
	}
	dropped := proto.Clone(m).(*Proposal)
	dropped.Withdrawn = true
	if TextOf(fields(t, 9, dropped, &Common{Origin: "form"})) != text {
		t.Error("withdrawn, or said at another time, it is another text")
	}
	cleared := fields(t, 7, m, &Common{Origin: "form"})
	cleared[3] = crdt.Assertion{Stamp: 8}
	if TextOf(cleared) != text {
		t.Error("a field that was cleared is part of it")
	}
	for field, spoil := range map[string]func(*Proposal){
		"title": func(m *Proposal) { m.Title = "Rondo" }, "closes": func(m *Proposal) { m.Closes++ }, "quorum": func(m *Proposal) { m.Quorum = 1 },
		"electorate": func(m *Proposal) { m.Electorate.Households++ }, "method": func(m *Proposal) { m.Method++ },
	} {
		other := proto.Clone(m).(*Proposal)
		spoil(other)
		if TextOf(fields(t, 7, other, &Common{Origin: "form"})) == text {
			t.Errorf("another %s is the same text", field)
		}
	}
}
