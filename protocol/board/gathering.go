package board

import (
	"cmp"
	"math"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Gathering is an event at one of its times, with what households answered
// (DESIGN.md, Gatherings).
type Gathering struct {
	*Record
	Event   *record.Event
	On      int64 // ms; when this time begins
	Ends    int64 // ms
	Next    int64 // ms; when the time after it begins; 0: not again, as far as is known
	Odd     bool  // it happens again by a rule that this version does not understand
	Shifts  []ShiftState
	Answers []Answer         // first those that count first
	Brought []*record.Amount // of the event's lines, by those who have a place
	Off     bool             // called off
	Past    bool             // this time has ended
}

// ShiftState is one shift and how far it is filled, in people. The one with
// number 0 is the event as a whole, with room for all.
type ShiftState struct {
	*record.Shift
	Begins, Ends int64 // ms, at this time of the event
	Coming       int64 // have a place
	Waiting      int64 // are on the waiting list
	Came         int64
}

// Answer is what one household said of one shift.
type Answer struct {
	*Record
	Rsvp     *record.Rsvp
	People   int64
	In       int64 // so many of them have a place
	Waiting  int64 // so many wait for one
	Came     int64 // says the organiser or, where it says nothing, a steward or the household
	Accepted bool  // by the organiser
}

// Gatherings returns every event at the time that is now or comes next, its last
// one where all are past, in the order of these times.
func (v View) Gatherings() []Gathering {
	var all []Gathering
	for _, r := range v.All(record.Kind_KIND_EVENT) {
		all = append(all, v.gathering(r, 0))
	}
	slices.SortStableFunc(all, func(a, b Gathering) int { return cmp.Compare(a.On, b.On) })
	return all
}

// Gathering returns an event at the time that begins at on, in milliseconds
// since 1970; 0 is the time that is now or comes next.
func (v View) Gathering(id protocol.RecordID, on int64) (Gathering, bool) {
	r, ok := v.board.Record(id)
	if !ok || r.Kind != record.Kind_KIND_EVENT || r.Content == nil {
		return Gathering{}, false
	}
	return v.gathering(r, on), true
}

// Times returns up to limit starts of an event from a moment on.
func Times(m *record.Event, from int64, limit int) []int64 {
	rule, err := record.ParseRule(m.Rrule)
	if err != nil { // once, or by a rule that is not understood: the first time is sure
		if m.Start < from {
			return nil
		}
		return []int64{m.Start}
	}
	return rule.Times(m.Start, m.UtcOffset, from, limit)
}

// length is how long each time of an event lasts, in milliseconds.
func length(m *record.Event) int64 { return max(0, m.End-m.Start) }

func (v View) gathering(r *Record, on int64) Gathering {
	m := r.Content.(*record.Event)
	g := Gathering{Record: r, Event: m, On: on, Off: m.Disposition == record.Disposition_DISPOSITION_WITHDRAWN}
	if on == 0 {
		g.On = timeAt(m, v.now)
	}
	if later := Times(m, g.On+1, 1); len(later) > 0 {
		g.Next = later[0]
	}
	g.Ends = g.On + length(m)
	_, err := record.ParseRule(m.Rrule)
	g.Odd = m.Rrule != "" && err != nil
	g.Past = v.now > g.Ends
	g.seat(v)
	return g
}

// timeAt returns when the time begins that is not over at now, else the last.
func timeAt(m *record.Event, now int64) int64 {
	if next := Times(m, now-length(m), 1); len(next) > 0 {
		return next[0]
	}
	if all := Times(m, 0, math.MaxInt); len(all) > 0 {
		return all[len(all)-1]
	}
	return m.Start
}

// seat gives the answers their places. A place is a need and an answer a
// pledge, so that waiting lists move up as standing by does.
func (g *Gathering) seat(v View) {
	answers, noted := v.answers(g)
	g.arrange(answers)
	d := g.asNeed(v, answers)
	covered := d.coverage(neverLapsed)
	for _, p := range covered.Pledges {
		a := answers[slices.IndexFunc(answers, func(a Answer) bool { return a.ID == p.ID })]
		a.In, a.Waiting = of(p.Effective, a.Rsvp.Shift)/1_000, of(p.Standby, a.Rsvp.Shift)/1_000
		a.Accepted, a.Came = p.Accepted, came(v, g.Owner, a, noted)
		g.take(a)
	}
	for i, l := range covered.Lines {
		g.Shifts[i].Coming, g.Shifts[i].Waiting = l.Pledged/1_000, l.Standby/1_000
	}
}

// take adds an answer, with what it brings.
func (g *Gathering) take(a Answer) {
	g.Answers = append(g.Answers, a)
	for i := range g.Shifts {
		if g.Shifts[i].Shift.Shift == a.Rsvp.Shift {
			g.Shifts[i].Came += a.Came
		}
	}
	if a.In == 0 {
		return
	}
	for _, b := range a.Rsvp.Bring {
		g.Brought = add(g.Brought, b.Line, min(b.Quantity, record.MaxQuantity-of(g.Brought, b.Line)))
	}
}

// arrange lists the shifts, and the event as a whole where it has none or
// somebody answered for the whole.
func (g *Gathering) arrange(answers []Answer) {
	if len(g.Event.Shifts) == 0 || slices.ContainsFunc(answers, func(a Answer) bool { return a.Rsvp.Shift == 0 }) {
		g.Shifts = append(g.Shifts, ShiftState{Shift: new(record.Shift), Begins: g.On, Ends: g.Ends})
	}
	for _, s := range g.Event.Shifts {
		g.Shifts = append(g.Shifts, g.shiftAt(s))
	}
}

// shiftAt returns a shift with its hours at this time of the event.
func (g *Gathering) shiftAt(s *record.Shift) ShiftState {
	at := ShiftState{Shift: s, Begins: g.On, Ends: g.Ends}
	if s.Start > 0 {
		at.Begins = g.On + s.Start - g.Event.Start
	}
	if s.End > 0 {
		at.Ends = max(at.Begins, g.On+s.End-g.Event.Start)
	}
	return at
}

// asNeed returns the event as a request for people and the answers as pledges.
func (g *Gathering) asNeed(v View, answers []Answer) *decoded {
	need := new(record.Request)
	for _, s := range g.Shifts {
		room := int64(s.Capacity) * 1_000
		if s.Shift.Shift == 0 {
			room = record.MaxQuantity
		}
		need.Lines = append(need.Lines, &record.Line{Line: s.Shift.Shift, Quantity: room})
	}
	d := &decoded{Record: &Record{Content: need}, accepted: make(map[protocol.RecordID][]*record.Amount)}
	for _, a := range answers {
		pledge := *a.Record
		pledge.Content = asPledge(a)
		d.pledges = append(d.pledges, &pledge)
	}
	for _, r := range v.About(g.ID, record.Kind_KIND_ACCEPTANCE) {
		m := r.Content.(*record.Acceptance)
		if answer, ok := m.Pledge.Place(); ok && r.Owner == g.Owner && !m.TakenBack {
			d.accepted[answer.Record()] = most(d.accepted[answer.Record()], m.Amounts)
		}
	}
	return d
}

func asPledge(a Answer) *record.Pledge {
	p := &record.Pledge{Amounts: []*record.Amount{{Line: a.Rsvp.Shift, Quantity: a.People * 1_000}}}
	if !a.Rsvp.State.Comes() {
		p.State = record.PledgeState_PLEDGE_STATE_WITHDRAWN
	}
	return p
}

// answers returns what households say of this time of the event, in the order
// of ids, and what is said of their answers.
func (v View) answers(g *Gathering) (answers []Answer, noted map[protocol.RecordID][]*Record) {
	noted = make(map[protocol.RecordID][]*Record)
	type place struct {
		owner protocol.HouseholdID
		shift uint32
	}
	at := make(map[place]int)
	for _, r := range v.About(g.ID, record.Kind_KIND_RSVP) {
		m := r.Content.(*record.Rsvp)
		if about, ok := m.Of.Place(); ok {
			noted[about.Record()] = append(noted[about.Record()], r)
			continue
		}
		if m.On != g.On && (m.On != 0 || g.Event.Rrule != "") {
			continue
		}
		a := Answer{Record: r, Rsvp: m, People: max(1, int64(m.People))}
		i, said := at[place{r.Owner, m.Shift}]
		switch {
		case !said:
			at[place{r.Owner, m.Shift}] = len(answers)
			answers = append(answers, a)
		case r.Fields.Last() > answers[i].Fields.Last():
			answers[i] = a
		}
	}
	slices.SortFunc(answers, func(a, b Answer) int { return compareIDs(a.ID, b.ID) })
	return answers, noted
}

// came returns how many people of an answer were there.
func came(v View, organiser protocol.HouseholdID, a Answer, noted map[protocol.RecordID][]*Record) int64 {
	var own, steward *Record
	for _, r := range noted[a.ID] {
		switch {
		case r.Owner == organiser && (own == nil || r.Fields.Last() > own.Fields.Last()):
			own = r
		case r.Owner != organiser && r.Owner != a.Owner && v.board.roster.Steward(r.Owner) && (steward == nil || counted(r) > counted(steward)):
			steward = r
		}
	}
	switch {
	case own != nil:
		return counted(own)
	case steward != nil:
		return counted(steward)
	case a.Rsvp.State == record.RsvpState_RSVP_STATE_ATTENDED:
		return a.People
	}
	return 0
}

// counted returns the number in a record that tells how many came.
func counted(r *Record) int64 { return int64(r.Content.(*record.Rsvp).People) }

// keptAfter is for how long an event and its answers are kept after its end.
const keptAfter = 30 * day

func longAfter(now, end int64) bool { return end < math.MaxInt64-keptAfter && now > end+keptAfter }

// eventOver: its last time ended a month ago. One that was called off stays as
// long, so that nobody comes for nothing.
func (v View) eventOver(r *Record, m *record.Event) bool {
	if m.Disposition == record.Disposition_DISPOSITION_WITHDRAWN && longAfter(v.now, sure(r.Changed())) {
		return true
	}
	return longAfter(v.now, lastEnd(m))
}

// lastEnd returns when the last time of an event ends; never, where that is not
// known.
func lastEnd(m *record.Event) int64 {
	rule, err := record.ParseRule(m.Rrule)
	switch {
	case m.Rrule == "":
		return sure(m.Start + length(m))
	case err != nil, rule.Count == 0 && rule.Until == 0:
		return math.MaxInt64
	}
	last := m.Start
	for _, at := range rule.Times(m.Start, m.UtcOffset, 0, math.MaxInt) {
		last = at
	}
	return sure(last + length(m))
}

// answerOver: the event is over, or the time that the answer is for was a month
// ago. One that says no stays till then: without it an older yes of another
// device would stand.
func (v View) answerOver(m *record.Rsvp) bool {
	if v.overAt(m.Event) {
		return true
	}
	birth, _ := m.Event.Place()
	r, here := v.Reference(birth)
	if here != Here {
		return false
	}
	event, ok := r.Content.(*record.Event)
	return ok && m.On > 0 && longAfter(v.now, sure(m.On+length(event)))
}
