package board_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

// thing is a record by the name the story gives it.
type thing struct {
	birth protocol.Birth
	about string
}

// verb is what somebody does, told by the words after it.
type verb = func(s *story, d *device, args []string) error

// verbs hold what people do, by the families of kinds.
var verbs = together(aidVerbs, noticeVerbs, judgeVerbs, careVerbs, monthVerbs, decisionVerbs)

func together(families ...map[string]verb) map[string]verb {
	all := make(map[string]verb)
	for _, family := range families {
		maps.Copy(all, family)
	}
	return all
}

var aidVerbs = map[string]verb{
	"asks": asks, "offers": offers, "pledges": pledges, "claims": pledges, "accepts": accepts,
	"unaccepts": unaccepts, "receives": receives, "says": says, "renews": renews, "edits": edits,
	"closes": disposes(record.Disposition_DISPOSITION_CLOSED), "withdraws": disposes(record.Disposition_DISPOSITION_WITHDRAWN),
	"pauses": disposes(record.Disposition_DISPOSITION_PAUSED), "reopens": disposes(record.Disposition_DISPOSITION_OPEN),
	"confirms": confirms, "comments": comments, "is": isNamed, "forges": forges, "writes": writes,
}

// begin writes a record and gives it a name.
func (s *story) begin(d *device, name, about string, slot *uint32, messages ...proto.Message) error {
	if s.names[name] != nil {
		return fmt.Errorf("%s is taken", name)
	}
	birth, err := d.begin(s.wall(d), slot, messages...)
	s.names[name] = &thing{birth: birth, about: about}
	return err
}

func (s *story) ref(name string) *record.Birth {
	if s.names[name] == nil {
		return nil
	}
	return record.BirthOf(s.names[name].birth)
}

// change edits a record by its name.
func change[M proto.Message](s *story, d *device, name string, with func(M)) error {
	if s.names[name] == nil {
		return fmt.Errorf("who is %s?", name)
	}
	return d.edit(s.wall(d), s.names[name].birth.Record(), func(m proto.Message) { with(m.(M)) })
}

// instead takes "instead of X" off the words: the slot that X was born in.
func (s *story) instead(args []string) (*uint32, []string) {
	if len(args) > 2 && args[0] == "instead" {
		slot := s.names[args[2]].birth.Slot
		return &slot, args[3:]
	}
	return nil, args
}

// option takes a word and its value off the end of the words.
func (s *story) option(args []string, word string) (int64, []string, error) {
	i := slices.Index(args, word)
	if i < 0 {
		return 0, args, nil
	}
	after, err := duration(args[i+1])
	return start + after, append(slices.Clone(args[:i]), args[i+2:]...), err
}

// SARI asks R [instead of X] "TITLE" {CATEGORY QUANTITY UNIT}... [URGENCY] [until +T]
func asks(s *story, d *device, args []string) error {
	slot, rest := s.instead(args[1:])
	until, rest, err := s.option(rest, "until")
	if err != nil {
		return err
	}
	m := &record.Request{Title: rest[0]}
	if rest, err = linesOf(&m.Lines, rest[1:]); err != nil {
		return err
	}
	if len(rest) > 0 {
		m.Urgency, _ = record.UrgencyOf(rest[0])
	}
	return s.begin(d, args[0], "", slot, m, &record.Common{Expires: until, Origin: args[0]})
}

// SARI offers O "TITLE" {CATEGORY QUANTITY UNIT}... [goods|service|lending] [endless] [until +T] [perishes +T]
func offers(s *story, d *device, args []string) error {
	m := &record.Offer{Title: args[1]}
	until, rest, err := s.option(args[2:], "until")
	if err != nil {
		return err
	}
	perishes, rest, err := s.option(rest, "perishes")
	if err != nil {
		return err
	}
	if rest, err = linesOf(&m.Lines, rest); err != nil {
		return err
	}
	m.AvailableTo, m.Lines[0].PerishableBy = until, perishes
	for _, word := range rest {
		kinds := map[string]record.CapacityKind{"goods": 1, "service": 2, "lending": 3}
		if m.Inexhaustible = m.Inexhaustible || word == "endless"; word != "endless" {
			m.CapacityKind = kinds[word]
		}
	}
	return s.begin(d, args[0], "", nil, m)
}

func linesOf(lines *[]*record.Line, words []string) ([]string, error) {
	for len(words) >= 3 {
		amount, err := quantity(words[1])
		if err != nil {
			return nil, err
		}
		unit, _ := record.UnitOf(words[2])
		*lines = append(*lines, &record.Line{Line: uint32(len(*lines) + 1), Category: words[0], Quantity: amount, Unit: unit})
		words = words[3:]
	}
	return words, nil
}

func quantity(word string) (int64, error) {
	n, err := strconv.ParseFloat(word, 64)
	return int64(n * 1_000), err
}

// amounts reads the quantities of lines 1, 2, ...
func amounts(words []string) ([]*record.Amount, error) {
	var all []*record.Amount
	for i, word := range words {
		n, err := quantity(word)
		if err != nil {
			return nil, err
		}
		all = append(all, &record.Amount{Line: uint32(i + 1), Quantity: n})
	}
	return all, nil
}

