package board_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/record"
)

// A small world, so that everything collides: three households of two devices,
// two slots, two stamps, and births in all of these places.
var (
	someDevices = []protocol.DeviceID{{1}, {2}, {3}, {4}, {5}, {6}}
	households  = []protocol.HouseholdID{{1}, {2}, {3}}
	someBirths  = rapid.Custom(func(t *rapid.T) protocol.Birth {
		return protocol.Birth{Device: rapid.SampledFrom(someDevices).Draw(t, "device"), Slot: rapid.Uint32Range(0, 1).Draw(t, "slot"), Stamp: someStamp(t)}
	})
)

func someStamp(t *rapid.T) crdt.Stamp {
	return crdt.StampAt(start) + crdt.Stamp(rapid.IntRange(1, 2).Draw(t, "stamp"))
}

var someRosters = rapid.Custom(func(t *rapid.T) *roll {
	r := newRoll()
	for i, d := range someDevices {
		if rapid.IntRange(0, 9).Draw(t, "known") > 0 {
			r.devices[d] = households[i/2]
		}
	}
	for _, h := range households {
		r.stewards[h] = rapid.Bool().Draw(t, "steward")
		r.founders[h] = rapid.IntRange(0, 3).Draw(t, "founder") == 0
		r.guests[h] = rapid.IntRange(0, 3).Draw(t, "guest") == 0
	}
	return r
})

func someAmounts(t *rapid.T) []*record.Amount {
	all := []*record.Amount{{Line: 1, Quantity: rapid.Int64Range(0, 4).Draw(t, "first")}}
	if rapid.Bool().Draw(t, "two") {
		all = append(all, &record.Amount{Line: 2, Quantity: rapid.Int64Range(0, 4).Draw(t, "second")})
	}
	return all
}

// someContent draws a message of some kind; not all of them pass Check.
func someContent(t *rapid.T) proto.Message {
	ref := func(name string) *record.Birth { return record.BirthOf(someBirths.Draw(t, name)) }
	lines := []*record.Line{{Line: 1, Category: "other", Quantity: rapid.Int64Range(0, 5).Draw(t, "need")}, {Line: 2, Category: "other", Quantity: 2}}
	switch rapid.IntRange(0, 10).Draw(t, "kind") {
	case 9:
		return someCare(t, ref)
	case 10:
		return someDecision(t, ref)
	case 0:
		return &record.Neighbourhood{Name: rapid.SampledFrom([]string{"", "RT 1", "RT 2"}).Draw(t, "name")}
	case 1:
		return &record.Household{Name: rapid.SampledFrom([]string{"", "Sari", "Budi"}).Draw(t, "name")}
	case 2:
		return &record.Comment{Target: ref("target"), Text: "hadir"}
	case 3:
		return &record.Offer{Title: "o", Lines: lines, Inexhaustible: rapid.Bool().Draw(t, "endless")}
	case 4:
		m := &record.Receipt{Request: ref("request"), Amounts: someAmounts(t)}
		if rapid.Bool().Draw(t, "of a pledge") {
			m.Pledge = ref("pledge")
		}
		return m
	case 5:
		return &record.Acceptance{Request: ref("request"), Pledge: ref("pledge"), Amounts: someAmounts(t), TakenBack: rapid.IntRange(0, 3).Draw(t, "back") == 0}
	case 6:
		return &record.Pledge{Target: ref("target"), Amounts: someAmounts(t), State: record.PledgeState(rapid.IntRange(0, 5).Draw(t, "state"))}
	}
	return &record.Request{Title: rapid.SampledFrom([]string{"", "r", "s"}).Draw(t, "title"), Lines: lines,
		Urgency: record.Urgency(rapid.IntRange(-1, 5).Draw(t, "urgency")), Disposition: record.Disposition(rapid.IntRange(0, 4).Draw(t, "disposition"))}
}

// someFacts draws what a device may say, whether it makes sense or not.
var someFacts = rapid.Custom(func(t *rapid.T) Fact {
	at := someBirths.Draw(t, "place")
	m := someContent(t)
	fields, err := record.FieldsOf(at.Stamp, m, &record.Common{Origin: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "origin")})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range fields.Numbers() {
		switch rapid.IntRange(0, 9).Draw(t, "field") {
		case 0:
			delete(fields, n)
		case 1, 2:
			fields[n] = crdt.Assertion{Stamp: at.Stamp - 1, Value: fields[n].Value}
		}
	}
	birth := at
	if rapid.Bool().Draw(t, "of another") {
		birth = someBirths.Draw(t, "birth")
	}
	return Fact{Place: Place{Device: at.Device, Slot: at.Slot}, Stamp: at.Stamp, ID: protocol.ID{rapid.Byte().Draw(t, "id")},
		Part: record.Part{Birth: birth, Kind: record.KindOf(m), Fields: fields}}
})

