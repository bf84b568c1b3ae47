package web

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAPhoneThatIsNotLetInSeesNothingOfTheHouse(t *testing.T) {
	h := settled(t)
	p := h.phone("")
	for _, path := range []string{"/", "/ask", "/people", "/more", "/hub", "/health", "/r/7K3M", "/v1/status", "/v1/items", "/v1/backup", "/live", "/nonsense"} {
		s := p.get(path)
		if s.status != http.StatusUnauthorized && s.status != http.StatusForbidden {
			t.Errorf("%s answers %d", path, s.status)
		}
		s.hasNot(t, "Sukamaju", "Sari", h.site.door.first().code)
	}
}

func TestTheCodeLetsOnePhoneInOnceAndAsOwner(t *testing.T) {
	h := settled(t)
	code := h.site.door.first().code
	h.phone("").send("/in", url.Values{"code": {code[:3] + " " + code[3:]}}).has(t, "RT 03 Sukamaju")
	if s := h.phone("").send("/in", url.Values{"code": {code}}); s.status != http.StatusForbidden {
		t.Errorf("the same code lets a second phone in: %d", s.status)
	}
	if again := h.site.door.first().code; again == code {
		t.Error("the code that was used is still the one that is shown")
	} else if s := h.phone("").send("/in", url.Values{"code": {again}}); s.status != http.StatusOK {
		t.Errorf("the next code lets nobody in: %d", s.status)
	}
	if all := h.site.phones.all(); len(all) != 2 || all[0].Role != owner {
		t.Errorf("phones are %v", all)
	}
}

func TestALinkIsUsedUpByItsButtonAndNotByALook(t *testing.T) {
	h := settled(t)
	token := h.site.door.open("HP Budi", guest).token
	for range 3 {
		h.phone("").page("/in/"+token).hasNot(t, "Sukamaju")
	}
	p := h.phone("")
	p.send("/in", url.Values{"token": {token}}).has(t, "RT 03 Sukamaju")
	if s := h.phone("").send("/in", url.Values{"token": {token}}); s.status != http.StatusForbidden {
		t.Errorf("a link works twice: %d", s.status)
	}
}

func TestWhoeverGuessesWaitsLongerAndLonger(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	d := newDoor(func() time.Time { return now })
	right := d.first().code
	wrong := map[bool]string{true: "000001", false: "000000"}[right == "000000"]
	tried := 0
	for end := now.Add(24 * time.Hour); now.Before(end); {
		_, ok, wait := d.byCode(wrong)
		if ok {
			t.Fatal("a wrong code fits")
		}
		tried++
		now = now.Add(max(wait, time.Millisecond))
	}
	if tried > 110 {
		t.Errorf("%d guesses in a day", tried)
	}
	d.byCode(wrong)
	if _, ok, wait := d.byCode(right); ok || wait == 0 {
		t.Error("the door was not shut")
	}
	if _, ok := d.byToken(d.first().token); !ok {
		t.Error("a link has to work while the door is shut to guesses")
	}
}

// hosts are names by which no page of a local network is reached.
var hosts = []string{"evil.example", "gotong.example.com", "8.8.8.8", "8.8.8.8:80", "127.0.0.1.nip.io", "2130706433", "0x7f000001", "localhost.evil.example",
	"[2001:db8::1]:80", "x.y.local", "192.168.1.7.evil.example", "1.1.1.1:8080", "rebind.network", "a.localhost.example", "", "gotong.local.evil.example", "172.32.0.1", "100.64.0.1", "evil_host.com", "local.evil"}

// origins are pages that must not post here.
var origins = []string{"http://evil.example", "https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:1", "http://192.168.1.7", "file://", "http://gotong.local",
	"https://127.0.0.1", "chrome-extension://abcdef", "http://[::1]:1", "http://127.0.0.1.evil.example", "http://evil.example:80", "ftp://127.0.0.1", "http://0.0.0.0", "data:", "http://10.0.0.1", "http://xn--bcher-kva.example", "about:blank", "javascript:"}

