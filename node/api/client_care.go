package api

import (
	"context"
	"net/url"
)

func inPlace(p Place) string { return "?" + url.Values{"in": {p.In}}.Encode() }

// Care returns how everybody is.
func (c *Client) Care(ctx context.Context, p Place) (Care, error) {
	return call[Care](ctx, c, "GET", "/care"+inPlace(p), nil)
}

// CheckIn says how people are.
func (c *Client) CheckIn(ctx context.Context, in CheckingIn) (CheckedIn, error) {
	return call[CheckedIn](ctx, c, "POST", "/checkins", in)
}

// Visit asks that somebody looks in on a neighbour.
func (c *Client) Visit(ctx context.Context, in Visiting) (Written, error) {
	return call[Written](ctx, c, "POST", "/visits", in)
}

// CallRoll asks every household to check in.
func (c *Client) CallRoll(ctx context.Context, in Calling) (RollCall, error) {
	return call[RollCall](ctx, c, "POST", "/rollcalls", in)
}

// RollCall returns one roll call.
func (c *Client) RollCall(ctx context.Context, t Target) (RollCall, error) {
	return call[RollCall](ctx, c, "GET", within("/rollcalls", t, inPlace(t.Place)), nil)
}

// RollCalls returns the roll calls that are open or closed in the last days.
func (c *Client) RollCalls(ctx context.Context, p Place) (RollCalls, error) {
	return call[RollCalls](ctx, c, "GET", "/rollcalls"+inPlace(p), nil)
}

// EndRollCall closes an own roll call before its time.
func (c *Client) EndRollCall(ctx context.Context, t Target) (RollCall, error) {
	return call[RollCall](ctx, c, "POST", within("/rollcalls", t, "/end"), t)
}

// Thank thanks a household.
func (c *Client) Thank(ctx context.Context, in Thanking) (Thanked, error) {
	return call[Thanked](ctx, c, "POST", "/thanks", in)
}

// Thanks returns what neighbours thank one another for.
func (c *Client) Thanks(ctx context.Context, p Place) (ThanksList, error) {
	return call[ThanksList](ctx, c, "GET", "/thanks"+inPlace(p), nil)
}
