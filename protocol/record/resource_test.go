package record_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	. "gotong/protocol/record"
)

func pump() *Resource {
	return &Resource{Title: "Pompa air", Type: ResourceType_RESOURCE_TYPE_ASSET, Category: "tool.pump", Quantity: 2_000, Unit: Unit_UNIT_UNIT,
		Available: []*Availability{{Days: 1 << 6, From: 480, To: 720}}}
}

func shelf() *Stock {
	return &Stock{Resource: somewhere(), Flows: []*Flow{{Reason: StockReason_STOCK_REASON_DONATED, In: 40_000, Out: 12_000}}}
}

func budi() *Member {
	return &Member{Name: "Pak Budi", Skills: []*Skill{{Code: "first-aid", Level: SkillLevel_SKILL_LEVEL_TRAINED}}, Languages: []string{"jv"}}
}

func guide() *Guide {
	return &Guide{Title: "Air bersih saat banjir", Text: "Rebus satu menit.", Checklist: []*Tick{{Tick: 1, Text: "Isi galon"}}}
}

func TestEveryBrokenRuleOfResourcesGuidesAndProjectsIsNamed(t *testing.T) {
	part := func() *ProjectPart { return &ProjectPart{Project: somewhere(), Part: somewhere()} }
	for _, m := range []proto.Message{pump(), shelf(), budi(), guide(), part(), &Project{Title: "Jembatan"}, &Recommendation{Guide: somewhere()},
		spoiled(pump(), func(m *Resource) { m.Type, m.Category, m.Unit = 99, "drone.delivery", 99 })} {
		if err := Check(m); err != nil {
			t.Errorf("%v: %v", m, err)
		}
	}
	expectBroken(t, []broken{
		{spoiled(pump(), func(m *Resource) { m.Title = "" }), "title", "missing"},
		{spoiled(pump(), func(m *Resource) { m.Quantity = -1 }), "quantity", "out-of-range"},
		{spoiled(pump(), func(m *Resource) { m.Condition = letters(281) }), "condition", "too-long"},
		{spoiled(pump(), func(m *Resource) { m.Available[0].Days = 0 }), "available", "out-of-range"},
		{spoiled(pump(), func(m *Resource) { m.Available[0].To = 1441 }), "available", "out-of-range"},
		{spoiled(pump(), func(m *Resource) { m.ConfirmedAt = -1 }), "confirmed_at", "out-of-range"},
		{spoiled(shelf(), func(m *Stock) { m.Resource = nil }), "resource", "missing"},
		{spoiled(shelf(), func(m *Stock) { m.Flows[0].Out = -1 }), "quantity", "out-of-range"},
		{spoiled(shelf(), func(m *Stock) { m.Flows = append(m.Flows, m.Flows[0]) }), "flows", "repeated"},
		{spoiled(budi(), func(m *Member) { m.Name = "" }), "name", "missing"},
		{spoiled(budi(), func(m *Member) { m.Skills[0].Code = "" }), "skill", "missing"},
		{spoiled(budi(), func(m *Member) { m.Skills[0].Expires = 1 << 48 }), "expires", "out-of-range"},
		{spoiled(guide(), func(m *Guide) { m.Title = "" }), "title", "missing"},
		{spoiled(guide(), func(m *Guide) { m.Text = letters(3_501) }), "text", "too-long"},
		{spoiled(guide(), func(m *Guide) { m.Supersedes = &Birth{} }), "supersedes", "missing"},
		{spoiled(guide(), func(m *Guide) { m.Checklist[0].Text = "" }), "checklist", "missing"},
		{spoiled(guide(), func(m *Guide) { m.Checklist = append(m.Checklist, m.Checklist[0]) }), "checklist", "repeated"},
		{&Recommendation{}, "guide", "missing"},
		{&Project{}, "title", "missing"},
		{&ProjectPart{Project: somewhere()}, "part", "missing"},
		{&ProjectPart{Part: somewhere()}, "project", "missing"},
		{spoiled(part(), func(m *ProjectPart) { m.Note = letters(281) }), "note", "too-long"},
	})
}

// A night watch from Saturday evening ends on Sunday morning, at the place.
func TestAWeeklyTimeMayReachIntoTheNextDay(t *testing.T) {
	watch := &Availability{Days: 1 << 5, From: 22 * 60, To: 4 * 60}
	jakarta := time.FixedZone("WIB", 7*3600)
	for clock, want := range map[time.Time]bool{
		time.Date(2026, 11, 28, 21, 59, 0, 0, jakarta): false,
		time.Date(2026, 11, 28, 22, 0, 0, 0, jakarta):  true,
		time.Date(2026, 11, 29, 3, 59, 0, 0, jakarta):  true,
		time.Date(2026, 11, 29, 4, 0, 0, 0, jakarta):   false,
		time.Date(2026, 11, 29, 22, 0, 0, 0, jakarta):  false,
	} {
		if got := watch.On(clock.UnixMilli(), 420); got != want {
			t.Errorf("%v: %v", clock, got)
		}
	}
}
