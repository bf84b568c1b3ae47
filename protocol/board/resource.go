package board

import (
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Holding is a resource with what there is of it (DESIGN.md, Resources).
// Quantities are thousandths of its unit.
type Holding struct {
	*Record
	Resource *record.Resource
	Flows    []*record.Flow // of a stock, summed over all devices whose word counts
	Have     int64          // what the holder has: of a stock what went in less what went out, which may be below zero
	Promised int64          // drawn on by the holder's own offers and pledges, and not yet there
	Unbooked int64          // of a stock: what others received of it beyond what was taken out as given
	Lent     int64          // with others, and not back
	Asked    int64          // asked for, and without the holder's yes
	Loans    []Loan         // first those that count first
	Stale    bool           // shown as "still there?"
	Ended    bool
}

// Free returns what is neither lent nor promised.
func (h Holding) Free() int64 { return max(0, h.Have-h.Promised-h.Unbooked-h.Lent) }

// Negative reports whether more went out of a stock than went in.
func (h Holding) Negative() bool { return h.Have < 0 }

// Loan is a pledge by which a resource is asked for or lent.
type Loan struct {
	*Record
	Pledge   *record.Pledge
	To       protocol.HouseholdID // who borrows; nobody's where that request is not here
	Accepted bool
	Out      int64 // asked for or lent, and not back
	Counts   int64 // so much of it is there for it
	Late     bool  // to be back by now
}

// Holdings returns the resources, in the order of their ids.
func (v View) Holdings() []Holding {
	drawn := v.drawn()
	var all []Holding
	for _, r := range v.All(record.Kind_KIND_RESOURCE) {
		all = append(all, v.holding(r, drawn[r.ID]))
	}
	return all
}

// Holding returns one resource.
func (v View) Holding(id protocol.RecordID) (Holding, bool) {
	r, ok := v.board.Record(id)
	if !ok || r.Kind != record.Kind_KIND_RESOURCE || r.Content == nil {
		return Holding{}, false
	}
	return v.holding(r, v.drawn()[id]), true
}

func (v View) holding(r *Record, drawn []*Record) Holding {
	m := r.Content.(*record.Resource)
	h := Holding{Record: r, Resource: m, Have: m.Quantity, Ended: resourceOver(m)}
	h.Stale = v.now > sure(max(r.Changed(), m.ConfirmedAt)+180*day)
	if m.Type == record.ResourceType_RESOURCE_TYPE_STOCK {
		h.sum(v)
	}
	received := int64(0)
	for _, from := range drawn {
		if from.Owner == r.Owner { // nobody lends what is another's
			received += h.draw(v, from)
		}
	}
	h.book(v, received)
	return h
}

// sum adds up what devices put in and took out: the holder's own and, of a
// posko's stock, those of stewards.
func (h *Holding) sum(v View) {
	h.Have = 0
	for _, r := range v.About(h.ID, record.Kind_KIND_STOCK) {
		if r.Owner != h.Owner && !(h.Resource.StewardsKeep && v.board.roster.Steward(r.Owner)) {
			continue
		}
		for _, f := range r.Content.(*record.Stock).Flows {
			h.Have += f.In - f.Out
			h.flow(f)
		}
	}
	slices.SortFunc(h.Flows, func(a, b *record.Flow) int { return int(a.Reason) - int(b.Reason) })
}

func (h *Holding) flow(f *record.Flow) {
	i := slices.IndexFunc(h.Flows, func(x *record.Flow) bool { return x.Reason == f.Reason })
	if i < 0 {
		h.Flows = append(h.Flows, &record.Flow{Reason: f.Reason})
		i = len(h.Flows) - 1
	}
	h.Flows[i] = &record.Flow{Reason: f.Reason, In: h.Flows[i].In + f.In, Out: h.Flows[i].Out + f.Out}
}

// given is what was taken out to who needs it.
func (h *Holding) given() int64 {
	for _, f := range h.Flows {
		if f.Reason == record.StockReason_STOCK_REASON_GIVEN {
			return f.Out
		}
	}
	return 0
}

// drawn returns the pledges and offers that draw on resources, by resource and
// in the order of their ids. Nothing else points that way, so all are read.
func (v View) drawn() map[protocol.RecordID][]*Record {
	found := make(map[protocol.RecordID][]*Record)
	for _, e := range v.board.entries {
		if e.kind != record.Kind_KIND_PLEDGE && e.kind != record.Kind_KIND_OFFER {
			continue
		}
		r := v.board.read(e)
		m, ok := r.Content.(interface{ GetFromResource() *record.Birth })
		if !ok {
			continue
		}
		if from, ok := m.GetFromResource().Place(); ok {
			found[from.Record()] = append(found[from.Record()], r)
		}
	}
	for _, all := range found {
		slices.SortFunc(all, func(a, b *Record) int { return compareIDs(a.ID, b.ID) })
	}
	return found
}

// draw takes in one of the holder's offers or pledges, and returns how much of
// it others say they received.
func (h *Holding) draw(v View, from *Record) int64 {
	if m, ok := from.Content.(*record.Pledge); ok {
		return h.lend(v, from, m)
	}
	offer, _ := v.Item(from.ID)
	received := int64(0)
	for _, p := range offer.Pledges {
		got := all(p.Received)
		received += got
		if !offer.Ended() {
			h.Promised += max(0, all(p.Effective)-got)
		}
	}
	return received
}

// lend takes in a pledge for a request. Of a stock what arrived is gone; of
// anything else it is lent until its holder says that it is back.
func (h *Holding) lend(v View, r *Record, m *record.Pledge) int64 {
	request, state, here := v.pledgeAt(r.ID, m.Target)
	received := all(state.Received)
	if !here {
		state.Live = standing(m)
	}
	if h.Resource.Type == record.ResourceType_RESOURCE_TYPE_STOCK {
		if state.Live && !request.Ended() {
			h.Promised += max(0, all(m.Amounts)-received)
		}
		return received
	}
	loan := Loan{Record: r, Pledge: m, To: request.owner(), Accepted: true}
	if state.Live || received > 0 || delivered(m) {
		loan.Out = max(0, max(all(m.Amounts), received)-all(m.Returned))
	}
	if loan.Out > 0 {
		loan.Counts, loan.Late = loan.Out, v.late(m)
		h.Lent += loan.Out
		h.Loans = append(h.Loans, loan)
	}
	return 0
}

func (i Item) owner() (id protocol.HouseholdID) {
	if i.Record != nil {
		id = i.Owner
	}
	return id
}

// late reports whether a thing was to be back by now.
func (v View) late(m *record.Pledge) bool { return m.BackBy > 0 && v.now > sure(m.BackBy) }

// pledgeAt returns a pledge as the item that it is for sees it.
func (v View) pledgeAt(id protocol.RecordID, target *record.Birth) (Item, PledgeState, bool) {
	birth, ok := target.Place()
	if !ok {
		return Item{Coverage: new(Coverage)}, PledgeState{}, false
	}
	item, ok := v.Item(birth.Record())
	if !ok {
		return Item{Coverage: new(Coverage)}, PledgeState{}, false
	}
	for _, p := range item.Pledges {
		if p.ID == id {
			return item, p, true
		}
	}
	return item, PledgeState{}, false
}

// all adds up amounts.
func all(amounts []*record.Amount) int64 {
	sum := int64(0)
	for _, a := range amounts {
		sum += a.Quantity
	}
	return sum
}

// book lets those who asked for the resource itself have what is free: as
// claims on an offer do, by the holder's yes and then by id.
func (h *Holding) book(v View, received int64) {
	d := h.asOffer(v)
	for _, said := range d.received {
		received += all(said.amounts())
	}
	h.Unbooked = max(0, received-h.given())
	if h.Resource.Type != record.ResourceType_RESOURCE_TYPE_STOCK {
		h.Unbooked = 0
	}
	outstanding := h.outstanding(v, d)
	d.received = nil
	d.Content = &record.Offer{Lines: []*record.Line{{Line: 1, Quantity: h.Free()}}}
	over := v.lapsed(grace(0))
	covered := d.coverage(func(m *record.Pledge, r *Record) bool { return !anything(d.accepted[r.ID]) && over(m, r) })
	for _, p := range covered.Pledges {
		if out := outstanding[p.ID]; p.Live && out > 0 {
			h.borrow(v, p, out)
		}
	}
}

func (h *Holding) borrow(v View, p PledgeState, out int64) {
	loan := Loan{Record: p.Record, Pledge: p.Pledge, To: p.Owner, Accepted: p.Accepted, Out: out, Counts: of(p.Effective, 1), Late: p.Accepted && v.late(p.Pledge)}
	if p.Accepted {
		h.Lent += out
	} else {
		h.Asked += out
	}
	h.Loans = append(h.Loans, loan)
}

// asOffer returns the resource as an offer of one line, with who asked for it.
func (h *Holding) asOffer(v View) *decoded {
	stand := *h.Record
	stand.Kind, stand.Content = record.Kind_KIND_OFFER, new(record.Offer)
	d := &decoded{Record: &stand}
	v.board.gather(d, v.board.entries[h.ID])
	return d
}

// outstanding takes what is back, or of a stock there, off the pledges and the
// holder's yes to them, and returns what is left of each.
func (h *Holding) outstanding(v View, d *decoded) map[protocol.RecordID]int64 {
	back := make(map[protocol.RecordID]int64)
	for _, r := range v.About(h.ID, record.Kind_KIND_ACCEPTANCE) {
		m := r.Content.(*record.Acceptance)
		if pledge, ok := m.Pledge.Place(); ok && r.Owner == h.Owner && !m.TakenBack {
			back[pledge.Record()] = max(back[pledge.Record()], of(m.Returned, 1))
		}
	}
	left := make(map[protocol.RecordID]int64)
	for i, p := range d.pledges {
		m := p.Content.(*record.Pledge)
		gone := back[p.ID]
		if h.Resource.Type == record.ResourceType_RESOURCE_TYPE_STOCK {
			gone = max(gone, of(d.received[p.ID].amounts(), 1))
		}
		left[p.ID] = max(0, of(m.Amounts, 1)-gone)
		changed := *p
		changed.Content = &record.Pledge{Amounts: []*record.Amount{{Line: 1, Quantity: left[p.ID]}}, State: m.State, PromisedAt: m.PromisedAt, RenewedAt: m.RenewedAt, BackBy: m.BackBy}
		d.pledges[i] = &changed
	}
	return left
}

// resourceOver: its holder says that there is none of it any longer.
func resourceOver(m *record.Resource) bool {
	return m.Disposition == record.Disposition_DISPOSITION_CLOSED || m.Disposition == record.Disposition_DISPOSITION_WITHDRAWN
}

// pledgeOver: nothing more is expected of a pledge, nor of what it lent.
func (v View) pledgeOver(r *Record, m *record.Pledge) bool {
	if !standing(m) {
		return true
	}
	if m.FromResource != nil && all(m.Returned) < all(m.Amounts) && v.lends(m.FromResource) {
		return false
	}
	return v.overAt(m.Target) || v.cameBack(r, m)
}

// cameBack reports whether all of a loan is back, says the holder whose resource
// was asked for.
func (v View) cameBack(r *Record, m *record.Pledge) bool {
	birth, ok := m.Target.Place()
	if !ok {
		return false
	}
	resource, ok := v.board.Record(birth.Record())
	if !ok || resource.Kind != record.Kind_KIND_RESOURCE {
		return false
	}
	for _, yes := range v.About(resource.ID, record.Kind_KIND_ACCEPTANCE) {
		said := yes.Content.(*record.Acceptance)
		pledge, ok := said.Pledge.Place()
		if ok && pledge.Record() == r.ID && yes.Owner == resource.Owner && all(said.Returned) >= all(m.Amounts) {
			return true
		}
	}
	return false
}

// lends reports whether a resource is here of which what goes out comes back.
func (v View) lends(ref *record.Birth) bool {
	birth, ok := ref.Place()
	if !ok {
		return false
	}
	r, state := v.Reference(birth)
	if state != Here {
		return false
	}
	m, ok := r.Content.(*record.Resource)
	return ok && m.Type != record.ResourceType_RESOURCE_TYPE_STOCK && !resourceOver(m)
}

// Members returns what people of the households can do, in the order of ids.
func (v View) Members() []*Record {
	return slices.DeleteFunc(v.All(record.Kind_KIND_MEMBER), func(r *Record) bool { return r.Content.(*record.Member).Ended })
}
