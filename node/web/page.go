package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"gotong/node/api"
	"gotong/node/words"
)

// page is one page of the house: a template by its name, what it reads, and
// what its form does. post returns the path of the page to go on to.
type page struct {
	name string
	path string // as http.ServeMux takes it, without the method
	tab  string // which of the tabs it belongs to
	need Role
	get  func(*visit) (any, error)
	post func(*visit) (string, error)
}

// visit is one request of a phone that is let in.
type visit struct {
	view
	site  *Site
	w     http.ResponseWriter
	req   *http.Request
	wrong error // with a photo of the form
}

func (v *visit) desk() api.Desk        { return v.site.desk }
func (v *visit) place() api.Place      { return api.Place{In: v.In} }
func (v *visit) field(n string) string { return strings.TrimSpace(v.Typed.Get(n)) }
func (v *visit) target() api.Target    { return api.Target{Place: v.place(), ID: v.req.PathValue("id")} }

// The names of cookies that are no secret.
const (
	languageCookie = "gotong-language"
	placeCookie    = "gotong-in"
)

// known answers only phones that are let in and may; others see the door.
func (s *Site) known(need Role, do func(*visit)) http.Handler {
	return s.anyone(func(v *visit) {
		switch {
		case v.Phone.Role == "":
			v.refused(http.StatusUnauthorized, "door", doorPage{})
		case !v.Phone.Role.may(need):
			v.refused(http.StatusForbidden, "may-not", nil)
		default:
			do(v)
		}
	})
}

// refused shows a page in place of the one asked for. A program that asked for
// a document gets a problem.
func (v *visit) refused(status int, name string, page any) {
	if strings.HasPrefix(v.req.URL.Path, "/v1/") {
		api.Refuse(v.w, api.ErrNotAllowed)
		return
	}
	v.Page, v.Title = page, v.T("web.title."+name)
	v.show(status, name)
}

// anyone answers whoever asks, and knows which phone it is.
func (s *Site) anyone(do func(*visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{site: s, w: w, req: r}
		v.view = s.viewOf(r)
		if r.Method == http.MethodPost && !strings.HasPrefix(r.URL.Path, "/v1/") && v.read() != nil {
			v.refused(http.StatusRequestEntityTooLarge, "too-large", nil)
			return
		}
		if in := v.Typed.Get("in"); in != "" {
			v.In = in
		}
		do(v)
	})
}

// read reads a bounded form. Its neighbourhood is the one the form was made in.
func (v *visit) read() error {
	if strings.HasPrefix(v.req.Header.Get("Content-Type"), "multipart/") {
		if v.Query.Get("form") != "" {
			return nil // a bundle, which its page reads as it comes
		}
		return v.readParts()
	}
	v.req.Body = http.MaxBytesReader(v.w, v.req.Body, maxForm)
	if err := v.req.ParseForm(); err != nil {
		return fmt.Errorf("web: form: %w", err)
	}
	v.Typed = v.req.PostForm
	return nil
}

// mount puts a page at its path.
func (s *Site) mount(mux *http.ServeMux, p page) {
	mux.Handle("GET "+p.path, s.known(p.need, func(v *visit) { v.open(p, http.StatusOK) }))
	if p.post != nil {
		mux.Handle("POST "+p.path, s.known(p.need, func(v *visit) { v.send(p) }))
	}
}

// open shows a page; what it cannot show it says why.
func (v *visit) open(p page, status int) {
	v.Tab, v.Title = p.tab, v.T("web.title."+p.name)
	data, err := p.get(v)
	if errors.Is(err, errAnswered) {
		return
	}
	if err != nil {
		v.stuck(err)
		return
	}
	v.Page = data
	v.show(status, p.name)
}

// send does what a form says, once, and goes on. What is wrong is told on the
// same page, with all that was typed still in it.
func (v *visit) send(p page) {
	form := cmp.Or(v.Typed.Get("form"), v.Query.Get("form"))
	if !v.ours(form) {
		v.complain(p, http.StatusConflict, v.T("web.problem.stale"))
		return
	}
	to, err := v.site.done.once(v.Phone.ID+form+v.req.URL.Path, func() (string, error) {
		if v.wrong != nil {
			return "", v.wrong
		}
		return p.post(v)
	})
	if err != nil {
		v.Numbers = api.ProblemOf(err).Numbers
		v.complain(p, statusOf(err), v.problem(err))
		return
	}
	http.Redirect(v.w, v.req, to, http.StatusSeeOther)
}

