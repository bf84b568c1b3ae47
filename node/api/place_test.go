package api

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/record"
)

// recordID returns the id with this text.
func recordID(t *testing.T, s *street, text string) protocol.RecordID {
	t.Helper()
	found := s.board.At(0).Find(text)
	if len(found) != 1 {
		t.Fatalf("%d records are %q", len(found), text)
	}
	return found[0]
}

// setAmount makes a pledge one of n units.
func setAmount(n int64) func(proto.Message) error {
	return func(m proto.Message) error {
		m.(*record.Pledge).Amounts = []*record.Amount{{Line: 1, Quantity: int64(Whole(n))}}
		return nil
	}
}

func TestAShortIDFitsOneRecordAndHasFourCharacters(t *testing.T) {
	s, _ := newStreet("Keluarga Sari")
	for range 3000 { // of a million possible beginnings: some share all four characters
		s.homes[0].mustWrite(&record.Household{Name: "x"})
	}
	v := sightOf(s.board.At(0), protocol.HouseholdID{}, nil)
	longer := 0
	for _, id := range v.ids {
		short := v.short(id)
		longer += len(short) - shortest
		if len(short) < shortest || len(v.Find(short)) != 1 {
			t.Errorf("%s stands for %d records", short, len(v.Find(short)))
		}
		if len(short) > shortest && len(v.Find(short[:len(short)-1])) == 1 {
			t.Errorf("%s is longer than it must be", short)
		}
	}
	if longer == 0 {
		t.Error("no two ids began alike: nothing was tried")
	}
}

func TestAPrefixThatFitsSeveralNamesThem(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	firsts := make(map[string]int)
	for range 40 { // more than there are first characters
		firsts[must[Written](t)(desks[0].Ask(ctx, Draft{Title: "galon"})).ID[:1]]++
	}
	for first, n := range firsts {
		_, err := desks[0].Show(ctx, to(strings.ToLower(first)))
		var which *Ambiguous
		if n == 1 {
			if err != nil {
				t.Errorf("%s fits one: %v", first, err)
			}
			continue
		}
		if !errors.As(err, &which) || len(which.Candidates) != min(n, maxCandidates) {
			t.Fatalf("%s fits %d, got %v", first, n, err)
		}
		if c := which.Candidates[0]; c.Title != "galon" || c.Kind != "request" || c.Owner != "Keluarga Sari" || !strings.HasPrefix(c.ID, c.Short) {
			t.Errorf("a candidate is %+v", c)
		}
	}
}

func TestWhatIsNoRequestOrOfferIsNotFound(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	profile, _ := s.board.At(0).Profile(s.homes[0].me())
	for _, id := range []string{"", "ZZZZZZ", "-", profile.ID.String()} {
		_, err := desks[0].Show(ctx, to(id))
		fails(t, err, ErrNotFound)
	}
}

func TestTheIDOfAPledgeShowsWhatItIsFor(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.Short)}))
	if got := must[Shown](t)(desks[0].Show(ctx, to(pledged.Short))); got.Item.ID != asked.ID {
		t.Errorf("shown is %s", got.Item.Title)
	}
}

func TestANeighbourhoodIsMeantByNameOrByTheBeginningOfIts(t *testing.T) {
	sukamaju := site{id: id16("RT 03 Sukamaju"), name: "RT 03 Sukamaju"}
	mekar := site{id: id16("RT 04"), name: "RT 04 Mekar"}
	all := []site{sukamaju, mekar, {id: id16("waiting")}}
	for in, want := range map[string]int{
		"": 3, "rt 03 sukamaju": 1, "RT 04": 1, "rt": 2, strings.ToLower(mekar.id.String()[:6]): 1, "Cempaka": 0,
	} {
		if got := meant(all, in); len(got) != want {
			t.Errorf("%q means %d, want %d", in, len(got), want)
		}
	}
	same := []site{{name: "RT 03"}, {name: "RT 03 Timur"}}
	if got := meant(same, "rt 03"); len(got) != 1 {
		t.Errorf("a whole name means %d", len(got))
	}
}

func TestWithoutANeighbourhoodThereIsNoBoardAndNothingToWrite(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	s.homes[0].joined = false
	_, err := desks[0].List(ctx, Query{})
	fails(t, err, ErrNoNeighbourhood)
	_, err = desks[0].Ask(ctx, water(1))
	fails(t, err, ErrNoNeighbourhood)
}

func TestUntilTheRosterArrivesNothingIsWritten(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	s.arrived = false
	_, err := desks[0].Ask(ctx, water(1))
	fails(t, err, ErrNotMember)
	_, err = desks[0].Invite(ctx, Inviting{})
	fails(t, err, ErrNotMember)
	joined := must[Joined](t)(desks[0].Join(ctx, Joining{Invite: "GTG1-1", Household: "Keluarga Sari"}))
	if joined.Neighbourhood.Member || joined.Neighbourhood.Name != "" {
		t.Errorf("joined as %+v", joined.Neighbourhood)
	}
}

func TestNamesAreCheckedBeforeAnythingIsFoundedOrJoined(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	s.homes[0].joined = false
	long := strings.Repeat("x", protocol.MaxTitle+1)
	for _, c := range []struct {
		founding   Founding
		field, why string
	}{
		{Founding{Name: " ", Household: "Sari"}, "name", "missing"}, {Founding{Name: long, Household: "Sari"}, "name", "too-long"}, {Founding{Name: "RT", Household: ""}, "household", "missing"},
	} {
		_, err := desks[0].Create(ctx, c.founding)
		if p := ProblemOf(err); p.Field != c.field || p.Why != c.why {
			t.Errorf("%+v: got %+v", c.founding, p)
		}
	}
	_, err := desks[0].Join(ctx, Joining{Invite: "GTG1-1", Household: ""})
	if p := ProblemOf(err); p.Field != "household" {
		t.Errorf("got %+v", p)
	}
	if s.homes[0].joined {
		t.Error("joined all the same")
	}
}

func TestAnInvitationIsForOneHouseholdUnlessMoreAreSaid(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	must[Invited](t)(desks[0].Invite(ctx, Inviting{}))
	got := must[Invited](t)(desks[0].Invite(ctx, Inviting{Uses: 3}))
	if uses := s.homes[0].invites; len(uses) != 2 || uses[0] != 1 || uses[1] != 3 || got.Invite != "GTG1-3" {
		t.Errorf("invited %v, %+v", uses, got)
	}
	_, err := desks[0].Invite(ctx, Inviting{Uses: -1})
	if p := ProblemOf(err); p.Field != "uses" {
		t.Errorf("got %+v", p)
	}
}
