package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"gotong/protocol"
)

// Carriage counts what became of the items of a bundle.
type Carriage struct {
	New       int  `json:"new"`
	Known     int  `json:"known"`     // here already, or older than what is here
	Unknown   int  `json:"unknown"`   // by somebody, or of a version, that this node does not know yet
	Bad       int  `json:"bad"`       // forged or malformed
	Elsewhere int  `json:"elsewhere"` // of neighbourhoods this node is not in
	Damaged   bool `json:"damaged"`   // the bundle is cut short or altered
}

// Carried answers CarryIn.
type Carried struct {
	Schema string `json:"schema"`
	Carriage
	DryRun bool `json:"dry_run,omitempty"`
}

// Add sums up two.
func (c Carriage) Add(d Carriage) Carriage {
	return Carriage{
		New: c.New + d.New, Known: c.Known + d.Known, Unknown: c.Unknown + d.Unknown,
		Bad: c.Bad + d.Bad, Elsewhere: c.Elsewhere + d.Elsewhere, Damaged: c.Damaged || d.Damaged,
	}
}

// Load says what a bundle is to hold: all that is kept of one neighbourhood,
// or of every one where In is empty, its sections named under Salt.
type Load struct {
	Place
	Salt [16]byte
}

// CarryOut writes a bundle to w.
func (d Desk) CarryOut(ctx context.Context, l Load, w io.Writer) error {
	in, err := d.loaded(ctx, l)
	if err != nil {
		return err
	}
	return d.Backend.CarryOut(ctx, in, l.Salt, w)
}

func (d Desk) loaded(ctx context.Context, l Load) ([]protocol.NeighbourhoodID, error) {
	if l.In != "" {
		s, err := d.site(ctx, l.In)
		return []protocol.NeighbourhoodID{s.id}, err
	}
	all := d.Backend.Neighbourhoods()
	if len(all) == 0 {
		return nil, ErrNoNeighbourhood
	}
	return all, nil
}

// CarryIn takes a bundle in, or with dry only says what would become of it.
func (d Desk) CarryIn(ctx context.Context, r io.Reader, dry bool) (Carried, error) {
	counts, err := d.Backend.CarryIn(ctx, r, dry)
	return Carried{Schema: SchemaCarried, Carriage: counts, DryRun: dry}, err
}

const typeBundle = "application/vnd.gotong.bundle"

// carryOut streams a bundle: one without its end counts as cut short.
func (h handler) carryOut(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l := Load{Place: Place{In: r.URL.Query().Get("in")}}
		salt, err := hex.DecodeString(r.URL.Query().Get("salt"))
		if err != nil || len(salt) != len(l.Salt) {
			answerProblem(w, errBadRequest)
			return
		}
		l.Salt = [16]byte(salt)
		h.stream(w, r, typeBundle, func(out io.Writer) error { return d.CarryOut(r.Context(), l, out) })
	})
}

// stream answers with what write writes. What fails once it flows breaks the
// connection off.
func (h handler) stream(w http.ResponseWriter, r *http.Request, mime string, write func(io.Writer) error) {
	out := &flow{ResponseWriter: w, mime: mime}
	switch err := write(out); {
	case err != nil && out.begun:
		h.log.Debug("a stream ended", "verb", r.Pattern, "error", err)
		panic(http.ErrAbortHandler)
	case err != nil:
		h.answer(w, r, nil, err)
	}
}

// flow knows whether a body has begun, after which there is no other answer.
type flow struct {
	http.ResponseWriter
	mime  string
	begun bool
}

func (f *flow) Write(b []byte) (int, error) {
	if !f.begun {
		f.Header().Set("Content-Type", f.mime)
		f.begun = true
	}
	return f.ResponseWriter.Write(b)
}

// carryIn reads the body as it comes, for as long as it takes: it may be a
// serial line. What is left of one that is no bundle is passed over, so that
// whoever sends it hears the answer.
func (h handler) carryIn(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		doc, err := d.CarryIn(r.Context(), r.Body, r.URL.Query().Get("dry-run") != "")
		if err != nil || doc.Damaged {
			_, _ = io.Copy(io.Discard, r.Body) // only so that the other side can finish
		}
		h.answer(w, r, doc, err)
	})
}

// CarryOut returns the bundle as it comes; whoever reads it closes it.
func (c *Client) CarryOut(ctx context.Context, l Load) (io.ReadCloser, error) {
	query := url.Values{"in": {l.In}, "salt": {hex.EncodeToString(l.Salt[:])}}
	answer, err := c.do(ctx, "GET", "/carry?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

// CarryIn takes in the bundle that r yields.
func (c *Client) CarryIn(ctx context.Context, r io.Reader, dry bool) (Carried, error) {
	path := "/carry"
	if dry {
		path += "?dry-run=1"
	}
	answer, err := c.do(ctx, "POST", path, r)
	if err != nil {
		return Carried{}, err
	}
	defer answer.Body.Close()
	var doc Carried
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&doc); err != nil {
		return Carried{}, lost(ctx, err)
	}
	return doc, nil
}
