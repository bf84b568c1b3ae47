package api

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// voting is writing for what only households with a vote do.
func (d Desk) voting(ctx context.Context, in string) (site, error) {
	s, err := d.writing(ctx, in)
	if err != nil {
		return s, err
	}
	members, err := d.Backend.Roster(s.id)
	if err == nil && !members.Votes(s.me) {
		err = ErrNoVote
	}
	return s, err
}

// Propose asks the households for a decision. Where it changes an own proposal
// that somebody has voted on, it makes a new one and withdraws the old.
func (d Desk) Propose(ctx context.Context, in Proposing) (Proposal, error) {
	if _, err := clear(in.Numbers, false, in.texts()...); err != nil {
		return Proposal{}, err
	}
	if !in.Closes.IsZero() && !in.Closes.After(d.Now()) {
		return Proposal{}, &record.Invalid{Field: "closes", Why: "past"}
	}
	s, err := d.voting(ctx, in.In)
	if err != nil {
		return Proposal{}, err
	}
	m, err := in.proposal()
	if err != nil {
		return Proposal{}, err
	}
	members, err := d.Backend.Roster(s.id)
	if err != nil {
		return Proposal{}, err
	}
	m.Electorate = record.ElectorateOf(members.Voters())
	if in.Change != "" {
		return d.amend(ctx, s, in, m)
	}
	id, err := d.Backend.Write(ctx, s.id, m, from(in.Origin))
	if err != nil {
		return Proposal{}, err
	}
	return d.proposal(ctx, s, id)
}

func (in *Proposing) texts() []text {
	all := []text{{"title", &in.Title}, {"body", &in.Body}}
	for i := range in.Options {
		all = append(all, text{"options", &in.Options[i]})
	}
	return all
}

func (in Proposing) proposal() (*record.Proposal, error) {
	m := &record.Proposal{Title: strings.TrimSpace(in.Title), Body: strings.TrimSpace(in.Body), Method: record.Method_METHOD_MUFAKAT,
		Quorum: in.Quorum, Closes: millis(in.Closes), Grace: in.Grace}
	if in.Method != "" {
		var ok bool
		if m.Method, ok = record.MethodOf(in.Method); !ok {
			return nil, &record.Invalid{Field: "method", Why: "unknown"}
		}
	}
	for i, o := range in.Options {
		m.Options = append(m.Options, &record.Option{Option: uint32(i + 1), Text: strings.TrimSpace(o)})
	}
	return m, nil
}

// amend puts m in the place of a proposal. An own one that nobody has voted on
// is changed as it stands; its text is frozen otherwise.
func (d Desk) amend(ctx context.Context, s site, in Proposing, m *record.Proposal) (Proposal, error) {
	var old board.Poll
	frozen := true
	err := d.look(ctx, s, func(v sight) error {
		var err error
		if old, err = v.findPoll(in.Change); err == nil {
			frozen = old.Owner != s.me || old.Withdrawn || len(v.About(old.ID, record.Kind_KIND_BALLOT)) > 0
		}
		return err
	})
	if err != nil {
		return Proposal{}, err
	}
	if !frozen {
		err = d.Backend.Edit(ctx, s.id, old.ID, func(stands proto.Message) error {
			reworded(stands.(*record.Proposal), m)
			return nil
		})
		if err != nil {
			return Proposal{}, err
		}
		return d.proposal(ctx, s, old.ID)
	}
	m.Revises = record.BirthOf(old.Birth)
	id, err := d.Backend.Write(ctx, s.id, m, from(in.Origin))
	if err == nil && old.Owner == s.me && old.Final == nil {
		err = d.drop(ctx, s, old.ID)
	}
	if err != nil {
		return Proposal{}, err
	}
	doc, err := d.proposal(ctx, s, id)
	doc.Replaced = true
	return doc, err
}

// reworded gives a proposal the text of another; what newer nodes say in it
// stays.
func reworded(m, as *record.Proposal) {
	m.Title, m.Body, m.Options, m.Method = as.Title, as.Body, as.Options, as.Method
	m.Quorum, m.Closes, m.Grace, m.Electorate = as.Quorum, as.Closes, as.Grace, as.Electorate
}

func (d Desk) drop(ctx context.Context, s site, id protocol.RecordID) error {
	return d.Backend.Edit(ctx, s.id, id, func(m proto.Message) error {
		m.(*record.Proposal).Withdrawn = true
		return nil
	})
}

// WithdrawProposal takes back an own proposal that is not decided.
func (d Desk) WithdrawProposal(ctx context.Context, t Target) (Proposal, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return Proposal{}, err
	}
	p, err := d.poll(ctx, s, t.ID)
	if err == nil && p.Final != nil {
		err = ErrEnded
	}
	if err == nil {
		err = d.drop(ctx, s, p.ID)
	}
	if err != nil {
		return Proposal{}, err
	}
	return d.proposal(ctx, s, p.ID)
}

