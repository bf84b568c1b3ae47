package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gotong/node/api"
	"gotong/node/words"
)

// tongue is what a page is said in; *words.Tongue is one.
type tongue interface {
	Say(key string, args words.Args) string
	Has(key string) bool
	Ago(at, now time.Time) string
	When(at, now time.Time) string
	Lang() string
}

// tongueOf is the language of a request. Tests put another in its place.
var tongueOf = func(r *http.Request) tongue { return words.In(wishes(r)...) }

// view is what a template is given.
type view struct {
	tongue
	Title   string
	Tab     string
	Phone   Phone
	In      string // the neighbourhood, as its id or the beginning of it; empty: the only one
	Name    string // of the neighbourhood, once a page has read it
	Path    string
	Query   url.Values
	Typed   url.Values // what a form held that could not be obeyed
	Problem string     // why
	Numbers []api.NumberFound
	Form    string // names the forms of this page
	Live    string // what news the page waits for: of one record, or "*" of any
	Mark    string // how far it has heard
	Page    any
	Body    template.HTML // the page inside its frame
	now     time.Time
}

func (s *Site) viewOf(r *http.Request) view {
	v := view{tongue: tongueOf(r), Path: r.URL.RequestURI(), Query: r.URL.Query(), now: s.now(), Mark: s.live.mark()}
	if c, err := r.Cookie(s.phones.kept.Cookie); err == nil {
		v.Phone, _ = s.phones.of(c.Value)
	}
	if c, err := r.Cookie(placeCookie); err == nil {
		v.In = c.Value
	}
	if r.Method != http.MethodGet {
		v.Path = r.URL.Path
	}
	if v.Phone.Role != "" {
		v.Form = s.formID(v.Phone)
	}
	return v
}

// T says what is under a key; pairs are the names and values of its places.
func (v *view) T(key string, pairs ...any) string {
	args := words.Args{"gotong": "gotong"}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return v.Say(key, args)
}

// With is the same view of a part of its page, for a template of that part.
func (v *view) With(part any) *view {
	of := *v
	of.Page = part
	return &of
}

// Was is what was typed into a field before something went wrong.
func (v *view) Was(field string) string { return v.Typed.Get(field) }

// Chosen reports whether code was chosen in a list, or is what it starts with.
func (v *view) Chosen(field, code, first string) bool {
	if v.Typed.Has(field) {
		return v.Typed.Get(field) == code
	}
	return code == first
}

// Said is the sentence that the page before this one left.
func (v *view) Said() string {
	key := "web.said." + v.Query.Get("said")
	if v.Query.Get("said") == "" || !v.Has(key) {
		return ""
	}
	return v.T(key)
}

// May reports whether this phone may do what needs a role.
func (v *view) May(need string) bool { return v.Phone.Role.may(Role(need)) }

// Time says a moment with its zone, where that is one of the archipelago's.
func (v *view) Time(at time.Time) string {
	text := v.When(at, v.now)
	if zone, _ := at.In(v.now.Location()).Zone(); slices.Contains([]string{"WIB", "WITA", "WIT"}, zone) {
		text += " " + zone
	}
	return text
}

// Since says how long ago a moment was.
func (v *view) Since(at time.Time) string { return v.Ago(at, v.now) }

// Other is the language that the page can be read in instead.
func (v *view) Other() string {
	if v.Lang() == "id" {
		return "en"
	}
	return "id"
}

// hidden are the fields of every form: which one it is, and for where.
func (v *view) Hidden() template.HTML {
	return template.HTML(`<input type="hidden" name="form" value="` + v.Form + `"><input type="hidden" name="in" value="` +
		template.HTMLEscapeString(v.In) + `">`)
}

// named says the word for a code, the code itself where there is none.
func (v *view) named(family, code string) string {
	if code == "" || !v.Has(family+code) {
		return words.Plain(code)
	}
	return v.T(family + code)
}

// problem says what went wrong and what to do about it.
func (v *view) problem(err error) string {
	if errors.Is(err, errLastOwner) {
		return v.T("web.problem.last-owner")
	}
	p := api.ProblemOf(err)
	key := "problem." + p.Code
	switch {
	case p.Code == "invite" && p.Group > 0:
		key = "problem.invite-group"
	case p.Code == "device-code" && p.Group > 0:
		key = "problem.device-code-group"
	}
	if own := "web." + key; v.Has(own) {
		key = own
	} else if said := v.T(key); strings.Contains(said, "gotong ") || strings.Contains(said, "--") {
		key = "web.problem.other" // its own sentence sends people to a terminal
	}
	return v.T(key, "prefix", p.Prefix, "group", p.Group, "field", v.named("field.", p.Field), "why", v.named("why.", p.Why))
}

// parseLooks reads every template.
func parseLooks() (*template.Template, error) {
	all, err := template.New("").Funcs(template.FuncMap{"join": strings.Join}).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return all, nil
}
