package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// hoursOf says from when to when: "Minggu 29 November 07.00–10.00".
func (a *app) hoursOf(start, end time.Time) string {
	now := a.now()
	start, end = start.In(now.Location()), end.In(now.Location())
	text := a.weekday(start) + " " + a.words.Date(start, now) + " " + a.words.Clock(start)
	switch {
	case !end.After(start):
		return text
	case start.YearDay() == end.YearDay() && start.Year() == end.Year():
		return text + "–" + a.words.Clock(end)
	}
	return text + " – " + a.weekday(end) + " " + a.words.Date(end, now) + " " + a.words.Clock(end)
}

func (a *app) weekday(at time.Time) string {
	return a.say("weekday."+strconv.Itoa(int(at.Weekday())), nil)
}

// repeats says how an event comes again.
func (a *app) repeats(e api.Gathering) string {
	if e.Repeats == "" {
		return ""
	}
	rule, err := record.ParseRule(e.Repeats)
	if err != nil {
		return a.say("repeat.unclear", words.Args{"rule": e.Repeats})
	}
	every := strings.ToLower(string(rule.Every))
	if rule.Interval > 1 {
		return a.say("repeat."+every+"-n", words.Args{"n": int(rule.Interval)})
	}
	return a.say("repeat."+every, nil)
}

// startOf reads when something begins: a day and a time of day, or the latter
// alone: "minggu 07:00", "besok 07.00", "2026-11-29 07:00", "07:00", "2h".
func (a *app) startOf(text string) (time.Time, error) {
	now, text := a.now(), strings.ToLower(strings.TrimSpace(text))
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return when(text, now)
	}
	day, ok := a.dayOf(strings.Join(fields[:len(fields)-1], " "))
	if ok {
		if at, timed := clock(fields[len(fields)-1], day); timed {
			return at, nil
		}
	}
	return when(text, now)
}

// dayOf reads a day: a date, today, tomorrow or the next of a weekday.
func (a *app) dayOf(text string) (time.Time, bool) {
	now := a.now()
	for days := range 8 {
		day := now.AddDate(0, 0, days)
		if anyLabel("weekday."+strconv.Itoa(int(day.Weekday())), text, sameLabel) && days > 0 {
			return day, true
		}
	}
	switch text {
	case "today", "hari ini":
		return now, true
	case "tomorrow", "besok":
		return now.AddDate(0, 0, 1), true
	}
	day, err := time.ParseInLocation(time.DateOnly, text, now.Location())
	return day, err == nil
}

// endOf reads when something ends that begins at start: a time of day, a
// length ("3h"), or a moment as startOf reads it.
func (a *app) endOf(text string, start time.Time) (time.Time, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if length, ok := span(text); ok {
		return start.Add(length), nil
	}
	if at, ok := clock(text, start); ok {
		if !at.After(start) {
			at, _ = clock(text, start.AddDate(0, 0, 1))
		}
		return at, nil
	}
	return a.startOf(text)
}

// repeatOf reads how often: a word for it, or the value of an RRULE.
func (a *app) repeatOf(text string) string {
	for _, every := range []string{"daily", "weekly", "monthly"} {
		if anyLabel("repeat."+every, text, sameLabel) || strings.EqualFold(text, every) {
			return "FREQ=" + strings.ToUpper(every)
		}
	}
	return text
}

// onFlag lets a person say which time of an event that recurs is meant.
func (a *app) onFlag(c *cobra.Command, on *string) {
	c.Flags().StringVar(on, "on", "", a.say("flag.event-on", nil))
}

// onDay reads that flag: the first time of that day, or after it.
func (a *app) onDay(text string, on *time.Time) error {
	if text == "" {
		return nil
	}
	day, ok := a.dayOf(strings.ToLower(strings.TrimSpace(text)))
	if !ok {
		return usage("usage.day", words.Args{"value": text})
	}
	*on = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location())
	return nil
}