// findPoll returns the proposal whose id begins with prefix.
func (s sight) findPoll(prefix string) (board.Poll, error) {
	r, err := s.find(prefix, record.Kind_KIND_PROPOSAL)
	if err != nil {
		return board.Poll{}, err
	}
	p, ok := s.Poll(r.ID)
	if !ok {
		return board.Poll{}, ErrNotFound
	}
	return p, nil
}

func (d Desk) poll(ctx context.Context, s site, prefix string) (board.Poll, error) {
	var p board.Poll
	err := d.look(ctx, s, func(v sight) error {
		var err error
		p, err = v.findPoll(prefix)
		return err
	})
	return p, err
}

// Vote casts the household's ballot, or changes it; with households it records
// a sheet for them.
func (d Desk) Vote(ctx context.Context, in Voting) (Balloted, error) {
	if _, err := clear(in.Numbers, false, text{"reason", &in.Reason}); err != nil {
		return Balloted{}, err
	}
	s, err := d.voting(ctx, in.In)
	if err != nil {
		return Balloted{}, err
	}
	p, err := d.poll(ctx, s, in.ID)
	if err != nil {
		return Balloted{}, err
	}
	sheet := len(in.Households) > 0 || in.Sheet != ""
	if err := d.votable(p, sheet); err != nil {
		return Balloted{}, err
	}
	vote, err := in.vote(p)
	if err != nil {
		return Balloted{}, err
	}
	if sheet {
		return d.record(ctx, s, in, p, vote)
	}
	return d.cast(ctx, s, p, "ballot:"+p.ID.String(), &record.Ballot{Proposal: record.BirthOf(p.Birth), Vote: vote})
}

// votable says why a proposal takes no more votes. Sheets are typed in after
// the meeting, until the grace is over.
func (d Desk) votable(p board.Poll, sheet bool) error {
	until := p.Closes
	if sheet {
		until = p.WaitsUntil()
	}
	switch {
	case p.Withdrawn || p.Final != nil:
		return ErrEnded
	case d.Now().UnixMilli() > until:
		return ErrVoteOver
	}
	return nil
}

// vote makes a vote on the text as it stands.
func (in Voting) vote(p board.Poll) (*record.Vote, error) {
	choice, ok := record.ChoiceOf(in.Choice)
	if !ok {
		return nil, &record.Invalid{Field: "choice", Why: "unknown"}
	}
	v := &record.Vote{Text: p.Text[:], Choice: choice, Reason: strings.TrimSpace(in.Reason), Via: record.Via_VIA_DEVICE}
	if choice == record.Choice_CHOICE_AGREE {
		v.Option = in.Option
	}
	switch {
	case choice == record.Choice_CHOICE_AGREE && in.Option == 0 && len(p.Options) > 0:
		return nil, &record.Invalid{Field: "option", Why: "missing"}
	case choice == record.Choice_CHOICE_AGREE && !p.Offers(in.Option):
		return nil, &record.Invalid{Field: "option", Why: "unknown"}
	case choice == record.Choice_CHOICE_BLOCK && p.Method == record.Method_METHOD_MUFAKAT && v.Reason == "" && len(in.Households) == 0:
		return nil, &record.Invalid{Field: "reason", Why: "missing"}
	}
	return v, nil
}

// record writes a sheet, or changes an own one.
func (d Desk) record(ctx context.Context, s site, in Voting, p board.Poll, v *record.Vote) (Balloted, error) {
	if _, err := d.stewarding(ctx, in.In); err != nil {
		return Balloted{}, err
	}
	var ok bool
	if v.Via, ok = record.ViaOf(in.Via); !ok || v.Via == record.Via_VIA_DEVICE {
		return Balloted{}, &record.Invalid{Field: "via", Why: "unknown"}
	}
	var at stands
	err := d.registered(ctx, s, func(r register) error {
		for _, who := range in.Households {
			m, err := r.whom(who, voters)
			if err != nil {
				return err
			}
			v.Households = append(v.Households, m.ID[:])
		}
		return r.ownSheet(in.Sheet, p, v, &at)
	})
	if err != nil {
		return Balloted{}, err
	}
	ballot := &record.Ballot{Proposal: record.BirthOf(p.Birth), Vote: v}
	return d.throw(ctx, s, p, at, ballot)
}

// voters fits households that can be on a sheet.
func voters(m roster.Member) bool { return m.Vouched() }

// ownSheet finds the sheet that is to be changed; without households it stays
// with those that it has.
func (r register) ownSheet(prefix string, p board.Poll, v *record.Vote, at *stands) error {
	if prefix == "" {
		return nil
	}
	found, err := r.find(prefix, record.Kind_KIND_BALLOT)
	if err != nil {
		return err
	}
	m := found.Content.(*record.Ballot)
	of, _ := m.Proposal.Place()
	switch {
	case found.Owner != r.me:
		return ErrNotYours
	case of.Record() != p.ID || m.Sheet != nil || len(m.Vote.Households) == 0:
		return ErrNotFound
	}
	if len(v.Households) == 0 {
		v.Households = m.Vote.Households
	}
	*at = stands{id: found.ID, begun: true}
	return nil
}

