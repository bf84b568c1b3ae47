package export

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"
)

var jakarta = 7 * time.Hour

// kerjaBakti is on Sunday at six in Jakarta: still Saturday in UTC.
func kerjaBakti() Entry {
	start := time.Date(2026, 11, 28, 23, 0, 0, 0, time.UTC)
	return Entry{
		UID: "7K3QZZ", Summary: "Kerja bakti; bawa cangkul, sekop\nSTATUS:CANCELLED", Location: `dekat "masjid" \ balai`,
		Description: strings.Repeat("Sampai bersih ✊ ", 20), Start: start, End: start.Add(3 * time.Hour), Offset: jakarta,
		Rule: "FREQ=WEEKLY;BYDAY=SU", Created: start.Add(-48 * time.Hour), Changed: start.Add(-47 * time.Hour),
	}
}

func written(t *testing.T, entries ...Entry) (string, *ics.Calendar) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteCalendar(&b, "RT 03 Sukamaju", entries); err != nil {
		t.Fatal(err)
	}
	read, err := ics.ParseCalendar(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return b.String(), read
}

// TestAnotherProgramReadsTheSameEvents: the reader is a library that is not ours.
func TestAnotherProgramReadsTheSameEvents(t *testing.T) {
	once := kerjaBakti()
	once.UID, once.Rule, once.CalledOff = "ONCE", "", true
	_, read := written(t, kerjaBakti(), once)
	if n := len(read.Events()); n != 2 {
		t.Fatalf("%d events", n)
	}
	weekly := read.Events()[0]
	for property, want := range map[ics.ComponentProperty]string{
		ics.ComponentPropertySummary: "Kerja bakti; bawa cangkul, sekop\nSTATUS:CANCELLED", ics.ComponentPropertyLocation: `dekat "masjid" \ balai`,
		ics.ComponentPropertyDescription: strings.TrimSpace(kerjaBakti().Description), ics.ComponentPropertyStatus: "CONFIRMED",
		ics.ComponentPropertyUniqueId: "7K3QZZ@gotong", ics.ComponentPropertySequence: "3600",
	} {
		if got := ics.FromText(weekly.GetProperty(property).Value); got != want {
			t.Errorf("%s is %q, want %q", property, got, want)
		}
	}
	if at, err := read.Events()[1].GetStartAt(); err != nil || !at.Equal(once.Start) {
		t.Errorf("the one time begins %v, %v", at, err)
	}
	if got := read.Events()[1].GetProperty(ics.ComponentPropertyStatus).Value; got != "CANCELLED" {
		t.Errorf("what was called off is %s", got)
	}
}

// TestARuleSpeaksOfDaysAtThePlace: read with the rule's own meaning, every time
// is a Sunday in Jakarta.
func TestARuleSpeaksOfDaysAtThePlace(t *testing.T) {
	text, _ := written(t, kerjaBakti())
	if !strings.Contains(text, "TZID:UTC+0700\r\n") || !strings.Contains(text, "DTSTART;TZID=UTC+0700:20261129T060000\r\n") {
		t.Errorf("no zone in\n%s", text)
	}
	set, err := rrule.StrToRRuleSet("DTSTART:20261129T060000Z\nRRULE:FREQ=WEEKLY;BYDAY=SU")
	if err != nil {
		t.Fatal(err)
	}
	if first := set.All()[0].Add(-jakarta); !first.Equal(kerjaBakti().Start) {
		t.Errorf("its first time is %v", first)
	}
}

func TestLinesAreShortAndNoCharacterIsCut(t *testing.T) {
	text, _ := written(t, kerjaBakti())
	for _, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || strings.ToValidUTF8(line, "?") != line {
			t.Errorf("%d bytes: %q", len(line), line)
		}
	}
}

// A rule is a neighbour's text: it must not bring lines of its own.
func TestARuleBringsNoOtherProperty(t *testing.T) {
	for _, bad := range []string{"FREQ=DAILY\r\nATTENDEE:mailto:x", "FREQ=DAILY:X", "X-EVIL=1", "freq=daily"} {
		e := kerjaBakti()
		e.Rule = bad
		if text, _ := written(t, e); strings.Contains(text, "ATTENDEE") || strings.Contains(text, "RRULE") {
			t.Errorf("%q came through", bad)
		}
	}
}
