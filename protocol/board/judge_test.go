package board_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

// judgeVerbs are what people say of requests besides helping: that they saw
// them, how urgent they are, what belongs together, and by a code that they
// were there.
var judgeVerbs = map[string]verb{
	"sees": sees, "triages": triages, "links": links, "denies": denies, "unlinks": unlinks,
	"sets": setsCode, "shows": showsCode,
}

// BUDI sees R...: in place of what his device listed before.
func sees(s *story, d *device, args []string) error {
	var items []*record.Birth
	for _, name := range args {
		items = append(items, s.ref(name))
	}
	name := "what " + d.name + " saw"
	if s.names[name] != nil {
		return change(s, d, name, func(m *record.Seen) { m.Items = items })
	}
	return s.begin(d, name, "", nil, &record.Seen{Items: items})
}

// WATI triages T R URGENCY [seen|phoned|known|doubt] [over T...]: anew where T
// is hers already.
func triages(s *story, d *device, args []string) error {
	m := &record.Triage{Target: s.ref(args[1]), Said: s.said(d, args[1])}
	m.Urgency, _ = record.UrgencyOf(args[2])
	rest := args[3:]
	if len(rest) > 0 && rest[0] != "over" {
		m.Verified = record.Verification(record.Verification_value["VERIFICATION_"+strings.ToUpper(rest[0])])
		rest = rest[1:]
	}
	for _, name := range rest[min(1, len(rest)):] {
		r, ok := d.view().Record(s.names[name].birth.Record())
		if !ok {
			return errNotHere
		}
		m.Supersedes = append(m.Supersedes, &record.Judged{Triage: s.ref(name), Stamp: uint64(r.Fields.Last())})
	}
	if s.names[args[0]] != nil {
		return change(s, d, args[0], func(t *record.Triage) { proto.Reset(t); proto.Merge(t, m) })
	}
	return s.begin(d, args[0], args[1], nil, m)
}

// said is how urgent a request is by its own word, as far as a device knows.
func (s *story) said(d *device, name string) record.Urgency {
	if r, ok := d.view().Record(s.names[name].birth.Record()); ok {
		return r.Content.(*record.Request).Urgency
	}
	return record.Urgency_URGENCY_UNKNOWN
}

// BUDI links L FROM duplicate-of|update-of|same-event|split-from|caused-by TO
func links(s *story, d *device, args []string) error { return s.link(d, args, false) }

// WATI denies L FROM duplicate-of TO
func denies(s *story, d *device, args []string) error { return s.link(d, args, true) }

func (s *story) link(d *device, args []string, denied bool) error {
	relation := record.Relation_value["RELATION_"+strings.ToUpper(strings.ReplaceAll(args[2], "-", "_"))]
	if relation == 0 {
		return errors.New("how do they belong together?")
	}
	return s.begin(d, args[0], "", nil, &record.Link{
		From: s.ref(args[1]), To: s.ref(args[3]), Relation: record.Relation(relation), Denied: denied})
}

func unlinks(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Link) { m.TakenBack = true })
}

// SARI sets the code of R to DIGITS
func setsCode(s *story, d *device, args []string) error {
	r := args[3]
	key, ok := record.CodeKey(args[5], s.names[r].birth.Record())
	if !ok {
		return errors.New("no such code")
	}
	return change(s, d, r, func(m *record.Request) { m.DeliveryKey = key.Public().(ed25519.PublicKey) })
}

// BUDI shows DIGITS for P QUANTITY...: a receipt of all so far, with the code he was told.
func showsCode(s *story, d *device, args []string) error {
	pledge := s.names[args[2]]
	request := s.names[pledge.about].birth.Record()
	key, ok := record.CodeKey(args[0], request)
	got, err := amounts(args[3:])
	if !ok || err != nil {
		return errors.Join(err, errors.New("no such code"))
	}
	proof := record.ProveCode(key, request, pledge.birth.Record(), got)
	name := d.name + "'s receipt of " + args[2]
	if s.names[name] != nil {
		return change(s, d, name, func(m *record.Receipt) { m.Amounts, m.CodeProof = got, proof })
	}
	return s.begin(d, name, args[2], nil,
		&record.Receipt{Request: s.ref(pledge.about), Pledge: s.ref(args[2]), Amounts: got, CodeProof: proof})
}

func lookSeen(s *story, v View) []string {
	var lines []string
	for id, by := range v.Seen() {
		words := s.householdNames(by)
		if v.WorthSeeing(id) {
			words += ", and worth it"
		}
		lines = append(lines, fmt.Sprintf("  %s seen by %s", s.nameOf(id), words))
	}
	slices.Sort(lines)
	return lines
}

func (s *story) householdNames(all []protocol.HouseholdID) string {
	var names []string
	for _, h := range all {
		names = append(names, s.householdName(h))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func lookTriage(s *story, v View) []string {
	var lines []string
	for _, i := range v.Items(record.Kind_KIND_REQUEST) {
		for _, t := range i.Judgement.Triages {
			words := []string{"", s.nameOf(t.ID), s.householdName(t.Owner) + " calls " + s.nameOf(i.ID), t.Triage.Urgency.Code()}
			if t.Triage.Verified != 0 {
				words = append(words, strings.ToLower(strings.TrimPrefix(t.Triage.Verified.String(), "VERIFICATION_")))
			}
			if t.Replaced {
				words = append(words, "replaced")
			}
			lines = append(lines, " "+strings.Join(words, " "))
		}
		if i.Judgement.Doubted() {
			lines = append(lines, "  "+s.nameOf(i.ID)+" is in doubt")
		}
	}
	slices.Sort(lines)
	return lines
}

func lookLinks(s *story, v View) []string {
	states := map[LinkState]string{Suggested: "suggested", Confirmed: "confirmed", Denied: "denied"}
	lines := make(map[string]bool)
	for _, l := range v.Links() {
		lines[fmt.Sprintf("  %s %s %s: %s, by %s", s.nameOf(l.From.Record()), strings.ReplaceAll(l.Relation.Code(), "-", " "),
			s.nameOf(l.To.Record()), states[l.State], s.householdNames(l.By))] = true
	}
	return slices.Sorted(maps.Keys(lines))
}
