package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gotong/protocol/record"
)

var ctx = context.Background()

// must returns what a verb that has to work returned.
func must[T any](t *testing.T) func(T, error) T {
	return func(doc T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
}

func fails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func water(litres int64) Draft {
	return Draft{Title: "Air minum", Urgency: "high", At: "dekat masjid",
		Lines: []DraftLine{{Category: "water", Quantity: Whole(litres)}}}
}

func to(id string) Target { return Target{ID: id} }

// line returns the coverage of the first line as need/pledged/standby/received.
func (i Item) line() [4]Quantity {
	l := i.Lines[0]
	return [4]Quantity{l.Quantity / 1000, l.Pledged / 1000, l.Standby / 1000, l.Received / 1000}
}

func wantLine(t *testing.T, i Item, need, pledged, standby, received Quantity) {
	t.Helper()
	if got, want := i.line(), [4]Quantity{need, pledged, standby, received}; got != want {
		t.Errorf("need, pledged, standby, received are %d, want %d", got, want)
	}
}

func wantState(t *testing.T, i Item, want string) {
	t.Helper()
	if i.State != want {
		t.Errorf("state is %s, want %s", i.State, want)
	}
}

func TestARequestIsAskedPledgedAcceptedAndArrives(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	asked := must[Written](t)(sari.Ask(ctx, water(4)))
	pledged := must[Written](t)(budi.Pledge(ctx, Promise{Target: to(asked.Short), Share: Share{Quantity: Whole(3)}}))
	wantState(t, pledged.Item, StatePartlyPledged)
	wantLine(t, pledged.Item, 4, 3, 0, 0)
	accepted := must[Written](t)(sari.Accept(ctx, Yes{to(asked.Short), pledged.Short}))
	if !accepted.Item.Pledges[0].Accepted {
		t.Error("the pledge is not accepted")
	}
	arrived := must[Written](t)(sari.Arrived(ctx, Arrival{Target: to(pledged.Short)}))
	wantState(t, arrived.Item, StatePartlyMet)
	wantLine(t, arrived.Item, 4, 3, 0, 3)
	if got := arrived.Amounts; len(got) != 1 || got[0] != (Amount{1, "L", Whole(3)}) {
		t.Errorf("arrived %v, want 3 L", got)
	}
}

func TestWhatWasNotSaidHasItsUsualMeaning(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	for _, c := range []struct {
		draft Draft
		want  Line
	}{
		{Draft{Title: "Tolong"}, Line{Category: "other", Unit: "NONE", Quantity: Whole(1)}},
		{Draft{Title: "Air", Lines: []DraftLine{{Category: "water"}}}, Line{Category: "water.drinking", Unit: "NONE", Quantity: Whole(1)}},
		{Draft{Title: "Beras", Lines: []DraftLine{{Category: "food.rice", Quantity: 2500}}}, Line{Category: "food.rice", Unit: "KG", Quantity: 2500}},
		{Draft{Title: "Solar", Lines: []DraftLine{{Category: "power.fuel", Unit: "tabung", Quantity: Whole(2)}}}, Line{Category: "power.fuel", Unit: "TABUNG", Quantity: Whole(2)}},
	} {
		got := must[Written](t)(desks[0].Ask(ctx, c.draft)).Item
		c.want.Line = 1
		if got.Urgency != "medium" || got.Lines[0] != c.want {
			t.Errorf("%+v became %s %+v, want %+v", c.draft, got.Urgency, got.Lines[0], c.want)
		}
	}
}

func TestADraftThatBreaksARuleIsRefusedWithItsField(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	line := func(l DraftLine) Draft { return Draft{Title: "x", Lines: []DraftLine{l}} }
	for field, draft := range map[string]Draft{
		"title":    {Title: "   "},
		"urgency":  {Title: "x", Urgency: "soon"},
		"until":    {Title: "x", Until: begun.Add(-time.Minute)},
		"category": line(DraftLine{Category: "gold"}),
		"unit":     line(DraftLine{Unit: "furlong"}),
		"quantity": line(DraftLine{Quantity: record.MaxQuantity + 1}),
	} {
		_, err := desks[0].Ask(ctx, draft)
		var invalid *record.Invalid
		if !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if got := must[List](t)(desks[0].List(ctx, Query{})); len(got.Items) != 0 {
		t.Errorf("%d were written all the same", len(got.Items))
	}
}

func TestAPledgeWithoutAQuantityPromisesWhatIsLeftOfEveryLine(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Pak RT")
	draft := water(4)
	draft.Lines = append(draft.Lines, DraftLine{Category: "food.rice", Quantity: Whole(10)})
	asked := must[Written](t)(desks[0].Ask(ctx, draft))
	target := to(asked.Short)
	_, err := desks[1].Pledge(ctx, Promise{Target: target, Share: Share{Quantity: Whole(1)}})
	fails(t, err, ErrWhichLine)
	must[Written](t)(desks[1].Pledge(ctx, Promise{Target: target, Share: Share{Quantity: Whole(1), Line: 2}}))
	rest := must[Written](t)(desks[2].Pledge(ctx, Promise{Target: target}))
	if got := rest.Amounts; len(got) != 2 || got[0].Quantity != Whole(4) || got[1].Quantity != Whole(9) {
		t.Errorf("promised %v, want 4 and 9", got)
	}
	_, err = desks[1].Pledge(ctx, Promise{Target: target})
	fails(t, err, ErrCovered)
	more := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: target, Share: Share{Quantity: Whole(2), Line: 1}}))
	wantLine(t, more.Item, 4, 4, 2, 0)
}

