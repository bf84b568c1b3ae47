package record_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	. "gotong/protocol/record"
)

var codes = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// someRule draws a rule and the text of it.
func someRule(t *rapid.T) string {
	parts := []string{"FREQ=" + rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY"}).Draw(t, "every")}
	if n := rapid.IntRange(1, 5).Draw(t, "interval"); n > 1 {
		parts = append(parts, fmt.Sprint("INTERVAL=", n))
	}
	switch rapid.SampledFrom([]string{"count", "until", ""}).Draw(t, "bound") {
	case "count":
		parts = append(parts, fmt.Sprint("COUNT=", rapid.IntRange(1, 40).Draw(t, "count")))
	case "until":
		until := time.UnixMilli(rapid.Int64Range(1_700_000_000_000, 1_900_000_000_000).Draw(t, "until")).UTC()
		parts = append(parts, "UNTIL="+until.Format("20060102T150405Z"))
	}
	days := rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 1, 4, rapid.ID).Draw(t, "days")
	switch {
	case parts[0] == "FREQ=DAILY" || rapid.Bool().Draw(t, "plain"):
	case parts[0] == "FREQ=WEEKLY":
		parts = append(parts, "BYDAY="+strings.Join(days, ","))
	default:
		parts = append(parts, fmt.Sprint("BYDAY=", rapid.SampledFrom([]int{-1, 1, 2, 3, 4}).Draw(t, "nth"), days[0]))
	}
	return strings.Join(parts, ";")
}

// TestTimesAreThoseOfAnotherProgram: a library that reads all of RFC 5545 finds
// the same times, in the time zone of the place.
func TestTimesAreThoseOfAnotherProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := someRule(t)
		start := rapid.Int64Range(1_600_000_000, 1_900_000_000).Draw(t, "start") * 1000
		offset := rapid.Int32Range(-720, 840).Draw(t, "offset")
		rule, err := ParseRule(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := rule.Times(start, offset, 0, 30)
		if want := elsewhere(t, text, start, offset, 30); !slices.Equal(got, want) {
			t.Fatalf("%s from %v at %d min: %v, want %v", text, time.UnixMilli(start), offset, got, want)
		}
		if len(got) > 3 {
			if later := rule.Times(start, offset, got[2], 2); !slices.Equal(later, got[2:4]) {
				t.Fatalf("%s from its third time on: %v, want %v", text, later, got[2:4])
			}
		}
	})
}

func elsewhere(t *rapid.T, text string, start int64, offset int32, limit int) []int64 {
	option, err := rrule.StrToROption(text)
	if err != nil {
		t.Fatal(err)
	}
	option.Dtstart = time.UnixMilli(start).In(time.FixedZone("", int(offset)*60))
	rule, err := rrule.NewRRule(*option)
	if err != nil {
		t.Fatal(err)
	}
	var times []int64
	for next := rule.Iterator(); len(times) < limit; {
		at, ok := next()
		if !ok {
			break
		}
		times = append(times, at.UnixMilli())
	}
	return times
}

func TestARuleOfAnotherVersionIsNotHalfUnderstood(t *testing.T) {
	for _, text := range []string{
		"", "FREQ=YEARLY", "FREQ=WEEKLY;BYSETPOS=1", "FREQ=WEEKLY;BYDAY=1SU", "FREQ=MONTHLY;BYDAY=SU", "FREQ=MONTHLY;BYDAY=1SU,2SU",
		"FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;COUNT=-1", "FREQ=WEEKLY;COUNT=99999", "FREQ=WEEKLY;FREQ=DAILY", "FREQ=WEEKLY;UNTIL=2026",
		"FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;WKST=SU", "INTERVAL=2", "FREQ", "FREQ=MONTHLY;BYDAY=5SU", "FREQ=WEEKLY;BYDAY=",
	} {
		if _, err := ParseRule(text); !errors.Is(err, ErrRule) {
			t.Errorf("%q was read: %v", text, err)
		}
	}
}

// A rule that never comes true ends all the same.
func TestARuleWithoutTimesEnds(t *testing.T) {
	rule, err := ParseRule("FREQ=MONTHLY;INTERVAL=12")
	if err != nil {
		t.Fatal(err)
	}
	leapDay := time.Date(2028, 2, 29, 8, 0, 0, 0, time.UTC).UnixMilli()
	if got := rule.Times(leapDay, 0, leapDay+1, 1); len(got) != 1 || time.UnixMilli(got[0]).UTC().Year() != 2032 {
		t.Errorf("29 February comes again in %v", got)
	}
	if got := rule.Times(leapDay, 0, 1<<60, 5); len(got) != 0 {
		t.Errorf("beyond all times there are %v", got)
	}
}
