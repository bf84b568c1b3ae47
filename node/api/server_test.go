package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// shortDir returns a directory whose path a socket's name fits into.
func shortDir(t *testing.T) string {
	t.Helper()
	dir := must[string](t)(os.MkdirTemp("", "gotong"))
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// served is a desk on a control socket.
type served struct {
	*Client
	dir  string
	stop func() error // ends serving and waits for it
}

func serve(t *testing.T, d Desk) served {
	t.Helper()
	dir := shortDir(t)
	running, cancel := context.WithCancel(ctx)
	l := must[net.Listener](t)(Listen(ctx, dir))
	ended := make(chan error, 1)
	go func() { ended <- Serve(running, l, d, slog.New(slog.DiscardHandler)) }()
	stop := func() error { cancel(); return <-ended }
	t.Cleanup(func() { cancel() })
	return served{must[*Client](t)(NewClient(dir)), dir, stop}
}

func TestEveryVerbWorksOverTheSocketAsItDoesAtTheDesk(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := serve(t, desks[0]), serve(t, desks[1])
	asked := must[Written](t)(sari.Ask(ctx, water(4)))
	to := to(asked.Short)
	pledged := must[Written](t)(budi.Pledge(ctx, Promise{Target: to, Share: Share{Quantity: 2500}, Promised: begun.Add(time.Hour), Note: "naik motor"}))
	must[Written](t)(sari.Accept(ctx, Yes{to, pledged.Short}))
	must[Written](t)(budi.Comment(ctx, Remark{Target: to, Text: "jalan"}))
	arrived := must[Written](t)(sari.Arrived(ctx, Arrival{Target: to, Share: Share{Quantity: 500}}))
	if got := arrived.Item.Lines[0].Received; got != 500 {
		t.Errorf("arrived %v, want 0.5", got)
	}
	over, here := must[Shown](t)(sari.Show(ctx, to)), must[Shown](t)(desks[0].Show(ctx, to))
	if a, b := encode(t, over), encode(t, here); a != b {
		t.Errorf("over the socket it is\n%s\nat the desk\n%s", a, b)
	}
	must[Written](t)(budi.Offer(ctx, water(9)))
	must[Written](t)(budi.Withdraw(ctx, Target{ID: pledged.Short}))
	closed := must[Written](t)(sari.Close(ctx, Ending{to, "done-by-others"}))
	wantState(t, closed.Item, StateClosed)
	if got := must[List](t)(sari.List(ctx, Query{Show: ShowAll})); len(got.Items) != 2 {
		t.Errorf("listed %d", len(got.Items))
	}
	must[Invited](t)(sari.Invite(ctx, Inviting{Place: Place{"rt 03"}, Uses: 2}))
	must[Joined](t)(sari.Join(ctx, Joining{Invite: "GTG1-1", Household: "Keluarga Sari"}))
	must[Joined](t)(sari.Create(ctx, Founding{Name: "RT 05", Household: "Keluarga Sari"}))
	must[Report](t)(sari.Status(ctx))
	must[PeerList](t)(sari.Peers(ctx))
}

func TestProblemsCrossTheSocketWithWhatTheySay(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	node := serve(t, desks[0])
	_, err := node.Show(ctx, to("ZZZZ"))
	fails(t, err, ErrNotFound)
	_, err = node.Ask(ctx, Draft{Title: strings.Repeat("x", 81), Body: "galon"})
	if p := ProblemOf(err); p.Code != CodeInvalid || p.Field != "title" || p.Why != "too-long" || p.Schema != SchemaProblem {
		t.Errorf("got %+v", p)
	}
	for _, id := range []string{"", "..", ".", "a/b", "%2e", "a?b"} {
		_, err = node.Show(ctx, to(id))
		fails(t, err, ErrNotFound)
	}
}

func TestEveryProblemHasACodeOfItsOwnAndIsItsError(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range Codes() {
		if seen[c] {
			t.Errorf("%s stands for two errors", c)
		}
		seen[c] = true
	}
	for _, c := range codes {
		if p := ProblemOf(c.err); p.Code != c.code || !errors.Is(p, c.err) {
			t.Errorf("%v became %s", c.err, p.Code)
		}
	}
	if p := ProblemOf(errors.Join(ErrInvite, roster.ErrInviteGroup{Group: 3})); p.Code != "invite" || p.Group != 3 {
		t.Errorf("a wrong group became %+v", p)
	}
	if p := ProblemOf(errors.New("anything")); p.Code != CodeFailed || p.Status != 500 || strings.Contains(p.Title, "anything") {
		t.Errorf("our own fault became %+v", p)
	}
}

// send posts a body as it is.
func send(t *testing.T, node served, method, path, body string) (int, string) {
	t.Helper()
	r := must[*http.Request](t)(http.NewRequest(method, "http://gotong"+path, strings.NewReader(body)))
	answer := must[*http.Response](t)(node.http.Do(r))
	defer answer.Body.Close()
	var p Problem
	if err := json.Unmarshal(must[[]byte](t)(io.ReadAll(answer.Body)), &p); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, p.Code
}

func TestWhatIsNoRequestOfThisInterfaceIsRefused(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	node := serve(t, desks[0])
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/v1/requests", `{"title":"x","wings":2}`, 400, CodeBadRequest},
		{"POST", "/v1/requests", `{"title":"x"} and more`, 400, CodeBadRequest},
		{"POST", "/v1/requests", `{"title":`, 400, CodeBadRequest},
		{"POST", "/v1/requests", ``, 400, CodeBadRequest},
		{"POST", "/v1/requests", `{"title":"x","lines":[{"quantity":1e3}]}`, 400, CodeBadRequest},
		{"POST", "/v1/requests", `{"title":"` + strings.Repeat("x", maxRequest) + `"}`, 413, CodeTooLarge},
		{"GET", "/v1/nothing", ``, 400, CodeBadRequest},
		{"GET", "/v1/items?show=some", ``, 400, CodeBadRequest},
		{"DELETE", "/v1/items", ``, 400, CodeBadRequest},
	} {
		if status, code := send(t, node, c.method, c.path, c.body); status != c.status || code != c.code {
			t.Errorf("%s %s %.40s: got %d %s, want %d %s", c.method, c.path, c.body, status, code, c.status, c.code)
		}
	}
	if n := s.board.At(0).Counts()[record.Kind_KIND_REQUEST]; n != 0 {
		t.Errorf("%d requests were written all the same", n)
	}
}

