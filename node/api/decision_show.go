package api

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

var outcomes = map[board.Outcome]string{board.Undecidable: OutcomeUnknown, board.NoQuorum: OutcomeNoQuorum,
	board.Carried: OutcomeCarried, board.NotCarried: OutcomeNotCarried}

var whys = map[board.Why]string{board.Late: WhyLate, board.OtherText: WhyOtherText, board.NotVoter: WhyNoVote, board.NoOption: WhyNoOption,
	board.NotSteward: WhyNotSteward, board.Unwitnessed: WhyUnwitnessed, board.OwnBallot: WhyOwnBallot, board.Contradiction: WhyContradiction}

// Proposals returns all proposals.
func (d Desk) Proposals(ctx context.Context, p Place) (Proposals, error) {
	s, err := d.known(ctx, p.In)
	if err != nil {
		return Proposals{}, err
	}
	doc, now := Proposals{Schema: SchemaProposals, Neighbourhood: s.document(), Proposals: []Proposal{}}, d.Now()
	err = d.registered(ctx, s, func(r register) error {
		for _, p := range r.Polls() {
			doc.Proposals = append(doc.Proposals, r.proposal(p, now))
		}
		return nil
	})
	return doc, err
}

// Proposal returns one of them.
func (d Desk) Proposal(ctx context.Context, t Target) (Proposal, error) {
	s, err := d.known(ctx, t.In)
	if err != nil {
		return Proposal{}, err
	}
	id, err := d.findIn(ctx, s, t.ID, record.Kind_KIND_PROPOSAL)
	if err != nil {
		return Proposal{}, err
	}
	return d.proposal(ctx, s, id)
}

func (d Desk) proposal(ctx context.Context, s site, id protocol.RecordID) (Proposal, error) {
	var doc Proposal
	now := d.Now()
	err := d.registered(ctx, s, func(r register) error {
		p, ok := r.Poll(id)
		if !ok {
			return ErrNotFound
		}
		doc = r.proposal(p, now)
		doc.Schema, doc.Neighbourhood = SchemaProposal, s.document()
		return nil
	})
	return doc, err
}

func (r register) proposal(p board.Poll, now time.Time) Proposal {
	doc := Proposal{
		ID: p.ID.String(), Short: r.short(p.ID), Owner: r.sight.household(p.Owner), Title: p.Title, Body: p.Body,
		Options: []Option{}, Method: p.Method.Code(), Created: at(p.Created()), Closes: at(p.Closes), WaitsUntil: at(p.WaitsUntil()),
		Phase: phase(p, now), Standing: standingOf(p), Electorate: r.electorate(p), Quorum: p.Quorum(), Result: resultOf(p, p.Count),
		Votes: []VoteShown{}, NotCounted: []VoteShown{}, Signatures: []Signature{}, CarriedOut: r.carriedOut(p.ID),
	}
	for _, o := range p.Options {
		doc.Options = append(doc.Options, Option{o.Option, o.Text})
	}
	if p.Final != nil {
		final := resultOf(p, p.Final)
		doc.Final = &final
	}
	r.showVotes(p, &doc)
	for _, s := range p.Signed {
		doc.Signatures = append(doc.Signatures, Signature{r.sight.household(s.Owner), s.Steward, s.Same, resultOf(p, s.Count)})
	}
	r.showRevisions(p, &doc)
	return doc
}

func phase(p board.Poll, now time.Time) string {
	switch {
	case !now.After(at(p.Closes)):
		return PhaseOpen
	case !now.After(at(p.WaitsUntil())):
		return PhaseWaiting
	}
	return PhaseClosed
}

func standingOf(p board.Poll) string {
	switch {
	case p.Disputed:
		return PollDisputed
	case p.Final != nil:
		return PollSigned
	case p.Withdrawn:
		return PollWithdrawn
	}
	return PollProvisional
}

// electorate compares who has a vote now with who had one.
func (r register) electorate(p board.Poll) Electorate {
	now := record.ElectorateOf(r.Voters())
	return Electorate{int(p.Electorate.Households), int(now.Households), proto.Equal(now, p.Electorate)}
}

func resultOf(p board.Poll, c *record.Count) Result {
	outcome, option := p.Outcome(c)
	doc := Result{Outcome: outcomes[outcome], Option: option, Ballots: board.Ballots(c), Agree: []Agreed{},
		Abstain: int(c.Abstain), StandAside: int(c.StandAside), Block: int(c.Block), List: hex.EncodeToString(c.List)}
	for _, s := range c.Agree {
		doc.Agree = append(doc.Agree, Agreed{s.Option, int(s.Ballots)})
	}
	return doc
}

func (r register) showVotes(p board.Poll, doc *Proposal) {
	for _, v := range p.Counted {
		shown := r.vote(v, "")
		doc.Votes = append(doc.Votes, shown)
		if v.Household == r.me {
			doc.Mine = &shown
		}
	}
	for _, a := range p.Aside {
		shown := r.vote(a.Voted, whys[a.Why])
		doc.NotCounted = append(doc.NotCounted, shown)
		if a.Household == r.me && doc.Mine == nil {
			doc.Mine = &shown
		}
	}
	byName := func(a, b VoteShown) int {
		return strings.Compare(strings.ToLower(a.Household.Name), strings.ToLower(b.Household.Name))
	}
	slices.SortStableFunc(doc.Votes, byName)
	slices.SortStableFunc(doc.NotCounted, byName)
}

func (r register) vote(v board.Voted, why string) VoteShown {
	doc := VoteShown{Household: r.sight.household(v.Household), Choice: v.Choice.Code(), Option: v.Option, Reason: v.Reason,
		Via: v.Via.Code(), Ballot: r.short(v.Ballot.ID), Why: why}
	if v.Via != record.Via_VIA_DEVICE {
		doc.Recorder = r.named(v.Ballot.Owner)
	}
	return doc
}

func (r register) showRevisions(p board.Poll, doc *Proposal) {
	if birth, ok := p.Revises.Place(); ok {
		doc.Revises = birth.Record().String()
	}
	for _, later := range r.About(p.ID, record.Kind_KIND_PROPOSAL) {
		doc.RevisedBy = append(doc.RevisedBy, later.ID.String())
	}
}

func (r register) carriedOut(id protocol.RecordID) []CarriedOut {
	all := []CarriedOut{}
	for _, c := range r.Roster.CarriedOut(id) {
		doc := CarriedOut{Operation: c.Op.String(), Kind: "revoke", By: r.sight.household(c.By)}
		if c.Kind == roster.KindVouch {
			doc.Kind, doc.Role = "vouch", roles[c.Role]
		}
		if c.Target == roster.TargetHousehold {
			doc.Who = r.named(protocol.HouseholdID(c.Of))
		}
		all = append(all, doc)
	}
	return all
}
