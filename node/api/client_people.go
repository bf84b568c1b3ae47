package api

import (
	"context"
	"net/url"
)

// People returns the households of a neighbourhood.
func (c *Client) People(ctx context.Context, p Place) (People, error) {
	return call[People](ctx, c, "GET", "/people?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// Household returns the own household's profile.
func (c *Client) Household(ctx context.Context, p Place) (Profile, error) {
	return call[Profile](ctx, c, "GET", "/household?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// Present changes the own household's profile.
func (c *Client) Present(ctx context.Context, p Presenting) (Profile, error) {
	return call[Profile](ctx, c, "POST", "/household", p)
}

// Invitations returns the invitations that the household made.
func (c *Client) Invitations(ctx context.Context, p Place) (InvitationList, error) {
	return call[InvitationList](ctx, c, "GET", "/invites?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// Vouch lifts a household out of probation and into a role.
func (c *Client) Vouch(ctx context.Context, v Vouching) (Decided, error) {
	return call[Decided](ctx, c, "POST", "/vouches", v)
}

// Revoke puts a household or a device out, or closes an invitation.
func (c *Client) Revoke(ctx context.Context, v Revoking) (Decided, error) {
	return call[Decided](ctx, c, "POST", "/revocations", v)
}

// Mute hides a household's records on this node.
func (c *Client) Mute(ctx context.Context, m Muting) (MutedDoc, error) {
	return call[MutedDoc](ctx, c, "POST", "/mutes", m)
}

// Devices returns the household's devices.
func (c *Client) Devices(ctx context.Context, p Place) (DeviceList, error) {
	return call[DeviceList](ctx, c, "GET", "/devices?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// AddDevice takes a new device into the household.
func (c *Client) AddDevice(ctx context.Context, a Adding) (Decided, error) {
	return call[Decided](ctx, c, "POST", "/devices", a)
}

// Pair makes the node a further device of another's household.
func (c *Client) Pair(ctx context.Context, p Pairing) (Paired, error) {
	return call[Paired](ctx, c, "POST", "/devices/pair", p)
}

// LeaveHub ends this hub's carrying of a neighbourhood.
func (c *Client) LeaveHub(ctx context.Context, p Place) (Left, error) {
	return call[Left](ctx, c, "POST", "/hub/leave", p)
}

// Hub returns the key that the node shows as a hub.
func (c *Client) Hub(ctx context.Context) (Hub, error) {
	return call[Hub](ctx, c, "GET", "/hub", nil)
}

// AllowHub vouches for a hub by its key.
func (c *Client) AllowHub(ctx context.Context, a Allowing) (Invited, error) {
	return call[Invited](ctx, c, "POST", "/hub/allow", a)
}
