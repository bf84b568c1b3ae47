package api

import (
	"errors"
	"testing"
	"time"

	"gotong/protocol/record"
)

func TestAPumpIsLentUntilItsHolderHasItBack(t *testing.T) {
	s, desks := newStreet("Keluarga Budi", "Keluarga Sari")
	budi, sari := desks[0], desks[1]
	pump := to(must[ResourceDoc](t)(budi.Keep(ctx, ResourceDraft{Title: "Pompa air", Category: "tool.pump", Condition: "baru diservis",
		Available: []Weekly{{Days: []int{0, 1}, From: "08:00", To: "17:00"}}, UTCOffset: 420})).Resource.ID)
	asked := must[ResourceDoc](t)(sari.Borrow(ctx, Borrowing{Target: pump, BackBy: begun.Add(time.Hour), Note: "untuk halaman"}))
	if r := asked.Resource; r.Asked != Whole(1) || r.Free != Whole(1) || !r.Now || r.Loans[0].Counts != Whole(1) {
		t.Errorf("asked: %+v", r)
	}
	_, err := sari.Lend(ctx, Lending{Target: pump, Loan: asked.Wrote})
	fails(t, err, ErrNotYours)
	lent := must[ResourceDoc](t)(budi.Lend(ctx, Lending{Target: pump, Loan: asked.Wrote})).Resource
	if lent.Free != 0 || lent.Lent != Whole(1) || lent.Loans[0].To.Name != "Keluarga Sari" {
		t.Errorf("lent: %+v", lent)
	}
	s.pass(2 * time.Hour)
	late := must[ResourceDoc](t)(sari.Resource(ctx, ResourceQuery{Target: pump}))
	golden(t, "resource", encode(t, late))
	if !late.Resource.Loans[0].Late {
		t.Error("nobody is reminded")
	}
	back := must[ResourceDoc](t)(budi.GotBack(ctx, Lending{Target: pump, Loan: asked.Wrote})).Resource
	if back.Free != Whole(1) || len(back.Loans) != 0 {
		t.Errorf("back: %+v", back)
	}
	_, err = budi.Borrow(ctx, Borrowing{Target: pump})
	fails(t, err, ErrYours)
	must[ResourceDoc](t)(budi.Empty(ctx, pump))
	_, err = sari.Borrow(ctx, Borrowing{Target: pump})
	fails(t, err, ErrEnded)
	if left := must[ResourceList](t)(sari.Resources(ctx, ResourceQuery{})); len(left.Resources) != 0 {
		t.Errorf("%d are left", len(left.Resources))
	}
}

func TestAStockIsMovedCountedAndDrawnFrom(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	rice := to(must[ResourceDoc](t)(sari.Keep(ctx, ResourceDraft{Title: "Beras posko", Type: "stock", Category: "food.rice", Quantity: Whole(40)})).Resource.ID)
	_, err := budi.MoveStock(ctx, StockMove{Target: rice, Out: Whole(40)})
	fails(t, err, ErrNotYours)
	must[ResourceDoc](t)(sari.MoveStock(ctx, StockMove{Target: rice, Into: Whole(10), Reason: "bought"}))
	got := must[ResourceDoc](t)(sari.MoveStock(ctx, StockMove{Target: rice, Out: Whole(60), Reason: "spoiled"})).Resource
	if got.Missing != Whole(10) || got.Have != 0 || got.Free != 0 {
		t.Errorf("below zero: %+v", got)
	}
	counted := Whole(7)
	got = must[ResourceDoc](t)(sari.MoveStock(ctx, StockMove{Target: rice, Count: &counted})).Resource
	if got.Have != counted || got.Missing != 0 {
		t.Errorf("counted: %+v", got)
	}
	asked := must[Written](t)(budi.Ask(ctx, Draft{Title: "Beras", Lines: []DraftLine{{Category: "food.rice", Quantity: Whole(5)}}}))
	must[Written](t)(sari.Pledge(ctx, Promise{Target: to(asked.ID), From: rice.ID}))
	got = must[ResourceDoc](t)(sari.Resource(ctx, ResourceQuery{Target: rice})).Resource
	if got.Promised != Whole(5) || got.Free != Whole(2) {
		t.Errorf("promised: %+v", got)
	}
	must[Written](t)(budi.Arrived(ctx, Arrival{Target: to(asked.ID)}))
	got = must[ResourceDoc](t)(sari.Resource(ctx, ResourceQuery{Target: rice})).Resource
	if got.Have != counted || got.NotTakenOut != Whole(5) || got.Free != Whole(2) {
		t.Errorf("arrived: %+v", got)
	}
	_, err = budi.Pledge(ctx, Promise{Target: to(asked.ID), From: rice.ID})
	if err == nil {
		t.Error("one pledges from another's stock")
	}
	for _, bad := range []StockMove{{Target: rice}, {Target: rice, Into: 1, Out: 1}, {Target: rice, Into: 1, Reason: "magic"}, {Target: rice, Into: record.MaxQuantity + 1}} {
		var invalid *record.Invalid
		if _, err := sari.MoveStock(ctx, bad); !errors.As(err, &invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestWhatPeopleCanDoIsSaidByName(t *testing.T) {
	_, desks := newStreet("Keluarga Budi", "Keluarga Sari")
	draft := MemberDraft{Name: "Pak Budi", Skills: []string{"first-aid"}}
	first := must[MemberDoc](t)(desks[0].SetMember(ctx, draft)).Member
	draft.Name, draft.Skills = "pak budi", []string{"first-aid", "boat"}
	if again := must[MemberDoc](t)(desks[0].SetMember(ctx, draft)).Member; again.ID != first.ID || len(again.Skills) != 2 {
		t.Errorf("said again: %+v", again)
	}
	golden(t, "members", encode(t, must[MemberList](t)(desks[1].Members(ctx, Place{}))))
	draft.Ended = true
	must[MemberDoc](t)(desks[0].SetMember(ctx, draft))
	if left := must[MemberList](t)(desks[1].Members(ctx, Place{})); len(left.Members) != 0 {
		t.Errorf("%d are left", len(left.Members))
	}
	draft.Ended = false
	if back := must[MemberDoc](t)(desks[0].SetMember(ctx, draft)).Member; back.ID != first.ID {
		t.Errorf("said once more: %+v", back)
	}
}
