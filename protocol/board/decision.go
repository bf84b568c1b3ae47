package board

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

const (
	usualQuorum   = 667       // thousandths: two thirds
	usualGrace    = 48 * hour // ms
	decisionHolds = 180 * day // after the grace
	// smallElectorate is up to how many households a founder and one other
	// household are enough to sign a count.
	smallElectorate = 10
)

// Poll is a proposal and what became of it: a pure function of the ballots that
// have arrived and of the roster, without a clock.
type Poll struct {
	*Record
	*record.Proposal
	Text    [16]byte      // hash of its text
	Counted []Voted       // by household
	Aside   []Aside       // by household
	Count   *record.Count // of Counted
	Signed  []Signature   // by household
	Final   *record.Count // that enough households have signed; nil: provisional
	// Disputed: two different counts are signed by enough households each.
	Disputed bool
}

// Voted is one household's vote.
type Voted struct {
	Household protocol.HouseholdID
	Ballot    *Record // of a sheet: the steward's
	*record.Vote
	Stamp crdt.Stamp
}

// Why says why a vote does not count.
type Why uint8

// The reasons.
const (
	Late          Why = iota + 1 // it was cast after the end
	OtherText                    // it answers another text
	NotVoter                     // the household has no vote
	NoOption                     // there is no such option
	NotSteward                   // a sheet that no steward recorded
	Unwitnessed                  // a sheet that no other household confirms
	OwnBallot                    // the household voted itself
	Contradiction                // sheets say different things of the household
)

// Aside is a vote that does not count.
type Aside struct {
	Voted
	Why Why
}

// Signature is a household's word on the count.
type Signature struct {
	*Record
	*record.Count
	Steward bool
	Same    bool // it is the count of the ballots that are here
}

// Outcome is what a count comes to.
type Outcome uint8

// The outcomes.
const (
	Undecidable Outcome = iota // by a method of a newer version
	NoQuorum
	Carried
	NotCarried
)

// Poll returns a proposal with its count.
func (v View) Poll(id protocol.RecordID) (Poll, bool) {
	e, ok := v.board.entries[id]
	if !ok || e.kind != record.Kind_KIND_PROPOSAL {
		return Poll{}, false
	}
	return v.board.poll(e, v.board.read(e))
}

// Polls returns all proposals, the one that closes last first.
func (v View) Polls() []Poll {
	var all []Poll
	for _, r := range v.All(record.Kind_KIND_PROPOSAL) {
		if p, ok := v.Poll(r.ID); ok {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b Poll) int { return cmp.Compare(b.Closes, a.Closes) })
	return all
}

// poll counts a proposal; false where it has no content.
func (b *Board) poll(e *entry, r *Record) (Poll, bool) {
	m, ok := r.Content.(*record.Proposal)
	if !ok {
		return Poll{}, false
	}
	p := Poll{Record: r, Proposal: m, Text: record.TextOf(r.Fields)}
	box := b.ballots(e)
	p.count(b.roster, box)
	p.Count = p.counted()
	p.sign(b.roster, b.readAbout(e, record.Kind_KIND_TALLY))
	return p, true
}

// box is what was thrown in, by whose vote it is.
type box struct {
	own    map[protocol.HouseholdID]Voted // the last that was in time, or else the last
	sheets []Voted                        // one for each household of a sheet
	seen   []*Record                      // what witnesses say of sheets
}

func (b *Board) ballots(e *entry) box {
	in := box{own: make(map[protocol.HouseholdID]Voted)}
	m, _ := b.read(e).Content.(*record.Proposal)
	for _, r := range b.readAbout(e, record.Kind_KIND_BALLOT) {
		ballot := r.Content.(*record.Ballot)
		v := Voted{r.Owner, r, ballot.Vote, r.Fields[2].Stamp}
		switch {
		case ballot.Sheet != nil:
			in.seen = append(in.seen, r)
		case ballot.Vote.Via == record.Via_VIA_DEVICE:
			if had, ok := in.own[r.Owner]; !ok || v.after(had, m.GetCloses()) {
				in.own[r.Owner] = v
			}
		default:
			for _, h := range ballot.Vote.Households {
				v.Household = protocol.HouseholdID(h)
				in.sheets = append(in.sheets, v)
			}
		}
	}
	return in
}

// after reports whether v replaces had, of one household: the last that was in
// time stands.
func (v Voted) after(had Voted, closes int64) bool {
	if in, was := v.Stamp.Millis() <= closes, had.Stamp.Millis() <= closes; in != was {
		return in
	}
	return cmp.Or(cmp.Compare(v.Stamp, had.Stamp), compareIDs(v.Ballot.ID, had.Ballot.ID)) > 0
}

