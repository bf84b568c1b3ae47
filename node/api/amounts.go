package api

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

// sum returns x and y together, without what is nothing. Neither is changed.
func sum(x, y []*record.Amount) []*record.Amount {
	var total []*record.Amount
	for _, a := range x {
		total = with(total, a.Line, a.Quantity+of(y, a.Line))
	}
	for _, a := range y {
		if !slices.ContainsFunc(x, func(b *record.Amount) bool { return b.Line == a.Line }) {
			total = with(total, a.Line, a.Quantity)
		}
	}
	return total
}

// minus returns what x has more than y, without what is nothing.
func minus(x, y []*record.Amount) []*record.Amount {
	var rest []*record.Amount
	for _, a := range x {
		rest = with(rest, a.Line, a.Quantity-of(y, a.Line))
	}
	return rest
}

func with(amounts []*record.Amount, line uint32, quantity int64) []*record.Amount {
	if quantity <= 0 {
		return amounts
	}
	return append(amounts, &record.Amount{Line: line, Quantity: quantity})
}
