package board

import (
	"bytes"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// factsAbout is what households say about one request or offer, as far as
// their word counts.
type factsAbout struct {
	pledges  []*Record                              // by id
	accepted map[protocol.RecordID][]*record.Amount // by pledge, the owner's yes
	received map[protocol.RecordID]*received        // by pledge, the zero id for none in particular
}

// received is what is said to have arrived of one pledge.
type received struct {
	receiver []*record.Amount // says who received it
	steward  []*record.Amount // says a steward, where the receiver does not
}

// factsAbout reads what is said about the request or offer r. A pledge that
// has not arrived, or whose helper gave its slot to something else, leaves what
// was received of it in place.
func (b *Board) factsAbout(e *entry, r *Record) factsAbout {
	f := factsAbout{accepted: make(map[protocol.RecordID][]*record.Amount), received: make(map[protocol.RecordID]*received)}
	for _, x := range b.readAbout(e, record.Kind_KIND_PLEDGE, record.Kind_KIND_ACCEPTANCE, record.Kind_KIND_RECEIPT) {
		switch m := x.Content.(type) {
		case *record.Pledge:
			if x.Owner != r.Owner { // nobody pledges to themselves
				f.pledges = append(f.pledges, x)
			}
		case *record.Acceptance:
			if pledge, ok := m.Pledge.Place(); ok && x.Owner == r.Owner && names(m.Request, r) && !m.TakenBack {
				f.accepted[pledge.Record()] = most(f.accepted[pledge.Record()], m.Amounts)
			}
		case *record.Receipt:
			if names(m.Request, r) {
				f.arrived(b, r, x.Owner, m)
			}
		}
	}
	return f
}

// names reports whether the reference is to r.
func names(ref *record.Birth, r *Record) bool {
	birth, ok := ref.Place()
	return ok && birth == r.Birth
}

// arrived takes in a receipt of the household by. A receipt states a total, so
// that two devices of a household that note the same arrival count once.
func (f factsAbout) arrived(b *Board, r *Record, by protocol.HouseholdID, m *record.Receipt) {
	receiver, helper, id := parties(b, r, m.Pledge)
	if f.received[id] == nil {
		f.received[id] = new(received)
	}
	switch said := f.received[id]; {
	case by == receiver:
		said.receiver = most(said.receiver, m.Amounts)
	case by != helper && receiver != protocol.HouseholdID{} && b.roster.Steward(by):
		said.steward = most(said.steward, m.Amounts)
	}
}

// parties returns who receives and who helps by a pledge, and the pledge's id:
// of an offer, whoever claimed from it receives. Whose a pledge is shows from
// its birth, whether it has arrived or not. Without a pledge somebody else
// brought it; what an offer gave must name one.
func parties(b *Board, r *Record, pledge *record.Birth) (receiver, helper protocol.HouseholdID, id protocol.RecordID) {
	if birth, ok := pledge.Place(); ok {
		helper, _ = b.roster.Household(birth.Device)
		id = birth.Record()
	}
	if r.Kind == record.Kind_KIND_OFFER {
		return helper, r.Owner, id
	}
	return r.Owner, helper, id
}

// take returns what was received of a pledge and takes it out of the rest.
func (f factsAbout) take(pledge protocol.RecordID) []*record.Amount {
	said, ok := f.received[pledge]
	if !ok {
		return nil
	}
	delete(f.received, pledge)
	return said.amounts()
}

// rest returns what was received of no pledge that is here.
func (f factsAbout) rest() [][]*record.Amount {
	var ids []protocol.RecordID
	for id := range f.received {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y protocol.RecordID) int { return bytes.Compare(x[:], y[:]) })
	var all [][]*record.Amount
	for _, id := range ids {
		all = append(all, f.received[id].amounts())
	}
	return all
}

// amounts returns per line what the receiver says or, where that household says
// nothing, what a steward does.
func (r *received) amounts() []*record.Amount {
	var all []*record.Amount
	for _, a := range r.receiver {
		all = add(all, a.Line, a.Quantity)
	}
	for _, a := range r.steward {
		if !mentions(r.receiver, a.Line) {
			all = add(all, a.Line, a.Quantity)
		}
	}
	return all
}