// cast puts the household's one ballot of an origin.
func (d Desk) cast(ctx context.Context, s site, p board.Poll, origin string, ballot *record.Ballot) (Balloted, error) {
	var at stands
	err := d.look(ctx, s, func(v sight) error {
		at = v.standsAs(origin)
		return nil
	})
	if err != nil {
		return Balloted{}, err
	}
	return d.throw(ctx, s, p, at, ballot)
}

func (d Desk) throw(ctx context.Context, s site, p board.Poll, at stands, ballot *record.Ballot) (Balloted, error) {
	id, err := d.put(ctx, s, at, ballot, func(stands proto.Message) error {
		stands.(*record.Ballot).Vote = ballot.Vote
		return nil
	})
	if err != nil {
		return Balloted{}, err
	}
	doc := Balloted{Schema: SchemaBallot, Neighbourhood: s.document(), ID: id.String(), Choice: ballot.Vote.Choice.Code(),
		Households: len(ballot.Vote.Households)}
	if doc.Proposal, err = d.proposal(ctx, s, p.ID); err != nil {
		return Balloted{}, err
	}
	err = d.look(ctx, s, func(v sight) error {
		doc.Short = v.short(id)
		return nil
	})
	return doc, err
}

// Witness confirms a sheet that another household recorded, as it stands.
func (d Desk) Witness(ctx context.Context, t Target) (Balloted, error) {
	s, err := d.voting(ctx, t.In)
	if err != nil {
		return Balloted{}, err
	}
	var p board.Poll
	var ballot *record.Ballot
	var sheet protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(t.ID, record.Kind_KIND_BALLOT)
		if err != nil {
			return err
		}
		m := r.Content.(*record.Ballot)
		if m.Sheet != nil || len(m.Vote.Households) == 0 {
			return ErrNotFound
		}
		if r.Owner == s.me {
			return ErrOwnSheet
		}
		of, _ := m.Proposal.Place()
		sheet, ballot = r.ID, &record.Ballot{Proposal: m.Proposal, Vote: m.Vote, Sheet: record.BirthOf(r.Birth)}
		var ok bool
		if p, ok = v.Poll(of.Record()); !ok {
			return ErrNotFound
		}
		return nil
	})
	if err == nil && (p.Withdrawn || p.Final != nil) {
		err = ErrEnded
	}
	if err != nil {
		return Balloted{}, err
	}
	return d.cast(ctx, s, p, "witness:"+sheet.String(), ballot)
}

// Sign signs the count of the ballots that are here.
func (d Desk) Sign(ctx context.Context, in Signing) (Proposal, error) {
	s, err := d.voting(ctx, in.In)
	if err != nil {
		return Proposal{}, err
	}
	var p board.Poll
	var at stands
	now := d.Now().UnixMilli()
	err = d.registered(ctx, s, func(r register) error {
		var err error
		if p, err = r.findPoll(in.ID); err != nil {
			return err
		}
		at = r.standsAs("tally:" + p.ID.String())
		return r.signable(p, in.Early, now)
	})
	if err != nil {
		return Proposal{}, err
	}
	tally := &record.Tally{Proposal: record.BirthOf(p.Birth), Count: p.Count}
	_, err = d.put(ctx, s, at, tally, func(stands proto.Message) error {
		stands.(*record.Tally).Count = p.Count
		return nil
	})
	if err != nil {
		return Proposal{}, err
	}
	return d.proposal(ctx, s, p.ID)
}

// signable says why the household does not sign a count now. There is nothing
// to wait for once all have voted.
func (r register) signable(p board.Poll, early bool, now int64) error {
	switch {
	case !r.Steward(r.me) && !p.Small():
		return ErrStewards
	case p.Withdrawn:
		return ErrEnded
	case now <= p.Closes:
		return ErrVoteOpen
	case now <= p.WaitsUntil() && !early && len(p.Counted) < len(r.Voters()):
		return ErrVoteWaiting
	}
	return nil
}

// decided returns the reference to a decision that an operation carries out:
// one that is signed and carried; none where none is named.
func (s sight) decided(prefix string) ([]byte, error) {
	if prefix == "" {
		return nil, nil
	}
	p, err := s.findPoll(prefix)
	if err != nil {
		return nil, err
	}
	if p.Final == nil {
		return nil, ErrUndecided
	}
	if outcome, _ := p.Outcome(p.Final); outcome != board.Carried {
		return nil, ErrUndecided
	}
	return slices.Clone(p.ID[:]), nil
}
