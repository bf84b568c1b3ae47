package allocate_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"gotong/protocol"
	. "gotong/protocol/allocate"
	"gotong/protocol/record"
)

// TestTheWorkedExampleOfTheDesign plans the example in DESIGN.md, and holds the
// table there against it.
func TestTheWorkedExampleOfTheDesign(t *testing.T) {
	v := newVillage()
	v.needs("Sari", 5, urgent(critical), in("D/RW007/RT002"))
	v.needs("Budi", 40, in("D/RW007/RT002"))
	v.needs("Citra", 8, urgent(high), in("D/RW007/RT003"), func(n *Need) { n.Vulnerable = 2 })
	v.needs("Dewi", 10, urgent(low), in("D/RW008/RT001"))
	v.gives("Eko", 25, from("D/RW007/RT001"))
	v.gives("Fajar", 20, from("D/RW008/RT001"))
	design, err := os.ReadFile("DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| helper | gives | to | why | covered before |\n|---|---|---|---|---|\n"
	for i, s := range Plan(v.Question) {
		words := strings.Fields(strings.Split(v.says(Plan(v.Question)), "\n")[i])
		table += fmt.Sprintf("| %s | %s kg | %s | %s | %d %% |\n", words[0], words[1], words[3], s.Why.Code, s.Why.Covered/10)
	}
	if !strings.Contains(string(design), table) {
		t.Errorf("DESIGN.md has another table than\n%s", table)
	}
}

func TestLifeAtRiskIsServedFullyBeforeAnybodyElse(t *testing.T) {
	v := newVillage()
	v.needs("Budi", 30, urgent(high), func(n *Need) { n.Vulnerable = 5; n.Created -= 100 * hour })
	v.needs("Sari", 30, urgent(critical), func(n *Need) { n.People = 11 })
	v.gives("Eko", 35)
	v.plans(t, "Eko 30 -> Sari critical", "Eko 5 -> Budi nothing")
}

func TestOneCriticalLineCannotEmptyEveryHouse(t *testing.T) {
	v := newVillage()
	v.needs("Mallory", 1_000_000, urgent(critical), func(n *Need) { n.Created -= 5 * hour })
	v.needs("Sari", 10, urgent(critical))
	v.needs("Budi", 10, urgent(low))
	v.gives("Eko", 40)
	all := strings.Split(v.says(Plan(v.Question)), "\n")
	for _, want := range []string{"Eko 10 -> Sari critical", "Eko 10 -> Budi nothing"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not in %q", want, all)
		}
	}
}

func TestNobodyStaysAtNothingWhileALargeLineIsFilled(t *testing.T) {
	v := newVillage()
	v.needs("Dapur umum", 200)
	for _, name := range []string{"Ani", "Budi", "Citra"} {
		v.needs(name, 5, func(n *Need) { n.Created += hour / 2 })
	}
	v.gives("Eko", 60)
	v.Helpers[id("Eko")] = Helper{Free: true}
	served := make(map[string]bool)
	for _, line := range strings.Split(v.says(Plan(v.Question)), "\n") {
		served[line] = true
	}
	for _, want := range []string{"Eko 5 -> Ani nothing", "Eko 5 -> Budi nothing", "Eko 5 -> Citra nothing", "Eko 45 -> Dapur umum nothing"} {
		if !served[want] {
			t.Errorf("%q is not in %v", want, served)
		}
	}
}

func TestUrgencyFrailtyAndWaitingComeFirstAmongEquals(t *testing.T) {
	for name, change := range map[string]func(*Need){
		"urgent":  urgent(high),
		"frail":   func(n *Need) { n.Vulnerable = 1 },
		"waiting": func(n *Need) { n.Created -= 48 * hour },
	} {
		v := newVillage()
		v.needs("Ani", 5, func(n *Need) { n.Created -= hour }) // older: first among equals
		v.needs("Budi", 5, change)
		v.gives("Eko", 5)
		if got := v.says(Plan(v.Question)); got != "Eko 5 -> Budi nothing" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAClockThatWasNeverSetGainsNothing(t *testing.T) {
	for _, created := range []int64{0, -1 << 62, noon + 900*24*hour, 1 << 62} {
		v := newVillage()
		v.needs("Ani", 5, func(n *Need) { n.Created -= hour })
		v.needs("Mallory", 5, func(n *Need) { n.Created = created })
		v.gives("Eko", 5)
		v.plans(t, "Eko 5 -> Ani nothing")
	}
}

func TestOnesOwnAreaComesFirstAndLifeAtRiskElsewhereBeforeIt(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, in("D/RW007/RT001"), urgent(low))
	v.needs("Budi", 5, in("D/RW008/RT001"), urgent(high))
	v.needs("Citra", 5, in("D/RW008/RT001"), urgent(critical))
	v.gives("Eko", 12, from("D/RW007/RT002"))
	v.plans(t, "Eko 5 -> Citra critical-elsewhere", "Eko 5 -> Ani nothing", "Eko 2 -> Budi elsewhere")
}

func TestTheNearestOfferServes(t *testing.T) {
	v := newVillage()
	here := at(-62000000, 1068000000)
	v.needs("Ani", 5, func(n *Need) { n.Point = here })
	for i := range 6 {
		v.gives(fmt.Sprint("Far", i), 5, func(s *Supply) { s.Point = at(-62090000, 1068000000) })
	}
	v.gives("Near", 5, func(s *Supply) { s.Point = at(-62000000, 1068036000) })
	v.plans(t, "Near 5 -> Ani nothing")
	if got := Plan(v.Question)[0].Why.Metres; got < 395 || got > 400 {
		t.Errorf("it is %d m away, want 398", got)
	}
}

func TestAnOfferReachesNoFurtherThanItSays(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, func(n *Need) { n.Point = at(0, 0) })
	v.gives("Eko", 5, func(s *Supply) { s.Point, s.Radius = at(0, 90_000), 1_000 }) // 1,002 m
	v.plans(t)
	v.Supplies[0].Radius = 1_010
	v.plans(t, "Eko 5 -> Ani nothing")
}

