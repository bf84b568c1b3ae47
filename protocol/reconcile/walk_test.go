package reconcile

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestAStepIsTheLeastThatFits holds every step against its definition, in
// numbers that cannot overflow.
func TestAStepIsTheLeastThatFits(t *testing.T) {
	fits := func(i, r, j uint64) bool { // (j+1)(j+2) r >= (i+1)(i+2) 2^29
		left := new(big.Int).Mul(big.NewInt(int64((j+1)*(j+2))), big.NewInt(int64(r)))
		right := new(big.Int).Lsh(big.NewInt(int64((i+1)*(i+2))), 29)
		return left.Cmp(right) >= 0
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.Uint64Range(0, MaxSymbols-1).Draw(t, "i")
		r := rapid.OneOf(rapid.Uint64Range(1, 1<<29-1), rapid.Uint64Range(1<<28, 1<<29-1)).Draw(t, "r")
		j := next(i, r)
		switch {
		case j <= i || j > MaxSymbols:
			t.Fatalf("from %d to %d", i, j)
		case j < MaxSymbols && !fits(i, r, j):
			t.Fatalf("from %d with %d: %d does not fit", i, r, j)
		case fits(i, r, j-1):
			t.Fatalf("from %d with %d: %d is not the least", i, r, j)
		}
	})
}

// TestEverySymbolIsVisitedAsOftenAsItShould counts the walks of many items:
// symbol i must be on 2/(i+2) of them, within five standard deviations.
func TestEverySymbolIsVisitedAsOftenAsItShould(t *testing.T) {
	const items, symbols = 50_000, 3000
	a := newSide(3)
	var visits [symbols]int
	for _, id := range a.fresh(items) {
		for w := (Salt{1}).key().item(id).walk(); w.at < symbols; w.step() {
			visits[w.at]++
		}
	}
	if visits[0] != items {
		t.Errorf("symbol 0 holds %d of %d items", visits[0], items)
	}
	for i := 1; i < symbols; i++ {
		p := 2 / float64(i+2)
		mean, deviation := items*p, math.Sqrt(items*p*(1-p))
		if math.Abs(float64(visits[i])-mean) > 5*deviation {
			t.Errorf("symbol %d holds %d items, not about %.0f", i, visits[i], mean)
		}
	}
}
