package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"gotong/node/api"
)

// A form that may carry a photo comes in parts. The fields come first, so that
// it is known whose form it is before a photo is taken in; a photo that was
// taken in stays with the form where something else in it is wrong.

const (
	photoTime = 5 * time.Minute // that a photo may take on a bad link
	maxField  = 16 << 10        // bytes of one field
	maxParts  = 40
	photoPart = "photo"
)

// readParts reads such a form.
func (v *visit) readParts() error {
	if err := http.NewResponseController(v.w).SetReadDeadline(time.Now().Add(photoTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	parts, err := v.req.MultipartReader()
	if err != nil {
		return err
	}
	v.Typed = url.Values{}
	for range maxParts {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := v.readPart(p); err != nil {
			return err
		}
	}
	return errTooMuch
}

var errTooMuch = errors.New("web: a form with too much in it")

// readPart takes a field or a photo. What is wrong with a photo is told on the
// page, with the fields kept.
func (v *visit) readPart(p *multipart.Part) error {
	if p.FormName() != photoPart {
		text, err := io.ReadAll(io.LimitReader(p, maxField+1))
		if len(text) > maxField {
			return errTooMuch
		}
		v.Typed.Add(p.FormName(), string(text))
		return err
	}
	if p.FileName() == "" || !v.Phone.Role.may(member) || !v.ours(v.Typed.Get("form")) {
		return nil
	}
	v.In = v.Typed.Get("in")
	doc, err := v.desk().Attach(v.req.Context(), api.Attachment{Place: v.place(), Name: p.FileName()}, p)
	if err != nil {
		v.wrong = err
		return nil
	}
	v.Typed.Add("photos", doc.Token)
	return nil
}

// photoView is a photo or a document below a record.
type photoView struct {
	At, Small, Says string
	Picture         bool
}

func (v *view) photo(id string, p api.Photo) photoView {
	at := "/r/" + id + "/photo/" + p.Hash
	says := v.T("photo.by", "who", v.Who(p.Owner))
	if p.Name != "" {
		says = p.Name + ", " + says
	}
	return photoView{At: at, Small: at + "?size=small", Says: says, Picture: p.Small}
}

// showPhoto answers with a photo as the local API does, for whoever may read the
// board.
func (s *Site) showPhoto(v *visit) {
	r := v.req.Clone(v.req.Context())
	q := url.Values{"in": {v.In}}
	if size := v.Query.Get("size"); size != "" {
		q.Set("size", size)
	}
	r.URL = &url.URL{Path: "/v1/items/" + v.req.PathValue("id") + "/photos/" + v.req.PathValue("photo"), RawQuery: q.Encode()}
	if err := http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(photoTime)); err != nil {
		return
	}
	s.api.ServeHTTP(v.w, r)
}

// Photos is how many photos the form has with it already.
func (v *view) Photos() string {
	if n := len(v.Typed["photos"]); n > 0 {
		return v.T("web.photos.kept", "n", n)
	}
	return ""
}