func TestNobodyPledgesToThemselvesOrToWhatHasEnded(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	_, err := desks[0].Pledge(ctx, Promise{Target: to(asked.Short)})
	fails(t, err, ErrYours)
	must[Written](t)(desks[0].Withdraw(ctx, to(asked.Short)))
	_, err = desks[1].Pledge(ctx, Promise{Target: to(asked.Short)})
	fails(t, err, ErrEnded)
}

func TestAnAcceptanceCopiesThePledgeAndSaidAgainTakesInItsChange(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Pak RT")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.Short), Share: Share{Quantity: Whole(1)}}))
	yes := Yes{to(asked.Short), pledged.Short}
	_, err := desks[1].Accept(ctx, yes)
	fails(t, err, ErrNotYours)
	first := must[Written](t)(desks[0].Accept(ctx, yes))
	r, _ := s.board.Record(recordID(t, s, pledged.ID))
	must[struct{}](t)(struct{}{}, s.homes[1].Edit(ctx, s.id, r.ID, setAmount(3)))
	again := must[Written](t)(desks[0].Accept(ctx, yes))
	if first.ID != again.ID {
		t.Error("the second yes is another record")
	}
	if again.Amounts[0].Quantity != Whole(3) {
		t.Errorf("accepted %v, want 3", again.Amounts)
	}
	other := must[Written](t)(desks[2].Ask(ctx, water(1)))
	_, err = desks[2].Accept(ctx, Yes{to(other.Short), pledged.Short})
	fails(t, err, ErrNotFound)
	must[Written](t)(desks[1].Withdraw(ctx, to(pledged.Short)))
	_, err = desks[0].Accept(ctx, yes)
	fails(t, err, ErrEnded)
}

func TestWhatArrivesInPartsIsOneReceiptThatStatesTheTotal(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.Short)}))
	one := must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: to(pledged.Short), Share: Share{Quantity: Whole(1)}}))
	wantLine(t, one.Item, 4, 4, 0, 1)
	two := must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: to(asked.Short), Share: Share{Quantity: Whole(2)}}))
	wantLine(t, two.Item, 4, 4, 0, 3)
	all := must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: to(asked.Short)}))
	wantLine(t, all.Item, 4, 4, 0, 4)
	wantState(t, all.Item, StateMet)
	if one.ID != two.ID || two.ID != all.ID {
		t.Error("there are several receipts for one pledge")
	}
	if n := s.board.At(0).Counts()[record.Kind_KIND_RECEIPT]; n != 1 {
		t.Errorf("%d receipts", n)
	}
	_, err := desks[0].Arrived(ctx, Arrival{Target: to(asked.Short)})
	fails(t, err, ErrArrived)
}

