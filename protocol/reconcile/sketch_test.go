package reconcile

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestAPrefixForgetsHowItCameAbout inserts and removes in any order: only what
// is in the set at the end counts.
func TestAPrefixForgetsHowItCameAbout(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := newSide(rapid.Uint64().Draw(r, "seed"))
		p := NewPrefix(Salt{9}, ids{}.All())
		for range rapid.IntRange(0, 60).Draw(r, "changes") {
			if len(a.held) > 0 && rapid.Bool().Draw(r, "remove") {
				gone := a.some(1)[0]
				a.drop(gone)
				p.Remove(gone)
			} else {
				came := a.fresh(1)[0]
				a.add(came)
				p.Insert(came)
			}
		}
		if !slices.Equal(p.symbols, NewPrefix(Salt{9}, a.held.All()).symbols) || p.Len() != len(a.held) {
			r.Fatal("the prefix is not that of the set")
		}
	})
}

// TestTheEstimateIsFair guesses many differences from 64 symbols. It may be
// wrong by a third now and then, on average it is right.
func TestTheEstimateIsFair(t *testing.T) {
	const tries, d = 200, 500
	a, mean := newSide(5), 0
	for i := range tries {
		k, dec := Salt{byte(i)}.key(), &decoder{}
		theirs, mine := sketch(k, 64, slices.Values(a.fresh(d/5))), sketch(k, 64, slices.Values(a.fresh(d-d/5)))
		for j := range theirs {
			dec.add(theirs[j].minus(mine[j]))
		}
		if dec.certain() != d-2*d/5 {
			t.Fatalf("certain of %d, which is not how much more one side holds", dec.certain())
		}
		mean += dec.estimate()
	}
	if mean /= tries; mean < d*95/100 || mean > d*105/100 {
		t.Errorf("%d on average, not about %d", mean, d)
	}
}

// fits fails unless what a side remembers is true of what it holds.
func fits(t interface{ Fatal(...any) }, a *side) {
	if a.of.prefix == nil {
		return
	}
	counted := maps.Clone(a.held)
	for _, id := range a.of.refused {
		counted[id] = true
	}
	if !slices.Equal(a.of.prefix.symbols, NewPrefix(a.of.prefix.salt, counted.All()).symbols) {
		t.Fatal("the prefix is not that of the set")
	}
}
