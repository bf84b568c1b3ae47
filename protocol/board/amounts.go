package board

import (
	"slices"

	"gotong/protocol/record"
)

// of returns the quantity of a line in amounts.
func of(amounts []*record.Amount, line uint32) int64 {
	for _, a := range amounts {
		if a.Line == line {
			return a.Quantity
		}
	}
	return 0
}

// mentions reports whether amounts say something of a line, be it zero.
func mentions(amounts []*record.Amount, line uint32) bool {
	return slices.ContainsFunc(amounts, func(a *record.Amount) bool { return a.Line == line })
}

// anything reports whether amounts are of more than nothing.
func anything(amounts []*record.Amount) bool {
	return slices.ContainsFunc(amounts, func(a *record.Amount) bool { return a.Quantity > 0 })
}

// most returns per line the larger of two amounts. The messages in them, which
// are records', stay as they are.
func most(x, y []*record.Amount) []*record.Amount {
	joined := slices.Clone(x)
	for _, a := range y {
		i := slices.IndexFunc(joined, func(j *record.Amount) bool { return j.Line == a.Line })
		switch {
		case i < 0:
			joined = append(joined, a)
		case a.Quantity > joined[i].Quantity:
			joined[i] = a
		}
	}
	return joined
}

// add returns amounts with more of a line, none of it with quantity zero.
func add(amounts []*record.Amount, line uint32, more int64) []*record.Amount {
	if more == 0 {
		return amounts
	}
	for i, a := range amounts {
		if a.Line == line {
			amounts[i] = &record.Amount{Line: line, Quantity: a.Quantity + more}
			return amounts
		}
	}
	return append(amounts, &record.Amount{Line: line, Quantity: more})
}
