package record

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// ErrRule: a recurrence that this version does not understand.
var ErrRule = errors.New("record: not a recurrence of this version")

// Rule is the part of RFC 5545's RRULE that neighbours use: every so many days,
// weeks or months, on some days of the week or on one day of the month, so many
// times or until a day. It is understood here rather than by a library since
// every node has to find the same times without asking a clock.
type Rule struct {
	Every    Frequency
	Interval int64 // 1 or more
	Count    int64 // 0: not bounded
	Until    int64 // ms; 0: not bounded
	Days     []Weekday
	Nth      int64 // of a month's Days: 1 to 4, -1 for the last; 0 elsewhere
}

// Frequency is what a rule counts in.
type Frequency string

// The frequencies.
const (
	Daily   Frequency = "DAILY"
	Weekly  Frequency = "WEEKLY"
	Monthly Frequency = "MONTHLY"
)

// Weekday is a day of the week, 0 for Monday.
type Weekday int64

var weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// ParseRule reads the value of an RRULE. What it does not understand whole it
// refuses with ErrRule.
func ParseRule(text string) (Rule, error) {
	r := Rule{Interval: 1}
	seen := make(map[string]bool)
	for _, part := range strings.Split(text, ";") {
		name, value, ok := strings.Cut(strings.ToUpper(part), "=")
		if !ok || seen[name] || !r.set(name, value) {
			return Rule{}, ErrRule
		}
		seen[name] = true
	}
	if !r.sound() {
		return Rule{}, ErrRule
	}
	return r, nil
}

func (r *Rule) set(name, value string) (ok bool) {
	switch name {
	case "FREQ":
		r.Every, ok = Frequency(value), true
	case "INTERVAL":
		r.Interval, ok = counting(value)
	case "COUNT":
		r.Count, ok = counting(value)
	case "UNTIL":
		r.Until, ok = instant(value)
	case "BYDAY":
		ok = r.days(value)
	case "WKST":
		ok = value == "MO"
	}
	return ok
}

// sound reports whether the parts fit one another.
func (r *Rule) sound() bool {
	switch r.Every {
	case Daily:
		return len(r.Days) == 0
	case Weekly:
		return r.Nth == 0
	case Monthly:
		return len(r.Days) == 0 || len(r.Days) == 1 && r.Nth != 0
	}
	return false
}

// counting reads a number from 1 to 1000.
func counting(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 1 && n <= 1000
}

// days reads "SA,SU" of a week, "1SU" or "-1FR" of a month.
func (r *Rule) days(value string) bool {
	for _, text := range strings.Split(value, ",") {
		at := len(text) - 2
		if at < 0 {
			return false
		}
		day := slices.Index(weekdays, text[at:])
		if day < 0 {
			return false
		}
		if at > 0 {
			n, err := strconv.ParseInt(text[:at], 10, 64)
			if err != nil || n < -1 || n == 0 || n > 4 {
				return false
			}
			r.Nth = n
		}
		r.Days = append(r.Days, Weekday(day))
	}
	return true
}

// instant reads "20261231T170000Z".
func instant(text string) (int64, bool) {
	if len(text) != len("20261231T170000Z") || text[8] != 'T' || text[15] != 'Z' {
		return 0, false
	}
	n, err := strconv.ParseInt(text[:8]+text[9:15], 10, 64)
	if err != nil || n < 0 {
		return 0, false
	}
	date, clock := n/1_000_000, n%1_000_000
	day := dayOf(date/10_000, date/100%100, date%100)
	return day*msPerDay + (clock/10_000*3_600+clock/100%100*60+clock%100)*1_000, true
}

// maxSteps bounds how far a rule is followed, in days, weeks or months.
const maxSteps = 4_000

// Times returns the starts of up to limit times of an event, in milliseconds
// since 1970, that begin at or after from: the first began at start, at a place
// offset minutes east of UTC.
func (r Rule) Times(start int64, offset int32, from int64, limit int) []int64 {
	first := floorDiv(start+int64(offset)*60_000, msPerDay)
	var found []int64
	counted := int64(0)
	for step := int64(0); step < maxSteps; step++ {
		for _, day := range r.daysAt(first, step*r.Interval) {
			at := start + (day-first)*msPerDay
			switch {
			case at < start:
				continue
			case len(found) == limit, r.Until > 0 && at > r.Until, r.Count > 0 && counted == r.Count:
				return found
			}
			if counted++; at >= from {
				found = append(found, at)
			}
		}
	}
	return found
}

// daysAt returns the days, in order, that the rule names so many days, weeks or
// months after the one with first in it.
func (r Rule) daysAt(first, after int64) []int64 {
	switch {
	case r.Every == Daily:
		return []int64{first + after}
	case r.Every == Weekly && len(r.Days) == 0:
		return []int64{first + 7*after}
	case r.Every == Weekly:
		return r.inWeek(first - int64(weekdayOf(first)) + 7*after)
	}
	year, month, date := dateOf(first)
	month += after
	year, month = year+(month-1)/12, (month-1)%12+1
	if len(r.Days) > 0 {
		return []int64{nth(year, month, r.Days[0], r.Nth)}
	}
	if date > lengthOf(year, month) {
		return nil // as RFC 5545 has it: a month without that day is left out
	}
	return []int64{dayOf(year, month, date)}
}

func (r Rule) inWeek(monday int64) []int64 {
	var days []int64
	for day := Weekday(0); day < 7; day++ {
		if slices.Contains(r.Days, day) {
			days = append(days, monday+int64(day))
		}
	}
	return days
}
