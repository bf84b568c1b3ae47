package record

import (
	"strings"
	"testing"
)

func TestEveryCategoryIsFoundByItsCodeAndCodesDoNotRepeat(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range Categories() {
		if seen[c.Code] {
			t.Errorf("%s stands twice", c.Code)
		}
		seen[c.Code] = true
		if got, ok := CategoryOf(strings.ToUpper(c.Code)); !ok || got != c {
			t.Errorf("CategoryOf(%q) = %v, %v", c.Code, got, ok)
		}
		if c.Unit == Unit_UNIT_UNKNOWN {
			t.Errorf("%s has no unit", c.Code)
		}
	}
	if len(seen) != 51 {
		t.Errorf("%d categories, the vocabulary has 51", len(seen))
	}
}

func TestAFamilyNameMeansItsFirstCategory(t *testing.T) {
	for family, want := range map[string]string{"water": "water.drinking", "food": "food.rice", "labour": "labour.clean"} {
		if got, ok := CategoryOf(family); !ok || got.Code != want {
			t.Errorf("%s means %q, want %q", family, got.Code, want)
		}
	}
	for _, nothing := range []string{"", "wat", "drinking", "water."} {
		if got, ok := CategoryOf(nothing); ok {
			t.Errorf("%q means %q", nothing, got.Code)
		}
	}
}

func TestCodesOfUnitsUrgenciesAndReasonsReadBack(t *testing.T) {
	for _, u := range Units() {
		if got, ok := UnitOf(strings.ToLower(u.Code())); !ok || got != u {
			t.Errorf("%v reads back as %v", u, got)
		}
	}
	for _, u := range Urgencies() {
		if got, ok := UrgencyOf(u.Code()); !ok || got != u {
			t.Errorf("%v reads back as %v", u, got)
		}
	}
	for _, r := range CloseReasons() {
		if got, ok := CloseReasonOf(r.Code()); !ok || got != r {
			t.Errorf("%v reads back as %v", r, got)
		}
	}
}

func TestUnknownIsNoCode(t *testing.T) {
	if _, ok := UnitOf("unknown"); ok {
		t.Error("a unit may be unknown")
	}
	if _, ok := UrgencyOf("UNKNOWN"); ok {
		t.Error("an urgency may be unknown")
	}
	if _, ok := CloseReasonOf(""); ok {
		t.Error("a reason may be empty")
	}
}