// statusOf is the status that goes with an error.
func statusOf(err error) int {
	if errors.Is(err, errLastOwner) {
		return http.StatusConflict
	}
	return api.ProblemOf(err).Status
}

func (v *visit) complain(p page, status int, said string) {
	v.Problem = said
	v.open(p, status)
}

// stuck is shown where a page cannot be.
func (v *visit) stuck(err error) {
	p := api.ProblemOf(err)
	switch p.Code {
	case "no-neighbourhood":
		http.Redirect(v.w, v.req, "/start", http.StatusSeeOther)
		return
	case api.CodeWhichNeighbourhood:
		http.Redirect(v.w, v.req, "/where", http.StatusSeeOther)
		return
	case api.CodeFailed:
		v.site.log.Error("a page failed", "path", v.req.URL.Path, "error", err)
	}
	if v.Problem == "" {
		v.Problem = v.problem(err)
	}
	v.Page, v.Title = p, v.T("web.title.stuck")
	v.show(p.Status, "stuck")
}

// nowhere answers for a path that no page has.
func (s *Site) nowhere(w http.ResponseWriter, r *http.Request) {
	s.known(guest, func(v *visit) { v.stuck(api.ErrNotFound) }).ServeHTTP(w, r)
}

// part is how live.js asks for the middle of a page alone.
const part = "X-Gotong-Part"

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}
var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// show writes a page: its own template inside the frame.
func (v *visit) show(status int, name string) {
	body := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(body)
	body.Reset()
	err := v.site.looks.ExecuteTemplate(body, name, &v.view)
	if err == nil && v.req.Header.Get(part) == "" {
		v.Body = template.HTML(body.String())
		body.Reset()
		err = v.site.looks.ExecuteTemplate(body, "frame", &v.view)
	}
	if err != nil {
		v.site.log.Error("a page cannot be drawn", "page", name, "error", err)
		http.Error(v.w, v.T("problem.failed"), http.StatusInternalServerError)
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Language", v.Lang())
	h.Set("Vary", "Accept-Encoding, Cookie, Accept-Language, "+part)
	v.write(status, body.Bytes())
}

// write sends a page, packed where the browser takes that.
func (v *visit) write(status int, body []byte) {
	if !takesGzip(v.req) {
		v.w.WriteHeader(status)
		v.w.Write(body) // whoever hung up needs no answer
		return
	}
	v.w.Header().Set("Content-Encoding", "gzip")
	v.w.WriteHeader(status)
	packer := packers.Get().(*gzip.Writer)
	defer packers.Put(packer)
	packer.Reset(v.w)
	packer.Write(body)
	packer.Close()
}

// formID names a form: random, and signed for the phone it is made for, so that
// no other page can have made it.
func (s *Site) formID(p Phone) string {
	id := randomHex(8)
	return id + s.signature(p, id)
}

func (s *Site) signature(p Phone, id string) string {
	mac := hmac.New(sha256.New, []byte(p.Hash))
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// ours reports whether a form was made for this phone.
func (v *visit) ours(form string) bool {
	return len(form) == 32 && hmac.Equal([]byte(v.site.signature(v.Phone, form[:16])), []byte(form[16:]))
}

// said is the path of a page with a sentence on it: the end of a key.
func said(path, key string) string { return path + "?" + url.Values{"said": {key}}.Encode() }

// wishes are the languages that a browser asks for, its own choice first.
func wishes(r *http.Request) []string {
	var all []string
	if c, err := r.Cookie(languageCookie); err == nil {
		all = append(all, c.Value)
	}
	for _, w := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		w, _, _ = strings.Cut(w, ";")
		all = append(all, strings.TrimSpace(w))
	}
	return all
}

// setLanguage remembers a language on the phone and goes back.
func (s *Site) setLanguage(v *visit) {
	lang := words.In(v.field("to")).Lang()
	http.SetCookie(v.w, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: 400 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(v.w, v.req, back(v.field("back")), http.StatusSeeOther)
}

// back is a path of our own, whatever a form says.
func back(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

var errLastOwner = errors.New("web: the last owner's phone")
