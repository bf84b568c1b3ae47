package allocate_test

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
	. "gotong/protocol/allocate"
	"gotong/protocol/record"
)

// anyQuestion draws a question as odd as cells can make it: any clock, any
// unit, places at the poles, quantities from nothing to a million.
func anyQuestion(t *rapid.T) Question {
	home := rapid.Custom(func(t *rapid.T) protocol.HouseholdID {
		return id(rapid.SampledFrom([]string{"Ani", "Budi", "Citra", "Dewi", "Eko"}).Draw(t, "home"))
	})
	category := rapid.SampledFrom([]string{"food.rice", "food.rice", "water.clean", "water.drinking", "other", "newer.kind", "funeral"})
	unit := rapid.SampledFrom([]record.Unit{record.Unit_UNIT_KG, record.Unit_UNIT_L, record.Unit_UNIT_NONE, record.Unit_UNIT_DUS, record.Unit_UNIT_PCS, 99})
	quantity := rapid.OneOf(rapid.Int64Range(0, 100_000), rapid.Int64Range(0, record.MaxQuantity/1000))
	pack := rapid.SampledFrom([]int64{0, 500, 12_000, 250_000})
	when := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(noon-100*hour, noon+100*hour), rapid.Int64())
	place := rapid.Custom(func(t *rapid.T) Place {
		p := Place{Area: rapid.SampledFrom([]string{"", "D/RW007/RT001", "D/RW007/RT002", "D/RW008", "/", "//x"}).Draw(t, "area")}
		if rapid.Bool().Draw(t, "known") {
			p.Point = at(rapid.Int32().Draw(t, "lat"), rapid.Int32().Draw(t, "lon"))
		}
		return p
	})
	needs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Need {
		asked := quantity.Draw(t, "asked")
		return Need{
			Owner: home.Draw(t, "owner"), Category: category.Draw(t, "category"), Item: rapid.SampledFrom([]string{"", "tali"}).Draw(t, "item"),
			Unit: unit.Draw(t, "unit"), UnitsPerPack: pack.Draw(t, "pack"), Quantity: asked, Missing: rapid.Int64Range(0, asked).Draw(t, "missing"),
			MinUseful: quantity.Draw(t, "least"), SubstituteOK: rapid.Bool().Draw(t, "substitute"), Urgency: record.Urgency(rapid.Int32Range(-1, 6).Draw(t, "urgency")),
			People: rapid.Uint32().Draw(t, "people"), Vulnerable: rapid.Uint32Range(0, 2).Draw(t, "vulnerable"),
			Created: when.Draw(t, "created"), From: when.Draw(t, "from"), By: when.Draw(t, "by"), Place: place.Draw(t, "place"),
		}
	}), 0, 12).Draw(t, "needs")
	supplies := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Supply {
		return Supply{
			Owner: home.Draw(t, "owner"), Category: category.Draw(t, "category"), Item: rapid.SampledFrom([]string{"", "Tali"}).Draw(t, "item"),
			Unit: unit.Draw(t, "unit"), UnitsPerPack: pack.Draw(t, "pack"), Left: quantity.Draw(t, "left"), Endless: rapid.IntRange(0, 9).Draw(t, "endless") == 0,
			From: when.Draw(t, "from"), To: when.Draw(t, "to"), Radius: int64(rapid.Uint32().Draw(t, "radius")), Place: place.Draw(t, "place"),
		}
	}), 0, 12).Draw(t, "supplies")
	q := Question{Now: noon, Needs: needs, Supplies: supplies, Terms: Usual(), Received: map[Portion]int64{
		{Household: id("Ani"), Category: "food.rice", Unit: record.Unit_UNIT_KG}: quantity.Draw(t, "received"),
	}}
	for i := range q.Needs {
		q.Needs[i].Request, q.Needs[i].Line = id(string(rune('a'+i/2))), uint32(i)
	}
	for i := range q.Supplies {
		q.Supplies[i].Offer, q.Supplies[i].Line = id(string(rune('A'+i/2))), uint32(i)
	}
	return q
}

