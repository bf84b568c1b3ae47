package board

import (
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// State is the derived state of a request or an offer, from its lines.
type State uint8

// The states; a later one is nearer to the end.
const (
	Open State = iota
	PartlyPledged
	FullyPledged
	InTransit
	PartlyMet
	Met
	Paused
	Withdrawn
	Closed
)

// ended reports whether nothing more is expected in this state.
func (s State) ended() bool { return s >= Met && s != Paused }

// LineState is how far one line is covered, in thousandths of its unit.
type LineState struct {
	*record.Line
	Pledged   int64 // by live pledges, up to the need
	Standby   int64 // pledged beyond the need
	Transit   int64 // the part of Pledged that is on its way or, says the helper, delivered
	Delivered int64 // the part of Transit that, says the helper, is delivered
	Received  int64 // says the receiver
	endless   bool  // of an offer that nothing exhausts
}

// Left returns what nobody has pledged yet.
func (l LineState) Left() int64 {
	if l.endless {
		return l.Quantity
	}
	return max(0, l.Quantity-l.Pledged)
}

// room returns how much more of what is pledged counts.
func (l LineState) room() int64 {
	if l.endless {
		return record.MaxQuantity
	}
	return l.Left()
}

// PledgeState is one pledge as the board sees it.
type PledgeState struct {
	*Record
	Pledge    *record.Pledge
	Accepted  bool
	Live      bool             // neither withdrawn nor failed nor lapsed
	Unvouched bool             // its household is on probation: of what needs trust only what arrived counts
	Effective []*record.Amount // what counts toward the need
	Standby   []*record.Amount // what is beyond it: keep, reduce or move
	Received  []*record.Amount
}

// arrived reports whether all that was promised has been received.
func (p PledgeState) arrived() bool {
	for _, a := range p.Pledge.Amounts {
		if of(p.Received, a.Line) < a.Quantity {
			return false
		}
	}
	return true
}

// Coverage is what pledges, acceptances and receipts make of a request or an
// offer (DESIGN.md, Effective pledges).
type Coverage struct {
	State   State
	Lines   []LineState
	Pledges []PledgeState // first those that count first
}

// claim is a quantity of one line that a pledge asks to count, with its rank.
type claim struct {
	pledge int // index into Coverage.Pledges
	line   int // index into Coverage.Lines
	amount int64
	rank   rank
}

// rank orders claims: received, then accepted by the owner, then on the way,
// then by id. No clock: one at 1970 would always be first.
type rank struct {
	received, accepted, moving bool
	id                         protocol.RecordID
}

func (a rank) compare(b rank) int {
	return cmp.Or(first(a.received, b.received), first(a.accepted, b.accepted),
		first(a.moving, b.moving), compareIDs(a.id, b.id))
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// lapsed says which pledges no longer count although their helper did not
// withdraw them. The fold, which knows no time, lets none lapse.
type lapsed func(*record.Pledge, *Record) bool

func neverLapsed(*record.Pledge, *Record) bool { return false }

// coverage derives the state of a request or an offer from what is said about
// it.
func (d *decoded) coverage(over lapsed) *Coverage {
	lines, disposition, endless := linesOf(d.Record)
	c := &Coverage{Lines: make([]LineState, len(lines))}
	for i, l := range lines {
		c.Lines[i] = LineState{Line: l, endless: endless}
	}
	claims := c.collect(d, over)
	slices.SortStableFunc(claims, func(x, y claim) int { return x.rank.compare(y.rank) })
	for _, cl := range claims {
		c.count(cl)
	}
	c.sortPledges()
	c.State = c.state(disposition)
	return c
}

// linesOf returns the lines and the stored disposition of a request or offer,
// and whether nothing exhausts it.
func linesOf(r *Record) ([]*record.Line, record.Disposition, bool) {
	switch m := r.Content.(type) {
	case *record.Request:
		return m.Lines, m.Disposition, false
	case *record.Offer:
		return m.Lines, m.Disposition, m.Inexhaustible
	}
	return nil, record.Disposition_DISPOSITION_UNKNOWN, false
}

// collect takes in the pledges and cuts them into claims.
func (c *Coverage) collect(d *decoded, over lapsed) []claim {
	c.Pledges = make([]PledgeState, 0, len(d.pledges))
	claims := make([]claim, 0, len(d.pledges)*len(c.Lines))
	for _, p := range d.pledges {
		pledge := p.Content.(*record.Pledge)
		accepted := d.accepted[p.ID]
		state := PledgeState{Record: p, Pledge: pledge, Received: d.received[p.ID].amounts(), Accepted: anything(accepted), Unvouched: d.unvouched[p.ID]}
		state.Live = standing(pledge) && (state.arrived() || !over(pledge, p))
		c.Pledges = append(c.Pledges, state)
		c.receive(state.Received)
		claims = c.claim(claims, len(c.Pledges)-1, accepted)
	}
	for _, amounts := range d.elsewhere() {
		c.receive(amounts)
		c.cover(amounts)
	}
	return claims
}

func standing(p *record.Pledge) bool {
	return p.State != record.PledgeState_PLEDGE_STATE_WITHDRAWN && p.State != record.PledgeState_PLEDGE_STATE_FAILED
}

func delivered(p *record.Pledge) bool { return p.State == record.PledgeState_PLEDGE_STATE_DELIVERED }

func moving(p *record.Pledge) bool {
	return p.State == record.PledgeState_PLEDGE_STATE_ON_THE_WAY || delivered(p)
}

// claim cuts a pledge into what was received, what was accepted and the rest,
// and appends that.
func (c *Coverage) claim(claims []claim, index int, accepted []*record.Amount) []claim {
	p := &c.Pledges[index]
	k := rank{moving: moving(p.Pledge), id: p.ID}
	for line := range c.Lines {
		number := c.Lines[line].Line.Line
		received, yes := of(p.Received, number), of(accepted, number)
		promised := received
		if p.Live {
			promised = max(received, of(p.Pledge.Amounts, number))
		}
		if p.Unvouched && record.NeedsTrust(c.Lines[line].Category) {
			c.standBy(p, line, promised-received)
			promised = received
		}
		yes = max(received, min(yes, promised))
		cut := func(amount int64, received, accepted bool) {
			if k.received, k.accepted = received, accepted; amount > 0 {
				claims = append(claims, claim{index, line, amount, k})
			}
		}
		cut(received, true, of(accepted, number) > 0)
		cut(yes-received, false, true)
		cut(promised-yes, false, false)
	}
	return claims
}

// standBy keeps what is pledged for nothing that it could fill.
func (c *Coverage) standBy(p *PledgeState, line int, amount int64) {
	l := &c.Lines[line]
	l.Standby += amount
	p.Standby = add(p.Standby, l.Line.Line, amount)
}

// count lets a claim fill what is still needed; the rest stands by.
func (c *Coverage) count(cl claim) {
	l, p := &c.Lines[cl.line], &c.Pledges[cl.pledge]
	counts := min(cl.amount, l.room())
	l.Pledged += counts
	if !cl.rank.received && moving(p.Pledge) {
		l.Transit += counts
	}
	if !cl.rank.received && delivered(p.Pledge) {
		l.Delivered += counts
	}
	p.Effective = add(p.Effective, l.Line.Line, counts)
	c.standBy(p, cl.line, cl.amount-counts)
}

// cover takes in what came from nobody's pledge in particular: it covers need
// before any pledge does.
func (c *Coverage) cover(amounts []*record.Amount) {
	for i := range c.Lines {
		l := &c.Lines[i]
		l.Pledged += min(of(amounts, l.Line.Line), l.room())
	}
}

// receive adds what arrived to the lines.
func (c *Coverage) receive(amounts []*record.Amount) {
	for i := range c.Lines {
		c.Lines[i].Received += of(amounts, c.Lines[i].Line.Line)
	}
}

// state names the whole from its lines; what the owner said comes first.
func (c *Coverage) state(said record.Disposition) State {
	switch said {
	case record.Disposition_DISPOSITION_CLOSED:
		return Closed
	case record.Disposition_DISPOSITION_WITHDRAWN:
		return Withdrawn
	case record.Disposition_DISPOSITION_PAUSED:
		return Paused
	}
	return c.progress()
}

// progress names the state that the quantities are in.
func (c *Coverage) progress() State {
	var need, received, transit, pledged int64
	met, full := true, true
	for _, l := range c.Lines {
		need, received, transit, pledged = need+l.Quantity, received+l.Received, transit+l.Transit, pledged+l.Pledged
		met, full = met && l.Received >= l.Quantity && !l.endless, full && l.Left() == 0
	}
	switch {
	case need == 0:
		return Withdrawn // every line was taken back
	case met:
		return Met
	case received > 0:
		return PartlyMet
	case transit > 0:
		return InTransit
	case full:
		return FullyPledged
	case pledged > 0:
		return PartlyPledged
	}
	return Open
}

// sortPledges puts first what counts first, as claims are ranked.
func (c *Coverage) sortPledges() {
	slices.SortStableFunc(c.Pledges, func(x, y PledgeState) int { return x.rank().compare(y.rank()) })
}

func (p PledgeState) rank() rank {
	return rank{len(p.Received) > 0, p.Accepted, moving(p.Pledge), p.ID}
}