// count sorts the votes into those that count and those that do not. A
// household's own ballot goes before what a sheet says of it.
func (p *Poll) count(roster Roster, in box) {
	counts := make(map[protocol.HouseholdID]Voted)
	for _, v := range in.own {
		switch why := p.fault(roster, v, p.Closes); {
		case v.Choice == record.Choice_CHOICE_TAKEN_BACK:
		case why != 0:
			p.Aside = append(p.Aside, Aside{v, why})
		default:
			counts[v.Household] = v
		}
	}
	for h, said := range p.sheets(roster, in) {
		_, own := counts[h]
		switch {
		case own:
			p.setAside(said, OwnBallot)
		case slices.ContainsFunc(said, func(v Voted) bool { return !sameVote(v.Vote, said[0].Vote) }):
			p.setAside(said, Contradiction)
		default:
			counts[h] = said[0]
		}
	}
	p.Counted = slices.SortedFunc(maps.Values(counts), compareVoted)
	slices.SortFunc(p.Aside, func(a, b Aside) int { return cmp.Or(compareVoted(a.Voted, b.Voted), cmp.Compare(a.Why, b.Why)) })
}

func (p *Poll) setAside(all []Voted, why Why) {
	for _, v := range all {
		p.Aside = append(p.Aside, Aside{v, why})
	}
}

func compareVoted(a, b Voted) int {
	return cmp.Or(slices.Compare(a.Household[:], b.Household[:]), compareIDs(a.Ballot.ID, b.Ballot.ID))
}

// sheets returns by household what sheets say of it that count, by id.
func (p *Poll) sheets(roster Roster, in box) map[protocol.HouseholdID][]Voted {
	said := make(map[protocol.HouseholdID][]Voted)
	for _, v := range in.sheets {
		why := p.fault(roster, v, p.WaitsUntil())
		switch {
		case v.Choice == record.Choice_CHOICE_TAKEN_BACK:
			continue
		case !roster.Steward(v.Ballot.Owner):
			why = NotSteward
		case why == 0 && !witnessed(roster, v, in.seen):
			why = Unwitnessed
		}
		if why != 0 {
			p.Aside = append(p.Aside, Aside{v, why})
			continue
		}
		said[v.Household] = append(said[v.Household], v)
	}
	return said
}

// fault says why a vote does not count by itself, 0 for none.
func (p *Poll) fault(roster Roster, v Voted, until int64) Why {
	switch {
	case !roster.Votes(v.Household):
		return NotVoter
	case [16]byte(v.Vote.Text) != p.Text:
		return OtherText
	case v.Stamp.Millis() > until:
		return Late
	case v.Choice == record.Choice_CHOICE_AGREE && !p.Offers(v.Option):
		return NoOption
	}
	return 0
}

// Offers reports whether one can agree to an option; 0 is the whole of a
// proposal that has none.
func (p Poll) Offers(option uint32) bool {
	if len(p.Options) == 0 {
		return option == 0
	}
	return slices.ContainsFunc(p.Options, func(o *record.Option) bool { return o.Option == option })
}

// witnessed reports whether a household with a vote, other than the recorder,
// confirms the sheet as it stands.
func witnessed(roster Roster, v Voted, seen []*Record) bool {
	return slices.ContainsFunc(seen, func(w *Record) bool {
		m := w.Content.(*record.Ballot)
		sheet, ok := m.Sheet.Place()
		return ok && sheet.Record() == v.Ballot.ID && w.Owner != v.Ballot.Owner && roster.Votes(w.Owner) && proto.Equal(m.Vote, v.Vote)
	})
}

func sameVote(a, b *record.Vote) bool { return a.Choice == b.Choice && a.Option == b.Option }

// wait is for how long ballots from islands are waited for, in milliseconds.
func (p *Poll) wait() int64 {
	if p.Grace == 0 {
		return usualGrace
	}
	return int64(p.Grace) * 1_000
}

// counted is the count of the votes that count.
func (p *Poll) counted() *record.Count {
	c := &record.Count{Text: p.Text[:]}
	agree := make(map[uint32]uint32)
	list := []byte(protocol.DomainTally)
	list = append(append(list, p.ID[:]...), p.Text[:]...)
	for _, v := range p.Counted {
		list = append(append(list, v.Household[:]...), v.Ballot.ID[:]...)
		list = numbers(list, int64(v.Stamp), int64(v.Choice), int64(v.Option))
		switch v.Choice {
		case record.Choice_CHOICE_AGREE:
			agree[v.Option]++
		case record.Choice_CHOICE_ABSTAIN:
			c.Abstain++
		case record.Choice_CHOICE_STAND_ASIDE:
			c.StandAside++
		case record.Choice_CHOICE_BLOCK:
			c.Block++
		}
	}
	for _, option := range slices.Sorted(maps.Keys(agree)) {
		c.Agree = append(c.Agree, &record.Share{Option: option, Ballots: agree[option]})
	}
	sum := sha256.Sum256(list)
	c.List = sum[:]
	return c
}

