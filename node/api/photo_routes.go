package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

func viewingOf(r *http.Request) Viewing {
	return Viewing{targetOf(r), r.PathValue("photo"), r.URL.Query().Get("size") == "small"}
}

// attachTime bounds how long a file may take to come in.
const attachTime = 5 * time.Minute

// maxPassedOver bounds what is read of a file that was refused, so that whoever
// sends it hears the answer.
const maxPassedOver = 32 << 20

// attach takes the body in as it comes, for as long as it takes. One that says
// that it is too large is refused before it is read.
func (h handler) attach(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(attachTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if r.ContentLength > maxPassedOver {
			h.answer(w, r, nil, ErrPhotoLarge)
			return
		}
		doc, err := d.Attach(r.Context(), Attachment{Place{r.URL.Query().Get("in")}, r.URL.Query().Get("name")}, r.Body)
		if err != nil {
			_, _ = io.CopyN(io.Discard, r.Body, maxPassedOver) // only so that the other side can finish
		}
		h.answer(w, r, doc, err)
	})
}

// shown are the types that a browser may show; anything else is a file to keep.
var shown = map[string]string{
	"image/jpeg": "image/jpeg", "application/pdf": "application/pdf",
	"text/plain": "text/plain; charset=utf-8", "text/markdown": "text/plain; charset=utf-8",
}

// showPhoto answers with the content, or with a part of it, and brings it first
// where it is not here. What a neighbour wrote is shown as what it is and does
// nothing in a browser.
func (h handler) showPhoto(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := viewingOf(r)
		p, content, err := d.Open(r.Context(), v)
		if errors.Is(err, ErrPhotoElsewhere) {
			if _, err = d.Bring(r.Context(), v, nil); err == nil {
				p, content, err = d.Open(r.Context(), v)
			}
		}
		if err != nil {
			h.answer(w, r, nil, err)
			return
		}
		defer content.Close()
		photoHeader(w.Header(), p, v.Small)
		http.ServeContent(w, r, "", time.Time{}, content)
	})
}

func photoHeader(header http.Header, p Photo, small bool) {
	kind, inline := shown[p.Mime]
	if small {
		kind, inline = shown["image/jpeg"], true
	}
	if !inline {
		kind = "application/octet-stream"
	}
	header.Set("Content-Type", kind)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cache-Control", "private, max-age=31536000, immutable")
	header.Set("ETag", `"`+p.Hash+map[bool]string{true: "-small"}[small]+`"`)
	if p.Name != "" {
		way := "inline"
		if !inline {
			way = "attachment"
		}
		header.Set("Content-Disposition", mime.FormatMediaType(way, map[string]string{"filename": p.Name}))
	}
}

// bring writes one line whenever there is more of it, and a last one that says
// how it ended.
func (h handler) bring(d Desk) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, lines := http.NewResponseController(w), json.NewEncoder(w)
		begun := false
		say := func(b Brought) error {
			if !begun {
				w.Header().Set("Content-Type", "application/x-ndjson")
				begun = true
			}
			return errors.Join(lines.Encode(b), out.Flush())
		}
		doc, err := d.Bring(r.Context(), viewingOf(r), say)
		switch {
		case err == nil:
			_ = say(doc) // whoever hung up does not want to know
		case begun:
			_ = say(Brought{Schema: SchemaBringing, Problem: ProblemOf(err)})
		default:
			h.answer(w, r, nil, err)
		}
	})
}
