package board_test

import (
	"fmt"
	"time"

	. "gotong/protocol/board"
	"gotong/protocol/record"
)

var monthVerbs = map[string]verb{"totals": publishes}

// SARI totals M: publishes what her node knows of the month of the story.
func publishes(s *story, d *device, args []string) error {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	m := d.view().At(s.now).Totals(from.UnixMilli(), from.AddDate(0, 1, 0).UnixMilli())
	m.Year, m.Month = 2026, 11
	return s.begin(d, args[0], "", nil, m)
}

// lookAtMonths shows what stewards published.
func lookAtMonths(s *story, v View) []string {
	var lines []string
	for _, r := range v.Months() {
		m := r.Content.(*record.Month)
		lines = append(lines, fmt.Sprintf("  %s %s: %d-%d: %d requests of %d households, %d met, %d helpers",
			s.nameOf(r.ID), s.householdName(r.Owner), m.Year, m.Month, m.Requests, m.Households, m.Met, m.Helpers))
		for _, t := range m.Totals {
			lines = append(lines, fmt.Sprintf("    %s: %d lines of %d households, %d met, %s of %s %s", t.Category, t.Lines,
				t.Households, t.Met, thousandths(t.Received), thousandths(t.Needed), t.Unit.Code()))
		}
	}
	return lines
}
