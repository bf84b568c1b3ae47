package allocate_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotong/protocol"
	. "gotong/protocol/allocate"
	"gotong/protocol/record"
)

const (
	noon = int64(1_795_500_000_000)
	hour = int64(3_600_000)
	kg   = int64(1000)
)

func id(name string) [16]byte {
	sum := sha256.Sum256([]byte(name))
	return [16]byte(sum[:16])
}

// village is a question in the making; requests and offers go by the name of
// their household.
type village struct {
	Question
	names map[protocol.HouseholdID]string
}

func newVillage() *village {
	return &village{
		Question{Now: noon, Helpers: make(map[protocol.HouseholdID]Helper), Received: make(map[Portion]int64), Terms: Usual()},
		make(map[protocol.HouseholdID]string),
	}
}

func (v *village) home(name string) protocol.HouseholdID {
	v.names[id(name)] = name
	return id(name)
}

// needs adds a request for rice, asked an hour ago.
func (v *village) needs(name string, kilos int64, change ...func(*Need)) {
	n := Need{Request: id(name + " asks"), Line: 1, Owner: v.home(name), Category: "food.rice", Unit: record.Unit_UNIT_KG,
		Quantity: kilos * kg, Missing: kilos * kg, Urgency: record.Urgency_URGENCY_MEDIUM, Created: noon - hour}
	for _, c := range change {
		c(&n)
	}
	v.Needs = append(v.Needs, n)
}

// gives adds an offer of rice.
func (v *village) gives(name string, kilos int64, change ...func(*Supply)) {
	s := Supply{Offer: id(name + " offers"), Line: 1, Owner: v.home(name), Category: "food.rice", Unit: record.Unit_UNIT_KG, Left: kilos * kg}
	for _, c := range change {
		c(&s)
	}
	v.Supplies = append(v.Supplies, s)
}

func urgent(u record.Urgency) func(*Need) { return func(n *Need) { n.Urgency = u } }

const (
	critical = record.Urgency_URGENCY_CRITICAL
	high     = record.Urgency_URGENCY_HIGH
	low      = record.Urgency_URGENCY_LOW
)

func in(area string) func(*Need)         { return func(n *Need) { n.Area = area } }
func from(area string) func(*Supply)     { return func(s *Supply) { s.Area = area } }
func at(lat, lon int32) *Point           { return &Point{Lat: lat, Lon: lon} }
func of(category string) func(*Need)     { return func(n *Need) { n.Category = category } }
func some(category string) func(*Supply) { return func(s *Supply) { s.Category = category } }

// says writes suggestions down, one a line: who, how much, to whom, why.
func (v *village) says(all []Suggestion) string {
	var lines []string
	for _, s := range all {
		to := v.names[v.Needs[slices.IndexFunc(v.Needs, func(n Need) bool { return n.Request == s.Request })].Owner]
		lines = append(lines, fmt.Sprintf("%s %s -> %s %s", v.names[s.Helper], thousandths(s.Quantity), to, s.Why.Code))
	}
	return strings.Join(lines, "\n")
}

func thousandths(n int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%03d", n/1000, n%1000), "0"), ".")
}

func (v *village) plans(t *testing.T, want ...string) {
	t.Helper()
	if got := v.says(Plan(v.Question)); got != strings.Join(want, "\n") {
		t.Errorf("the plan is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}
