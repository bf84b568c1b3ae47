package api

import "context"

// Proposals returns what is to be decided.
func (c *Client) Proposals(ctx context.Context, p Place) (Proposals, error) {
	return call[Proposals](ctx, c, "GET", "/proposals"+inPlace(p), nil)
}

// Proposal returns one proposal.
func (c *Client) Proposal(ctx context.Context, t Target) (Proposal, error) {
	return call[Proposal](ctx, c, "GET", within("/proposals", t, inPlace(t.Place)), nil)
}

// Propose asks the households for a decision.
func (c *Client) Propose(ctx context.Context, in Proposing) (Proposal, error) {
	return call[Proposal](ctx, c, "POST", "/proposals", in)
}

// WithdrawProposal takes back an own proposal.
func (c *Client) WithdrawProposal(ctx context.Context, t Target) (Proposal, error) {
	return call[Proposal](ctx, c, "POST", within("/proposals", t, "/withdraw"), t)
}

// Vote casts the household's ballot, or records a sheet.
func (c *Client) Vote(ctx context.Context, in Voting) (Balloted, error) {
	return call[Balloted](ctx, c, "POST", within("/proposals", in.Target, "/votes"), in)
}

// Witness confirms a sheet.
func (c *Client) Witness(ctx context.Context, t Target) (Balloted, error) {
	return call[Balloted](ctx, c, "POST", within("/ballots", t, "/witnesses"), t)
}

// Sign signs the count of a proposal.
func (c *Client) Sign(ctx context.Context, in Signing) (Proposal, error) {
	return call[Proposal](ctx, c, "POST", within("/proposals", in.Target, "/signatures"), in)
}
