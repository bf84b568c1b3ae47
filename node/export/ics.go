package export

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Entry is one event of a calendar. It names nobody: who comes never leaves.
type Entry struct {
	UID         string // the record's id
	Summary     string
	Description string
	Location    string
	Start, End  time.Time
	Offset      time.Duration // east of UTC at the place; matters where the event recurs
	Rule        string        // the value of an RRULE; empty: once
	Created     time.Time
	Changed     time.Time
	CalledOff   bool
}

// WriteCalendar writes entries as iCalendar (RFC 5545): VEVENTs with the record's
// id as UID and the seconds between its birth and its last change as SEQUENCE,
// in UTC; what recurs in the zone of its place, since rules speak of days there.
func WriteCalendar(w io.Writer, name string, entries []Entry) error {
	c := &calendar{w: bufio.NewWriter(w)}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Gotong//Gotong//ID")
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	c.text("X-WR-CALNAME", name)
	for _, zone := range zonesOf(entries) {
		c.zone(zone)
	}
	for _, e := range entries {
		c.entry(e)
	}
	c.line("END", "VCALENDAR")
	return c.w.Flush()
}

// calendar writes lines; an error of its writer stays until Flush.
type calendar struct{ w *bufio.Writer }

func (c *calendar) entry(e Entry) {
	c.line("BEGIN", "VEVENT")
	c.text("UID", e.UID+"@gotong")
	c.line("DTSTAMP", utc(e.Changed))
	c.line("CREATED", utc(e.Created))
	c.line("LAST-MODIFIED", utc(e.Changed))
	c.line("SEQUENCE", fmt.Sprint(max(0, int64(e.Changed.Sub(e.Created).Seconds()))))
	if e.recurs() {
		c.line("DTSTART;TZID="+zoneName(e.Offset), local(e.Start, e.Offset))
		c.line("DTEND;TZID="+zoneName(e.Offset), local(e.End, e.Offset))
		c.line("RRULE", e.Rule)
	} else {
		c.line("DTSTART", utc(e.Start))
		c.line("DTEND", utc(e.End))
	}
	c.text("SUMMARY", e.Summary)
	c.text("DESCRIPTION", e.Description)
	c.text("LOCATION", e.Location)
	c.line("STATUS", map[bool]string{true: "CANCELLED", false: "CONFIRMED"}[e.CalledOff])
	c.line("END", "VEVENT")
}

// rule is what an RRULE may be made of: neighbours wrote it, and it may neither
// end its line nor begin another property.
var rule = regexp.MustCompile(`^FREQ=[A-Z0-9=;,+-]{1,280}$`)

func (e Entry) recurs() bool { return rule.MatchString(e.Rule) }

// zonesOf returns the offsets that recurring entries are told in, each once.
func zonesOf(entries []Entry) []time.Duration {
	var zones []time.Duration
	seen := make(map[time.Duration]bool)
	for _, e := range entries {
		if e.recurs() && !seen[e.Offset] {
			seen[e.Offset] = true
			zones = append(zones, e.Offset)
		}
	}
	return zones
}

// zone describes a zone that always is so far from UTC.
func (c *calendar) zone(offset time.Duration) {
	c.line("BEGIN", "VTIMEZONE")
	c.line("TZID", zoneName(offset))
	c.line("BEGIN", "STANDARD")
	c.line("DTSTART", "19700101T000000")
	c.line("TZOFFSETFROM", hours(offset))
	c.line("TZOFFSETTO", hours(offset))
	c.line("END", "STANDARD")
	c.line("END", "VTIMEZONE")
}

func zoneName(offset time.Duration) string { return "UTC" + hours(offset) }

// hours returns an offset as in "+0700".
func hours(offset time.Duration) string {
	sign, minutes := '+', int(offset.Minutes())
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("%c%02d%02d", sign, minutes/60, minutes%60)
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func local(t time.Time, offset time.Duration) string {
	return t.UTC().Add(offset).Format("20060102T150405")
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// text writes a property of words, none where there are none.
func (c *calendar) text(name, value string) {
	if value = strings.TrimSpace(value); value != "" {
		c.line(name, strings.Map(printable, escapes.Replace(value)))
	}
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// longest is how many bytes of a line RFC 5545 wants at most.
const longest = 75

// line writes a property, folded where it is long; no character is cut.
func (c *calendar) line(name, value string) {
	room := longest
	for rest := name + ":" + value; rest != ""; {
		at := min(len(rest), room)
		for at < len(rest) && !utf8.RuneStart(rest[at]) {
			at--
		}
		c.w.WriteString(rest[:at])
		c.w.WriteString("\r\n")
		if rest = rest[at:]; rest != "" {
			c.w.WriteString(" ")
		}
		room = longest - 1
	}
}
