package board_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

var states = map[State]string{Open: "open", PartlyPledged: "partly pledged", FullyPledged: "fully pledged", InTransit: "in transit",
	PartlyMet: "partly met", Met: "met", Paused: "paused", Withdrawn: "withdrawn", Closed: "closed"}

// looks show, after requests and offers, what a board says of other families of
// kinds; what there is none of is not mentioned.
var looks = []func(*story, View) []string{noticeLook, lookSeen, lookTriage, lookLinks, lookAtCare, lookAtMonths, lookAtDecisions}

// look writes down what a board shows now, in the story's names.
func (s *story) look(b *Board) []string {
	v := b.At(s.now)
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, kind := range []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER} {
		for _, i := range v.Items(kind) {
			say("  %s", s.item(v, i))
			for _, l := range i.Lines {
				say("    %s", line(l))
			}
			for _, p := range i.Pledges {
				say("    %s", s.pledge(i, p))
			}
			for _, c := range v.Comments(i.ID) {
				say("    %s %s: %s", s.nameOf(c.ID), s.householdOf(v, c.Owner), c.Content.(*record.Comment).Text)
			}
		}
	}
	for _, family := range looks {
		lines = append(lines, family(s, v)...)
	}
	lines = append(lines, s.loose(v)...)
	if lines == nil {
		say("  nothing")
	}
	return lines
}

func (s *story) item(v View, i Item) string {
	title := i.Request().GetTitle() + i.Offer().GetTitle()
	words := []string{s.nameOf(i.ID), s.householdOf(v, i.Owner) + ":", title + ",", states[i.State]}
	if u := i.Urgency(); u != 0 {
		words = append(words, u.Code())
	}
	for word, is := range map[string]bool{"stale": i.Stale, "expired": i.Expired, "overdue": i.Overdue, "over": i.Ended()} {
		if is {
			words = append(words, word)
		}
	}
	slices.Sort(words[4:])
	return strings.Join(words, " ")
}

func line(l LineState) string {
	words := []string{fmt.Sprintf("%s %s %s: %s left", l.Category, thousandths(l.Quantity), l.Unit.Code(), thousandths(l.Left()))}
	for _, f := range []struct {
		name string
		n    int64
	}{{"pledged", l.Pledged}, {"standby", l.Standby}, {"on the way", l.Transit}, {"delivered", l.Delivered}, {"received", l.Received}} {
		if f.n != 0 {
			words = append(words, thousandths(f.n)+" "+f.name)
		}
	}
	return strings.Join(words, ", ")
}

func (s *story) pledge(i Item, p PledgeState) string {
	words := []string{strings.ToLower(strings.TrimPrefix(p.Pledge.State.String(), "PLEDGE_STATE_"))}
	if p.Accepted {
		words = append(words, "accepted")
	}
	if !p.Live && words[0] != "withdrawn" && words[0] != "failed" {
		words = append(words, "lapsed")
	}
	for _, f := range []struct {
		name string
		of   []*record.Amount
	}{{"counts", p.Effective}, {"stands by", p.Standby}, {"received", p.Received}} {
		for _, a := range f.of {
			unit := ""
			if len(i.Lines) > 1 {
				unit = fmt.Sprintf(" of line %d", a.Line)
			}
			words = append(words, thousandths(a.Quantity)+unit+" "+f.name)
		}
	}
	return fmt.Sprintf("%s %s: %s", s.nameOf(p.ID), s.householdName(p.Owner), strings.Join(words, ", "))
}

// loose shows what is about something that is not on the board, and kinds that
// nobody here can read.
func (s *story) loose(v View) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(s.names)) {
		r, ok := v.Record(s.names[name].birth.Record())
		if !ok {
			continue
		}
		switch m := r.Content.(type) {
		case *record.Pledge:
			lines = append(lines, s.dangling(v, name, m.Target)...)
		case *record.Rsvp:
			lines = append(lines, s.dangling(v, name, m.Event)...)
		case *record.Comment:
			lines = append(lines, s.dangling(v, name, m.Target)...)
		case nil:
			lines = append(lines, fmt.Sprintf("  %s %s: kind %d, %d fields", name, s.householdName(r.Owner), r.Kind, len(r.Fields)))
		}
	}
	return lines
}

func (s *story) dangling(v View, name string, target *record.Birth) []string {
	birth, _ := target.Place()
	words := map[Reference]string{Missing: "which is not here", Ended: "which has ended"}
	if _, is := v.Reference(birth); is != Here {
		return []string{fmt.Sprintf("  %s: about %s, %s", name, s.nameOf(birth.Record()), words[is])}
	}
	return nil
}

func (s *story) nameOf(id protocol.RecordID) string {
	for name, thing := range s.names {
		if thing.birth.Record() == id {
			return name
		}
	}
	return id.String()
}

func (s *story) householdOf(v View, h protocol.HouseholdID) string {
	if called := v.Name(h); called != "" {
		return called
	}
	return s.householdName(h)
}

func (s *story) householdName(h protocol.HouseholdID) string {
	for _, d := range s.devices {
		if householdID(d.household) == h {
			return d.household
		}
	}
	return h.String()
}

func thousandths(n int64) string { return strconv.FormatFloat(float64(n)/1_000, 'f', -1, 64) }
