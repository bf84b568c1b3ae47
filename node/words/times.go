package words

import (
	"strconv"
	"time"

	"gotong/protocol"
)

// Clock returns a time of day in its own zone, as in "18.30" or "18:30".
func (t *Tongue) Clock(at time.Time) string {
	return at.Format(t.Say("time.clock", nil))
}

// Date returns a day, as in "24 November"; with its year where that is not
// now's.
func (t *Tongue) Date(at, now time.Time) string {
	text := strconv.Itoa(at.Day()) + " " + t.Say("month."+strconv.Itoa(int(at.Month())), nil)
	if at.Year() != now.Year() {
		text += " " + strconv.Itoa(at.Year())
	}
	return text
}

// When returns a moment as people name it seen from now: "hari ini 18.30",
// "besok 18.30", "24 November 18.30". Both are taken in now's zone.
func (t *Tongue) When(at, now time.Time) string {
	at = at.In(now.Location())
	day := t.Date(at, now)
	for name, days := range map[string]int{"time.yesterday": -1, "time.today": 0, "time.tomorrow": 1} {
		if sameDay(at, now.AddDate(0, 0, days)) {
			day = t.Say(name, nil)
		}
	}
	return day + " " + t.Clock(at)
}

func sameDay(a, b time.Time) bool {
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// Ago returns how long before now a moment was: "baru saja", "2 menit lalu",
// "3 jam lalu", "5 hari lalu", after a month its date. The clocks of neighbours
// differ: what is ahead of now is "just now".
func (t *Tongue) Ago(at, now time.Time) string {
	d := now.Sub(at)
	switch {
	case at.UnixMilli() < protocol.Began:
		return t.Say("time.unsure", nil) // by a clock that was never set
	case d < time.Minute:
		return t.Say("time.now", nil)
	case d < time.Hour:
		return t.Say("time.minutes", Args{"n": int(d / time.Minute)})
	case d < 24*time.Hour:
		return t.Say("time.hours", Args{"n": int(d / time.Hour)})
	case d < 30*24*time.Hour:
		return t.Say("time.days", Args{"n": int(d / (24 * time.Hour))})
	}
	return t.Date(at.In(now.Location()), now)
}