// sign finds what households have signed, and whether enough of them signed the
// same. Of two words of one household its later one stands.
func (p *Poll) sign(roster Roster, tallies []*Record) {
	last := make(map[protocol.HouseholdID]Signature)
	for _, r := range tallies {
		if had, ok := last[r.Owner]; ok && had.Fields[2].Stamp >= r.Fields[2].Stamp || !roster.Votes(r.Owner) {
			continue
		}
		c := r.Content.(*record.Tally).Count
		last[r.Owner] = Signature{r, c, roster.Steward(r.Owner), proto.Equal(c, p.Count)}
	}
	p.Signed = slices.SortedFunc(maps.Values(last), func(a, b Signature) int { return slices.Compare(a.Owner[:], b.Owner[:]) })
	for _, s := range p.Signed {
		switch {
		case [16]byte(s.Text) != p.Text || !p.enough(roster, s.Count) || p.Final != nil && proto.Equal(p.Final, s.Count):
		case p.Final != nil:
			p.Disputed = true
		default:
			p.Final = s.Count
		}
	}
	if p.Disputed {
		p.Final = nil
	}
}

// enough reports whether a count is signed by two stewards or, where few
// households decide, by a founder and one other.
func (p *Poll) enough(roster Roster, c *record.Count) bool {
	signers, stewards, founders := 0, 0, 0
	for _, s := range p.Signed {
		if proto.Equal(s.Count, c) {
			signers, stewards = signers+1, stewards+int(bit(s.Steward))
			founders += int(bit(roster.Founder(s.Owner)))
		}
	}
	return stewards > 1 || signers > 1 && founders > 0 && p.Small()
}

// Small reports whether so few households decide that a founder and one other
// are enough to sign the count.
func (p Poll) Small() bool { return p.Electorate.Households <= smallElectorate }

// Quorum returns how many households have to vote. 667 thousandths are two
// thirds: of three households two.
func (p Poll) Quorum() int {
	households, permille := int(p.Electorate.Households), int(p.Proposal.Quorum)
	if permille == 0 || permille == usualQuorum {
		return (2*households + 2) / 3
	}
	return (households*permille + 999) / 1_000
}

// Ballots returns how many ballots a count is of.
func Ballots(c *record.Count) int {
	n := int(c.Abstain) + int(c.StandAside) + int(c.Block)
	for _, s := range c.Agree {
		n += int(s.Ballots)
	}
	return n
}

// Outcome says what a count comes to, and which option is carried.
func (p Poll) Outcome(c *record.Count) (Outcome, uint32) {
	best, choosing := &record.Share{}, int(c.Block)
	for _, s := range c.Agree {
		choosing += int(s.Ballots)
		if s.Ballots > best.Ballots {
			best = s
		}
	}
	votes := int(best.Ballots)
	var carried bool
	switch p.Method {
	case record.Method_METHOD_MUFAKAT:
		carried = votes > 0 && votes == choosing
	case record.Method_METHOD_MAJORITY:
		carried = 2*votes > choosing
	case record.Method_METHOD_TWO_THIRDS:
		carried = votes > 0 && 3*votes >= 2*choosing
	default:
		return Undecidable, 0
	}
	switch {
	case Ballots(c) < p.Quorum() || Ballots(c) == 0:
		return NoQuorum, 0
	case carried:
		return Carried, best.Option
	}
	return NotCarried, 0
}

// WaitsUntil returns until when ballots from islands are waited for, in
// milliseconds since 1970.
func (p Poll) WaitsUntil() int64 { return p.Closes + p.wait() }

// append appends what is hashed of a poll.
func (p Poll) append(to []byte) []byte {
	to = append(append(to, p.Text[:]...), p.Count.List...)
	outcome, option := p.Outcome(p.Count)
	to = numbers(to, int64(outcome), int64(option), bit(p.Disputed), bit(p.Final != nil))
	return append(to, p.Final.GetList()...)
}

// decisionOver reports whether a decision's record may go: the proposal half a
// year after its grace or once it was withdrawn, what belongs to it with it.
func (v View) decisionOver(r *Record) bool {
	switch m := r.Content.(type) {
	case *record.Proposal:
		p := Poll{Record: r, Proposal: m}
		return m.Withdrawn || v.now > sure(p.WaitsUntil()+decisionHolds)
	case *record.Ballot:
		return v.decisionOverAt(m.Proposal)
	case *record.Tally:
		return v.decisionOverAt(m.Proposal)
	}
	return false
}

func (v View) decisionOverAt(ref *record.Birth) bool {
	birth, ok := ref.Place()
	if !ok {
		return false
	}
	r, state := v.Reference(birth)
	if state != Here {
		return state == Ended
	}
	_, is := r.Content.(*record.Proposal)
	return is && v.decisionOver(r)
}