func TestWhatArrivesForARequestFillsItsPledgesAndTheRestIsNobodys(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Pak RT")
	asked := must[Written](t)(desks[0].Ask(ctx, water(10)))
	target := to(asked.Short)
	must[Written](t)(desks[1].Pledge(ctx, Promise{Target: target, Share: Share{Quantity: Whole(3)}}))
	must[Written](t)(desks[2].Pledge(ctx, Promise{Target: target, Share: Share{Quantity: Whole(4)}}))
	some := must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: target, Share: Share{Quantity: Whole(9)}}))
	wantLine(t, some.Item, 10, 9, 0, 9)
	for _, p := range some.Item.Pledges {
		if len(p.Received) != 1 || p.Received[0] != p.Amounts[0] {
			t.Errorf("of %s arrived %v, want all of %v", p.Owner.Name, p.Received, p.Amounts)
		}
	}
	more := must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: target, Share: Share{Quantity: Whole(2)}}))
	wantLine(t, more.Item, 10, 10, 1, 11) // one litre more than was needed
}

func TestOnlyTheReceiverSaysThatItArrived(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.Short)}))
	for _, id := range []string{asked.Short, pledged.Short} {
		_, err := desks[1].Arrived(ctx, Arrival{Target: to(id)})
		fails(t, err, ErrNotReceiver)
	}
	must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: to(asked.Short)}))
}

func TestAnOfferIsClaimedAndWhoClaimedReceives(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	offered := must[Written](t)(desks[0].Offer(ctx, water(20)))
	claimed := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(offered.Short), Share: Share{Quantity: Whole(5)}}))
	wantState(t, claimed.Item, StatePartlyPledged)
	_, err := desks[0].Arrived(ctx, Arrival{Target: to(offered.Short)})
	fails(t, err, ErrNotReceiver)
	must[Written](t)(desks[0].Accept(ctx, Yes{to(offered.Short), claimed.Short}))
	arrived := must[Written](t)(desks[1].Arrived(ctx, Arrival{Target: to(offered.Short)}))
	wantLine(t, arrived.Item, 20, 5, 0, 5)
}

func TestWithdrawingAndClosingAreTheOwners(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.Short)}))
	_, err := desks[1].Withdraw(ctx, to(asked.Short))
	fails(t, err, ErrNotYours)
	_, err = desks[0].Withdraw(ctx, to(pledged.Short))
	fails(t, err, ErrNotYours)
	back := must[Written](t)(desks[1].Withdraw(ctx, to(pledged.Short)))
	wantState(t, back.Item, StateOpen)
	closed := must[Written](t)(desks[0].Close(ctx, Ending{Target: to(asked.Short)}))
	wantState(t, closed.Item, StateClosed)
	if closed.Item.Reason != "no-longer-needed" {
		t.Errorf("closed for %q", closed.Item.Reason)
	}
	again := must[Written](t)(desks[0].Close(ctx, Ending{to(asked.Short), "done-by-others"}))
	if again.Item.Reason != "done-by-others" {
		t.Errorf("closed for %q", again.Item.Reason)
	}
	_, err = desks[0].Close(ctx, Ending{to(asked.Short), "bored"})
	if p := ProblemOf(err); p.Field != "reason" {
		t.Errorf("got %+v", p)
	}
}

