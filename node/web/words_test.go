package web

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gotong/node/api"
	"gotong/node/words"
)

var inTemplate = regexp.MustCompile(`\bT "([a-z0-9.-]+)"`)

// texts are the keys that templates say and every text in the sources.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	all := make(map[string]bool)
	looks, _ := filepath.Glob("templates/*.html")
	for _, path := range looks {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inTemplate.FindAllStringSubmatch(string(text), -1) {
			all[m[1]] = true
		}
	}
	sources, _ := filepath.Glob("*.go")
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					all[text] = true
				}
			}
			return true
		})
	}
	return all
}

// families are keys put together from a code.
func families(all map[string]bool) map[string]bool {
	made := make(map[string]bool)
	for _, p := range pages() {
		made["web.title."+p.name] = true
	}
	for _, name := range []string{"door", "may-not", "stuck", "too-large"} {
		made["web.title."+name] = true
	}
	for _, r := range ranks {
		made["web.role."+string(r)] = true
	}
	for _, u := range untils {
		made["web.until."+u.code] = true
	}
	for _, code := range api.Codes() {
		made["web.problem."+code] = true
	}
	made["web.problem.last-owner"] = true
	for _, trouble := range []api.Trouble{api.TroubleCloned, api.TroubleRenewed} {
		made["web.trouble."+string(trouble)] = true
	}
	for key := range all {
		made["web.said."+key] = true
	}
	return made
}

func TestEveryWordOfThePagesIsThereAndSaid(t *testing.T) {
	all := texts(t)
	made := families(all)
	if len(all) < 200 {
		t.Fatalf("only %d texts found: the search is broken", len(all))
	}
	for _, tongue := range words.All() {
		for key := range all {
			if strings.HasPrefix(key, "web.") && !strings.HasSuffix(key, ".") && !tongue.Has(key) && key != "web.key" {
				t.Errorf("%s has no words for %s", tongue.Lang(), key)
			}
		}
		for _, p := range pages() {
			if !tongue.Has("web.title." + p.name) {
				t.Errorf("%s has no title for %s", tongue.Lang(), p.name)
			}
		}
	}
	for _, key := range words.Keys() {
		if strings.HasPrefix(key, "web.") && !all[key] && !made[key] {
			t.Errorf("%s is never said", key)
		}
	}
}

// TestAPageSendsNobodyToATerminal: what a phone is told names no command.
func TestAPageSendsNobodyToATerminal(t *testing.T) {
	command := regexp.MustCompile(`gotong [a-z]|--|\{|web\.`)
	for _, tongue := range words.All() {
		v := &view{tongue: tongue}
		for _, code := range api.Codes() {
			said := v.problem(&api.Problem{Code: code, Field: "title", Why: "missing"})
			if command.MatchString(said) {
				t.Errorf("%s %s sends a person to a terminal: %s", tongue.Lang(), code, said)
			}
		}
		for _, trouble := range []api.Trouble{api.TroubleStore, api.TroubleFull, api.TroubleCloned, api.TroubleRoom, api.TroubleRenewed, api.TroubleClock, api.TroubleLinks} {
			if said := v.trouble(trouble); command.MatchString(said) {
				t.Errorf("%s %s sends a person to a terminal: %s", tongue.Lang(), trouble, said)
			}
		}
	}
}

// pseudo marks all that comes out of the catalogs, so that what does not shows.
type pseudo struct{ *words.Tongue }

func mark(text string) string { return "⟦" + text + "⟧" }

func (p pseudo) Say(key string, args words.Args) string { return mark(p.Tongue.Say(key, args)) }
func (p pseudo) Ago(at, now time.Time) string           { return mark(p.Tongue.Ago(at, now)) }
func (p pseudo) When(at, now time.Time) string          { return mark(p.Tongue.When(at, now)) }

// everyPage are paths that show every page there is.
func everyPage(id, person string) []string {
	return []string{"/", "/?show=open", "/?show=mine", "/?text=xyz", "/ask", "/offer", id, "/people", "/people/" + person, "/people/" + person + "?do=vouch", "/people/" + person + "?do=revoke",
		"/invite", "/poster", "/more", "/phones", "/phones/new", "/devices", "/stick", "/health", "/care", "/events", "/events/new", "/notices", "/hub", "/hub/slip", "/hub/print", "/start", "/join", "/create", "/where", "/r/0000", "/recovery", "/guides", "/guides/new", "/search", "/search?q=words"}
}

func TestNoPageSaysAWordThatIsNotInTheCatalogs(t *testing.T) {
	was := tongueOf
	defer func() { tongueOf = was }()
	tongueOf = func(r *http.Request) tongue { return pseudo{words.In("en")} }
	h := settled(t)
	h.site.power.lost = time.Now().Add(-time.Hour)
	p := h.phone(owner)
	id := p.ask("Neighbour's own words")
	p.post(id, url.Values{"do": {"comment"}, "text": {"Neighbour's own words"}})
	p.post("/invite", url.Values{"uses": {"2"}})
	seen := 0
	for _, path := range everyPage(id, "0000") {
		s := p.get(path)
		seen += len(s.text)
		for _, bare := range unmarked(t, s.text) {
			t.Errorf("%s says %q", path, bare)
		}
	}
	for _, bare := range unmarked(t, h.phone("").get("/").text) {
		t.Errorf("the door says %q", bare)
	}
	if seen < 20_000 {
		t.Fatalf("only %d bytes were looked at", seen)
	}
	if got := unmarked(t, `<p>⟦well⟧ bare</p><input placeholder="bare too"><p><bdi>theirs</bdi></p>`); len(got) != 2 {
		t.Errorf("the search finds %q", got)
	}
}

var (
	marked  = regexp.MustCompile(`(?s)⟦[^⟦⟧]*(⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧`)
	letters = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// unmarked returns the texts on a page that came from no catalog: neither said
// by us nor written by a neighbour.
func unmarked(t *testing.T, text string) (bare []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && theirs(n) {
			return
		}
		if n.Type == html.TextNode {
			bare = append(bare, without(n.Data)...)
		}
		for _, a := range n.Attr {
			if slices.Contains([]string{"placeholder", "aria-label", "title", "alt", "label"}, a.Key) {
				bare = append(bare, without(a.Val)...)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return bare
}

// without returns what is left of a text once what was said is taken out.
func without(text string) []string {
	for marked.MatchString(text) {
		text = marked.ReplaceAllString(text, "")
	}
	if text = strings.TrimSpace(strings.ReplaceAll(text, "Gotong", "")); letters.MatchString(text) {
		return []string{text}
	}
	return nil
}

// theirs reports whether an element holds what a neighbour wrote, letters of a
// code, or the name of the other language.
func theirs(n *html.Node) bool {
	if slices.Contains([]string{"bdi", "script", "style", "svg", "title"}, n.Data) {
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "dir" && a.Val == "auto" || a.Key == "class" && slices.Contains([]string{"letters", "row", "letters big"}, a.Val) || a.Key == "lang" && n.Data == "button" {
			return true
		}
	}
	return false
}

func TestAFaultOfOursIsSaidWithoutItsText(t *testing.T) {
	v := &view{tongue: words.In("id")}
	if said := v.problem(errors.New("secret path /x")); strings.Contains(said, "secret") || !strings.Contains(said, "Maaf") {
		t.Errorf("it says %q", said)
	}
}