func TestWatchTellsEachChangeAndEndsWithTheNode(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	node := serve(t, desks[0])
	follow := must[func(func(Change) error) error](t)(node.Watch(ctx))
	asked := must[Written](t)(desks[0].Ask(ctx, water(4)))
	pledged := must[Written](t)(desks[1].Pledge(ctx, Promise{Target: to(asked.ID)}))
	var seen []Change
	err := follow(func(c Change) error {
		if seen = append(seen, c); len(seen) == 2 {
			go node.stop()
		}
		return nil
	})
	fails(t, err, ErrLost)
	for i, want := range []Change{{ID: asked.ID, Kind: "request"}, {ID: pledged.ID, Kind: "pledge"}} {
		if c := seen[i]; c.Schema != SchemaChange || c.ID != want.ID || c.Kind != want.Kind || c.About != asked.ID || c.Title != "Air minum" {
			t.Errorf("change %d is %+v", i, c)
		}
	}
}

func TestWhoeverGivesUpWatchingIsForgotten(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	node := serve(t, desks[0])
	watching, cancel := context.WithCancel(ctx)
	follow := must[func(func(Change) error) error](t)(node.Watch(watching))
	cancel()
	fails(t, follow(func(Change) error { return nil }), context.Canceled)
	if err := node.stop(); err != nil {
		t.Errorf("stopping: %v", err)
	}
}

