package api

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Gatherings returns the events.
func (c *Client) Gatherings(ctx context.Context, q GatheringQuery) (GatheringList, error) {
	return call[GatheringList](ctx, c, "GET", "/events?"+url.Values{"in": {q.In}, "all": {strconv.FormatBool(q.All)}}.Encode(), nil)
}

// Gathering returns one event.
func (c *Client) Gathering(ctx context.Context, q GatheringQuery) (GatheringDoc, error) {
	values := url.Values{"in": {q.In}}
	if !q.On.IsZero() {
		values.Set("on", q.On.UTC().Format(time.RFC3339))
	}
	return call[GatheringDoc](ctx, c, "GET", within("/events", q.Target, "?"+values.Encode()), nil)
}

// Hold writes an event.
func (c *Client) Hold(ctx context.Context, d GatheringDraft) (GatheringDoc, error) {
	return call[GatheringDoc](ctx, c, "POST", "/events", d)
}

// Move gives an own event other hours.
func (c *Client) Move(ctx context.Context, m Moving) (GatheringDoc, error) {
	return call[GatheringDoc](ctx, c, "POST", within("/events", m.Target, "/times"), m)
}

// CallOff says that an own event does not take place.
func (c *Client) CallOff(ctx context.Context, t Target) (GatheringDoc, error) {
	return call[GatheringDoc](ctx, c, "POST", within("/events", t, "/off"), t)
}

// Answer says whether the household comes.
func (c *Client) Answer(ctx context.Context, a Answering) (GatheringDoc, error) {
	return call[GatheringDoc](ctx, c, "POST", within("/events", a.Target, "/answers"), a)
}

// Admit gives an answer a place.
func (c *Client) Admit(ctx context.Context, s Seating) (GatheringDoc, error) {
	return call[GatheringDoc](ctx, c, "POST", within("/events", s.Target, "/admissions"), s)
}

// Attended says who came.
func (c *Client) Attended(ctx context.Context, s Seating) (GatheringDoc, error) {
	return call[GatheringDoc](ctx, c, "POST", within("/events", s.Target, "/attendance"), s)
}
