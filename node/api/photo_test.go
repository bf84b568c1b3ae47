package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotong/protocol/record"
)

// attach has a household take in a photo, and returns its token.
func attach(t *testing.T, d interface {
	Attach(context.Context, Attachment, io.Reader) (Attached, error)
}, content string) string {
	t.Helper()
	return must[Attached](t)(d.Attach(ctx, Attachment{Name: "atap.jpg"}, strings.NewReader(content))).Token
}

func TestPhotosOfAnItemItsReceiptsAndCommentsAreListed(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	draft := water(4)
	draft.Photos = []string{attach(t, sari, "satu"), attach(t, sari, "dua")}
	asked := must[Written](t)(sari.Ask(ctx, draft))
	if asked.Item.Photos != 2 || len(s.gallery.kept) != 2 {
		t.Errorf("%d photos, %d kept", asked.Item.Photos, len(s.gallery.kept))
	}
	s.pass(1)
	must[Written](t)(budi.Comment(ctx, Remark{Target: to(asked.ID), Text: "ini", Photos: []string{attach(t, budi, "tiga")}}))
	s.pass(1)
	must[Written](t)(sari.Arrived(ctx, Arrival{Target: to(asked.ID), Share: Share{Quantity: 500}, Photos: []string{attach(t, sari, "empat")}}))
	must[Written](t)(sari.Arrived(ctx, Arrival{Target: to(asked.ID), Share: Share{Quantity: 500}, Photos: []string{attach(t, sari, "lima")}}))
	got := must[Shown](t)(sari.Show(ctx, to(asked.ID))).Photos
	want := []struct {
		of, owner string
		here      bool
	}{{"request", "Keluarga Sari", true}, {"request", "Keluarga Sari", true}, {"comment", "Keluarga Budi", false}, {"receipt", "Keluarga Sari", true}, {"receipt", "Keluarga Sari", true}}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		if p := got[i]; p.N != i+1 || p.Of != w.of || p.Owner.Name != w.owner || p.Here != w.here || !p.Small || p.Near != w.here {
			t.Errorf("photo %d is %+v", i+1, p)
		}
	}
}

func TestOnlyWhatWasAttachedHereCanBeShown(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	draft := water(4)
	for name, c := range map[string]struct {
		tokens []string
		want   error
	}{
		"another's token": {[]string{attach(t, budi, "milik Budi")}, ErrPhotoGone}, "nonsense": {[]string{"%"}, errBadRequest}, "an empty one": {[]string{""}, ErrPhotoGone},
	} {
		draft.Photos = c.tokens
		if _, err := sari.Ask(ctx, draft); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := attach(t, sari, "satu")
	draft.Photos = []string{one, one, one, one, one}
	var invalid *record.Invalid
	if _, err := sari.Ask(ctx, draft); !errors.As(err, &invalid) || invalid.Field != "photos" {
		t.Errorf("five: %v", err)
	}
	if got := must[List](t)(sari.List(ctx, Query{Show: ShowAll})); len(got.Items) != 0 {
		t.Error("something was written all the same")
	}
	draft.Photos, draft.Origin = []string{one}, "tap 1"
	first := must[Written](t)(sari.Ask(ctx, draft))
	draft.Photos = []string{attach(t, sari, "dua")}
	if again := must[Written](t)(sari.Ask(ctx, draft)); again.ID != first.ID || !again.Repeated {
		t.Error("a repeat became another request")
	}
}

// asksWithAPhoto returns the id of a request that shows one.
func asksWithAPhoto(t *testing.T, d Desk, content string) string {
	t.Helper()
	draft := water(4)
	draft.Photos = []string{attach(t, d, content)}
	return must[Written](t)(d.Ask(ctx, draft)).ID
}

func TestAPhotoIsBroughtOverTheSocketLineByLine(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	budi := serve(t, desks[1])
	id := asksWithAPhoto(t, desks[0], "sepuluh bita")
	v := Viewing{Target: to(id)}
	s.gallery.cut = ErrPhotoCut
	if _, err := budi.Bring(ctx, v, nil); !errors.Is(err, ErrPhotoCut) {
		t.Errorf("cut off: %v", err)
	}
	s.gallery.cut = nil
	var said []Brought
	doc := must[Brought](t)(budi.Bring(ctx, v, func(b Brought) error { said = append(said, b); return nil }))
	if len(said) != 1 || said[0].Bytes != 6 || said[0].Size != 12 || said[0].From.Name != "Keluarga Sari" || said[0].Done {
		t.Errorf("it said %+v", said)
	}
	if !doc.Done || !doc.Photo.Here || doc.Photo.N != 1 {
		t.Errorf("at last %+v", doc)
	}
	content := must[io.ReadCloser](t)(budi.Open(ctx, v))
	defer content.Close()
	if got, _ := io.ReadAll(content); string(got) != "sepuluh bita" {
		t.Errorf("opened %q", got)
	}
	for _, c := range []struct{ id, photo string }{{id, "2"}, {id, "0"}, {id, "-1"}, {id, "abcdefgh"}, {id, "../../x"}} {
		_, err := budi.Bring(ctx, Viewing{Target: to(c.id), Photo: c.photo}, nil)
		fails(t, err, ErrNoPhoto)
	}
	_, err := budi.Bring(ctx, Viewing{Target: to("ZZZZ")}, nil)
	fails(t, err, ErrNotFound)
}

func TestARefusedFileIsAnsweredThoughItIsStillComing(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	sari := serve(t, desks[0])
	_, err := sari.Attach(ctx, Attachment{Name: "x"}, strings.NewReader("!"+strings.Repeat("x", 1<<20)))
	fails(t, err, ErrPhotoKind)
}

// TestAFileThatSaysItHasTenGigabytesIsNotRead sends nothing but the header.
func TestAFileThatSaysItHasTenGigabytesIsNotRead(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	sari := serve(t, desks[0])
	path := must[string](t)(SocketPath(sari.dir))
	conn := must[net.Conn](t)(net.Dial("unix", path))
	defer conn.Close()
	io.WriteString(conn, "POST /v1/photos HTTP/1.1\r\nHost: gotong\r\nContent-Length: 10000000000\r\n\r\n")
	answer := make([]byte, 64)
	if n, err := conn.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 413 ") {
		t.Errorf("%q, %v", answer, err)
	}
}

