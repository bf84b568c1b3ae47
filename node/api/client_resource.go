package api

import (
	"context"
	"net/url"
	"strconv"
)

// Resources returns what there is.
func (c *Client) Resources(ctx context.Context, q ResourceQuery) (ResourceList, error) {
	return call[ResourceList](ctx, c, "GET", "/resources?"+url.Values{"in": {q.In}, "all": {strconv.FormatBool(q.All)}}.Encode(), nil)
}

// Resource returns one resource.
func (c *Client) Resource(ctx context.Context, q ResourceQuery) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "GET", within("/resources", q.Target, "?"+url.Values{"in": {q.In}}.Encode()), nil)
}

// Keep writes a resource.
func (c *Client) Keep(ctx context.Context, d ResourceDraft) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", "/resources", d)
}

// MoveStock notes what went into a stock or out of it.
func (c *Client) MoveStock(ctx context.Context, m StockMove) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", within("/resources", m.Target, "/stock"), m)
}

// Empty says that there is none of a resource any longer.
func (c *Client) Empty(ctx context.Context, t Target) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", within("/resources", t, "/end"), t)
}

// StillThere says that a resource is there as before.
func (c *Client) StillThere(ctx context.Context, t Target) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", within("/resources", t, "/still"), t)
}

// Borrow asks for some of a resource.
func (c *Client) Borrow(ctx context.Context, b Borrowing) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", within("/resources", b.Target, "/loans"), b)
}

// Lend says yes to who asked for it.
func (c *Client) Lend(ctx context.Context, l Lending) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", within("/resources", l.Target, "/lend"), l)
}

// GotBack says that a loan is back.
func (c *Client) GotBack(ctx context.Context, l Lending) (ResourceDoc, error) {
	return call[ResourceDoc](ctx, c, "POST", within("/resources", l.Target, "/back"), l)
}

// Members returns what people can do.
func (c *Client) Members(ctx context.Context, p Place) (MemberList, error) {
	return call[MemberList](ctx, c, "GET", "/members?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// SetMember says what a person of the household can do.
func (c *Client) SetMember(ctx context.Context, d MemberDraft) (MemberDoc, error) {
	return call[MemberDoc](ctx, c, "POST", "/members", d)
}
