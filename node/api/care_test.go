package api

import (
	"testing"
	"time"
)

func careFor(t *testing.T, d Desk, name string) CareOf {
	t.Helper()
	for _, c := range must[Care](t)(d.Care(ctx, Place{})).People {
		if c.Household != nil && c.Household.Name == name || c.Person == name {
			return c
		}
	}
	t.Fatalf("nothing is said of %s", name)
	return CareOf{}
}

func TestACryForHelpStandsFirstUntilAStewardHasSeenToIt(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Citra")
	sari, budi, citra := desks[0], desks[1], desks[2]
	must[CheckedIn](t)(budi.CheckIn(ctx, CheckingIn{Status: "need-help", OK: 2, Total: 4, Where: "lantai dua", Note: "air naik"}))
	s.pass(time.Hour)
	must[CheckedIn](t)(citra.CheckIn(ctx, CheckingIn{Status: "safe", For: "Budi"}))
	first := must[Care](t)(sari.Care(ctx, Place{})).People[0]
	if len(first.Needs) != 1 || first.Household.Name != "Keluarga Budi" || first.Needs[0].Where != "lantai dua" || first.Needs[0].OK != 2 {
		t.Fatalf("first stands %+v", first)
	}
	if knocked := must[CheckedIn](t)(sari.CheckIn(ctx, CheckingIn{Status: "no-answer", For: "Budi"})); len(knocked.CareOf.Needs) != 1 {
		t.Error("a steward who found nobody has seen to it")
	}
	seen := must[CheckedIn](t)(sari.CheckIn(ctx, CheckingIn{Status: "safe", For: "Budi"}))
	if seen.Answered != 1 || len(seen.CareOf.Needs) != 0 {
		t.Errorf("the steward's word answers %d, %d needs are left", seen.Answered, len(seen.CareOf.Needs))
	}
	s.pass(time.Hour)
	must[CheckedIn](t)(sari.CheckIn(ctx, CheckingIn{Status: "no-answer", For: "Budi"}))
	if c := careFor(t, citra, "Keluarga Budi"); len(c.Needs) != 0 {
		t.Error("the steward's next word took back what the one before had answered")
	}
	must[CheckedIn](t)(budi.CheckIn(ctx, CheckingIn{Status: "need-help"}))
	if c := careFor(t, citra, "Keluarga Budi"); len(c.Needs) != 1 {
		t.Error("a new cry is taken for the one that was answered")
	}
}

func TestSayingTheSameAgainIsNews(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	was := must[CheckedIn](t)(desks[0].CheckIn(ctx, CheckingIn{Status: "safe"}))
	s.pass(13 * time.Hour)
	is := must[CheckedIn](t)(desks[0].CheckIn(ctx, CheckingIn{Status: "safe"}))
	if is.ID != was.ID || !is.CareOf.Last.Equal(begun.Add(13*time.Hour)) {
		t.Errorf("%s at %v, then %s at %v", was.ID, was.CareOf.Last, is.ID, is.CareOf.Last)
	}
}

func TestWhoHasNotAnsweredARollCallStandsOldestFirst(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Citra", "Keluarga Dewi")
	sari, budi, citra := desks[0], desks[1], desks[2]
	must[CheckedIn](t)(citra.CheckIn(ctx, CheckingIn{Status: "safe"}))
	s.pass(time.Hour)
	must[CheckedIn](t)(budi.CheckIn(ctx, CheckingIn{Status: "safe"}))
	_, err := budi.CallRoll(ctx, Calling{Reason: "Gempa", Closes: begun.Add(4 * time.Hour)})
	fails(t, err, ErrStewards)
	_, err = sari.CallRoll(ctx, Calling{Reason: "Gempa"})
	wantInvalid(t, err, "closes", "missing")
	_, err = sari.CallRoll(ctx, Calling{Reason: "Gempa", Closes: begun})
	wantInvalid(t, err, "closes", "past")
	call := must[RollCall](t)(sari.CallRoll(ctx, Calling{Reason: "Gempa", Closes: begun.Add(4 * time.Hour), Exercise: true}))
	want := []string{"Keluarga Dewi", "Keluarga Sari", "Keluarga Citra", "Keluarga Budi"}
	for i, c := range call.Unanswered {
		if c.Household.Name != want[i] {
			t.Errorf("%d is %s, want %s", i, c.Household.Name, want[i])
		}
	}
	said := must[CheckedIn](t)(citra.CheckIn(ctx, CheckingIn{Status: "safe"}))
	must[CheckedIn](t)(citra.CheckIn(ctx, CheckingIn{Status: "no-answer", For: "Dewi"}))
	call = must[RollCall](t)(budi.RollCall(ctx, to(call.Short)))
	if len(said.RollCalls) != 1 || said.RollCalls[0] != "Gempa" || len(call.Answered) != 1 || call.Called != 4 || !call.Exercise {
		t.Errorf("answers %v; the call is %+v", said.RollCalls, call)
	}
	_, err = budi.EndRollCall(ctx, to(call.Short))
	fails(t, err, ErrNotYours)
	if call = must[RollCall](t)(sari.EndRollCall(ctx, to(call.Short))); !call.Over {
		t.Error("it goes on")
	}
	if said = must[CheckedIn](t)(budi.CheckIn(ctx, CheckingIn{Status: "safe"})); len(said.RollCalls) != 0 {
		t.Error("a word answers a roll call that is over")
	}
	_, err = budi.RollCall(ctx, to("ZZZZ"))
	fails(t, err, ErrNotFound)
}

