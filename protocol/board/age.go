package board

import (
	"math"

	"gotong/protocol"
	"gotong/protocol/record"
)

const (
	hour = int64(3_600_000) // ms
	day  = 24 * hour
)

// pace returns after how many milliseconds a request of this urgency is stale
// and after how many it expires. Without an urgency it ages like one that is
// needed within three days.
func pace(u record.Urgency) (stale, expired int64) {
	switch u {
	case record.Urgency_URGENCY_CRITICAL:
		return 6 * hour, 3 * day
	case record.Urgency_URGENCY_HIGH:
		return day, 7 * day
	case record.Urgency_URGENCY_LOW:
		return 14 * day, 30 * day
	}
	return 3 * day, 14 * day
}

// StaleAfter returns after how many milliseconds a request of this urgency has
// waited so long that one asks whether it is still needed.
func StaleAfter(u record.Urgency) int64 {
	stale, _ := pace(u)
	return stale
}

// grace returns for how many milliseconds a pledge counts beyond its promise.
func grace(u record.Urgency) int64 {
	switch u {
	case record.Urgency_URGENCY_CRITICAL:
		return 2 * hour
	case record.Urgency_URGENCY_HIGH:
		return 6 * hour
	case record.Urgency_URGENCY_LOW:
		return 72 * hour
	}
	return 24 * hour
}

// lapses is when a pledge stops counting, but for what was received of it,
// unless its helper renews it: grace after its promise or, where it promised no
// time, four times that after it was made. One that the helper says was
// delivered does not lapse: there is nothing left to promise.
func lapses(p *record.Pledge, r *Record, grace int64) int64 {
	if p.PromisedAt > 0 {
		return sure(max(p.PromisedAt, p.RenewedAt) + grace)
	}
	return sure(max(r.Created(), p.RenewedAt) + 4*grace)
}

// Lapses returns when a pledge for item stops counting unless its helper
// renews it, in milliseconds since 1970.
func (i Item) Lapses(p PledgeState) int64 { return lapses(p.Pledge, p.Record, grace(i.Urgency())) }

func (v View) lapsed(grace int64) lapsed {
	return func(p *record.Pledge, r *Record) bool {
		return !delivered(p) && v.now > lapses(p, r, grace)
	}
}

// overdue reports whether an accepted pledge is past its promise, and neither
// has all of it arrived nor does the helper say that it was delivered.
func (v View) overdue(p PledgeState) bool {
	return p.Live && p.Accepted && !p.arrived() && !delivered(p.Pledge) && p.Pledge.PromisedAt > 0 && v.now > sure(p.Pledge.PromisedAt)
}

// sure returns when something ends; never, where that is by a clock that was
// never set: such a clock may not hide anything.
func sure(ends int64) int64 {
	if ends < protocol.Began {
		return math.MaxInt64
	}
	return ends
}

// life returns when a request or an offer is stale, shown as "still needed?",
// at the urgency that counts, and when it expires, in milliseconds since 1970.
// Nobody but its author lets a request expire earlier.
func life(r *Record, counts record.Urgency) (stale, expires int64) {
	stale, expires = span(r, counts)
	return sure(stale), sure(expires)
}

// span is life by the writer's clock, whatever that says.
func span(r *Record, counts record.Urgency) (stale, expires int64) {
	switch m := r.Content.(type) {
	case *record.Request:
		since := max(r.Created(), m.ConfirmedAt)
		after, _ := pace(counts)
		_, end := pace(m.Urgency)
		stale, expires = since+after, since+end
	case *record.Offer:
		expires = offerEnds(m, r.Created())
		stale = expires
	}
	if r.Common.Expires > 0 {
		expires = r.Common.Expires
	}
	return stale, expires
}

// offerEnds is 14 days for goods, or when the last of them perish, and 30 for
// what is done or lent, unless the offer names its own end.
func offerEnds(o *record.Offer, since int64) int64 {
	switch {
	case o.AvailableTo > 0:
		return o.AvailableTo
	case o.CapacityKind == record.CapacityKind_CAPACITY_KIND_GOODS:
		return min(since+14*day, perished(o.Lines))
	}
	return since + 30*day
}

// perished is when the last of the lines' goods perish; never, if some do not.
func perished(lines []*record.Line) int64 {
	last := int64(0)
	for _, l := range lines {
		if l.PerishableBy == 0 {
			return math.MaxInt64
		}
		last = max(last, l.PerishableBy)
	}
	return last
}