// browse asks the handler as a page's browser does.
func browse(t *testing.T, d Desk, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler(d, slog.New(slog.DiscardHandler)).ServeHTTP(w, r)
	return w.Result()
}

func TestABrowserGetsPartsOfAPhotoAndKeepsIt(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	id := asksWithAPhoto(t, desks[0], "sepuluh bita")
	hash := must[Shown](t)(desks[1].Show(ctx, to(id))).Photos[0].Hash
	whole := browse(t, desks[1], "/v1/items/"+id+"/photos/"+hash)
	body, _ := io.ReadAll(whole.Body)
	if whole.StatusCode != 200 || string(body) != "sepuluh bita" || whole.Header.Get("Content-Type") != "image/jpeg" || whole.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %q %v", whole.StatusCode, body, whole.Header)
	}
	part := browse(t, desks[1], "/v1/items/"+id+"/photos/1", "Range", "bytes=8-")
	body, _ = io.ReadAll(part.Body)
	if part.StatusCode != http.StatusPartialContent || string(body) != "bita" {
		t.Errorf("a part: %d %q", part.StatusCode, body)
	}
	if again := browse(t, desks[1], "/v1/items/"+id+"/photos/1", "If-None-Match", whole.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("again: %d", again.StatusCode)
	}
	small := browse(t, desks[1], "/v1/items/"+id+"/photos/1?size=small")
	body, _ = io.ReadAll(small.Body)
	if string(body) != "small" || small.Header.Get("ETag") == whole.Header.Get("ETag") {
		t.Errorf("the thumbnail is %q", body)
	}
}

// TestWhatANeighbourCallsAPhotoDoesNothingInABrowser: its type is the author's
// word, and so is its name.
func TestWhatANeighbourCallsAPhotoDoesNothingInABrowser(t *testing.T) {
	for mime, want := range map[string]string{
		"text/html": "application/octet-stream", "image/svg+xml": "application/octet-stream", "text/markdown": "text/plain; charset=utf-8",
		"image/jpeg": "image/jpeg", "text/plain; charset=x\r\nX: y": "application/octet-stream",
	} {
		h := make(http.Header)
		photoHeader(h, Photo{Mime: mime, Name: "a\"b.html", Hash: "0"}, false)
		if h.Get("Content-Type") != want || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q is served as %v", mime, h)
		}
		if attached := strings.HasPrefix(h.Get("Content-Disposition"), "attachment"); attached != (want == "application/octet-stream") {
			t.Errorf("%q: %s", mime, h.Get("Content-Disposition"))
		}
	}
}

// TestWhatStewardsHidShowsNoPhoto: not by its number, not by its hash.
func TestWhatStewardsHidShowsNoPhoto(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Keluarga Wati")
	sari, budi, wati := desks[0], desks[1], desks[2]
	asked := must[Written](t)(sari.Ask(ctx, water(4)))
	said := must[Written](t)(budi.Comment(ctx, Remark{Target: to(asked.ID), Text: "ini", Photos: []string{attach(t, budi, "jahat")}}))
	hash := must[Shown](t)(wati.Show(ctx, to(asked.ID))).Photos[0].Hash
	hide := func(id string) {
		t.Helper()
		if _, err := sari.Moderate(ctx, Moderating{Target: to(id), Action: "hide", Reason: "scam"}); err != nil {
			t.Fatal(err)
		}
	}
	hide(said.ID)
	if got := must[Shown](t)(wati.Show(ctx, to(asked.ID))).Photos; len(got) != 0 {
		t.Errorf("a hidden comment shows %+v", got)
	}
	_, _, err := wati.Open(ctx, Viewing{Target: to(asked.ID), Photo: hash})
	fails(t, err, ErrNoPhoto)
	other := asksWithAPhoto(t, budi, "jahat juga")
	hide(other)
	_, err = wati.Bring(ctx, Viewing{Target: to(other)}, nil)
	fails(t, err, ErrHidden)
}
