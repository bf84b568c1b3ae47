package record

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"gotong/crdt"
	"gotong/protocol"
)

// Bounds of decisions.
const (
	MaxOptions    = 12
	MaxSheet      = 100            // households on one sheet
	MaxElectorate = 100_000        // households
	MaxGrace      = 30 * 24 * 3600 // seconds
	maxPermille   = 1_000
)

func checkProposal(m *Proposal) error {
	switch {
	case m.Closes == 0:
		return &Invalid{"closes", "missing"}
	case m.Method == Method_METHOD_UNKNOWN:
		return &Invalid{"method", "missing"}
	case m.Quorum > maxPermille:
		return &Invalid{"quorum", "out-of-range"}
	case m.Grace > MaxGrace:
		return &Invalid{"grace", "out-of-range"}
	case m.Electorate.GetHouseholds() == 0 || m.Electorate.Households > MaxElectorate:
		return &Invalid{"electorate", "out-of-range"}
	}
	return first(mayRefer("revises", m.Revises), need("title", m.Title), short("title", m.Title, protocol.MaxTitle),
		short("body", m.Body, protocol.MaxText), options(m.Options), inTime("closes", m.Closes), sixteen("electorate", m.Electorate.Hash))
}

// options are none, or several with numbers and texts of their own.
func options(all []*Option) error {
	if len(all) == 0 {
		return nil
	}
	if len(all) == 1 {
		return &Invalid{"options", "missing"}
	}
	for i, o := range all {
		switch {
		case o.Option == 0:
			return &Invalid{"options", "out-of-range"}
		case slices.ContainsFunc(all[:i], func(p *Option) bool { return p.Option == o.Option || p.Text == o.Text }):
			return &Invalid{"options", "repeated"}
		}
		if err := first(need("options", o.Text), short("options", o.Text, protocol.MaxTitle)); err != nil {
			return err
		}
	}
	return atMost("options", len(all), MaxOptions)
}

func checkBallot(m *Ballot) error {
	v := m.Vote
	switch {
	case v.GetChoice() == Choice_CHOICE_UNKNOWN:
		return &Invalid{"choice", "missing"}
	case v.Via == Via_VIA_UNKNOWN:
		return &Invalid{"via", "missing"}
	case (v.Via == Via_VIA_DEVICE) != (len(v.Households) == 0):
		return &Invalid{"households", "missing"}
	}
	return first(refers("proposal", m.Proposal), mayRefer("sheet", m.Sheet), sixteen("text", v.Text),
		short("reason", v.Reason, protocol.MaxNote), sheet(v.Households))
}

func sheet(households [][]byte) error {
	for i, h := range households {
		if err := sixteen("households", h); err != nil {
			return err
		}
		if slices.ContainsFunc(households[:i], func(o []byte) bool { return string(o) == string(h) }) {
			return &Invalid{"households", "repeated"}
		}
	}
	return atMost("households", len(households), MaxSheet)
}

func checkTally(m *Tally) error {
	c := m.Count
	if len(c.GetList()) != sha256.Size {
		return &Invalid{"count", "missing"}
	}
	all := c.Abstain + c.StandAside + c.Block
	for i, s := range c.Agree {
		if i > 0 && s.Option <= c.Agree[i-1].Option {
			return &Invalid{"count", "repeated"}
		}
		if s.Ballots > MaxElectorate {
			return &Invalid{"count", "out-of-range"}
		}
		all += s.Ballots
	}
	if max(c.Abstain, c.StandAside, c.Block, all) > MaxElectorate {
		return &Invalid{"count", "out-of-range"}
	}
	return first(refers("proposal", m.Proposal), sixteen("text", c.Text), atMost("count", len(c.Agree), MaxOptions))
}

// withdrawnField is the one field of a proposal that is no part of its text.
const withdrawnField = 10

// TextOf returns the hash of a proposal's text: of every field but whether it
// was withdrawn, as it stands on the wire, by ascending number, each number and
// length in eight bytes (SPEC.md, Decisions).
func TextOf(fields crdt.Fields) [16]byte {
	var text []byte
	for _, n := range fields.Numbers() {
		value := fields[n].Value
		if n == withdrawnField || len(value) == 0 {
			continue
		}
		text = binary.BigEndian.AppendUint64(text, uint64(n))
		text = binary.BigEndian.AppendUint64(text, uint64(len(value)))
		text = append(text, value...)
	}
	return protocol.Hash(protocol.DomainText, text)
}

// ElectorateOf returns the electorate of these households, in ascending order
// of their ids.
func ElectorateOf(households []protocol.HouseholdID) *Electorate {
	var all []byte
	for _, h := range households {
		all = append(all, h[:]...)
	}
	hash := protocol.Hash(protocol.DomainElectorate, all)
	return &Electorate{Hash: hash[:], Households: uint32(len(households))}
}

const (
	methodPrefix = "METHOD_"
	choicePrefix = "CHOICE_"
	viaPrefix    = "VIA_"
)

// Code returns the stable code of a method, as in "two-thirds".
func (m Method) Code() string { return lower(m.String(), methodPrefix) }

// MethodOf returns the method with a code.
func MethodOf(code string) (Method, bool) {
	n := Method_value[upper(code, methodPrefix)]
	return Method(n), n != 0
}

// Methods returns every method, in order of number.
func Methods() []Method { return known[Method](Method_name) }

// Code returns the stable code of a choice, as in "stand-aside".
func (c Choice) Code() string { return lower(c.String(), choicePrefix) }

// ChoiceOf returns the choice with a code.
func ChoiceOf(code string) (Choice, bool) {
	n := Choice_value[upper(code, choicePrefix)]
	return Choice(n), n != 0
}

// Choices returns every choice, in order of number.
func Choices() []Choice { return known[Choice](Choice_name) }

// Code returns the stable code of a way to vote, as in "paper".
func (v Via) Code() string { return lower(v.String(), viaPrefix) }

// ViaOf returns the way to vote with a code.
func ViaOf(code string) (Via, bool) {
	n := Via_value[upper(code, viaPrefix)]
	return Via(n), n != 0
}
