package main

import "testing"

func TestRoomIsReadAsPeopleTypeIt(t *testing.T) {
	for text, want := range map[string]int64{
		"2GB": 2e9, "500 mb": 500e6, "1,5gb": 1.5e9, "0.5G": 500e6, "800": 800e6, "2tb": 2e12, "2000kb": 2e6,
	} {
		if got, ok := parseRoom(text); !ok || got != want {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "GB", "-2GB", "banyak", "1kb", "0", "NaN", "Inf GB", "1e300GB", "2GB2"} {
		if got, ok := parseRoom(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}
