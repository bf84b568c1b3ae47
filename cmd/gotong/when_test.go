package main

import (
	"errors"
	"testing"
	"time"

	"gotong/node/api"
)

// noon is a Tuesday in Jakarta.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("WIB", 7*3600))

func TestPeopleSayWhenInManyWays(t *testing.T) {
	for text, want := range map[string]string{
		"2h": "11-24 14:00", "30m": "11-24 12:30", "2 jam": "11-24 14:00", "30 menit": "11-24 12:30", "3d": "11-27 12:00", "3 hari": "11-27 12:00", "2J": "11-24 14:00",
		"today": "11-24 23:59", "hari ini": "11-24 23:59", "Besok": "11-25 23:59", "tomorrow": "11-25 23:59",
		"18:30": "11-24 18:30", "18.30": "11-24 18:30", "06:00": "11-25 06:00", "12:00": "11-25 12:00",
		"2026-11-24": "11-24 23:59", "2026-12-31": "12-31 23:59", "2026-12-31 18.30": "12-31 18:30", " 2h ": "11-24 14:00",
	} {
		got, err := when(text, noon)
		if err != nil || got.Format("01-02 15:04") != want || got.Location() != noon.Location() {
			t.Errorf("%q is %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestWhatIsNoTimeToComeIsRefused(t *testing.T) {
	for _, text := range []string{"", "soon", "-2h", "0m", "2", "h", "2 lightyears", "25:00", "12:60", "2026-11-23", "2026-02-30", "2026-11-24 11:00", "2026-11-24 noon", "2030-01-01", "999999999d", "1e3h"} {
		if got, err := when(text, noon); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestKindsUnitsAndUrgenciesAreKnownByCodeAndByName(t *testing.T) {
	for _, c := range []struct {
		read       func(string) (string, error)
		text, want string
	}{
		{kind, "water.drinking", "water.drinking"}, {kind, "water", "water.drinking"}, {kind, "Air minum", "water.drinking"},
		{kind, "air", "water.drinking"}, {kind, "AIR BERSIH", "water.clean"}, {kind, "tikar", "shelter.bedding"},
		{kind, "Drinking water", "water.drinking"}, {kind, "blankets", "shelter.bedding"}, {kind, "obat", "med.medicine"},
		{kind, "kerja bakti", "labour.clean"}, {kind, "lainnya", "other"}, {kind, "food", "food.rice"},
		{unit, "kg", "KG"}, {unit, "bungkus", "BUNGKUS"}, {unit, "packet", "BUNGKUS"}, {unit, "packets", "BUNGKUS"}, {unit, "jam_orang", "JAM_ORANG"}, {unit, "buah", "PCS"},
		{urgency, "critical", "critical"}, {urgency, "Gawat", "critical"}, {urgency, "bisa menunggu", "low"}, {urgency, "today", "high"}, {urgency, "Mendesak", "high"},
		{reason, "met", "met"}, {reason, "Sudah tidak perlu", "no-longer-needed"},
	} {
		if got, err := c.read(c.text); err != nil || got != c.want {
			t.Errorf("%q is %q, %v, want %q", c.text, got, err, c.want)
		}
	}
	for _, read := range []func(string) (string, error){kind, unit, urgency, reason} {
		for _, text := range []string{"", " ", "x", "unknown", "minum"} {
			var misused *usageError
			if got, err := read(text); !errors.As(err, &misused) {
				t.Errorf("%q is %q, %v", text, got, err)
			}
		}
	}
}

func TestQuantitiesTakeAPointOrAComma(t *testing.T) {
	for text, want := range map[string]api.Quantity{"4": 4000, "2,5": 2500, "2.5": 2500, "1500": 1_500_000, "0,125": 125, "1.25": 1250} {
		if got, err := quantity("--qty", text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "0.000", "-1", "four", "1.500", "1,500", "1,2,3", "1.2345", "99999999999"} {
		if got, err := quantity("--qty", text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
