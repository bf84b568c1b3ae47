package board

import (
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

// lapses is when a pledge stops counting unless its helper renews it: grace
// after its promise or, where it promised no time, four times that after it
// was made.
func lapses(p *record.Pledge, r *Record, grace int64) int64 {
	if p.PromisedAt > 0 {
		return max(p.PromisedAt, p.RenewedAt) + grace
	}
	return max(r.Created(), p.RenewedAt) + 4*grace
}

// Lapses returns when a pledge for item stops counting unless its helper
// renews it, in milliseconds since 1970.
func (i Item) Lapses(p PledgeState) int64 { return lapses(p.Pledge, p.Record, grace(i.Urgency())) }

func (v View) lapsed(grace int64) lapsed {
	return func(p *record.Pledge, r *Record) bool { return v.now > lapses(p, r, grace) }
}

func (v View) anyLapsed(c *Coverage, grace int64) bool {
	over := v.lapsed(grace)
	for _, p := range c.Pledges {
		if p.Live && len(p.Received) == 0 && over(p.Pledge, p.Record) {
			return true
		}
	}
	return false
}

// overdue reports whether an accepted pledge is past its promise and has not
// arrived.
func (v View) overdue(p PledgeState) bool {
	return p.Live && p.Accepted && len(p.Received) == 0 && p.Pledge.PromisedAt > 0 && v.now > p.Pledge.PromisedAt
}

// age says whether an item is stale and whether it has expired.
func (v View) age(i Item) (stale, expired bool) {
	since := max(i.Created(), i.Request().GetConfirmedAt())
	after, end := pace(i.Urgency())
	ends := since + end
	if i.Kind == record.Kind_KIND_OFFER {
		ends = offerEnds(i, since)
		after = ends - since
	}
	if i.Common.Expires > 0 {
		ends = i.Common.Expires
	}
	return v.now > since+after, v.now > ends
}

// offerEnds is 14 days for goods and 30 for what is done or lent, unless the
// offer names its own end.
func offerEnds(i Item, since int64) int64 {
	o := i.Offer()
	if o.AvailableTo > 0 {
		return o.AvailableTo
	}
	if o.CapacityKind == record.CapacityKind_CAPACITY_KIND_GOODS {
		return since + 14*day
	}
	return since + 30*day
}
