package board_test

import (
	"fmt"
	"maps"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

func init() {
	maps.Copy(verbs, map[string]verb{"rebuilds": rebuilds, "adds": adds, "removes": dropsPart, "finishes": finishes})
	looks = append(looks, showWorks)
}

// SARI rebuilds W "TITLE"
func rebuilds(s *story, d *device, args []string) error {
	return s.begin(d, args[0], "", nil, &record.Project{Title: args[1]})
}

// BUDI adds R to W
func adds(s *story, d *device, args []string) error {
	return s.begin(d, d.name+"'s "+args[0]+" in "+args[2], "", nil, &record.ProjectPart{Project: s.ref(args[2]), Part: s.ref(args[0])})
}

// BUDI removes R from W
func dropsPart(s *story, d *device, args []string) error {
	return change(s, d, d.name+"'s "+args[0]+" in "+args[2], func(m *record.ProjectPart) { m.TakenOut = true })
}

func finishes(s *story, d *device, args []string) error {
	return change(s, d, args[0], func(m *record.Project) { m.Disposition = record.Disposition_DISPOSITION_CLOSED })
}

func showWorks(s *story, v View) []string {
	var lines []string
	for _, w := range v.Works() {
		line := fmt.Sprintf("  %s %s: %s, %d of 1000, %d came, %s hours", s.nameOf(w.ID), s.householdOf(v, w.Owner), w.Project.Title, w.Permille, w.People, thousandths(w.Hours))
		if w.Ended {
			line += ", ended"
		}
		lines = append(lines, line)
		for _, p := range w.Parts {
			said := fmt.Sprintf("    %s: %d", s.nameOf(p.ID), p.Permille)
			if p.Target == nil {
				said = fmt.Sprintf("    %s: not here", s.nameOf(p.ID))
			}
			lines = append(lines, said)
		}
	}
	return lines
}