func TestWhoReceivedOfLateWaitsUntilOthersHadSome(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, urgent(high))
	v.needs("Budi", 5, urgent(low))
	v.gives("Eko", 5)
	v.Received[Portion{Household: id("Ani"), Category: "food.rice", Unit: record.Unit_UNIT_KG}] = 5 * kg
	v.plans(t, "Eko 5 -> Budi nothing")
	v.Supplies[0].Left = 8 * kg
	v.plans(t, "Eko 5 -> Budi nothing", "Eko 3 -> Ani nothing")
}

func TestWhatAlreadyArrivedOfALineIsNotCountedTwice(t *testing.T) {
	v := newVillage()
	half := func(n *Need) { n.Quantity, n.Missing, n.Received = 10*kg, 5*kg, 5*kg }
	v.needs("Ani", 10, half)
	v.needs("Budi", 10, func(n *Need) { n.Quantity, n.Missing = 10*kg, 4*kg })
	v.gives("Eko", 5)
	v.Received[Portion{Household: id("Ani"), Category: "food.rice", Unit: record.Unit_UNIT_KG}] = 5 * kg
	v.plans(t, "Eko 5 -> Ani least")
}

func TestAHouseholdIsAskedForNoMoreThanItsShareOfRequests(t *testing.T) {
	v := newVillage()
	for _, name := range []string{"Ani", "Budi", "Citra", "Dewi"} {
		v.needs(name, 2)
	}
	v.gives("Eko", 50)
	if got := Plan(v.Question); len(got) != 3 {
		t.Errorf("it is asked for %d, want 3", len(got))
	}
	v.Helpers[id("Eko")] = Helper{Helping: []protocol.RecordID{id("x"), id("y")}}
	if got := Plan(v.Question); len(got) != 1 {
		t.Errorf("with two promises open it is asked for %d, want 1", len(got))
	}
	v.Helpers[id("Eko")] = Helper{Helping: []protocol.RecordID{id("x"), id("y"), id("Ani asks")}}
	v.plans(t, "Eko 2 -> Ani nothing") // it goes there anyway
	v.Helpers[id("Eko")] = Helper{Helping: []protocol.RecordID{id("x"), id("y")}, Free: true}
	if got := Plan(v.Question); len(got) != 4 {
		t.Errorf("a command post is asked for %d, want 4", len(got))
	}
}

func TestWhatIsTooLittleToHelpIsNotSuggested(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, func(n *Need) { n.MinUseful = 4 * kg })
	v.gives("Eko", 3)
	v.plans(t)
	v.gives("Fajar", 4)
	v.plans(t, "Fajar 4 -> Ani nothing", "Eko 1 -> Ani least")
}

func TestTimesHaveToMeet(t *testing.T) {
	for name, c := range map[string]struct {
		need   func(*Need)
		supply func(*Supply)
		meet   bool
	}{
		"gone before it is needed": {func(n *Need) { n.From = noon + 5*hour }, func(s *Supply) { s.To = noon + 4*hour }, false},
		"there too late":           {func(n *Need) { n.By = noon + 5*hour }, func(s *Supply) { s.From = noon + 6*hour }, false},
		"gone by now":              {func(*Need) {}, func(s *Supply) { s.To = noon - 1 }, false},
		"late is still needed":     {func(n *Need) { n.By = noon - hour }, func(s *Supply) { s.From = noon + hour }, true},
		"they meet":                {func(n *Need) { n.From, n.By = noon, noon+2*hour }, func(s *Supply) { s.From, s.To = noon+hour, noon+9*hour }, true},
	} {
		v := newVillage()
		v.needs("Ani", 5, c.need)
		v.gives("Eko", 5, c.supply)
		if got := len(Plan(v.Question)) == 1; got != c.meet {
			t.Errorf("%s: suggested is %v", name, got)
		}
	}
}