// picture writes down all that a board can be asked.
func picture(b *Board) string {
	var w strings.Builder
	for _, now := range []int64{0, start, start + 3*86_400_000} {
		v := b.At(now)
		for _, kind := range []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER} {
			var open []string
			for i := range v.Open(kind) {
				open = append(open, i.ID.String())
			}
			for _, i := range v.Items(kind) {
				fmt.Fprintln(&w, i.ID, i.Owner, i.State, i.Stale, i.Expired, i.Overdue, i.Content)
				for _, l := range i.Lines {
					fmt.Fprintln(&w, l.Line.Line, l.Pledged, l.Standby, l.Transit, l.Delivered, l.Received, l.Left())
				}
				for _, p := range i.Pledges {
					fmt.Fprintln(&w, p.ID, p.Owner, p.Accepted, p.Live, p.Effective, p.Standby, p.Received)
				}
				if !i.Ended() && (len(open) == 0 || open[0] != i.ID.String()) {
					fmt.Fprintln(&w, "Open does not list it")
				} else if !i.Ended() {
					open = open[1:]
				}
			}
			if len(open) > 0 {
				fmt.Fprintln(&w, "Open lists too many", open)
			}
		}
		fmt.Fprintln(&w, v.Neighbourhood(), v.Counts(), b.Len())
		pictureOfCare(&w, v)
		pictureOfDecisions(&w, v)
		for _, h := range households {
			fmt.Fprint(&w, v.Name(h))
			for _, origin := range []string{"", "a", "b"} {
				id, ok := v.Origin(h, origin)
				fmt.Fprintln(&w, id, ok)
			}
		}
		for _, id := range v.Find("") {
			r, _ := v.Record(id)
			fmt.Fprintln(&w, id, r.Kind, r.Owner, r.Common, r.Content, r.Fields.Numbers(), v.Over(id))
			for _, c := range v.Comments(id) {
				fmt.Fprintln(&w, c.ID)
			}
			for _, d := range someDevices {
				f, ok := b.Part(id, d)
				fmt.Fprintln(&w, f.Slot, f.Stamp, ok)
			}
		}
	}
	for _, d := range someDevices {
		for _, f := range b.Facts(d) {
			_, reference := b.At(0).Reference(f.Part.Birth)
			fmt.Fprintln(&w, f.Slot, f.Part.Kind, f.Part.Fields.Numbers(), reference)
		}
	}
	return w.String()
}

// However the facts came, were replaced, taken away and judged under other
// rosters, the board is that of the facts that stand.
func TestABoardIsTheFoldOfItsFactsHoweverTheyCame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster := someRosters.Draw(t, "roster")
		b := New(roster)
		stands := make(map[Place]Fact)
		for _, f := range rapid.SliceOfN(someFacts, 1, 30).Draw(t, "facts") {
			switch rapid.IntRange(0, 12).Draw(t, "step") {
			case 0:
				b.Remove(f.Place)
				delete(stands, f.Place)
			case 1:
				roster = someRosters.Draw(t, "next roster")
				b.SetRoster(roster)
			case 2:
				picture(b)
				b.At(0).Find("")
			case 3:
				b.Hash()
				fallthrough
			default:
				b.Apply(f)
				stands[f.Place] = f
			}
		}
		facts := slices.Collect(maps.Values(stands)) // in the map's order, which is none
		folded := Fold(roster, facts)
		if got, want := picture(b), picture(folded); got != want {
			t.Fatalf("the board shows\n%s\nthe fold of its facts\n%s", got, want)
		}
		if got, want := b.At(0).Find(""), folded.At(0).Find(""); !slices.Equal(got, want) {
			t.Fatalf("the board lists %v, the fold of its facts %v", got, want)
		}
		if b.Hash() != folded.Hash() {
			t.Fatal("the board and the fold of its facts have two hashes")
		}
	})
}

// A change is told exactly of the records that appeared, changed or ended.
func TestApplyTellsWhatChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roster := someRosters.Draw(t, "roster")
		b := Fold(roster, rapid.SliceOfN(someFacts, 0, 10).Draw(t, "before"))
		before := contents(b)
		var changes []Change
		if f := someFacts.Draw(t, "fact"); rapid.Bool().Draw(t, "apply") {
			changes = b.Apply(f)
			if again := b.Apply(f); again != nil {
				t.Fatalf("applied again it changes %v", again)
			}
		} else {
			changes = b.Remove(f.Place)
		}
		after := contents(b)
		told := make(map[protocol.RecordID]bool)
		for _, c := range changes {
			_, here := after[c.ID]
			if told[c.ID] || c.Gone == here {
				t.Fatalf("told %v, after it the record is here: %v", changes, here)
			}
			told[c.ID] = true
		}
		for id := range maps.Keys(union(before, after)) {
			if before[id] != after[id] && !told[id] {
				t.Fatalf("%v changed from %s to %s and nobody was told", id, before[id], after[id])
			}
		}
	})
}

func contents(b *Board) map[protocol.RecordID]string {
	all := make(map[protocol.RecordID]string)
	for _, id := range b.At(0).Find("") {
		r, _ := b.Record(id)
		all[id] = fmt.Sprint(r.Kind, r.Fields)
	}
	return all
}

func union(a, b map[protocol.RecordID]string) map[protocol.RecordID]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
