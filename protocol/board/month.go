package board

import (
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// count is a total with the households that make it up.
type count struct {
	*record.Total
	households map[protocol.HouseholdID]bool
}

// Totals returns what was asked for from one moment until another, in
// milliseconds since 1970, and what arrived of it, as far as the requests are
// still on the board; drills are left out. A request belongs where its writer's
// clock said it was made. The month is for the caller to name.
func (v View) Totals(from, until int64) *record.Month {
	m := new(record.Month)
	counts := make(map[[2]string]*count)
	asked, helped := make(map[protocol.HouseholdID]bool), make(map[protocol.HouseholdID]bool)
	for _, i := range v.Items(record.Kind_KIND_REQUEST) {
		if i.Created() < from || i.Created() >= until || i.Common.Exercise {
			continue
		}
		m.Requests++
		m.Met += uint32(bit(i.State == Met || i.Request().CloseReason == record.CloseReason_CLOSE_REASON_MET))
		asked[i.Owner] = true
		i.countHelpers(helped)
		i.countLines(counts)
	}
	m.Households, m.Helpers, m.Totals = uint32(len(asked)), uint32(len(helped)), totals(counts)
	return m
}

func (i Item) countHelpers(helped map[protocol.HouseholdID]bool) {
	for _, p := range i.Pledges {
		if anything(p.Received) {
			helped[p.Owner] = true
		}
	}
}

func (i Item) countLines(counts map[[2]string]*count) {
	for _, l := range i.Lines {
		if l.Quantity == 0 {
			continue
		}
		key := [2]string{l.Category, l.Unit.Code()}
		c := counts[key]
		if c == nil {
			c = &count{&record.Total{Category: l.Category, Unit: l.Unit}, make(map[protocol.HouseholdID]bool)}
			counts[key] = c
		}
		c.Lines++
		c.Met += uint32(bit(l.Received >= l.Quantity))
		c.Needed = min(c.Needed+l.Quantity, record.MaxQuantity) // one that asks for a billion spoils its own line
		c.Received = min(c.Received+min(l.Received, l.Quantity), record.MaxQuantity)
		c.households[i.Owner] = true
	}
}

// totals are in the order of their categories; of too many the most wanted stay.
func totals(counts map[[2]string]*count) []*record.Total {
	var all []*record.Total
	for _, c := range counts {
		c.Households = uint32(len(c.households))
		all = append(all, c.Total)
	}
	named := func(a, b *record.Total) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Unit, b.Unit))
	}
	slices.SortFunc(all, func(a, b *record.Total) int { return cmp.Or(cmp.Compare(b.Lines, a.Lines), named(a, b)) })
	all = all[:min(len(all), record.MaxTotals)]
	slices.SortFunc(all, named)
	return all
}

// Months returns what stewards published of each month, the latest first. Where
// several did of one month, that with the most requests is shown, then the one
// with the lower id: whoever published early had not heard of all.
func (v View) Months() []*Record {
	best := make(map[uint32]*Record)
	for _, r := range v.All(record.Kind_KIND_MONTH) {
		m := r.Content.(*record.Month)
		at := m.Year*100 + m.Month
		if !v.board.roster.Steward(r.Owner) {
			continue
		}
		if old := best[at]; old == nil || m.Requests > old.Content.(*record.Month).Requests {
			best[at] = r
		}
	}
	var all []*Record
	for _, r := range best {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *Record) int {
		x, y := a.Content.(*record.Month), b.Content.(*record.Month)
		return cmp.Or(cmp.Compare(y.Year, x.Year), cmp.Compare(y.Month, x.Month))
	})
	return all
}
