package api

import (
	"context"
	"net/url"
	"strconv"
)

// Projects returns the projects.
func (c *Client) Projects(ctx context.Context, p Place, all bool) (ProjectList, error) {
	return call[ProjectList](ctx, c, "GET", "/projects?"+url.Values{"in": {p.In}, "all": {strconv.FormatBool(all)}}.Encode(), nil)
}

// Project returns one project.
func (c *Client) Project(ctx context.Context, t Target) (ProjectDoc, error) {
	return call[ProjectDoc](ctx, c, "GET", within("/projects", t, "?"+url.Values{"in": {t.In}}.Encode()), nil)
}

// Rebuild writes a project.
func (c *Client) Rebuild(ctx context.Context, d ProjectDraft) (ProjectDoc, error) {
	return call[ProjectDoc](ctx, c, "POST", "/projects", d)
}

// AddPart adds a record or photos to a project, or takes a record out again.
func (c *Client) AddPart(ctx context.Context, p PartDraft) (ProjectDoc, error) {
	return call[ProjectDoc](ctx, c, "POST", within("/projects", p.Target, "/parts"), p)
}

// Finish says that an own project has ended.
func (c *Client) Finish(ctx context.Context, t Target) (ProjectDoc, error) {
	return call[ProjectDoc](ctx, c, "POST", within("/projects", t, "/end"), t)
}
