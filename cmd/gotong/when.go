package main

import (
	"strconv"
	"strings"
	"time"

	"gotong/node/words"
)

// farthest bounds how far ahead people plan here.
const farthest = 366 * 24 * time.Hour

// spans are the units that people write after a number, in both languages.
var spans = []struct {
	names string
	span  time.Duration
}{
	{"s dtk detik second seconds", time.Second},
	{"m min mnt menit minute minutes", time.Minute},
	{"h j jam hour hours", time.Hour},
	{"d hari day days", 24 * time.Hour},
}

// when reads a moment ahead of now: "2h", "30 menit", "today", "besok",
// "18:30", "18.30", "2026-11-24", "2026-11-24 18:30". A day alone means its end,
// a time of day that has passed means tomorrow's.
func when(text string, now time.Time) (time.Time, error) {
	at, ok := read(strings.ToLower(strings.TrimSpace(text)), now)
	if !ok || !at.After(now) || at.Sub(now) > farthest {
		return time.Time{}, usage("usage.when", words.Args{"value": text})
	}
	return at, nil
}

func read(text string, now time.Time) (time.Time, bool) {
	switch text {
	case "today", "hari ini":
		return endOfDay(now), true
	case "tomorrow", "besok":
		return endOfDay(now.AddDate(0, 0, 1)), true
	}
	if d, ok := span(text); ok {
		return now.Add(d), true
	}
	if at, ok := clock(text, now); ok {
		if !at.After(now) {
			at, ok = clock(text, now.AddDate(0, 0, 1))
		}
		return at, ok
	}
	return date(text, now)
}

// span reads a number of seconds, minutes, hours or days.
func span(text string) (time.Duration, bool) {
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz ")
	n, err := strconv.Atoi(number)
	if err != nil || n <= 0 || n > 1_000_000 {
		return 0, false
	}
	unit := strings.TrimSpace(text[len(number):])
	for _, s := range spans {
		for _, name := range strings.Fields(s.names) {
			if name == unit {
				return time.Duration(n) * s.span, true
			}
		}
	}
	return 0, false
}

// clock reads a time of day on the day of now.
func clock(text string, now time.Time) (time.Time, bool) {
	for _, layout := range []string{"15:04", "15.04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, now.Location()), true
		}
	}
	return time.Time{}, false
}

// date reads a day, with or without a time of day.
func date(text string, now time.Time) (time.Time, bool) {
	day, hour, timed := strings.Cut(text, " ")
	at, err := time.ParseInLocation(time.DateOnly, day, now.Location())
	if err != nil {
		return time.Time{}, false
	}
	if timed {
		return clock(strings.TrimSpace(hour), at)
	}
	return endOfDay(at), true
}

func endOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 23, 59, 59, 0, t.Location())
}
