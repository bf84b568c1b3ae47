package allocate_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/allocate"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// street is a real board on which households, each with one device, write.
type street struct {
	*board.Board
	slots map[protocol.DeviceID]uint32
	now   int64
}

// anybody takes every device for a household of its own.
type anybody struct{}

func (anybody) Household(d protocol.DeviceID) (protocol.HouseholdID, bool) {
	return protocol.HouseholdID(d), true
}
func (anybody) Steward(protocol.HouseholdID) bool { return false }
func (anybody) Founder(protocol.HouseholdID) bool { return false }
func (anybody) Votes(protocol.HouseholdID) bool   { return true }
func (anybody) Vouched(protocol.HouseholdID) bool { return true }

func newStreet() *street {
	return &street{board.New(anybody{}), make(map[protocol.DeviceID]uint32), noon}
}

// writes puts a record on the board, a minute after the last.
func (s *street) writes(t testing.TB, who string, m proto.Message, common ...*record.Common) *record.Birth {
	t.Helper()
	s.now += hour / 60
	birth := protocol.Birth{Device: id(who), Slot: s.slots[id(who)], Stamp: crdt.StampAt(s.now)}
	s.slots[id(who)]++
	messages := []proto.Message{m}
	for _, c := range common {
		messages = append(messages, c)
	}
	fields, err := record.FieldsOf(birth.Stamp, messages...)
	if err != nil {
		t.Fatal(err)
	}
	s.Apply(board.Fact{Place: board.Place{Device: birth.Device, Slot: birth.Slot}, Stamp: birth.Stamp,
		Part: record.Part{Birth: birth, Kind: record.KindOf(m), Fields: fields}})
	return record.BirthOf(birth)
}

func rice(kilos int64) []*record.Line {
	return []*record.Line{{Line: 1, Category: "food.rice", Quantity: kilos * kg, Unit: record.Unit_UNIT_KG}}
}

func (s *street) asks(t testing.TB, who string, kilos int64, common ...*record.Common) *record.Birth {
	return s.writes(t, who, &record.Request{Title: "Beras", Lines: rice(kilos), Urgency: record.Urgency_URGENCY_MEDIUM, Elderly: 2}, common...)
}

func (s *street) offers(t testing.TB, who string, kilos int64, common ...*record.Common) *record.Birth {
	return s.writes(t, who, &record.Offer{Title: "Beras", Lines: rice(kilos)}, common...)
}

func (s *street) pledges(t testing.TB, who string, to *record.Birth, kilos int64) *record.Birth {
	return s.writes(t, who, &record.Pledge{Target: to, State: record.PledgeState_PLEDGE_STATE_OFFERED, Amounts: []*record.Amount{{Line: 1, Quantity: kilos * kg}}})
}

func (s *street) plans(t *testing.T, around Around, want ...string) Question {
	t.Helper()
	q := Read(s.At(s.now), s.now, around)
	v := village{q, make(map[protocol.HouseholdID]string)}
	for _, name := range []string{"Ani", "Budi", "Citra", "Eko", "Fajar"} {
		v.home(name)
	}
	if got := v.says(Plan(q)); got != strings.Join(want, "\n") {
		t.Errorf("the plan is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	return q
}

func TestTheBoardsOpenLinesAndOffersAreRead(t *testing.T) {
	s := newStreet()
	s.asks(t, "Ani", 5, &record.Common{Area: "D/RW007/RT001"})
	s.offers(t, "Eko", 3, &record.Common{Area: "D/RW008/RT001"})
	paused := &record.Request{Title: "Beras", Lines: rice(5), Disposition: record.Disposition_DISPOSITION_PAUSED}
	s.writes(t, "Budi", paused)
	q := s.plans(t, Around{}, "Eko 3 -> Ani elsewhere")
	if n := q.Needs[0]; n.Vulnerable != 2 || n.Area != "D/RW007/RT001" || len(q.Needs) != 1 {
		t.Errorf("it read %+v", q.Needs)
	}
	s.plans(t, Around{Blocked: map[protocol.HouseholdID]bool{id("Eko"): true}})
}

func TestPlacesThatTheBoardDoesNotHoldAreTakenFromElsewhere(t *testing.T) {
	s := newStreet()
	ani, eko := s.asks(t, "Ani", 5), s.offers(t, "Eko", 3)
	where := map[protocol.RecordID]Place{}
	for birth, point := range map[*record.Birth]*Point{ani: at(0, 0), eko: at(0, 90_000)} {
		b, _ := birth.Place()
		where[b.Record()] = Place{Point: point}
	}
	q := s.plans(t, Around{Places: where}, "Eko 3 -> Ani nothing")
	if got := Plan(q)[0].Why.Metres; got != 1001 {
		t.Errorf("it is %d m", got)
	}
}

// TestWhatWasPromisedIsNotSuggestedAgain: a pledge lowers what the request
// misses and what the helper has left, and is one of its promises.
func TestWhatWasPromisedIsNotSuggestedAgain(t *testing.T) {
	s := newStreet()
	ani := s.asks(t, "Ani", 5)
	s.asks(t, "Budi", 9)
	s.offers(t, "Eko", 7)
	s.pledges(t, "Eko", ani, 5)
	q := s.plans(t, Around{}, "Eko 2 -> Budi nothing")
	if got := q.Helpers[id("Eko")].Helping; len(got) != 1 {
		t.Errorf("Eko helps with %d, want 1", len(got))
	}
}

func TestWhatIsOfferedAfterAPromiseIsNotTakenForIt(t *testing.T) {
	s := newStreet()
	ani := s.asks(t, "Ani", 5)
	s.asks(t, "Budi", 9)
	s.offers(t, "Eko", 3)
	s.pledges(t, "Eko", ani, 5)
	s.plans(t, Around{})
	s.offers(t, "Eko", 4)
	s.plans(t, Around{}, "Eko 4 -> Budi nothing")
}

func TestWhatArrivedOfLateCountsAgainstANewRequest(t *testing.T) {
	s := newStreet()
	ani := s.asks(t, "Ani", 5)
	p := s.pledges(t, "Fajar", ani, 5)
	s.writes(t, "Ani", &record.Receipt{Request: ani, Pledge: p, Amounts: []*record.Amount{{Line: 1, Quantity: 5 * kg}}})
	s.asks(t, "Ani", 5)
	s.asks(t, "Budi", 5)
	s.offers(t, "Eko", 5)
	q := s.plans(t, Around{}, "Eko 5 -> Budi nothing")
	if len(q.Helpers[id("Fajar")].Helping) != 0 {
		t.Error("Fajar has brought it and still counts as helping")
	}
	s.now += 8 * 24 * hour
	s.plans(t, Around{}, "Eko 5 -> Ani nothing")
}

func TestADrillIsReadAsOne(t *testing.T) {
	s := newStreet()
	s.asks(t, "Ani", 5, &record.Common{Exercise: true})
	s.offers(t, "Eko", 5)
	s.plans(t, Around{})
	s.offers(t, "Fajar", 5, &record.Common{Exercise: true})
	s.plans(t, Around{}, "Fajar 5 -> Ani nothing")
}
