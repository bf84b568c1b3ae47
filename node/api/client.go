package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// Client speaks the verbs to the node that runs in a directory. Its methods are
// those of [Desk]; what fails is a [Problem], ErrNotRunning, ErrLost or
// ErrNotAllowed.
type Client struct{ http *http.Client }

// maxAnswer bounds what a client reads of a document, in bytes.
const maxAnswer = 64 << 20

const dialTime = 5 * time.Second

// NewClient returns a client of the node in dir. It connects when it is used.
func NewClient(dir string) (*Client, error) {
	path, err := SocketPath(dir)
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, "unix", path)
		return conn, absent(err)
	}
	return &Client{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, nil
}

// absent tells why there is no connection.
func absent(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w: %w", ErrNotRunning, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", ErrNotAllowed, err)
	}
	return err
}

// Status returns how the node is.
func (c *Client) Status(ctx context.Context) (Report, error) {
	return call[Report](ctx, c, "GET", "/status", nil)
}

// Peers returns the nodes known.
func (c *Client) Peers(ctx context.Context) (PeerList, error) {
	return call[PeerList](ctx, c, "GET", "/peers", nil)
}

// List returns requests and offers.
func (c *Client) List(ctx context.Context, q Query) (List, error) {
	query := url.Values{"in": {q.In}, "show": {string(q.Show)}}
	for name, text := range map[string]string{"text": q.Text, "kind": q.Kind} {
		if text != "" {
			query.Set(name, text)
		}
	}
	for name, n := range map[string]int{"skip": q.Skip, "most": q.Most} {
		if n > 0 {
			query.Set(name, strconv.Itoa(n))
		}
	}
	return call[List](ctx, c, "GET", "/items?"+query.Encode(), nil)
}

// Show returns one request or offer.
func (c *Client) Show(ctx context.Context, t Target) (Shown, error) {
	return call[Shown](ctx, c, "GET", item(t, "?"+url.Values{"in": {t.In}}.Encode()), nil)
}

// Create founds a neighbourhood.
func (c *Client) Create(ctx context.Context, f Founding) (Joined, error) {
	return call[Joined](ctx, c, "POST", "/neighbourhoods", f)
}

// Join joins the neighbourhood of an invitation.
func (c *Client) Join(ctx context.Context, j Joining) (Joined, error) {
	return call[Joined](ctx, c, "POST", "/neighbourhoods/join", j)
}

// Invite makes an invitation.
func (c *Client) Invite(ctx context.Context, i Inviting) (Invited, error) {
	return call[Invited](ctx, c, "POST", "/invites", i)
}

// Ask writes a request.
func (c *Client) Ask(ctx context.Context, d Draft) (Written, error) {
	return call[Written](ctx, c, "POST", "/requests", d)
}

// Offer writes an offer.
func (c *Client) Offer(ctx context.Context, d Draft) (Written, error) {
	return call[Written](ctx, c, "POST", "/offers", d)
}

// Pledge promises help.
func (c *Client) Pledge(ctx context.Context, p Promise) (Written, error) {
	return call[Written](ctx, c, "POST", item(p.Target, "/pledges"), p)
}

// Accept says yes to a pledge.
func (c *Client) Accept(ctx context.Context, y Yes) (Written, error) {
	return call[Written](ctx, c, "POST", item(y.Target, "/acceptances"), y)
}

// Arrived says that something arrived.
func (c *Client) Arrived(ctx context.Context, a Arrival) (Written, error) {
	return call[Written](ctx, c, "POST", item(a.Target, "/receipts"), a)
}

// Comment remarks.
func (c *Client) Comment(ctx context.Context, r Remark) (Written, error) {
	return call[Written](ctx, c, "POST", item(r.Target, "/comments"), r)
}

// Confide sets the contact of an own request or offer.
func (c *Client) Confide(ctx context.Context, in Confidence) (Written, error) {
	return call[Written](ctx, c, "POST", item(in.Target, "/contact"), in)
}

// Withdraw takes back an own record.
func (c *Client) Withdraw(ctx context.Context, t Target) (Written, error) {
	return call[Written](ctx, c, "POST", item(t, "/withdraw"), t)
}

// Edit changes an own request or offer.
func (c *Client) Edit(ctx context.Context, e Editing) (Written, error) {
	return call[Written](ctx, c, "POST", item(e.Target, "/edit"), e)
}

// Totals counts a month and shows what was published.
func (c *Client) Totals(ctx context.Context, in Counting) (Totals, error) {
	return call[Totals](ctx, c, "GET", "/totals?"+url.Values{"in": {in.In}, "month": {in.Month}}.Encode(), nil)
}

// Publish writes down what a month came to.
func (c *Client) Publish(ctx context.Context, in Counting) (Totals, error) {
	return call[Totals](ctx, c, "POST", "/totals", in)
}

// Copy says an own request or offer in another neighbourhood too.
func (c *Client) Copy(ctx context.Context, in Copying) (Written, error) {
	return call[Written](ctx, c, "POST", item(in.Target, "/copies"), in)
}

// Close ends an own request or offer.
func (c *Client) Close(ctx context.Context, e Ending) (Written, error) {
	return call[Written](ctx, c, "POST", item(e.Target, "/close"), e)
}

// Watch subscribes and returns a function that hands on each change, as
// [Desk.Watch] does; ErrLost when the node goes away.
func (c *Client) Watch(ctx context.Context) (func(each func(Change) error) error, error) {
	answer, err := c.do(ctx, "GET", "/watch", nil)
	if err != nil {
		return nil, err
	}
	return func(each func(Change) error) error {
		defer answer.Body.Close()
		lines := json.NewDecoder(answer.Body)
		for {
			var change Change
			if err := lines.Decode(&change); err != nil {
				return lost(ctx, err)
			}
			if err := each(change); err != nil {
				return err
			}
		}
	}, nil
}

// item returns the path of a request or an offer.
func item(t Target, rest string) string { return within("/items", t, rest) }

// within returns the path of a record in a collection. What cannot be an id
// becomes "-", which names none, so that it cannot name another path either.
func within(collection string, t Target, rest string) string {
	id := t.ID
	if id == "" || strings.IndexFunc(id, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) >= 0 {
		id = "-"
	}
	return collection + "/" + url.PathEscape(id) + rest
}

// call sends in as the body, where there is one, and reads the document.
func call[Out any](ctx context.Context, c *Client, method, path string, in any) (Out, error) {
	var doc, none Out
	answer, err := c.do(ctx, method, path, in)
	if err != nil {
		return none, err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&doc); err != nil {
		return none, lost(ctx, err)
	}
	return doc, nil
}

// do sends a request and returns its answer, or the problem it is.
func (c *Client) do(ctx context.Context, method, path string, in any) (*http.Response, error) {
	body, err := bodyOf(in)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://gotong/v1"+path, body)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, lost(ctx, err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	defer answer.Body.Close()
	problem := new(Problem)
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxRequest)).Decode(problem); err != nil {
		return nil, lost(ctx, err)
	}
	return nil, problem
}

// bodyOf returns what is sent: a stream as it is, anything else as JSON.
func bodyOf(in any) (io.Reader, error) {
	if in == nil {
		return nil, nil
	}
	if stream, ok := in.(io.Reader); ok {
		return stream, nil
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("api: encode: %w", err)
	}
	return bytes.NewReader(body), nil
}

// lost tells a node that went away from one that was not there, and from a
// caller who gave up.
func lost(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, ErrNotRunning), errors.Is(err, ErrNotAllowed):
		return err
	}
	return fmt.Errorf("%w: %w", ErrLost, err)
}
