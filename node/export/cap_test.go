package export

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

var sent = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

func rain() Alert {
	return Alert{
		Identifier: "2.49.0.0.360.0", Sender: "cuaca@bmkg.go.id", Sent: sent, Status: "Actual", MsgType: "Update", Scope: "Public",
		References: []AlertName{{"cuaca@bmkg.go.id", "2.49.0.0.359.0", sent.Add(-time.Hour)}},
		Categories: []string{"Met", "CBRNE"}, Responses: []string{"Prepare", "AllClear"}, Urgency: "Immediate", Severity: "Severe", Certainty: "Observed",
		Effective: sent, Onset: sent.Add(time.Hour), Expires: sent.Add(3 * time.Hour), SenderName: "BMKG", Web: "https://example.org/a",
		Texts: []AlertText{{"id", "Hujan Lebat", "Hujan lebat <di> Jakarta & sekitarnya", "Waspada", "Jauhi sungai"}, {"en", "Heavy rain", "Heavy rain", "", ""}},
		Areas: []Area{{"Jatinegara", []string{"-6.21,106.86 -6.21,106.88 -6.23,106.88 -6.21,106.86"}, []string{"-6.2,106.8 1.5"}, []Geocode{{"KEMENDAGRI", "31.75.03"}}}},
	}
}

func TestAnAlertComesBackAsItWentOut(t *testing.T) {
	text, err := CAP(rain())
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadCAP(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, at := range []*time.Time{&back.Sent, &back.Effective, &back.Onset, &back.Expires, &back.References[0].Sent} {
		*at = at.UTC()
	}
	if !reflect.DeepEqual(back, rain()) {
		t.Errorf("got\n%+v\nwant\n%+v", back, rain())
	}
}

func TestTimesAreWrittenAsTheSchemaWantsThem(t *testing.T) {
	text, _ := CAP(rain())
	if !strings.Contains(string(text), "<sent>2026-11-24T07:00:00-00:00</sent>") {
		t.Errorf("%s", text)
	}
}

func TestAnAlertCannotBeNamedByWhatCAPForbids(t *testing.T) {
	a := rain()
	a.Identifier, a.Sender = "a b,c<d", "x&y"
	text, _ := CAP(a)
	if !strings.Contains(string(text), "<identifier>a-b-c-d</identifier>") || !strings.Contains(string(text), "<sender>x-y</sender>") {
		t.Errorf("%s", text)
	}
}

func TestTheWorstSeverityOfSeveralDescriptionsStands(t *testing.T) {
	text, _ := CAP(rain())
	both := strings.Replace(string(text), "<severity>Severe</severity>", "<severity>Minor</severity>", 1)
	a, err := ReadCAP([]byte(both))
	if err != nil || a.Severity != "Severe" || len(a.Texts) != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	good, _ := CAP(rain())
	in := func(extra string) []byte { return []byte(strings.Replace(string(good), "<info>", extra+"<info>", 1)) }
	for what, c := range map[string]struct {
		text []byte
		want error
	}{
		"ten megabytes of areas":   {in(strings.Repeat("<area><areaDesc>x</areaDesc></area>", 300_000)), ErrCAPSize},
		"areas without end":        {in(strings.Repeat("<area></area>", 20_000)), ErrCAPShape},
		"elements inside elements": {in(strings.Repeat("<a>", 50) + strings.Repeat("</a>", 50)), ErrCAPShape},
		"a document type":          {[]byte("<!DOCTYPE alert SYSTEM 'file:///etc/passwd'>" + string(good)), ErrCAPUnsafe},
		"entities of its own":      {[]byte("<!DOCTYPE a [<!ENTITY b 'c'>]><alert>&b;</alert>"), ErrCAPUnsafe},
		"an entity nobody knows":   {in("<note>&lol;</note>"), ErrCAPShape},
		"a control character":      {in("<note>\x07</note>"), ErrCAPShape},
		"another character set":    {[]byte(`<?xml version="1.0" encoding="utf-16"?><alert/>`), ErrCAPShape},
		"cut off":                  {good[:len(good)/2], ErrCAPShape},
		"no alert":                 {[]byte("<rss/>"), ErrCAPShape},
		"a time that is none":      {[]byte(strings.Replace(string(good), "2026-11-24T07:00:00-00:00", "yesterday", 1)), ErrCAPShape},
		"no name":                  {[]byte(strings.Replace(string(good), "2.49.0.0.360.0", "", 1)), ErrCAPShape},
		"nothing":                  {nil, ErrCAPShape},
	} {
		if _, err := ReadCAP(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
	}
}

// FuzzReadCAP: whatever comes, it is read or refused, and what is read can be
// written again.
func FuzzReadCAP(f *testing.F) {
	good, _ := CAP(rain())
	f.Add(good)
	f.Add([]byte("<!DOCTYPE a><alert/>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := ReadCAP(text)
		if err != nil {
			return
		}
		if _, err := CAP(a); err != nil {
			t.Errorf("%v of %+v", err, a)
		}
	})
}
