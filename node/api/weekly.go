package api

import (
	"fmt"
	"strings"
	"time"

	"gotong/protocol/record"
)

// availableOf reads times of the week.
func availableOf(all []Weekly) ([]*record.Availability, error) {
	var found []*record.Availability
	for _, w := range all {
		from, err := minuteOf(w.From)
		if err != nil {
			return nil, err
		}
		to, err := minuteOf(w.To)
		if err != nil {
			return nil, err
		}
		a := &record.Availability{From: from, To: to}
		for _, d := range w.Days {
			if d < 0 || d > 6 {
				return nil, &record.Invalid{Field: "available", Why: "out-of-range"}
			}
			a.Days |= 1 << uint(d)
		}
		found = append(found, a)
	}
	return found, nil
}

// minuteOf reads "08:00" or "8.00"; "24:00" is the end of the day.
func minuteOf(text string) (uint32, error) {
	text = strings.Replace(strings.TrimSpace(text), ".", ":", 1)
	if text == "24:00" {
		return 24 * 60, nil
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, &record.Invalid{Field: "available", Why: "unknown"}
	}
	return uint32(at.Hour()*60 + at.Minute()), nil
}

func weeklyOf(all []*record.Availability) []Weekly {
	var docs []Weekly
	for _, a := range all {
		w := Weekly{Days: []int{}, From: clockOf(a.From), To: clockOf(a.To)}
		for d := range 7 {
			if a.Days>>uint(d)&1 == 1 {
				w.Days = append(w.Days, d)
			}
		}
		docs = append(docs, w)
	}
	return docs
}

func clockOf(minute uint32) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// openNow reports whether it is one of these times.
func openNow(all []*record.Availability, offset int32, now time.Time) bool {
	for _, a := range all {
		if a.On(now.UnixMilli(), offset) {
			return true
		}
	}
	return false
}
