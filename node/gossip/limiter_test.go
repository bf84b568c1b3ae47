package gossip

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestABucketNeverGivesMoreThanItsBurstAndItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLimiter[string](5, 25)
		start := time.Unix(1_700_000_000, 0)
		now, taken := start, 0
		for _, step := range rapid.SliceOf(rapid.IntRange(0, 3000)).Draw(t, "milliseconds between") {
			now = now.Add(time.Duration(step) * time.Millisecond)
			if n := rapid.IntRange(1, 10).Draw(t, "n"); l.take("a", n, now) {
				taken += n
			}
			if most := 25 + 5*now.Sub(start).Seconds(); float64(taken) > most {
				t.Fatalf("%d tokens in %v", taken, now.Sub(start))
			}
		}
	})
}

func TestABucketFillsAgain(t *testing.T) {
	l := newLimiter[string](5, 25)
	now := time.Unix(1_700_000_000, 0)
	if !l.take("a", 25, now) || l.has("a", 1, now) {
		t.Fatal("a full bucket holds 25 tokens and no more")
	}
	if !l.take("a", 1, now.Add(200*time.Millisecond)) {
		t.Fatal("a token comes every fifth of a second")
	}
	if !l.has("b", 25, now) {
		t.Fatal("one key's bucket is no other's")
	}
}

func TestTokensForSeveralAreTakenTogetherOrNotAtAll(t *testing.T) {
	l := newLimiter[string](5, 25)
	now := time.Unix(1_700_000_000, 0)
	l.take("a", 20, now)
	if l.takeAll(map[string]int{"a": 6, "b": 6}, now) {
		t.Fatal("a has only five tokens")
	}
	if !l.has("b", 25, now) || !l.has("a", 5, now) {
		t.Fatal("what was refused must cost nothing")
	}
	if !l.takeAll(map[string]int{"a": 5, "b": 25}, now) || l.has("b", 1, now) {
		t.Fatal("what was given must be taken")
	}
}

func TestBucketsThatAreFullAreForgotten(t *testing.T) {
	l := newLimiter[int](5, 25)
	now := time.Unix(1_700_000_000, 0)
	for i := range 10 * maxLevels {
		now = now.Add(time.Second)
		l.take(i, 1, now)
	}
	if len(l.levels) > maxLevels {
		t.Fatalf("%d buckets are remembered", len(l.levels))
	}
}
