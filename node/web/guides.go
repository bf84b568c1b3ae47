package web

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"

	"gotong/node/api"
)

func guidesPage() page {
	return page{name: "guides", path: "/guides", tab: "more", need: guest, get: readGuides}
}

// guideView is a guide; in a list without its text.
type guideView struct {
	ID, Title, Who, Says string
	Text                 template.HTML
	Checklist            []string
	Documents            []photoView
	Newer                *foundView
	Steward, Ours        bool // we may recommend it, and do
}

func readGuides(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().Guides(v.req.Context(), v.place(), false)
	if err != nil {
		return nil, err
	}
	v.Live = everything
	var all []guideView
	for _, g := range doc.Guides {
		all = append(all, v.guide(g))
	}
	return all, nil
}

func (v *view) guide(g api.Guide) guideView {
	view := guideView{ID: g.ID, Title: g.Title, Who: v.Who(g.Owner)}
	if n := len(g.Recommended); n > 0 {
		view.Says = v.T("guide.recommended", "n", n)
	}
	for _, by := range g.Recommended {
		view.Ours = view.Ours || by.Me
	}
	for _, c := range g.Checklist {
		view.Checklist = append(view.Checklist, c.Text)
	}
	return view
}

func guidePage() page {
	return page{name: "guide", path: "/guides/{id}", tab: "more", need: guest, get: readGuide, post: recommendGuide}
}

func readGuide(v *visit) (any, error) {
	standing, err := v.settled()
	if err != nil {
		return nil, err
	}
	doc, err := v.desk().Guide(v.req.Context(), v.target())
	if err != nil {
		return nil, err
	}
	g := v.guide(doc.Guide)
	for _, p := range doc.Guide.Documents {
		p.Owner = doc.Guide.Owner
		g.Documents = append(g.Documents, v.photo(g.ID, p))
	}
	if n := doc.Guide.Newer; n != nil {
		g.Newer = &foundView{Title: n.Title, At: "/guides/" + n.ID}
	}
	g.Steward = leads(standing.Role) && v.Phone.Role.may(owner)
	g.Text, err = markdown(doc.Guide.Text)
	v.Title = cut(g.Title, 60)
	return g, err
}

// prose is all that a neighbour's Markdown may become: no pictures from
// elsewhere, no classes, no scripts.
var prose = bluemonday.NewPolicy().AllowElements("h2", "h3", "h4", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "code", "blockquote")

// markdown draws the text of a guide. Raw HTML in it is dropped, and a link is
// its words: where it leads cannot be told by a look at it.
func markdown(text string) (template.HTML, error) {
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(text), &b); err != nil {
		return "", err
	}
	lower := strings.NewReplacer("<h1>", "<h2>", "</h1>", "</h2>").Replace(b.String()) // the page has its own h1
	return template.HTML(prose.Sanitize(lower)), nil
}

func recommendGuide(v *visit) (string, error) {
	if !v.Phone.Role.may(owner) {
		return "", api.ErrNotAllowed
	}
	_, err := v.desk().Recommend(v.req.Context(), api.Recommending{Target: v.target(), Not: v.field("do") == "not"})
	return said("/guides/"+v.req.PathValue("id"), "recommended"), err
}

func newGuidePage() page {
	return page{name: "new-guide", path: "/guides/new", tab: "more", need: member, get: readGuides, post: teach}
}

// teach writes a guide, its checklist one item a line.
func teach(v *visit) (string, error) {
	in := api.GuideDraft{
		Place: v.place(), Title: v.field("title"), Text: v.field("text"), Language: v.Lang(), Source: v.field("source"), Instead: v.field("instead"),
		Photos: v.Typed["photos"], Numbers: api.Numbers(v.field("numbers")), Origin: "web " + v.Typed.Get("form"),
	}
	for line := range strings.Lines(v.field("checklist")) {
		if line = strings.TrimSpace(line); line != "" {
			in.Checklist = append(in.Checklist, line)
		}
	}
	doc, err := v.desk().Teach(v.req.Context(), in)
	return said("/guides/"+doc.Guide.ID, "taught"), err
}

func searchPage() page {
	return page{name: "search", path: "/search", tab: "more", need: guest, get: search}
}

// searchView is what was looked for and found.
type searchView struct {
	Text  string
	Found []foundView
}

type foundView struct{ Kind, Title, Who, Ago, At string }

// places are the pages on which records of a kind stand.
var places = map[string]string{"event": "/events", "notice": "/notices", "resource": "/resources", "member": "/people"}

func search(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	s := searchView{Text: strings.TrimSpace(v.Query.Get("q"))}
	if s.Text == "" {
		return s, nil
	}
	doc, err := v.desk().Search(v.req.Context(), api.Searching{Place: v.place(), Text: s.Text})
	for _, f := range doc.Found {
		found := foundView{v.named("found.", f.Kind), cut(f.Title, 160), v.Who(f.Owner), v.Since(f.Created), places[f.Kind]}
		switch f.Kind {
		case "request", "offer":
			found.At = "/r/" + f.ID
		case "guide":
			found.At = "/guides/" + f.ID
		}
		s.Found = append(s.Found, found)
	}
	return s, err
}