func TestAVisitStandsBesideTheCheckInOfWhomItIsFor(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	asked := must[Written](t)(budi.Visit(ctx, Visiting{Draft: Draft{Title: "Tolong tengok Bu Sari"}, For: "Sari"}))
	must[Written](t)(budi.Ask(ctx, Draft{Title: "Teman bicara", Lines: []DraftLine{{Category: "care.emotional"}}}))
	must[Written](t)(budi.Visit(ctx, Visiting{Draft: Draft{Title: "Tengok Mbah Karto"}, Person: "Mbah Karto"}))
	if c := careFor(t, sari, "Keluarga Sari"); len(c.Requests) != 1 || c.Requests[0].ID != asked.ID || c.Shown.Status != "no-answer" {
		t.Errorf("beside Sari stands %+v", c)
	}
	if c := careFor(t, sari, "Keluarga Budi"); len(c.Requests) != 1 || c.Requests[0].Category != "care.emotional" {
		t.Errorf("beside Budi stands %+v", c.Requests)
	}
	if c := careFor(t, sari, "Mbah Karto"); len(c.Requests) != 1 || c.Household != nil {
		t.Errorf("beside Mbah Karto stands %+v", c)
	}
	must[CheckedIn](t)(budi.CheckIn(ctx, CheckingIn{Status: "safe", For: "Sari"}))
	if c := careFor(t, sari, "Keluarga Sari"); len(c.Requests) != 1 {
		t.Error("a new word took back the visit")
	}
	must[Written](t)(budi.Close(ctx, Ending{Target: to(asked.Short)}))
	if c := careFor(t, sari, "Keluarga Sari"); len(c.Requests) != 0 {
		t.Error("a visit that was closed is still asked for")
	}
	_, err := budi.Visit(ctx, Visiting{Draft: Draft{Title: "x"}, For: "Joko"})
	fails(t, err, ErrNobody)
}

func TestACheckInKeepsOutWhatIsNotForAll(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari := desks[0]
	for _, c := range []struct {
		in         CheckingIn
		field, why string
	}{
		{CheckingIn{Status: "bagus"}, "status", "unknown"},
		{CheckingIn{}, "status", "unknown"},
		{CheckingIn{Status: "deceased", For: "Budi"}, "status", "private"},
		{CheckingIn{Status: "safe", OK: 5, Total: 4}, "people", "out-of-range"},
	} {
		_, err := sari.CheckIn(ctx, c.in)
		wantInvalid(t, err, c.field, c.why)
	}
	_, err := sari.CheckIn(ctx, CheckingIn{Status: "safe", For: "Joko"})
	fails(t, err, ErrNobody)
	_, err = sari.CheckIn(ctx, CheckingIn{Status: "safe", Note: "telepon 0812-3456-7890"})
	if ProblemOf(err).Code != CodeNumbers {
		t.Errorf("a number for all to read: %v", err)
	}
}

func TestThanksGoToAHouseholdOrForWhatItDid(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	asked := must[Written](t)(sari.Ask(ctx, water(4)))
	pledged := must[Written](t)(budi.Pledge(ctx, Promise{Target: to(asked.ID)}))
	must[Thanked](t)(sari.Thank(ctx, Thanking{To: "Budi", Text: "Terima kasih"}))
	must[Thanked](t)(sari.Thank(ctx, Thanking{To: pledged.ID, Text: "Airnya segar"}))
	all := must[ThanksList](t)(budi.Thanks(ctx, Place{})).Thanks
	if len(all) != 2 || all[0].Title != "Air minum" || !all[0].To.Me || all[1].For != "" {
		t.Errorf("thanked %+v", all)
	}
	_, err := sari.Thank(ctx, Thanking{To: "Sari", Text: "Hebat kami"})
	fails(t, err, ErrSelfThanks)
	_, err = sari.Thank(ctx, Thanking{To: asked.ID, Text: "Hebat kami"})
	fails(t, err, ErrSelfThanks)
	_, err = sari.Thank(ctx, Thanking{To: "Joko", Text: "Terima kasih"})
	fails(t, err, ErrNobody)
	_, err = sari.Thank(ctx, Thanking{To: "Budi"})
	wantInvalid(t, err, "text", "missing")
}

func TestCareWorksOverTheSocketAsItDoesAtTheDesk(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := serve(t, desks[0]), serve(t, desks[1])
	must[RollCall](t)(sari.CallRoll(ctx, Calling{Reason: "Gempa", Closes: begun.Add(time.Hour)}))
	must[CheckedIn](t)(budi.CheckIn(ctx, CheckingIn{Status: "need-help"}))
	must[Written](t)(sari.Visit(ctx, Visiting{Draft: Draft{Title: "Tengok Budi"}, For: "Budi"}))
	must[Thanked](t)(budi.Thank(ctx, Thanking{To: "Sari", Text: "Matur nuwun"}))
	over, here := must[Care](t)(sari.Care(ctx, Place{})), must[Care](t)(desks[0].Care(ctx, Place{}))
	if a, b := encode(t, over), encode(t, here); a != b {
		t.Errorf("over the socket it is\n%s\nat the desk\n%s", a, b)
	}
	calls := must[RollCalls](t)(budi.RollCalls(ctx, Place{}))
	must[RollCall](t)(budi.RollCall(ctx, to(calls.RollCalls[0].Short)))
	must[RollCall](t)(sari.EndRollCall(ctx, to(calls.RollCalls[0].ID)))
	golden(t, "care", encode(t, over))
	golden(t, "rollcalls", encode(t, calls))
	golden(t, "thanks", encode(t, must[ThanksList](t)(sari.Thanks(ctx, Place{}))))
}

func wantInvalid(t *testing.T, err error, field, why string) {
	t.Helper()
	if p := ProblemOf(err); p.Code != CodeInvalid || p.Field != field || p.Why != why {
		t.Errorf("got %v, want %s %s", err, field, why)
	}
}
