package record

import "gotong/protocol"

// MaxTotals bounds the totals of a month, so that they fit a cell.
const MaxTotals = 80

func checkMonth(m *Month) error {
	if m.Month < 1 || m.Month > 12 || m.Year < 2025 || m.Year > 9999 {
		return &Invalid{"month", "out-of-range"}
	}
	if err := atMost("totals", len(m.Totals), MaxTotals); err != nil {
		return err
	}
	for _, t := range m.Totals {
		err := first(need("category", t.Category), short("category", t.Category, protocol.MaxTitle), inRange("needed", t.Needed), inRange("received", t.Received))
		if err != nil {
			return err
		}
	}
	return nil
}
