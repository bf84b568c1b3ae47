package api

import (
	"context"
	"net/url"
	"strconv"
)

// Guides returns the guides.
func (c *Client) Guides(ctx context.Context, p Place, all bool) (GuideList, error) {
	return call[GuideList](ctx, c, "GET", "/guides?"+url.Values{"in": {p.In}, "all": {strconv.FormatBool(all)}}.Encode(), nil)
}

// Guide returns one guide whole.
func (c *Client) Guide(ctx context.Context, t Target) (GuideDoc, error) {
	return call[GuideDoc](ctx, c, "GET", within("/guides", t, "?"+url.Values{"in": {t.In}}.Encode()), nil)
}

// Teach writes a guide.
func (c *Client) Teach(ctx context.Context, d GuideDraft) (GuideDoc, error) {
	return call[GuideDoc](ctx, c, "POST", "/guides", d)
}

// Recommend is a steward's word on a guide.
func (c *Client) Recommend(ctx context.Context, r Recommending) (GuideDoc, error) {
	return call[GuideDoc](ctx, c, "POST", within("/guides", r.Target, "/recommendations"), r)
}

// Unteach takes an own guide back.
func (c *Client) Unteach(ctx context.Context, t Target) (Gone, error) {
	return call[Gone](ctx, c, "POST", within("/guides", t, "/end"), t)
}

// Search finds words in what is on the board.
func (c *Client) Search(ctx context.Context, s Searching) (FoundList, error) {
	return call[FoundList](ctx, c, "GET", "/search?"+url.Values{"in": {s.In}, "text": {s.Text}, "kind": {s.Kind}}.Encode(), nil)
}
