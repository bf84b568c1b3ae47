package crdt_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gotong/crdt"
)

// walls draws what wall clocks show: the truth, 1970, before it, far ahead.
var walls = rapid.OneOf(
	rapid.Int64Range(1_764_000_000_000, 1_764_000_000_003),
	rapid.Just(int64(0)),
	rapid.Int64Range(-1_000, 1_000),
	rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 1 << 47, 1<<48 - 1, 1 << 48}),
	rapid.Int64(),
)

func TestStampsRiseUnderAnyWallClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c crdt.Clock
		last := crdt.Stamp(0)
		for range rapid.IntRange(1, 50).Draw(t, "writes") {
			replaced := rapid.SliceOfN(rapid.Uint64Range(1, 1<<62), 0, 2).Draw(t, "replaced")
			next := c.Next(walls.Draw(t, "wall"), asStamps(replaced)...)
			if next <= last {
				t.Fatalf("%v does not follow %v", next, last)
			}
			for _, r := range replaced {
				if next <= crdt.Stamp(r) {
					t.Fatalf("%v does not follow the replaced %d", next, r)
				}
			}
			last = next
		}
		if c.Last() != last {
			t.Fatalf("Last is %v after %v", c.Last(), last)
		}
	})
}

func asStamps(values []uint64) (stamps []crdt.Stamp) {
	for _, v := range values {
		stamps = append(stamps, crdt.Stamp(v))
	}
	return stamps
}

func TestAStampIsTheWallTimeWhenTheClockIsRight(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC).UnixMilli()
	var c crdt.Clock
	first, second := c.Next(at), c.Next(at)
	if first.Millis() != at || second.Millis() != at || first.String() != "1795507200000.0" || second.String() != "1795507200000.1" {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestAClockSetBackGoesOnFromItsFloor(t *testing.T) {
	floor := crdt.StampAt(1_764_000_000_000)
	var c crdt.Clock
	c.Raise(floor)
	if next := c.Next(0); next != floor+1 {
		t.Errorf("a reboot at 1970 wrote %v after %v", next, floor)
	}
	c.Raise(5)
	if c.Last() != floor+1 {
		t.Error("raising to something smaller set the clock back")
	}
}

// FutureStampStaysEditable: a household whose clock once stood far ahead can
// edit what it wrote then, as often as it likes, with a right clock.
func TestFutureStampStaysEditable(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC).UnixMilli()
	for _, mad := range []int64{now + 10*365*24*3_600_000, 1 << 48, math.MaxInt64} {
		var ahead, right crdt.Clock
		title := crdt.Fields{}
		title.Set(1, crdt.Assertion{Stamp: ahead.Next(mad), Value: []byte("wrong")})
		for range 70_000 { // more than one counter holds
			edit := crdt.Assertion{Stamp: right.Next(now, title.Last()), Value: []byte("right")}
			if !title.Set(1, edit) {
				t.Fatalf("written at %d: an edit at stamp %v is lost", mad, edit.Stamp)
			}
		}
		if unrelated := (&crdt.Clock{}).Next(now); unrelated.Millis() != now {
			t.Errorf("an unrelated write was dragged ahead, to %v", unrelated)
		}
	}
}

func TestStampsCoverTheirRange(t *testing.T) {
	cases := map[int64]crdt.Stamp{-1: 0, 0: 0, 1: 1 << 16, 1<<48 - 1: (1<<48 - 1) << 16, 1 << 48: (1<<48 - 1) << 16, math.MaxInt64: (1<<48 - 1) << 16}
	for millis, want := range cases {
		if got := crdt.StampAt(millis); got != want {
			t.Errorf("StampAt(%d) = %v, want %v", millis, got, want)
		}
	}
	if crdt.MaxStamp.Next() != crdt.MaxStamp || crdt.Stamp(1<<16-1).Next() != 1<<16 {
		t.Error("Next does not carry, or wraps")
	}
}
