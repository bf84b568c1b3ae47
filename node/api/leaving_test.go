package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// canary is what must never leave, in all the places that people write in.
const canary = "KENARI"

// flooded is a street of which so many households ask for water, in one RW.
func flooded(t *testing.T, asking int) (*street, []Desk) {
	names := []string{canary + " Sari"}
	for i := range asking {
		names = append(names, fmt.Sprint(canary, " ", i))
	}
	s, desks := newStreet(names...)
	for i, d := range desks[1:] {
		area := fmt.Sprintf("31.74.01.1001/RW007/RT%03d", i+1)
		must[Profile](t)(d.Present(ctx, Presenting{Area: &area}))
		draft := Draft{Title: canary + " butuh air", Body: canary, At: canary, Urgency: "high", Contact: canary + " 0812", PlaceExact: canary,
			For: Group{People: 4, Infants: 1}, Lines: []DraftLine{{Category: "water", Quantity: Whole(10), What: canary}}}
		must[Written](t)(d.Ask(ctx, draft))
	}
	return s, desks
}

func leaving(t *testing.T, d Desk, each bool) Leaving {
	t.Helper()
	return must[Leaving](t)(d.Leaving(ctx, Taking{Each: each}))
}

func TestNeedsLeaveAsCountsOfThreeHouseholdsOrMore(t *testing.T) {
	_, desks := flooded(t, 2)
	if doc := leaving(t, desks[0], false); len(doc.Needs) != 0 || doc.Suppressed != 2 {
		t.Errorf("of two households: %+v", doc)
	}
	if doc := leaving(t, desks[0], true); len(doc.Needs) != 0 || doc.Suppressed != 2 {
		t.Errorf("each of two households: %+v", doc)
	}
	_, desks = flooded(t, 3)
	doc := leaving(t, desks[0], false)
	if len(doc.Needs) != 1 || doc.Suppressed != 0 {
		t.Fatalf("%+v", doc)
	}
	n := doc.Needs[0]
	if n.Area != "31.74.01.1001/RW007" || n.Requested != Whole(30) || n.Households != 3 || n.People != 12 || n.Infants != 3 || n.Urgency != "high" || n.State != StateOpen {
		t.Errorf("%+v", n)
	}
	if doc := leaving(t, desks[0], true); len(doc.Needs) != 3 || doc.Needs[0].Requested != Whole(10) || doc.Needs[0].Infants != 0 {
		t.Errorf("each: %+v", doc.Needs)
	}
}

func TestOneHouseholdThatAsksThreeTimesIsNotThree(t *testing.T) {
	_, desks := newStreet("Sari")
	for range 3 {
		must[Written](t)(desks[0].Ask(ctx, water(4)))
	}
	if doc := leaving(t, desks[0], false); len(doc.Needs) != 0 || doc.Suppressed != 3 {
		t.Errorf("%+v", doc)
	}
}

func TestWhatArrivedLeavesByWhoBroughtIt(t *testing.T) {
	s, desks := flooded(t, 3)
	pmi := s.vouchedMember("PMI rumah")
	must[OrganisationShown](t)(pmi.Introduce(ctx, OrganisationDraft{Name: "PMI Jakarta Timur", Type: "red-cross", Services: []Service{{Name: "Air", Category: "water.drinking"}}}))
	for _, d := range desks[1:] {
		mine := must[List](t)(d.List(ctx, Query{Show: ShowMine})).Items[0]
		p := must[Written](t)(pmi.Pledge(ctx, Promise{Target: to(mine.ID), Share: Share{Quantity: Whole(10)}}))
		must[Written](t)(d.Arrived(ctx, Arrival{Target: to(p.ID), Share: Share{Quantity: Whole(6)}}))
	}
	doc := leaving(t, desks[0], false)
	if len(doc.Distributions) != 1 || doc.Distributions[0].By != "PMI Jakarta Timur" || doc.Distributions[0].ByType != "red-cross" || doc.Distributions[0].Quantity != Whole(18) || doc.Distributions[0].Households != 3 {
		t.Fatalf("%+v", doc.Distributions)
	}
	if n := doc.Needs[0]; n.Received != Whole(18) || n.Requested != Whole(30) {
		t.Errorf("%+v", n)
	}
	if len(doc.Organisations) != 1 || doc.Organisations[0].Services[0].Category != "water.drinking" {
		t.Errorf("%+v", doc.Organisations)
	}
}

