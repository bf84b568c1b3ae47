package board

import (
	"gotong/protocol"
	"gotong/protocol/record"
)

// accepted returns what the owner of target accepted of pledge, per line; none
// where it did not, or took it back.
func (b *Board) accepted(target, pledge *Record) []*record.Amount {
	var yes []*record.Amount
	for _, r := range b.sortedAbout(pledge.ID, record.Kind_KIND_ACCEPTANCE) {
		a := r.Content.(*record.Acceptance)
		if r.Owner == target.Owner && names(a.Request, target) && names(a.Pledge, pledge) && !a.TakenBack {
			yes = most(yes, a.Amounts)
		}
	}
	return yes
}

// receipts returns what the receiving household says has arrived of pledge or,
// with a nil pledge, from nobody in particular. A receipt states a total, so
// that two devices of a household that note the same arrival count once.
func (b *Board) receipts(target *Record, receiver protocol.HouseholdID, pledge *Record) []*record.Amount {
	var got []*record.Amount
	for _, r := range b.sortedAbout(target.ID, record.Kind_KIND_RECEIPT) {
		receipt := r.Content.(*record.Receipt)
		if r.Owner == receiver && names(receipt.Request, target) && names(receipt.Pledge, pledge) {
			got = most(got, receipt.Amounts)
		}
	}
	return got
}

// names reports whether the reference is to r; an absent one is to nil.
func names(b *record.Birth, r *Record) bool {
	birth, ok := b.Place()
	if r == nil {
		return !ok
	}
	return ok && birth.Record() == r.ID
}

// of returns the quantity of a line in amounts.
func of(amounts []*record.Amount, line uint32) int64 {
	for _, a := range amounts {
		if a.Line == line {
			return a.Quantity
		}
	}
	return 0
}

// most returns per line the larger of two amounts.
func most(x, y []*record.Amount) []*record.Amount {
	joined := append([]*record.Amount(nil), x...)
	for _, a := range y {
		joined = add(joined, a.Line, max(0, a.Quantity-of(x, a.Line)))
	}
	return joined
}

// add returns amounts with more of a line; the messages in amounts, which may
// be a record's, stay as they are.
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