func TestNobodyHelpsThemselvesAndADrillStaysADrill(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5)
	v.gives("Ani", 5)
	v.gives("Eko", 5, func(s *Supply) { s.Exercise = true })
	v.plans(t)
}

func TestASubstituteServesWhereTheRequesterSaysSoAndOnlyOneWay(t *testing.T) {
	litres := func(n *Need) { n.Unit = record.Unit_UNIT_L }
	give := func(s *Supply) { s.Unit = record.Unit_UNIT_L }
	willing := func(n *Need) { n.SubstituteOK = true }
	v := newVillage()
	v.needs("Ani", 20, of("water.clean"), litres, func(n *Need) { n.Created -= hour })
	v.needs("Budi", 20, of("water.drinking"), litres, willing)
	v.gives("Eko", 30, some("water.drinking"), give)
	v.gives("Fajar", 30, some("water.clean"), give)
	v.Supplies[1].Left = 10 * kg
	v.plans(t, "Fajar 10 -> Ani nothing", "Eko 20 -> Budi nothing")
	w := newVillage()
	w.needs("Budi", 20, of("water.drinking"), litres, willing)
	w.gives("Fajar", 30, some("water.clean"), give)
	w.plans(t)
	willing(&v.Needs[0])
	v.plans(t, "Fajar 10 -> Ani nothing", "Eko 20 -> Budi nothing", "Eko 10 -> Ani least")
}

func TestOneMedicineDoesNotServeForAnother(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 2, of("med.medicine"), func(n *Need) { n.Item, n.Unit = "Insulin", record.Unit_UNIT_STRIP })
	v.gives("Eko", 2, some("med.medicine"), func(s *Supply) { s.Item, s.Unit = "paracetamol", record.Unit_UNIT_STRIP })
	v.plans(t)
	v.Supplies[0].Item = "insulin kulkas"
	v.plans(t, "Eko 2 -> Ani nothing")
}

func TestPacksAreCountedByWhatIsInThemAndGivenWhole(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 30, of("water.drinking"), func(n *Need) { n.Unit = record.Unit_UNIT_L })
	v.gives("Eko", 4, some("water.drinking"), func(s *Supply) { s.Unit, s.UnitsPerPack = record.Unit_UNIT_DUS, 12*kg })
	v.plans(t, "Eko 30 -> Ani nothing")
	if got := Plan(v.Question)[0]; got.Give != 3*kg || got.Why.Has != 4*kg {
		t.Errorf("it gives %d of %d thousandths of a box, want 3 of 4 boxes", got.Give, got.Why.Has)
	}
	v.Supplies[0].UnitsPerPack = 0
	v.plans(t) // nobody knows what is in a box
}

func TestHelpOfNoSaidQuantityIsSuggestedWhole(t *testing.T) {
	none := record.Unit_UNIT_NONE
	v := newVillage()
	v.needs("Ani", 1, of("water.drinking"), func(n *Need) { n.Unit = none })
	v.gives("Eko", 50, some("water.drinking"), func(s *Supply) { s.Unit = record.Unit_UNIT_L })
	v.plans(t, "Eko 1 -> Ani nothing")
	if got := Plan(v.Question)[0].Give; got != 28*kg {
		t.Errorf("it takes %d of the offer, want 28 l: four people's day", got)
	}
	v.Supplies[0].Unit, v.Supplies[0].Left = none, kg
	v.plans(t, "Eko 1 -> Ani nothing")
	v.Needs[0].Unit, v.Needs[0].Quantity, v.Needs[0].Missing = record.Unit_UNIT_L, 40*kg, 40*kg
	v.plans(t, "Eko 28 -> Ani nothing")
}

func TestWholeThingsAreNotCut(t *testing.T) {
	v := newVillage()
	for _, name := range []string{"Ani", "Budi"} {
		v.needs(name, 33, of("tool.light"), func(n *Need) { n.Unit = record.Unit_UNIT_PCS; n.Quantity, n.Missing = 333*kg, 333*kg })
	}
	v.gives("Eko", 100, some("tool.light"), func(s *Supply) { s.Unit = record.Unit_UNIT_UNIT })
	for _, s := range Plan(v.Question) {
		if s.Quantity%kg != 0 || s.Give%kg != 0 {
			t.Errorf("%d thousandths of a torch", s.Quantity)
		}
	}
}