func TestWithoutANodeTheClientSaysSo(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	nobody := must[*Client](t)(NewClient(shortDir(t)))
	_, err := nobody.Status(ctx)
	fails(t, err, ErrNotRunning)
	node := serve(t, desks[0])
	if err := node.stop(); err != nil {
		t.Fatal(err)
	}
	_, err = node.Status(ctx)
	fails(t, err, ErrNotRunning)
	if _, err := os.Stat(filepath.Join(node.dir, SocketName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestANodeThatHangsUpBeforeItAnswersIsLost(t *testing.T) {
	dir := shortDir(t)
	l := must[net.Listener](t)(Listen(ctx, dir))
	defer l.Close()
	go func() {
		if conn, err := l.Accept(); err == nil {
			conn.Close()
		}
	}()
	_, err := must[*Client](t)(NewClient(dir)).Status(ctx)
	fails(t, err, ErrLost)
}

func TestASocketLeftByAKilledNodeIsReplacedAndALivingOneIsNot(t *testing.T) {
	dir := shortDir(t)
	l := must[net.Listener](t)(Listen(ctx, dir))
	_, err := Listen(ctx, dir)
	fails(t, err, ErrDirInUse)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	again := must[net.Listener](t)(Listen(ctx, dir))
	again.Close()
}

func TestTheSocketIsForItsOwnerAndGroup(t *testing.T) {
	dir := shortDir(t)
	l := must[net.Listener](t)(Listen(ctx, dir))
	defer l.Close()
	info := must[os.FileInfo](t)(os.Stat(filepath.Join(dir, SocketName)))
	if info.Mode().Perm() != socketMode {
		t.Errorf("its mode is %v", info.Mode())
	}
	for _, c := range []struct {
		caller
		want bool
	}{
		{caller{uid: 1000, gid: 50}, true}, {caller{uid: 0, gid: 7}, true}, {caller{uid: 31337, gid: 60}, true}, {caller{uid: 31337, gid: 50}, false},
	} {
		if got := c.allowed(1000, 60); got != c.want {
			t.Errorf("%+v is allowed: %v", c.caller, got)
		}
	}
}

func TestAStrangerOnTheSocketIsRefused(t *testing.T) {
	_, desks := newStreet("Keluarga Sari")
	asked := false
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true })
	h := guard(slog.New(slog.DiscardHandler), next)
	for _, who := range []context.Context{ctx, context.WithValue(ctx, callerKey{}, caller{uid: 1 << 30, gid: 1 << 30})} {
		w := &answerRecorder{header: make(http.Header)}
		h.ServeHTTP(w, must[*http.Request](t)(http.NewRequestWithContext(who, "GET", "/v1/status", nil)))
		if w.status != http.StatusForbidden || asked {
			t.Errorf("answered %d", w.status)
		}
	}
	must[Report](t)(serve(t, desks[0]).Status(ctx)) // the kernel names us, and we are let in
}

type answerRecorder struct {
	bytes.Buffer
	header http.Header
	status int
}

func (a *answerRecorder) Header() http.Header    { return a.header }
func (a *answerRecorder) WriteHeader(status int) { a.status = status }

func TestADirectoryTooDeepForASocketIsSaidSo(t *testing.T) {
	deep := "/" + strings.Repeat("x", maxSocketPath)
	_, err := NewClient(deep)
	fails(t, err, ErrSocketPath)
	_, err = Listen(ctx, deep)
	fails(t, err, ErrSocketPath)
	longest := "/tmp/" + strings.Repeat("x", maxSocketPath-len("/tmp//"+SocketName))
	if err := os.Mkdir(longest, 0o700); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(longest)
	l, err := Listen(ctx, longest)
	if err != nil {
		t.Fatalf("the longest path that fits: %v", err)
	}
	l.Close()
}

func TestQuantitiesAreExactNumbers(t *testing.T) {
	for text, want := range map[string]Quantity{"0": 0, "4": 4000, "2.5": 2500, "0.125": 125, "1000000000": 1e12} {
		got, err := ParseQuantity(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s is %d (%s), %v", text, got, got, err)
		}
	}
	for _, text := range []string{"", ".", "-1", "+1", "1e3", "0.0001", "1,5", " 1", "1000000000.001", "99999999999999999999", "0x10", "1.-5"} {
		if got, err := ParseQuantity(text); !errors.Is(err, ErrQuantity) {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}

// TestEveryPathOfTheInterfaceIsInItsDescription keeps doc.go whole.
func TestEveryPathOfTheInterfaceIsInItsDescription(t *testing.T) {
	if served, said := routesIn(t, "routes.go"), routesIn(t, "doc.go"); !slices.Equal(served, said) {
		t.Errorf("served %q\ndescribed %q", served, said)
	}
}

// routesIn returns the routes that stand in a file, in order.
func routesIn(t *testing.T, file string) (all []string) {
	for _, m := range regexp.MustCompile(`(GET|POST) +(/v1/[a-z.{}/]+)`).FindAllStringSubmatch(string(must[[]byte](t)(os.ReadFile(file))), -1) {
		all = append(all, m[1]+" "+m[2])
	}
	slices.Sort(all)
	return all
}
