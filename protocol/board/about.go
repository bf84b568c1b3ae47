package board

import (
	"maps"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// decoded is a record and, of a request or an offer with content, what
// households say about it, as far as their word counts.
type decoded struct {
	*Record
	pledges   []*Record                              // by id
	unvouched map[protocol.RecordID]bool             // pledges for a request, of households on probation
	accepted  map[protocol.RecordID][]*record.Amount // by pledge, the owner's yes
	received  map[protocol.RecordID]*received        // by pledge, the zero id for none in particular
	triages   []*Record                              // of stewards, by id
	judged    Judgement
}

// received is what is said to have arrived of one pledge.
type received struct {
	receiver []*record.Amount // says who received it
	told     []*record.Amount // says the helper, who was told the receiver's code
	steward  []*record.Amount // says a steward
}

// decode reads a record and what is said about it.
func (b *Board) decode(e *entry) *decoded {
	d := b.hear(e)
	d.judged = d.judge()
	return d
}

// hear gathers what is said about a record.
func (b *Board) hear(e *entry) *decoded {
	d := &decoded{Record: b.read(e)}
	if !isItem(e.kind) || d.Content == nil || len(e.about) == 0 {
		return d
	}
	b.gather(d, e)
	return d
}

// gather takes in what households say about a record, as far as their word counts.
func (b *Board) gather(d *decoded, e *entry) {
	d.accepted, d.received = make(map[protocol.RecordID][]*record.Amount), make(map[protocol.RecordID]*received)
	for _, x := range b.readAbout(e, record.Kind_KIND_PLEDGE, record.Kind_KIND_ACCEPTANCE, record.Kind_KIND_RECEIPT, record.Kind_KIND_TRIAGE) {
		switch m := x.Content.(type) {
		case *record.Pledge:
			if x.Owner != d.Owner { // nobody pledges to themselves
				d.pledges = append(d.pledges, x)
				d.trust(b, x)
			}
		case *record.Acceptance:
			if pledge, ok := m.Pledge.Place(); ok && x.Owner == d.Owner && !m.TakenBack {
				d.accepted[pledge.Record()] = most(d.accepted[pledge.Record()], m.Amounts)
			}
		case *record.Receipt:
			d.arrived(b, x.Owner, m)
		case *record.Triage:
			if b.roster.Steward(x.Owner) {
				d.triages = append(d.triages, x)
			}
		}
	}
}

// trust notes a pledge for a request whose household is on probation. Whoever
// asks of an offer is trusted with nothing.
func (d *decoded) trust(b *Board, pledge *Record) {
	if d.Kind != record.Kind_KIND_REQUEST || b.roster.Vouched(pledge.Owner) {
		return
	}
	if d.unvouched == nil {
		d.unvouched = make(map[protocol.RecordID]bool)
	}
	d.unvouched[pledge.ID] = true
}

// arrived takes in a receipt of the household by. A receipt states a total, so
// that two devices of a household that note the same arrival count once.
func (d *decoded) arrived(b *Board, by protocol.HouseholdID, m *record.Receipt) {
	receiver, helper, id := b.parties(d.Record, m.Pledge)
	if d.received[id] == nil {
		d.received[id] = new(received)
	}
	switch said := d.received[id]; {
	case by == receiver:
		said.receiver = most(said.receiver, m.Amounts)
	case by == helper && d.proven(id, m):
		said.told = most(said.told, m.Amounts)
	case by != helper && receiver != protocol.HouseholdID{} && b.roster.Steward(by):
		said.steward = most(said.steward, m.Amounts)
	}
}

// proven reports whether a receipt shows that its writer was told the request's
// delivery code: that is the receiver's word, given by handing it over.
func (d *decoded) proven(pledge protocol.RecordID, m *record.Receipt) bool {
	r, ok := d.Content.(*record.Request)
	return ok && record.CodeProves(r, d.ID, pledge, m)
}

// parties returns who receives and who helps by a pledge, and the pledge's id:
// of an offer, whoever claimed from it receives. Whose a pledge is shows from
// its birth, whether it has arrived or not. Without a pledge somebody else
// brought it; what an offer gave must name one.
func (b *Board) parties(r *Record, pledge *record.Birth) (receiver, helper protocol.HouseholdID, id protocol.RecordID) {
	if birth, ok := pledge.Place(); ok {
		helper, _ = b.roster.Household(birth.Device)
		id = birth.Record()
	}
	if r.Kind == record.Kind_KIND_OFFER {
		return helper, r.Owner, id
	}
	return r.Owner, helper, id
}

// elsewhere returns what was received of no pledge that is here: of none in
// particular, of one that has not arrived, or whose helper gave its slot to
// something else meanwhile.
func (d *decoded) elsewhere() [][]*record.Amount {
	if len(d.received) == 0 {
		return nil
	}
	var all [][]*record.Amount
	for _, id := range slices.SortedFunc(maps.Keys(d.received), compareIDs) {
		if _, here := slices.BinarySearchFunc(d.pledges, id, comparePledge); !here {
			all = append(all, d.received[id].amounts())
		}
	}
	return all
}

func comparePledge(p *Record, id protocol.RecordID) int { return compareIDs(p.ID, id) }

// amounts returns per line what the receiver says or, where that household says
// nothing, what a helper does who was told its code, else a steward.
func (r *received) amounts() []*record.Amount {
	if r == nil {
		return nil
	}
	var all []*record.Amount
	said := [][]*record.Amount{r.receiver, r.told, r.steward}
	for i, amounts := range said {
		for _, a := range amounts {
			if !slices.ContainsFunc(said[:i], func(before []*record.Amount) bool { return mentions(before, a.Line) }) {
				all = add(all, a.Line, a.Quantity)
			}
		}
	}
	return all
}
