package board_test

import (
	"fmt"
	"maps"
	"strings"

	"google.golang.org/protobuf/proto"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

func init() {
	maps.Copy(verbs, map[string]verb{"keeps": keeps, "stocks": stocks, "lends": lends, "draws": draws, "has": hasBack, "empties": empties})
	looks = append(looks, showHoldings)
}

// SARI keeps G "TITLE" TYPE CATEGORY QUANTITY UNIT [stewards]
func keeps(s *story, d *device, args []string) error {
	m := &record.Resource{Title: args[1], Category: args[3], StewardsKeep: len(args) > 6}
	m.Type, _ = record.ResourceTypeOf(args[2])
	m.Unit, _ = record.UnitOf(args[5])
	var err error
	if m.Quantity, err = quantity(args[4]); err != nil {
		return err
	}
	return s.begin(d, args[0], "", nil, m)
}

// SARI empties G: there is none of it any longer.
func empties(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Resource) { m.Disposition = record.Disposition_DISPOSITION_CLOSED })
}

// SARI stocks G in|out QUANTITY REASON: one more time, on this device.
func stocks(s *story, d *device, args []string) error {
	n, err := quantity(args[2])
	if err != nil {
		return err
	}
	reason, _ := record.StockReasonOf(args[3])
	more := func(m *record.Stock) {
		var flow *record.Flow
		for _, f := range m.Flows {
			if f.Reason == reason {
				flow = f
			}
		}
		if flow == nil {
			flow = &record.Flow{Reason: reason}
			m.Flows = append(m.Flows, flow)
		}
		if args[1] == "in" {
			flow.In += n
		} else {
			flow.Out += n
		}
	}
	name := d.name + "'s part of " + args[0]
	if s.names[name] != nil {
		return change(s, d, name, more)
	}
	m := &record.Stock{Resource: s.ref(args[0])}
	more(m)
	return s.begin(d, name, "", nil, m)
}

// BUDI lends P R QUANTITY of G [back +T]: a pledge for a request, from his resource.
func lends(s *story, d *device, args []string) error {
	back, args, err := s.option(args, "back")
	if err != nil {
		return err
	}
	m := &record.Pledge{Target: s.ref(args[1]), State: record.PledgeState_PLEDGE_STATE_OFFERED, FromResource: s.ref(args[4]), BackBy: back}
	if m.Amounts, err = amounts(args[2:3]); err != nil {
		return err
	}
	return s.begin(d, args[0], args[1], nil, m)
}

// SARI draws O from G: the offer is drawn from a resource.
func draws(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Offer) { m.FromResource = s.ref(args[2]) })
}

// SARI has P back QUANTITY: so much of what was lent, in all.
func hasBack(s *story, d *device, args []string) error {
	back, err := amounts(args[2:])
	if err != nil {
		return err
	}
	name := args[0]
	if yes := d.name + "'s yes to " + name; s.names[yes] != nil {
		name = yes
	}
	return change(s, d, name, func(m proto.Message) {
		switch m := m.(type) {
		case *record.Pledge:
			m.Returned = back
		case *record.Acceptance:
			m.Returned = back
		}
	})
}

// showHoldings shows resources with what there is of them.
func showHoldings(s *story, v View) []string {
	var lines []string
	for _, h := range v.Holdings() {
		words := []string{fmt.Sprintf("  %s %s: %s, %s %s", s.nameOf(h.ID), s.householdOf(v, h.Owner), h.Resource.Title, h.Resource.Type.Code(), h.Resource.Category),
			thousandths(h.Free()) + " of " + thousandths(h.Have) + " " + h.Resource.Unit.Code() + " free"}
		for _, f := range []struct {
			name string
			n    int64
		}{{"lent", h.Lent}, {"asked", h.Asked}, {"promised", h.Promised}, {"there but not taken out", h.Unbooked}} {
			if f.n != 0 {
				words = append(words, thousandths(f.n)+" "+f.name)
			}
		}
		for _, f := range []struct {
			name string
			is   bool
		}{{"negative", h.Negative()}, {"still there?", h.Stale}, {"ended", h.Ended}} {
			if f.is {
				words = append(words, f.name)
			}
		}
		lines = append(lines, strings.Join(words, ", "))
		for _, f := range h.Flows {
			lines = append(lines, fmt.Sprintf("    %s: %s in, %s out", f.Reason.Code(), thousandths(f.In), thousandths(f.Out)))
		}
		for _, l := range h.Loans {
			said := fmt.Sprintf("    %s to %s: %s out, %s counts", s.nameOf(l.ID), s.householdName(l.To), thousandths(l.Out), thousandths(l.Counts))
			if l.Accepted {
				said += ", accepted"
			}
			if l.Late {
				said += ", late"
			}
			lines = append(lines, said)
		}
	}
	return lines
}
