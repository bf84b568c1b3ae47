package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"gotong/node/api"
)

// TestAReasonIsOneSentenceInBothLanguages says every reason with all its
// numbers.
func TestAReasonIsOneSentenceInBothLanguages(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	near, far := int64(400), int64(12_345)
	s := api.Suggestion{
		Code: "least", Request: api.Suggested{Created: now.Add(-3 * time.Hour)},
		Helper: api.Household{Name: "Pak Budi"}, Reason: api.Reason{Vulnerable: 2, Metres: &near, Covered: 250},
		Offer: &api.SuggestedUse{Category: "water.drinking", Unit: "L", Has: api.Whole(12), Substitute: true},
	}
	for _, c := range []struct {
		lang   string
		all    bool
		code   string
		metres *int64
		want   string
	}{
		{"id", false, "least", &near, "Baru 25 % yang dijanjikan, ada 2 bayi, lansia, difabel, atau ibu hamil, jaraknya 400 m, diminta 3 jam lalu, kamu punya 12 L Air minum, penggantinya boleh ini."},
		{"en", false, "least", &near, "Only 25 % is promised, 2 infants, elderly, disabled or pregnant people are there, 400 m away, asked 3 hours ago, you have 12 L Drinking water, which will do instead."},
		{"id", true, "critical-elsewhere", &far, "Nyawa terancam dan wilayahnya sendiri tidak cukup, ada 2 bayi, lansia, difabel, atau ibu hamil, jaraknya 12,3 km, diminta 3 jam lalu, Pak Budi punya 12 L Air minum, penggantinya boleh ini."},
		{"en", true, "elsewhere", nil, "From another area, those nearer have their share, 2 infants, elderly, disabled or pregnant people are there, asked 3 hours ago, Pak Budi has 12 L Drinking water, which will do instead."},
	} {
		var out bytes.Buffer
		a := newApp([]string{"--lang", c.lang}, os.Getenv, &out, &out, func() time.Time { return now })
		s.Code, s.Reason.Metres = c.code, c.metres
		if got := a.because(s, c.all); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}