// TestFortyAttemptsFromElsewhereAreRefused: twenty names that point here from
// outside, twenty pages elsewhere that post a form of a phone that is let in.
func TestFortyAttemptsFromElsewhereAreRefused(t *testing.T) {
	h := settled(t)
	p := h.phone(owner)
	form := formField.FindStringSubmatch(p.page("/ask").text)[1]
	for _, host := range hosts {
		r, _ := http.NewRequest("GET", h.url+"/", nil)
		r.Host = host
		if host == "" {
			r.Host = " "
		}
		answer, err := p.http.Do(r)
		if err != nil {
			continue // not even a request
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusMisdirectedRequest && answer.StatusCode != http.StatusBadRequest {
			t.Errorf("host %q answers %d", host, answer.StatusCode)
		}
	}
	for _, origin := range origins {
		r, _ := http.NewRequest("POST", h.url+"/ask", strings.NewReader(url.Values{"form": {form}, "title": {"dari luar"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		if s := p.do(r); s.status != http.StatusForbidden {
			t.Errorf("origin %q answers %d", origin, s.status)
		}
	}
	p.page("/").hasNot(t, "dari luar")
	if len(hosts)+len(origins) != 40 {
		t.Errorf("there are %d attempts", len(hosts)+len(origins))
	}
}

func TestNamesOfALocalNetworkAreServed(t *testing.T) {
	for _, host := range []string{"localhost", "localhost:8080", "127.0.0.1:80", "192.168.1.7:8080", "10.1.2.3", "172.16.0.9", "169.254.3.4", "[fe80::1]:80", "[::1]:8080", "[fd00::7]", "gotong", "gotong:8080", "gotong.local", "RT03.local.", "pi-3:80"} {
		if !localHost(host) {
			t.Errorf("%s is refused", host)
		}
	}
}

func TestAFormThatNoPageMadeIsRefused(t *testing.T) {
	p := settled(t).phone(owner)
	for _, form := range []string{"", "0123456789abcdef0123456789abcdef", "x"} {
		s := p.send("/ask", url.Values{"form": {form}, "title": {"Air minum"}})
		if s.status != http.StatusConflict {
			t.Errorf("a form called %q answers %d", form, s.status)
		}
		s.has(t, "sudah lama terbuka", `value="Air minum"`)
	}
}

func TestAGuestReadsAndWritesNothing(t *testing.T) {
	h := settled(t)
	h.phone(owner).post("/ask", url.Values{"title": {"Air minum"}, "contact": {"0812 3456 7890"}, "urgency": {"high"}})
	p := h.phone(guest)
	s := p.page("/")
	s.has(t, "Air minum")
	id := itemPath.FindString(s.text)
	p.page(id).hasNot(t, "0812", `<form method="post" class="write"`)
	for _, path := range []string{"/ask", "/invite", "/phones", "/devices", "/stick", "/stick/bundle", "/hub", "/people/7K3M", "/v1/items"} {
		if s := p.get(path); s.status != http.StatusForbidden {
			t.Errorf("%s answers %d", path, s.status)
		}
	}
	m := formField.FindStringSubmatch(h.phone(owner).page("/ask").text)
	if s := p.send("/ask", url.Values{"form": m[1:], "title": {"x"}}); s.status != http.StatusForbidden {
		t.Errorf("a guest asks: %d", s.status)
	}
}

func TestNoPhoneReadsTheKeysOverTheNetwork(t *testing.T) {
	h := settled(t)
	for _, role := range ranks {
		if s := h.phone(role).get("/v1/backup"); s.status != http.StatusForbidden {
			t.Errorf("%s reads the backup: %d", role, s.status)
		}
	}
	s := h.phone(member).get("/v1/status")
	if s.status != http.StatusOK {
		t.Errorf("a member's phone has no local API: %d", s.status)
	}
	s.hasNot(t, h.site.door.first().code)
	r, _ := http.NewRequest("POST", h.url+"/v1/invites", strings.NewReader(`{"uses":5}`))
	if s := h.phone(member).do(r); s.status != http.StatusForbidden {
		t.Errorf("a member's phone invites by the local API: %d", s.status)
	}
}

func TestAPhoneThatWasPutOutIsOut(t *testing.T) {
	h := settled(t)
	boss, other := h.phone(owner), h.phone(member)
	other.page("/")
	id := h.site.phones.all()[1].ID
	boss.post("/phones", url.Values{"id": {id}}).has(t, "tidak bisa masuk lagi")
	if s := other.get("/"); s.status != http.StatusUnauthorized {
		t.Errorf("it still sees the board: %d", s.status)
	}
	form := formField.FindStringSubmatch(boss.page("/ask").text)[1]
	if s := boss.send("/phones", url.Values{"form": {form}, "id": {h.site.phones.all()[0].ID}}); s.status != http.StatusConflict {
		t.Errorf("the last owner was put out: %d", s.status)
	}
}

func TestPhonesStayLetInOverARestartAndTheDiskHoldsNoCookie(t *testing.T) {
	h := settled(t)
	p := h.phone(owner)
	text, err := os.ReadFile(filepath.Join(h.dir, phonesName))
	if err != nil {
		t.Fatal(err)
	}
	at, _ := url.Parse(h.url)
	for _, c := range p.http.Jar.Cookies(at) {
		if strings.Contains(string(text), c.Value) {
			t.Error("the cookie lies on the disk")
		}
	}
	if info, _ := os.Stat(filepath.Join(h.dir, phonesName)); info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v", info.Mode())
	}
	cookies := p.http.Jar.Cookies(at)
	h.serve()
	again, _ := url.Parse(h.url)
	p.http.Jar.SetCookies(again, cookies)
	p.page("/")
}