func TestWhatIsMetIsClosedAsMet(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	must[Written](t)(desks[0].Arrived(ctx, Arrival{Target: to(asked.Short)}))
	if got := must[Written](t)(desks[0].Close(ctx, Ending{Target: to(asked.Short)})); got.Item.Reason != "met" {
		t.Errorf("closed for %q", got.Item.Reason)
	}
}

func TestCommentsStandUnderWhatTheyAreAbout(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	must[Written](t)(desks[1].Comment(ctx, Remark{Target: to(asked.Short), Text: " Galonnya ada? "}))
	s.pass(time.Minute)
	must[Written](t)(desks[0].Comment(ctx, Remark{Target: to(asked.Short), Text: "Ada dua"}))
	shown := must[Shown](t)(desks[1].Show(ctx, to(asked.Short)))
	if len(shown.Comments) != 2 || shown.Comments[0].Text != "Galonnya ada?" || !shown.Comments[0].Owner.Me {
		t.Errorf("comments are %+v", shown.Comments)
	}
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.Short)}))
	must[Written](t)(desks[0].Comment(ctx, Remark{Target: to(pledged.Short), Text: "Terima kasih"}))
	if got := must[Shown](t)(desks[1].Show(ctx, to(asked.Short))); len(got.Comments) != 3 || got.Item.Comments != 3 {
		t.Errorf("with a remark on a pledge there are %+v", got.Comments)
	}
	_, err := desks[0].Comment(ctx, Remark{Target: to(asked.Short), Text: " "})
	if p := ProblemOf(err); p.Field != "text" || p.Why != "missing" {
		t.Errorf("got %+v", p)
	}
}

func TestOneOriginIsOneRecord(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	draft := water(4)
	draft.Origin = "form-1"
	first, again := must[Written](t)(desks[0].Ask(ctx, draft)), must[Written](t)(desks[0].Ask(ctx, draft))
	if first.ID != again.ID {
		t.Error("a repeat became a second request")
	}
}

func TestListsShowWhatTheyAreAskedFor(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	draft := func(title, urgency string) Draft { return Draft{Title: title, Urgency: urgency} }
	open := must[Written](t)(sari.Ask(ctx, draft("terbuka", "low")))
	must[Written](t)(sari.Ask(ctx, draft("gawat", "critical")))
	taken := must[Written](t)(sari.Ask(ctx, draft("disanggupi", "high")))
	must[Written](t)(budi.Pledge(ctx, Promise{Target: to(taken.Short)}))
	closed := must[Written](t)(sari.Ask(ctx, draft("ditutup", "high")))
	must[Written](t)(sari.Close(ctx, Ending{Target: to(closed.Short)}))
	met := must[Written](t)(sari.Ask(ctx, draft("sampai", "high")))
	must[Written](t)(sari.Arrived(ctx, Arrival{Target: to(met.Short)}))
	must[Written](t)(budi.Offer(ctx, Draft{Title: "tawaran"}))
	wantTitles(t, budi, ShowStanding, "gawat disanggupi sampai terbuka tawaran")
	wantTitles(t, budi, ShowOpen, "gawat terbuka tawaran")
	wantTitles(t, budi, ShowMine, "disanggupi tawaran")
	wantTitles(t, budi, ShowAll, "gawat disanggupi ditutup sampai terbuka tawaran")
	s.pass(40 * 24 * time.Hour)
	wantTitles(t, budi, ShowStanding, "")
	wantTitles(t, sari, ShowMine, "gawat disanggupi ditutup sampai terbuka")
	if got := must[Shown](t)(sari.Show(ctx, to(open.Short))); !got.Item.Expired {
		t.Error("a request of forty days ago has not expired")
	}
}

func wantTitles(t *testing.T, d Desk, show Show, want string) {
	t.Helper()
	var titles []string
	for _, i := range must[List](t)(d.List(ctx, Query{Show: show})).Items {
		titles = append(titles, i.Title)
	}
	if got := strings.Join(titles, " "); got != want {
		t.Errorf("show %q lists %q, want %q", show, got, want)
	}
}