// vouchedMember is a household that moved in and was vouched for.
func (s *street) vouchedMember(name string) Desk {
	h := s.moveIn(name)
	s.homes[0].mustSign(&roster.Vouch{Household: h.public(), Role: roster.RolePartner})
	h.addDevice(name)
	h.mustWrite(&record.Household{Name: name})
	return Desk{Backend: h, Now: s.time}
}

func TestNothingPrivateLeaves(t *testing.T) {
	_, desks := flooded(t, 4)
	must[NoticeShown](t)(desks[0].Notify(ctx, NoticeDraft{Texts: []NoticeText{{Headline: "Air naik"}}}))
	for _, each := range []bool{false, true} {
		text, err := json.Marshal(leaving(t, desks[0], each))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), canary) || strings.Contains(string(text), "RT0") {
			t.Errorf("%s", text)
		}
	}
}

func TestAnExerciseIsNoNeed(t *testing.T) {
	s, desks := flooded(t, 2)
	drill := &record.Request{Title: "latihan", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 10_000, Unit: record.Unit_UNIT_L}}}
	common := &record.Common{Area: "31.74.01.1001/RW007/RT001", Exercise: true}
	if _, err := desks[0].Backend.Write(ctx, s.id, drill, common); err != nil {
		t.Fatal(err)
	}
	if doc := leaving(t, desks[0], false); len(doc.Needs) != 0 || doc.Suppressed != 2 {
		t.Errorf("%+v", doc)
	}
}

func TestWhatStewardsHideStays(t *testing.T) {
	s, desks := flooded(t, 3)
	mine := must[List](t)(desks[1].List(ctx, Query{Show: ShowMine})).Items[0]
	must[ModeratedItem](t)(desks[0].Moderate(ctx, Moderating{Target: to(mine.ID), Action: "hide"}))
	if doc := leaving(t, desks[0], false); len(doc.Needs) != 0 || doc.Suppressed != 2 {
		t.Errorf("%+v", doc)
	}
	s.pass(25 * time.Hour)
	if doc := leaving(t, desks[0], false); len(doc.Needs) != 1 {
		t.Errorf("a day later: %+v", doc)
	}
	since := must[Leaving](t)(desks[0].Leaving(ctx, Taking{Since: s.time()}))
	if len(since.Needs) != 0 || since.Suppressed != 0 {
		t.Errorf("since now: %+v", since)
	}
}

func TestAnOrganisationIsSaidAsAWholeAndEnded(t *testing.T) {
	_, desks := newStreet("PMI")
	d := desks[0]
	must[OrganisationShown](t)(d.Introduce(ctx, OrganisationDraft{Name: "PMI", Contact: "meja depan 021-123", Services: []Service{{Name: "Ambulans"}}}))
	must[OrganisationShown](t)(d.Introduce(ctx, OrganisationDraft{Name: "PMI Jakarta"}))
	list := must[OrganisationList](t)(d.Organisations(ctx, Place{})).Organisations
	if len(list) != 1 || list[0].Name != "PMI Jakarta" || list[0].Contact != "" || len(list[0].Services) != 0 || list[0].Type != "community" {
		t.Errorf("%+v", list)
	}
	must[OrganisationShown](t)(d.Introduce(ctx, OrganisationDraft{End: true}))
	if list := must[OrganisationList](t)(d.Organisations(ctx, Place{})).Organisations; len(list) != 0 {
		t.Errorf("%+v", list)
	}
	_, err := d.Introduce(ctx, OrganisationDraft{End: true})
	fails(t, err, ErrNotFound)
	_, err = d.Introduce(ctx, OrganisationDraft{Name: "PMI", Description: "telepon 0812-3456-7890"})
	if p := ProblemOf(err); p.Code != CodeNumbers {
		t.Errorf("%v", err)
	}
}

func TestCoordinatesAreReadWithoutFloatsAndWrittenBack(t *testing.T) {
	for text, want := range map[string]string{
		"-6.21,106.86": "-6.21,106.86", "-6.123456789,106.8": "-6.1234567,106.8", "0,0": "0,0", "-0.5,180": "-0.5,180", "90,-180.0": "90,-180",
	} {
		latitude, longitude, err := pointOf("polygon", text)
		if got := point(latitude, longitude); err != nil || got != want {
			t.Errorf("%s came back as %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"NaN,1", "1,Inf", "1e3,1", "91,0", "0,181", "1", "", "1,", "--1,1", "1.2.3,1", "0x1,1", "-,1"} {
		if _, _, err := pointOf("polygon", text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