func TestAHouseholdSeesItsPartOfThePlanFirstThenWhatElseFits(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, urgent(high))
	v.needs("Budi", 5)
	v.needs("Citra", 5, urgent(low), of("water.drinking"), func(n *Need) { n.Unit = record.Unit_UNIT_L })
	v.gives("Eko", 5)
	v.gives("Fajar", 5)
	helpers := map[string]bool{}
	for _, who := range []string{"Eko", "Fajar"} {
		best := Best(v.Question, Person{Household: id(who)}, 5)
		if len(best) != 2 || best[0].Request == best[1].Request {
			t.Fatalf("%s sees %s", who, v.says(best))
		}
		helpers[strings.Fields(v.says(best[:1]))[3]] = true
	}
	if len(helpers) != 2 {
		t.Errorf("both are sent to %v first", helpers)
	}
}

func TestAHouseholdThatOffersNothingSeesWhatIsNeededMostOfItsKinds(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, urgent(low))
	v.needs("Budi", 5, urgent(critical))
	v.needs("Citra", 5, urgent(high), of("water.drinking"), func(n *Need) { n.Unit = record.Unit_UNIT_L })
	v.needs("Eko", 5, urgent(critical))
	v.home("Eko")
	all := Best(v.Question, Person{Household: id("Eko")}, 5)
	if got := v.says(all); got != "Eko 5 -> Budi critical\nEko 5 -> Citra nothing\nEko 5 -> Ani nothing" {
		t.Error(got)
	}
	if all[0].Offer != (protocol.RecordID{}) || all[0].Give != 0 || all[0].Why.Has != 0 {
		t.Errorf("it offers %+v", all[0])
	}
	if got := v.says(Best(v.Question, Person{Household: id("Eko"), Kinds: []string{"water.drinking"}}, 5)); got != "Eko 5 -> Citra nothing" {
		t.Error(got)
	}
	v.gives("Eko", 5) // whoever names kinds is asked about those
	if got := v.says(Best(v.Question, Person{Household: id("Eko"), Kinds: []string{"water.drinking"}}, 5)); got != "Eko 5 -> Citra nothing" {
		t.Error(got)
	}
	if got := Best(v.Question, Person{Household: id("Eko")}, 1); len(got) != 1 {
		t.Errorf("%d, want one", len(got))
	}
	v.Supplies = nil
	v.Helpers[id("Eko")] = Helper{Helping: []protocol.RecordID{id("Budi asks")}}
	if got := v.says(Best(v.Question, Person{Household: id("Eko")}, 5)); got != "Eko 5 -> Citra nothing\nEko 5 -> Ani nothing" {
		t.Errorf("helping Budi it sees\n%s", got)
	}
	v.Helpers[id("Eko")] = Helper{Helping: []protocol.RecordID{id("x"), id("y"), id("z")}}
	if got := Best(v.Question, Person{Household: id("Eko")}, 5); len(got) != 0 {
		t.Errorf("with its hands full it sees %s", v.says(got))
	}
}

func TestAnAreaThatIsApartWaitsAndOneOtherStandsIn(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 5, in("D/RW007"), urgent(low))
	for i := range 20 {
		v.needs(fmt.Sprint("Boat", i), 1, in("D/RW008"), urgent(critical))
	}
	v.gives("Eko", 60, from("D/RW007"))
	v.gives("Fajar", 60, from("D/RW009"))
	v.Terms.Helping = 0
	v.needs("Citra", 1, in("D/RW009"), urgent(low))
	if got := strings.Split(v.says(Plan(v.Question)), "\n"); !strings.HasSuffix(got[19], "critical-elsewhere") || !strings.HasSuffix(got[20], "nothing") {
		t.Errorf("together the plan is\n%q", got)
	}
	v.Apart = map[string]bool{"D/RW008": true}
	if got := strings.Split(v.says(Plan(v.Question)), "\n"); !strings.HasSuffix(got[1], "nothing") || !strings.HasSuffix(got[2], "critical-elsewhere") {
		t.Errorf("apart the plan is\n%q", got)
	}
	alone := v.Question
	helped := make(map[protocol.RecordID]int)
	for _, s := range v.Supplies {
		alone.Supplies = []Supply{s}
		for _, x := range Plan(alone) {
			helped[x.Request]++
		}
	}
	for i := range 20 {
		if n := helped[id(fmt.Sprintf("Boat%d asks", i))]; n != 1 {
			t.Errorf("boat %d is brought %d times", i, n)
		}
	}
}

func TestAnEndlessOfferServesAllAndOneTakenBackNobody(t *testing.T) {
	v := newVillage()
	v.needs("Ani", 50, urgent(high))
	v.needs("Budi", 70)
	v.gives("Eko", 1, func(s *Supply) { s.Endless = true })
	v.plans(t, "Eko 50 -> Ani nothing", "Eko 70 -> Budi nothing")
	v.Supplies[0].Left = 0
	v.plans(t)
}
