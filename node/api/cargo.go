package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// Sealed is a photo, document or thumbnail as it travels: nobody can read it who
// carries it.
type Sealed struct {
	In      protocol.NeighbourhoodID
	Address blob.Address
	Content int64 // bytes of what is sealed, as its record says
	Bytes   int64 // that travel
	Small   bool  // a thumbnail
	Here    bool
}

// SchemaCargo is the schema of what a stick may carry besides bundles.
const SchemaCargo = "gotong.cargo/1"

// Cargo answers Cargo: thumbnails first, then what is needed most.
type Cargo struct {
	Schema string   `json:"schema"`
	Sealed []Parcel `json:"sealed"`
}

// Parcel is one of it.
type Parcel struct {
	In      string `json:"in"`
	Address string `json:"address"` // 64 hexadecimal digits
	Content int64  `json:"content"` // bytes of what is sealed
	Bytes   int64  `json:"bytes"`   // that travel
	Small   bool   `json:"small"`   // a thumbnail
	Here    bool   `json:"here"`    // false: it should come by a stick
}

// Cargo says what photos are here to be carried, and which should come.
func (d Desk) Cargo(ctx context.Context, at Place) (Cargo, error) {
	in, err := d.loaded(ctx, Load{Place: at})
	if err != nil {
		return Cargo{}, err
	}
	all, err := d.Backend.Cargo(ctx, in)
	doc := Cargo{Schema: SchemaCargo, Sealed: []Parcel{}}
	for _, s := range all {
		doc.Sealed = append(doc.Sealed, Parcel{s.In.String(), s.Address.String(), s.Content, s.Bytes, s.Small, s.Here})
	}
	return doc, err
}

// sealed returns what a parcel names.
func (d Desk) sealed(ctx context.Context, p Parcel) (Sealed, error) {
	s, err := d.site(ctx, p.In)
	if err != nil {
		return Sealed{}, err
	}
	a, err := blob.ParseAddress(p.Address)
	if err != nil || p.Content < 0 || p.Content > protocol.MaxBlob {
		return Sealed{}, errBadRequest
	}
	return Sealed{In: s.id, Address: a, Content: p.Content}, nil
}

// SendSealed writes one that is here to w.
func (d Desk) SendSealed(ctx context.Context, p Parcel, w io.Writer) error {
	s, err := d.sealed(ctx, p)
	if err != nil {
		return err
	}
	return d.Backend.SendSealed(s.In, s.Address, w)
}

// TakenSealed answers TakeSealed.
type TakenSealed struct {
	Schema string `json:"schema"`
}

// TakeSealed keeps what r yields, if it is that.
func (d Desk) TakeSealed(ctx context.Context, p Parcel, r io.Reader) (TakenSealed, error) {
	s, err := d.sealed(ctx, p)
	if err != nil {
		return TakenSealed{}, err
	}
	return TakenSealed{SchemaCargo}, d.Backend.TakeSealed(s, r)
}

func parcelOf(r *http.Request) Parcel {
	content, err := strconv.ParseInt(r.URL.Query().Get("content"), 10, 64)
	if err != nil && r.Method == http.MethodPost {
		content = -1 // no length at all
	}
	return Parcel{In: r.URL.Query().Get("in"), Address: r.PathValue("address"), Content: content}
}

func (p Parcel) path() string {
	return "/carry/sealed/" + p.Address + "?" + url.Values{"in": {p.In}, "content": {strconv.FormatInt(p.Content, 10)}}.Encode()
}

func (h handler) sendSealed(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.stream(w, r, "application/octet-stream", func(out io.Writer) error { return d.SendSealed(r.Context(), parcelOf(r), out) })
	})
}

func (h handler) takeSealed(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc, err := d.TakeSealed(r.Context(), parcelOf(r), r.Body)
		_, _ = io.CopyN(io.Discard, r.Body, maxPassedOver) // only so that the other side can finish
		h.answer(w, r, doc, err)
	})
}

// Cargo says what photos are there to be carried, and which should come.
func (c *Client) Cargo(ctx context.Context, at Place) (Cargo, error) {
	return call[Cargo](ctx, c, "GET", "/carry/sealed?"+url.Values{"in": {at.In}}.Encode(), nil)
}

// SendSealed writes one that is there to w. What the node breaks off is ErrLost.
func (c *Client) SendSealed(ctx context.Context, p Parcel, w io.Writer) error {
	answer, err := c.do(ctx, "GET", p.path(), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	n, err := io.Copy(w, io.LimitReader(&lossy{ctx, answer.Body}, p.Bytes))
	if err == nil && n < p.Bytes {
		err = ErrLost
	}
	return err
}

// lossy says of a failed read that it was the node's.
type lossy struct {
	ctx context.Context
	io.Reader
}

func (l *lossy) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = lost(l.ctx, err)
	}
	return n, err
}

// TakeSealed hands what r yields to the node.
func (c *Client) TakeSealed(ctx context.Context, p Parcel, r io.Reader) error {
	_, err := call[TakenSealed](ctx, c, "POST", p.path(), r)
	return err
}