func shuffled(t *rapid.T, q Question) Question {
	q.Needs = rapid.Permutation(q.Needs).Draw(t, "needs' order")
	q.Supplies = rapid.Permutation(q.Supplies).Draw(t, "supplies' order")
	return q
}

func TestTheOrderOfTheInputChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		r := shuffled(t, q)
		if a, b := Plan(q), Plan(r); !reflect.DeepEqual(a, b) {
			t.Fatalf("two plans of one question:\n%+v\n%+v", a, b)
		}
		who := Person{Household: id("Eko")}
		if a, b := Best(q, who, 5), Best(r, who, 5); !reflect.DeepEqual(a, b) {
			t.Fatalf("two answers to Eko:\n%+v\n%+v", a, b)
		}
	})
}

func TestNothingIsSuggestedBeyondWhatIsMissingOrLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		met, given := make(map[uint32]int64), make(map[uint32]int64)
		for _, s := range Plan(q) {
			if s.Quantity <= 0 || s.Give <= 0 || s.Why.Has <= 0 {
				t.Fatalf("nothing to give in %+v", s)
			}
			met[s.Line] += s.Quantity
			given[s.OfferLine] += s.Give
		}
		for _, n := range q.Needs {
			if n.Unit != record.Unit_UNIT_NONE && met[n.Line] > n.Missing {
				t.Fatalf("%d for a line that misses %d", met[n.Line], n.Missing)
			}
		}
		for _, s := range q.Supplies {
			if s.Unit != record.Unit_UNIT_NONE && !s.Endless && given[s.Line] > s.Left {
				t.Fatalf("%d from an offer of %d", given[s.Line], s.Left)
			}
		}
	})
}

// TestNobodyIsLeftAtNothingWhileAnOfferForThemRemains: what a plan leaves over
// serves none of those it leaves with nothing.
func TestNobodyIsLeftAtNothingWhileAnOfferForThemRemains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		q.Terms.Helping = 0
		met, given := make(map[uint32]int64), make(map[uint32]int64)
		for _, s := range Plan(q) {
			met[s.Line] += s.Quantity
			given[s.OfferLine] += s.Give
		}
		rest := q
		rest.Needs, rest.Supplies = nil, nil
		for _, n := range q.Needs {
			if met[n.Line] == 0 {
				rest.Needs = append(rest.Needs, n)
			}
		}
		for _, s := range q.Supplies {
			if s.Left -= given[s.Line]; s.Left > 0 && s.Unit != record.Unit_UNIT_NONE {
				rest.Supplies = append(rest.Supplies, s)
			}
		}
		if more := Plan(rest); len(more) > 0 {
			t.Fatalf("the plan left out %+v", more)
		}
	})
}

func TestDistancesAreThoseOfTheGlobe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat, lon := rapid.Float64Range(-60, 60).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")
		dy, dx := rapid.Float64Range(-0.2, 0.2).Draw(t, "dy"), rapid.Float64Range(-0.2, 0.2).Draw(t, "dx")
		there := lon + dx
		if there > 180 {
			there -= 360
		} else if there < -180 {
			there += 360
		}
		got := at(int32(lat*1e7), int32(lon*1e7)).Metres(*at(int32((lat+dy)*1e7), int32(there*1e7)))
		if want := haversine(lat, dy, dx); math.Abs(float64(got)-want) > 3+want/100 {
			t.Fatalf("%d m, want %.0f", got, want)
		}
	})
}

func TestADistanceIsTheShorterWayRoundTheGlobe(t *testing.T) {
	east, west := at(0, 1_799_950_000), at(0, -1_799_950_000)
	if a, b := east.Metres(*west), west.Metres(*east); a < 1_110 || a > 1_115 || a != b {
		t.Errorf("%d m and %d m, want 1,113", a, b)
	}
}

func haversine(lat, dy, dx float64) float64 {
	rad := math.Pi / 180
	a, b := lat*rad, (lat+dy)*rad
	h := math.Pow(math.Sin(dy*rad/2), 2) + math.Cos(a)*math.Cos(b)*math.Pow(math.Sin(dx*rad/2), 2)
	return 2 * 6_378_137 * math.Asin(math.Sqrt(h))
}
