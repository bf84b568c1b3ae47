package board_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

func init() {
	maps.Copy(verbs, map[string]verb{"teaches": teaches, "recommends": recommends, "retracts": retracts})
	looks = append(looks, showGuides)
}

// SARI teaches G "TITLE" "TEXT" [instead-of G]
func teaches(s *story, d *device, args []string) error {
	m := &record.Guide{Title: args[1], Text: args[2], Checklist: []*record.Tick{{Tick: 1, Text: "Siapkan"}}}
	if len(args) > 4 {
		m.Supersedes = s.ref(args[4])
	}
	return s.begin(d, args[0], "", nil, m, &record.Common{Language: "id"})
}

func recommends(s *story, d *device, args []string) error {
	return s.begin(d, d.name+" recommends "+args[0], "", nil, &record.Recommendation{Guide: s.ref(args[0])})
}

// SARI retracts G: her recommendation of it.
func retracts(s *story, d *device, args []string) error {
	return change(s, d, d.name+" recommends "+args[0], func(m *record.Recommendation) { m.TakenBack = true })
}

func showGuides(s *story, v View) []string {
	var lines []string
	for _, g := range v.Guides() {
		line := fmt.Sprintf("  %s %s: %s", s.nameOf(g.ID), s.householdOf(v, g.Owner), g.Guide.Title)
		for _, by := range g.Recommended {
			line += ", recommended by " + s.householdName(by)
		}
		if g.Newer != nil {
			line += ", now " + s.nameOf(g.Newer.ID)
		}
		lines = append(lines, line)
	}
	return lines
}

// TestOneFindsWordsOfBothLanguagesWhereverTheyStand.
func TestOneFindsWordsOfBothLanguagesWhereverTheyStand(t *testing.T) {
	s := newStory()
	for _, line := range []string{
		"households sari budi",
		`sari asks r1 "Air minum galon" water.drinking 4 L high`,
		`budi offers o1 "Pompa" tool.pump 1 UNIT lending`,
		`sari teaches g1 "Rumah kebanjiran" "Matikan listrik, lalu naik ke tempat tinggi."`,
		`sari holds e1 "Pelatihan P3K" training +24h +26h`,
		`sari keeps g2 "Perahu karet" asset move.boat 1 UNIT`,
	} {
		if _, err := s.hear(t, line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	for text, want := range map[string]string{
		"air": "r1", "WATER": "r1", "drinking water": "r1", "galonnya": "r1", "pumps": "o1", "banjir": "g1", "flood": "g1", "listrik tinggi": "g1",
		"training": "e1", "perahu": "g2", "boat": "g2", "zzz": "", "": "", "!!": "", "air listrik perahu pelatihan": "e1 g1 g2 r1",
	} {
		var got []string
		for _, f := range s.board.At(s.now).Search(text, 10) {
			got = append(got, s.nameOf(f.ID))
		}
		if strings.Contains(want, " ") {
			if len(got) != len(strings.Fields(want)) {
				t.Errorf("%q finds %v, want %s in some order", text, got, want)
			}
		} else if len(got) == 0 && want != "" || len(got) > 0 && got[0] != want {
			t.Errorf("%q finds %v, want %s first", text, got, want)
		}
	}
	if got := s.board.At(s.now).Search("air listrik perahu", 1); len(got) != 1 {
		t.Errorf("a limit of one finds %d", len(got))
	}
}
