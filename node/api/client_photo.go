package api

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
)

// Attach sends a photo or a document.
func (c *Client) Attach(ctx context.Context, a Attachment, r io.Reader) (Attached, error) {
	return call[Attached](ctx, c, "POST", "/photos?"+url.Values{"in": {a.In}, "name": {a.Name}}.Encode(), r)
}

func (v Viewing) path(rest string) string {
	query := url.Values{"in": {v.In}}
	if v.Small {
		query.Set("size", "small")
	}
	photo := v.Photo
	if photo == "" {
		photo = "1"
	}
	return item(v.Target, "/photos/"+url.PathEscape(photo)+rest+"?"+query.Encode())
}

// Bring brings a photo that is not here; see is told how far it is.
func (c *Client) Bring(ctx context.Context, v Viewing, see func(Brought) error) (Brought, error) {
	answer, err := c.do(ctx, "POST", v.path("/bring"), nil)
	if err != nil {
		return Brought{}, err
	}
	defer answer.Body.Close()
	for lines := json.NewDecoder(answer.Body); ; {
		var doc Brought
		if err := lines.Decode(&doc); err != nil {
			return Brought{}, lost(ctx, err)
		}
		switch {
		case doc.Problem != nil:
			return Brought{}, doc.Problem
		case doc.Done:
			return doc, nil
		}
		if see != nil {
			if err := see(doc); err != nil {
				return Brought{}, err
			}
		}
	}
}

// Open reads a photo, which is brought first where it is not here. Whoever reads
// it closes it.
func (c *Client) Open(ctx context.Context, v Viewing) (io.ReadCloser, error) {
	answer, err := c.do(ctx, "GET", v.path(""), nil)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}
