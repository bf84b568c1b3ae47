package api

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gotong/protocol/record"
	"gotong/protocol/roster"
)

func rice(kilos int64, urgency string) Draft {
	return Draft{Title: "Beras", Urgency: urgency, At: "dekat masjid", Lines: []DraftLine{{Category: "food.rice", Quantity: Whole(kilos)}}}
}

// told is a suggestion in short: who, how much, to whom, why.
func (doc Suggestions) told() string {
	var all []string
	for _, s := range doc.Suggestions {
		all = append(all, s.Helper.Name+" "+s.Quantity.String()+" "+s.Request.Owner.Name+" "+s.Code)
	}
	return strings.Join(all, "; ")
}

func wantTold(t *testing.T, doc Suggestions, want string) {
	t.Helper()
	if got := doc.told(); got != want {
		t.Errorf("suggested is %q, want %q", got, want)
	}
}

func TestAHouseholdIsShownWhatItsOfferFitsUntilItHasPromised(t *testing.T) {
	_, desks := newStreet("Sari", "Budi", "Citra")
	sari, budi, citra := desks[0], desks[1], desks[2]
	asked := must[Written](t)(sari.Ask(ctx, rice(5, "critical")))
	must[Written](t)(citra.Ask(ctx, rice(20, "low")))
	must[Written](t)(budi.Offer(ctx, rice(12, "")))
	doc := must[Suggestions](t)(budi.Suggest(ctx, Suggesting{}))
	wantTold(t, doc, "Budi 5 Sari critical; Budi 7 Citra nothing")
	if s := doc.Suggestions[0]; s.Offer == nil || s.Offer.Has != Whole(12) || s.Request.Place != "dekat masjid" || s.Reason.Metres != nil {
		t.Errorf("it is %+v", s)
	}
	must[Written](t)(budi.Pledge(ctx, Promise{Target: to(asked.ID)}))
	doc = must[Suggestions](t)(budi.Suggest(ctx, Suggesting{}))
	wantTold(t, doc, "Budi 7 Citra nothing")
	if doc.Helping != 1 || doc.Offers != 1 || doc.Full {
		t.Errorf("it stands at %+v", doc)
	}
	wantTold(t, must[Suggestions](t)(sari.Suggest(ctx, Suggesting{})), "Sari 20 Citra nothing")
}

func TestSuggestingWritesNothing(t *testing.T) {
	s, desks := newStreet("Sari", "Budi")
	must[Written](t)(desks[0].Ask(ctx, rice(5, "high")))
	must[Written](t)(desks[1].Offer(ctx, rice(5, "")))
	before := s.board.Hash()
	must[Suggestions](t)(desks[1].Suggest(ctx, Suggesting{}))
	must[Suggestions](t)(desks[0].Suggest(ctx, Suggesting{All: true}))
	if s.board.Hash() != before {
		t.Error("the board is another")
	}
}

func TestAHouseholdWithItsHandsFullIsAskedForNoMore(t *testing.T) {
	_, desks := newStreet("Sari", "Budi", "Citra")
	for range 4 {
		asked := must[Written](t)(desks[2].Ask(ctx, rice(5, "high")))
		if _, err := desks[1].Pledge(ctx, Promise{Target: to(asked.ID), Share: Share{Quantity: Whole(1)}}); err != nil {
			t.Fatal(err)
		}
	}
	must[Written](t)(desks[0].Ask(ctx, rice(3, "high")))
	doc := must[Suggestions](t)(desks[1].Suggest(ctx, Suggesting{}))
	if !doc.Full || doc.Helping != 4 || len(doc.Suggestions) != 0 {
		t.Errorf("it is %+v", doc)
	}
}

func TestOnlyStewardsSeeWhoCouldHelpWhom(t *testing.T) {
	s, desks := newStreet("Sari", "Budi", "Citra")
	must[Written](t)(desks[1].Ask(ctx, rice(5, "high")))
	must[Written](t)(desks[2].Offer(ctx, rice(5, "")))
	_, err := desks[1].Suggest(ctx, Suggesting{All: true})
	fails(t, err, ErrStewards)
	wantTold(t, must[Suggestions](t)(desks[0].Suggest(ctx, Suggesting{All: true})), "Citra 5 Budi nothing")
	s.homes[0].mustSign(&roster.Vouch{Household: s.homes[1].public(), Role: roster.RoleSteward})
	wantTold(t, must[Suggestions](t)(desks[1].Suggest(ctx, Suggesting{All: true})), "Citra 5 Budi nothing")
	must[MutedDoc](t)(desks[0].Mute(ctx, Muting{Who: "Citra"}))
	wantTold(t, must[Suggestions](t)(desks[0].Suggest(ctx, Suggesting{All: true})), "")
}

// TestNodesThatLookWithinAQuarterOfAnHourSuggestTheSame holds a request against
// another that overtakes it by waiting.
func TestNodesThatLookWithinAQuarterOfAnHourSuggestTheSame(t *testing.T) {
	s, desks := newStreet("Sari", "Budi")
	must[Written](t)(desks[0].Ask(ctx, rice(5, "high")))
	waited := func() int64 {
		return must[Suggestions](t)(desks[1].Suggest(ctx, Suggesting{})).Suggestions[0].Reason.Waiting
	}
	s.pass(30 * time.Minute)
	first := waited()
	s.pass(14 * time.Minute)
	if second := waited(); first != second || first != (30*time.Minute).Milliseconds() {
		t.Errorf("it waited for %d and %d ms", first, second)
	}
}

func TestABadQuestionIsRefused(t *testing.T) {
	_, desks := newStreet("Sari")
	_, err := desks[0].Suggest(ctx, Suggesting{Kinds: []string{"gold"}})
	var invalid *record.Invalid
	if !errors.As(err, &invalid) || invalid.Field != "category" {
		t.Errorf("got %v", err)
	}
	for query, want := range map[string]int{"": 200, "?all=true": 200, "?kind=water&kind=food.rice": 200,
		"?all=maybe": 400, "?all=true&kind=water": 400, "?kind=gold": 422, "?in=elsewhere": 404} {
		answer := httptest.NewRecorder()
		Handler(desks[0], slog.New(slog.DiscardHandler)).ServeHTTP(answer, httptest.NewRequest("GET", "/v1/suggestions"+query, http.NoBody))
		if answer.Code != want {
			t.Errorf("%s answers %d, want %d: %s", query, answer.Code, want, answer.Body)
		}
	}
}

func TestASuggestionKeepsItsShape(t *testing.T) {
	_, desks := newStreet("Sari", "Budi")
	must[Written](t)(desks[0].Ask(ctx, rice(5, "critical")))
	must[Written](t)(desks[1].Offer(ctx, rice(12, "")))
	golden(t, "suggestions", encode(t, must[Suggestions](t)(desks[1].Suggest(ctx, Suggesting{}))))
}
