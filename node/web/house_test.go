package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gotong/node"
	"gotong/node/api"
)

// house is a real node with its pages, and phones that look at them.
type house struct {
	t    *testing.T
	desk api.Desk
	site *Site
	dir  string
	url  string
}

// open starts a house; peers are addresses it calls.
func open(t *testing.T, peers ...string) (*house, *node.Node) {
	t.Helper()
	dir := t.TempDir()
	n, err := node.New(context.Background(), node.Config{Dir: dir, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Peers: peers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{t: t, dir: dir, desk: api.Desk{Backend: node.Backend{Node: n, Dir: dir}, Now: time.Now}}
	h.serve()
	return h, n
}

// serve puts the pages on a port of loopback.
func (h *house) serve() {
	h.t.Helper()
	site, err := New(Options{Desk: h.desk, Dir: h.dir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.site = site
	ctx, cancel := context.WithCancel(context.Background())
	go site.live.follow(ctx, h.desk)
	server := httptest.NewServer(site.Handler())
	h.t.Cleanup(func() { cancel(); server.CloseClientConnections(); server.Close() })
	h.url = server.URL
}

// settled is a house that has founded a neighbourhood.
func settled(t *testing.T) *house {
	t.Helper()
	h, _ := open(t)
	if _, err := h.desk.Create(t.Context(), api.Founding{Name: "RT 03 Sukamaju", Household: "Keluarga Sari"}); err != nil {
		t.Fatal(err)
	}
	return h
}

// phoneOf is a browser without a script.
type phoneOf struct {
	*house
	http *http.Client
	lang string
}

// phone returns one that is let in as role; as nobody where role is empty.
func (h *house) phone(role Role) *phoneOf {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &phoneOf{house: h, http: &http.Client{Jar: jar}, lang: "id"}
	if role != "" {
		secret, err := h.site.phones.add("HP Ibu", role)
		if err != nil {
			h.t.Fatal(err)
		}
		at, err := url.Parse(h.url)
		if err != nil {
			h.t.Fatal(err)
		}
		jar.SetCookies(at, []*http.Cookie{{Name: h.site.phones.kept.Cookie, Value: secret}})
	}
	return p
}

// shown is what a browser got.
type shown struct {
	status int
	text   string
	path   string // where it ended
	header http.Header
}

func (p *phoneOf) do(r *http.Request) shown {
	p.t.Helper()
	r.Header.Set("Accept-Language", p.lang)
	answer, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return shown{answer.StatusCode, string(text), answer.Request.URL.RequestURI(), answer.Header}
}

func (p *phoneOf) get(path string) shown {
	p.t.Helper()
	r, err := http.NewRequest("GET", p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(r)
}

// page opens a page that has to be there.
func (p *phoneOf) page(path string) shown {
	p.t.Helper()
	s := p.get(path)
	if s.status != http.StatusOK {
		p.t.Fatalf("%s answers %d:\n%s", path, s.status, s.text)
	}
	return s
}

var formField = regexp.MustCompile(`name="form" value="([0-9a-f]+)"`)

// post sends a form of a page as it stands there, with these fields.
func (p *phoneOf) post(path string, fields url.Values) shown {
	p.t.Helper()
	page := p.get(path)
	m := formField.FindStringSubmatch(page.text)
	if m == nil {
		p.t.Fatalf("%s has no form:\n%s", path, page.text)
	}
	fields.Set("form", m[1])
	return p.send(path, fields)
}

func (p *phoneOf) send(path string, fields url.Values) shown {
	p.t.Helper()
	r, err := http.NewRequest("POST", p.url+path, strings.NewReader(fields.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.url)
	return p.do(r)
}

func (s shown) has(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.text, text) {
			t.Errorf("%s (%d) does not say %q:\n%s", s.path, s.status, text, s.text)
		}
	}
}

func (s shown) hasNot(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(s.text, text) {
			t.Errorf("%s says %q:\n%s", s.path, text, s.text)
		}
	}
}
