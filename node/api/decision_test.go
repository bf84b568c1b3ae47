package api

import (
	"log/slog"
	"testing"
	"time"

	"gotong/protocol/roster"
)

func ronda(closes time.Duration) Proposing {
	return Proposing{Title: "Ronda malam", Method: "majority", Closes: begun.Add(closes)}
}

func TestAProposalIsDecidedOnceTwoHouseholdsSignedTheSameCount(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Citra")
	sari, budi, citra := desks[0], desks[1], desks[2]
	p := must[Proposal](t)(budi.Propose(ctx, ronda(24*time.Hour)))
	if p.Quorum != 2 || p.Electorate != (Electorate{3, 3, true}) || p.Phase != PhaseOpen || p.Standing != PollProvisional {
		t.Errorf("proposed %+v", p)
	}
	must[Balloted](t)(sari.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree"}))
	must[Balloted](t)(citra.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree"}))
	voted := must[Balloted](t)(citra.Vote(ctx, Voting{Target: to(p.ID), Choice: "block", Reason: "anak kecil"}))
	if got := voted.Proposal; len(got.Votes) != 2 || got.Mine == nil || got.Mine.Choice != "block" || got.Result.Outcome != OutcomeNotCarried {
		t.Errorf("after a change of mind %+v", got)
	}
	must[Balloted](t)(citra.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree"}))
	_, err := sari.Sign(ctx, Signing{Target: to(p.ID)})
	fails(t, err, ErrVoteOpen)
	_, err = sari.Vouch(ctx, Vouching{Who: "Budi", Role: "steward", Decision: p.ID, Preview: true})
	fails(t, err, ErrUndecided)

	s.pass(25 * time.Hour)
	_, err = budi.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree"})
	fails(t, err, ErrVoteOver)
	_, err = sari.Sign(ctx, Signing{Target: to(p.ID)})
	fails(t, err, ErrVoteWaiting)
	if p = must[Proposal](t)(sari.Sign(ctx, Signing{Target: to(p.ID), Early: true})); p.Phase != PhaseWaiting || p.Standing != PollProvisional {
		t.Errorf("one signed: %+v", p)
	}
	s.pass(48 * time.Hour)
	if p = must[Proposal](t)(citra.Sign(ctx, Signing{Target: to(p.ID)})); p.Standing != PollSigned || p.Final.Outcome != OutcomeCarried || p.Phase != PhaseClosed {
		t.Errorf("two signed: %+v", p)
	}
	_, err = budi.WithdrawProposal(ctx, to(p.ID))
	fails(t, err, ErrEnded)
	_, err = citra.Vote(ctx, Voting{Target: to(p.ID), Choice: "block"})
	fails(t, err, ErrEnded)

	must[Decided](t)(sari.Vouch(ctx, Vouching{Who: "Budi", Role: "steward", Decision: p.Short}))
	must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Citra", Decision: p.Short}))
	p = must[Proposal](t)(sari.Proposal(ctx, to(p.ID)))
	if len(p.CarriedOut) != 2 || p.Electorate.Now != 2 || p.Electorate.Same {
		t.Errorf("carried out %+v, electorate %+v", p.CarriedOut, p.Electorate)
	}
}

func TestAProposalThatWasVotedOnIsReplacedAndNotChanged(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	p := must[Proposal](t)(sari.Propose(ctx, ronda(24*time.Hour)))
	in := ronda(24 * time.Hour)
	in.Title, in.Change = "Ronda pagi", p.Short
	if again := must[Proposal](t)(sari.Propose(ctx, in)); again.ID != p.ID || again.Title != "Ronda pagi" || again.Replaced {
		t.Errorf("nobody had voted, and it is %+v", again)
	}
	must[Balloted](t)(budi.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree"}))
	in.Title = "Ronda siang"
	later := must[Proposal](t)(sari.Propose(ctx, in))
	if later.ID == p.ID || !later.Replaced || later.Revises != p.ID || len(later.Votes) != 0 {
		t.Errorf("it was voted on, and it is %+v", later)
	}
	old := must[Proposal](t)(budi.Proposal(ctx, to(p.ID)))
	if old.Standing != PollWithdrawn || len(old.Votes) != 1 || len(old.RevisedBy) != 1 {
		t.Errorf("the old one is %+v", old)
	}
	_, err := budi.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree"})
	fails(t, err, ErrEnded)
	in.Change = later.Short
	if others := must[Proposal](t)(budi.Propose(ctx, in)); others.Revises != later.ID {
		t.Errorf("a neighbour's is %+v", others)
	}
	if got := must[Proposal](t)(sari.Proposal(ctx, to(later.ID))); got.Standing != PollProvisional {
		t.Error("a neighbour withdrew what was not theirs")
	}
}

func TestASheetCountsOnceAnotherHouseholdConfirmsIt(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Citra", "Keluarga Dewi")
	sari, budi := desks[0], desks[1]
	in := ronda(24 * time.Hour)
	in.Options = []string{"Sabtu", "Minggu"}
	p := must[Proposal](t)(budi.Propose(ctx, in))
	sheet := Voting{Target: to(p.ID), Choice: "agree", Option: 2, Via: "hands", Households: []string{"Citra", "Dewi"}}
	_, err := budi.Vote(ctx, sheet)
	fails(t, err, ErrStewards)
	recorded := must[Balloted](t)(sari.Vote(ctx, sheet))
	if got := recorded.Proposal; len(got.Votes) != 0 || len(got.NotCounted) != 2 || got.NotCounted[0].Why != WhyUnwitnessed || got.NotCounted[0].Recorder == nil {
		t.Errorf("recorded %+v", got)
	}
	_, err = sari.Witness(ctx, to(recorded.Short))
	fails(t, err, ErrOwnSheet)
	if got := must[Balloted](t)(budi.Witness(ctx, to(recorded.Short))).Proposal; len(got.Votes) != 2 {
		t.Errorf("witnessed %+v", got)
	}
	changed := must[Balloted](t)(sari.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree", Option: 1, Via: "hands", Sheet: recorded.Short}))
	if changed.ID != recorded.ID || changed.Households != 2 || len(changed.Proposal.Votes) != 0 {
		t.Errorf("changed %+v", changed)
	}
	if got := must[Balloted](t)(budi.Witness(ctx, to(recorded.Short))).Proposal; len(got.Votes) != 2 || got.Votes[0].Option != 1 {
		t.Errorf("witnessed again %+v", got)
	}
	_, err = budi.Witness(ctx, to("ZZZZ"))
	fails(t, err, ErrNotFound)
	sheet.Households = []string{"Joko"}
	_, err = sari.Vote(ctx, sheet)
	fails(t, err, ErrNobody)
}

func TestAVoteThatCannotCountIsRefusedBeforeItIsCast(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	joko := s.invited("Keluarga Joko", s.homes[0])
	_, err := joko.Propose(ctx, ronda(time.Hour))
	fails(t, err, ErrNoVote)
	options := ronda(time.Hour)
	options.Options = []string{"Sabtu", "Minggu"}
	p := must[Proposal](t)(sari.Propose(ctx, options))
	mufakat := ronda(time.Hour)
	mufakat.Method = ""
	m := must[Proposal](t)(sari.Propose(ctx, mufakat))
	_, err = joko.Vote(ctx, Voting{Target: to(p.ID), Choice: "agree", Option: 1})
	fails(t, err, ErrNoVote)
	for _, c := range []struct {
		in         Voting
		field, why string
	}{
		{Voting{Target: to(p.ID), Choice: "setuju"}, "choice", "unknown"},
		{Voting{Target: to(p.ID), Choice: "agree"}, "option", "missing"},
		{Voting{Target: to(p.ID), Choice: "agree", Option: 3}, "option", "unknown"},
		{Voting{Target: to(m.ID), Choice: "block"}, "reason", "missing"},
		{Voting{Target: to(m.ID), Choice: "agree", Households: []string{"Budi"}}, "via", "unknown"},
	} {
		_, err := sari.Vote(ctx, c.in)
		wantInvalid(t, err, c.field, c.why)
	}
	_, err = budi.Vote(ctx, Voting{Target: to("ZZZZ"), Choice: "agree"})
	fails(t, err, ErrNotFound)
	for _, c := range []struct {
		spoil      func(*Proposing)
		field, why string
	}{
		{func(in *Proposing) { in.Title = " " }, "title", "missing"},
		{func(in *Proposing) { in.Closes = time.Time{} }, "closes", "missing"},
		{func(in *Proposing) { in.Closes = begun }, "closes", "past"},
		{func(in *Proposing) { in.Method = "raja" }, "method", "unknown"},
		{func(in *Proposing) { in.Options = []string{"Sabtu"} }, "options", "missing"},
		{func(in *Proposing) { in.Options = []string{"Sabtu", "Sabtu"} }, "options", "repeated"},
		{func(in *Proposing) { in.Quorum = 1_001 }, "quorum", "out-of-range"},
	} {
		in := ronda(time.Hour)
		c.spoil(&in)
		_, err := sari.Propose(ctx, in)
		wantInvalid(t, err, c.field, c.why)
	}
	_, err = budi.WithdrawProposal(ctx, to(p.ID))
	fails(t, err, ErrNotYours)
	if p = must[Proposal](t)(sari.WithdrawProposal(ctx, to(p.ID))); p.Standing != PollWithdrawn {
		t.Errorf("it is %s", p.Standing)
	}
}

func TestAMemberDoesNotSignForManyHouseholds(t *testing.T) {
	names := []string{"Keluarga Sari"}
	for _, letter := range "ABCDEFGHIJ" {
		names = append(names, "Keluarga "+string(letter))
	}
	s, desks := newStreet(names...)
	p := must[Proposal](t)(desks[1].Propose(ctx, ronda(time.Hour)))
	s.pass(100 * time.Hour)
	_, err := desks[1].Sign(ctx, Signing{Target: to(p.ID)})
	fails(t, err, ErrStewards)
	s.homes[0].mustSign(&roster.Vouch{Household: s.homes[1].public(), Role: roster.RoleSteward})
	must[Proposal](t)(desks[1].Sign(ctx, Signing{Target: to(p.ID)}))
	if p = must[Proposal](t)(desks[0].Sign(ctx, Signing{Target: to(p.ID)})); p.Standing != PollSigned || p.Final.Outcome != OutcomeNoQuorum {
		t.Errorf("two stewards signed %+v", p)
	}
	_, err = desks[0].Vouch(ctx, Vouching{Who: "Keluarga C", Role: "steward", Decision: p.ID, Preview: true})
	fails(t, err, ErrUndecided)
}

func TestDecisionsWorkOverTheSocketAsTheyDoAtTheDesk(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := serve(t, desks[0]), serve(t, desks[1])
	in := ronda(time.Hour)
	in.Options, in.Body = []string{"Sabtu", "Minggu"}, "Jam sepuluh malam"
	p := must[Proposal](t)(sari.Propose(ctx, in))
	must[Balloted](t)(budi.Vote(ctx, Voting{Target: to(p.Short), Choice: "agree", Option: 1}))
	sheet := must[Balloted](t)(sari.Vote(ctx, Voting{Target: to(p.Short), Choice: "abstain", Via: "paper", Households: []string{"Sari"}}))
	golden(t, "ballot", encode(t, must[Balloted](t)(budi.Witness(ctx, to(sheet.Short)))))
	s.pass(2 * time.Hour)
	must[Proposal](t)(sari.Sign(ctx, Signing{Target: to(p.Short)}))
	over, here := must[Proposal](t)(sari.Proposal(ctx, to(p.Short))), must[Proposal](t)(desks[0].Proposal(ctx, to(p.Short)))
	if a, b := encode(t, over), encode(t, here); a != b {
		t.Errorf("over the socket it is\n%s\nat the desk\n%s", a, b)
	}
	golden(t, "proposal", encode(t, over))
	must[Proposal](t)(sari.WithdrawProposal(ctx, to(p.Short)))
	golden(t, "proposals", encode(t, must[Proposals](t)(budi.Proposals(ctx, Place{}))))
}

// TestDecisionsAreAsTheContractSays holds the life of a proposal against the
// document of the interface.
func TestDecisionsAreAsTheContractSays(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	a, b := Handler(desks[0], slog.New(slog.DiscardHandler)), Handler(desks[1], slog.New(slog.DiscardHandler))
	c := contracted(t, a)
	p := ask(t, a, c, "POST", "/v1/proposals", `{"title":"Ronda","options":["Sabtu","Minggu"],"closes":"2026-11-23T09:30:00Z"}`)
	at := "/v1/proposals/" + p["id"].(string)
	ask(t, b, c, "POST", at+"/votes", `{"choice":"agree","option":1,"reason":"libur"}`)
	sheet := ask(t, a, c, "POST", at+"/votes", `{"choice":"abstain","via":"paper","households":["Sari"]}`)
	ask(t, b, c, "POST", "/v1/ballots/"+sheet["id"].(string)+"/witnesses", `{}`)
	s.pass(3 * time.Hour)
	ask(t, a, c, "POST", at+"/signatures", `{"early":true}`)
	ask(t, b, c, "POST", at+"/signatures", `{}`)
	ask(t, a, c, "POST", "/v1/vouches", `{"who":"Budi","role":"steward","decision":"`+p["id"].(string)+`"}`)
	for _, path := range []string{at, "/v1/proposals"} {
		if doc := ask(t, b, c, "GET", path, ""); doc["code"] != nil {
			t.Errorf("%s fails: %v", path, doc)
		}
	}
	if doc := ask(t, a, c, "POST", at+"/withdraw", `{}`); doc["code"] != "ended" {
		t.Errorf("what is decided is taken back: %v", doc)
	}
}