// BUDI pledges P R QUANTITY... [by +T]
func pledges(s *story, d *device, args []string) error {
	by, rest, err := s.option(args[2:], "by")
	if err != nil {
		return err
	}
	m := &record.Pledge{Target: s.ref(args[1]), State: record.PledgeState_PLEDGE_STATE_OFFERED, PromisedAt: by}
	if m.Amounts, err = amounts(rest); err != nil {
		return err
	}
	return s.begin(d, args[0], args[1], nil, m)
}

// SARI accepts P [QUANTITY...]: as much as it pledges, if nothing else is said.
func accepts(s *story, d *device, args []string) error {
	m := &record.Acceptance{Request: s.ref(s.names[args[0]].about), Pledge: s.ref(args[0])}
	var err error
	if m.Amounts, err = amounts(args[1:]); err != nil {
		return err
	}
	if len(m.Amounts) == 0 {
		r, ok := d.view().Record(s.names[args[0]].birth.Record())
		if !ok {
			return errNotHere
		}
		m.Amounts = r.Content.(*record.Pledge).Amounts
	}
	return s.begin(d, d.name+"'s yes to "+args[0], args[0], nil, m)
}

func unaccepts(s *story, d *device, args []string) error {
	return change(s, d, d.name+"'s yes to "+args[0], func(m *record.Acceptance) { m.TakenBack = true })
}

// SARI receives P|R QUANTITY...: in all so far, as this device knows it.
func receives(s *story, d *device, args []string) error {
	got, err := amounts(args[1:])
	if err != nil {
		return err
	}
	name := d.name + "'s receipt of " + args[0]
	if s.names[name] != nil {
		return change(s, d, name, func(m *record.Receipt) { m.Amounts = got })
	}
	m := &record.Receipt{Request: s.ref(args[0]), Amounts: got}
	if about := s.names[args[0]].about; about != "" {
		m.Request, m.Pledge = s.ref(about), s.ref(args[0])
	}
	return s.begin(d, name, args[0], nil, m)
}

// BUDI says P on-the-way|delivered|withdrawn|failed|offered
func says(s *story, d *device, args []string) error {
	state := record.PledgeState(1 + slices.Index([]string{"offered", "on-the-way", "delivered", "withdrawn", "failed"}, args[1]))
	return change(s, d, args[0], func(m *record.Pledge) { m.State = state })
}

// BUDI renews P [by +T]
func renews(s *story, d *device, args []string) error {
	by, _, err := s.option(args, "by")
	return errors.Join(err, change(s, d, args[0], func(m *record.Pledge) {
		m.RenewedAt, m.PromisedAt = s.now, max(m.PromisedAt, by)
	}))
}

// SARI edits R title "TEXT" | quantity N... | urgency U, BUDI edits P quantity N...
func edits(s *story, d *device, args []string) error {
	if s.names[args[0]] == nil {
		return fmt.Errorf("who is %s?", args[0])
	}
	return d.edit(s.wall(d), s.names[args[0]].birth.Record(), func(m proto.Message) {
		switch m := m.(type) {
		case *record.Request:
			editRequest(m, args[1], args[2:])
		case *record.Pledge:
			m.Amounts, _ = amounts(args[2:])
		}
	})
}

func editRequest(m *record.Request, what string, words []string) {
	switch what {
	case "title":
		m.Title = words[0]
	case "place":
		m.Place = words[0]
	case "urgency":
		m.Urgency, _ = record.UrgencyOf(words[0])
	case "quantity":
		for i, word := range words {
			m.Lines[i].Quantity, _ = quantity(word)
		}
	}
}

func disposes(to record.Disposition) func(s *story, d *device, args []string) error {
	return func(s *story, d *device, args []string) error {
		if s.names[args[0]] == nil {
			return fmt.Errorf("who is %s?", args[0])
		}
		return d.edit(s.wall(d), s.names[args[0]].birth.Record(), func(m proto.Message) {
			switch m := m.(type) {
			case *record.Request:
				m.Disposition = to
			case *record.Offer:
				m.Disposition = to
			}
		})
	}
}

func confirms(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Request) { m.ConfirmedAt = s.wall(d) })
}

// BUDI comments K R "TEXT"
func comments(s *story, d *device, args []string) error {
	return s.begin(d, args[0], args[1], nil, &record.Comment{Target: s.ref(args[1]), Text: args[2]})
}

// SARI is called "NAME"
func isNamed(s *story, d *device, args []string) error {
	return s.begin(d, "the profile of "+d.name, "", nil, &record.Household{Name: args[1]})
}

// BUDI forges R title "TEXT": says something of a record that is not his.
func forges(s *story, d *device, args []string) error {
	stamp := d.clock.Next(s.wall(d) + 86_400_000)
	fields, err := record.FieldsOf(stamp, &record.Request{Title: args[2]})
	if err != nil {
		return err
	}
	d.slot++
	return d.say(d.slot-1, stamp, part{s.names[args[0]].birth, record.Kind_KIND_REQUEST, fields})
}

// SARI writes N kind NUMBER: a record of a kind that this version does not know.
func writes(s *story, d *device, args []string) error {
	kind, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	stamp := d.clock.Next(s.wall(d))
	birth := protocol.Birth{Device: d.id(), Slot: d.slot, Stamp: stamp}
	value := protowire.AppendString(protowire.AppendTag(nil, 4_000, protowire.BytesType), "from a newer version")
	s.names[args[0]] = &thing{birth: birth}
	d.slot++
	return d.say(birth.Slot, stamp, part{birth, record.Kind(kind), crdt.Fields{4_000: {Stamp: stamp, Value: value}}})
}
