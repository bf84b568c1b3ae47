package api

import (
	"context"
	"net/url"
)

// Notices returns the notices that hold now, or all.
func (c *Client) Notices(ctx context.Context, p Place, all bool) (NoticeList, error) {
	show := ShowOpen
	if all {
		show = ShowAll
	}
	return call[NoticeList](ctx, c, "GET", "/notices?"+url.Values{"in": {p.In}, "show": {string(show)}}.Encode(), nil)
}

// Notice returns one notice.
func (c *Client) Notice(ctx context.Context, t Target) (NoticeShown, error) {
	return call[NoticeShown](ctx, c, "GET", within("/notices", t, "?"+url.Values{"in": {t.In}}.Encode()), nil)
}

// Notify writes a notice.
func (c *Client) Notify(ctx context.Context, n NoticeDraft) (NoticeShown, error) {
	return call[NoticeShown](ctx, c, "POST", "/notices", n)
}

// Read says that the household has read a notice.
func (c *Client) Read(ctx context.Context, t Target) (NoticeShown, error) {
	return call[NoticeShown](ctx, c, "POST", within("/notices", t, "/read"), t)
}

// Moderation lists what stewards say about records.
func (c *Client) Moderation(ctx context.Context, p Place) (ModerationList, error) {
	return call[ModerationList](ctx, c, "GET", "/moderation?"+url.Values{"in": {p.In}}.Encode(), nil)
}

// Moderate says a steward's word about a record.
func (c *Client) Moderate(ctx context.Context, m Moderating) (ModeratedItem, error) {
	return call[ModeratedItem](ctx, c, "POST", within("/records", m.Target, "/moderation"), m)
}
