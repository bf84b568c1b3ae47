package web

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/node/api"
)

var itemPath = regexp.MustCompile(`/r/[0-9A-Z]{26}`)

// ask writes a request and returns its path.
func (p *phoneOf) ask(title string) string {
	p.t.Helper()
	s := p.post("/ask", url.Values{"title": {title}, "kind": {"water.drinking"}, "qty": {"4"}, "urgency": {"high"}, "until": {"tomorrow"}, "at": {"dekat masjid"}})
	if s.status != http.StatusOK || !strings.HasPrefix(s.path, "/r/") {
		p.t.Fatalf("asking ends at %s, %d:\n%s", s.path, s.status, s.text)
	}
	return itemPath.FindString(s.path)
}

func TestAHouseholdStartsANeighbourhoodAndAsks(t *testing.T) {
	h, _ := open(t)
	p := h.phone(owner)
	if s := p.page("/"); s.path != "/start" {
		t.Fatalf("a new household is led to %s", s.path)
	}
	p.post("/create", url.Values{"name": {"RT 03 Sukamaju"}, "household": {"Keluarga Sari"}}).has(t, "Lingkungannya sudah ada", "RT 03 Sukamaju")
	id := p.ask("Air minum galon")
	p.page(id).has(t, "Air minum galon", "dekat masjid", "perlu 4 L", "Tersimpan di sini", "Mendesak")
	p.page("/").has(t, "Air minum galon", id)
}

func TestALineTakenBackIsNotShownAsArrived(t *testing.T) {
	h := settled(t)
	asked, err := h.desk.Ask(t.Context(), api.Draft{Title: "Posko", Lines: []api.DraftLine{
		{Category: "water.drinking", Quantity: api.Whole(4)}, {Category: "shelter.bedding", Quantity: api.Whole(6)}}})
	if err != nil {
		t.Fatal(err)
	}
	var none api.Quantity
	e := api.Editing{Target: api.Target{ID: asked.ID}, Lines: []api.LineEdit{{Line: 2, Quantity: &none}}}
	if _, err := h.desk.Edit(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	p := h.phone(owner)
	for _, path := range []string{"/", "/r/" + asked.ID} {
		s := p.page(path)
		s.has(t, "perlu 4 L")
		s.hasNot(t, "selimut", "sampai semua")
	}
}

func TestWhatWasTypedIsStillThereWhenSomethingIsWrong(t *testing.T) {
	p := settled(t).phone(owner)
	s := p.post("/ask", url.Values{"title": {"Beras <b>5 kilo</b>"}, "qty": {"banyak"}, "at": {"dekat sumur"}, "body": {"baris satu\nbaris dua"}, "urgency": {"critical"}, "contact": {"0812"}})
	if s.status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", s.status)
	}
	s.has(t, `value="Beras &lt;b&gt;5 kilo&lt;/b&gt;"`, `value="dekat sumur"`, "baris dua</textarea>", `value="critical" checked`, `role="alert"`, `value="0812"`)
}

func TestANumberForAllIsAskedAboutFirst(t *testing.T) {
	p := settled(t).phone(owner)
	fields := url.Values{"title": {"Air, hubungi 0812 3456 7890"}, "urgency": {"high"}}
	s := p.post("/ask", fields)
	s.has(t, "0812 3456 7890", "Pindahkan ke kontak")
	fields.Set("numbers", "move")
	s = p.post("/ask", fields)
	s.has(t, "Nomornya dipindah ke kontak", "Cara menghubungi")
	p.page("/").hasNot(t, "0812")
}

func TestADoubleTapAsksOnce(t *testing.T) {
	p := settled(t).phone(owner)
	form := formField.FindStringSubmatch(p.page("/ask").text)[1]
	var taps sync.WaitGroup
	for range 5 {
		taps.Add(1)
		go func() {
			defer taps.Done()
			p.send("/ask", url.Values{"form": {form}, "title": {"Air minum"}, "urgency": {"high"}})
		}()
	}
	taps.Wait()
	p.serve() // and once more after a restart
	if n := strings.Count(p.phone(owner).page("/").text, "Air minum</strong>"); n != 1 {
		t.Errorf("it stands %d times on the board", n)
	}
}

func TestAnArrivalThatIsSentTwiceCountsOnce(t *testing.T) {
	p := settled(t).phone(owner)
	id := p.ask("Air minum galon")
	form := formField.FindStringSubmatch(p.page(id).text)[1]
	for range 3 {
		p.send(id, url.Values{"form": {form}, "do": {"arrived"}, "qty": {"1"}}).has(t, "1 sudah sampai")
	}
}

func TestTwoHousesHelpEachOtherOverTheirPages(t *testing.T) {
	sari, first := open(t)
	a := sari.phone(owner)
	a.post("/create", url.Values{"name": {"RT 03 Sukamaju"}, "household": {"Keluarga Sari"}})
	invite := regexp.MustCompile(`GTG1-[^<]+`).FindString(strings.ReplaceAll(a.post("/invite", url.Values{"uses": {"1"}}).text, "</span><span>", ""))
	budi, _ := open(t, first.Addrs()...)
	b := budi.phone(owner)
	if s := b.post("/join", url.Values{"household": {"Keluarga Budi"}, "invite": {"GTG1-SALAH"}}); s.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong invitation answers %d", s.status)
	}
	b.post("/join", url.Values{"household": {"Keluarga Budi"}, "invite": {invite}})
	eventually(t, func() bool { return strings.Contains(b.get("/people").text, "Keluarga Sari") })
	id := a.ask("Air minum galon")
	eventually(t, func() bool { return strings.Contains(b.get("/").text, "Air minum galon") })
	b.post(id, url.Values{"do": {"pledge"}, "qty": {"2,5"}, "eta": {"1h"}, "note": {"naik motor"}}).has(t, "Terima kasih", "2,5 L", "menunggu jawaban")
	eventually(t, func() bool { return strings.Contains(a.get(id).text, "naik motor") })
	pledge := regexp.MustCompile(`name="pledge" value="([^"]+)"`).FindStringSubmatch(a.page(id).text)[1]
	a.post(id, url.Values{"do": {"accept"}, "pledge": {pledge}}).has(t, "Bantuannya diterima")
	a.post(id, url.Values{"do": {"arrived"}, "pledge": {pledge}}).has(t, "Tercatat sudah sampai", "2,5 L")
	b.post(id, url.Values{"do": {"comment"}, "text": {"Sama-sama!"}}).has(t, "Sama-sama!")
	eventually(t, func() bool { return strings.Contains(a.get(id).text, "Sama-sama!") })
	a.post(id, url.Values{"do": {"close"}}).has(t, "Sudah ditutup")
	a.page("/people").has(t, "Kami kenal, jamin")
	short := regexp.MustCompile(`/people/([0-9A-Z]+)`).FindStringSubmatch(a.page("/people").text)[1]
	a.page("/people/"+short+"?do=vouch&role=member").has(t, "Ya, kami jamin", "256")
	a.post("/people/"+short+"?do=vouch", url.Values{"do": {"vouch"}, "role": {"member"}}).has(t, "sekarang dijamin")
}

// eventually waits for what a network brings.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatal("it did not happen within 30 seconds")
}

func TestARecordThatIsGoneKeepsWhatWasWritten(t *testing.T) {
	h := settled(t)
	p := h.phone(owner)
	id := p.ask("Air minum")
	form := formField.FindStringSubmatch(p.page(id).text)[1]
	gone := id[:len(id)-4] + "ZZZZ"
	s := p.send(gone, url.Values{"form": {form}, "do": {"comment"}, "text": {"Saya bawa dua galon"}})
	if s.status != http.StatusNotFound {
		t.Errorf("it answers %d", s.status)
	}
	s.has(t, "Saya bawa dua galon", "Yang tadi Anda tulis")
}

// hostile is what a neighbour may have written.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`, `</textarea><script>alert(1)</script>`,
	`{{.Phone.Hash}}`, `<svg/onload=alert(1)>`, `&lt;b&gt;`, "مساعدة\u202eمن فضلك", strings.Repeat("a", 300), "😀👨‍👩‍👧 banjir", "<!--", `\u003cscript\u003e`, "]]>",
}

func TestWhatANeighbourWroteIsTextAndNothingElse(t *testing.T) {
	p := settled(t).phone(owner)
	for _, text := range hostile {
		s := p.post("/ask", url.Values{"title": {text}, "at": {cut(text, 80)}, "body": {text}, "urgency": {"high"}})
		if s.status != http.StatusOK {
			t.Fatalf("%q answers %d: %s", text, s.status, s.text)
		}
		id := itemPath.FindString(s.path)
		p.post(id, url.Values{"do": {"comment"}, "text": {text}})
		for _, path := range []string{id, "/", "/hub", "/hub/print", "/?text=" + url.QueryEscape(text)} {
			p.page(path).hasNot(t, "<script>alert", "<img src=x", "<svg/onload", "' onmouseover='alert", p.site.phones.all()[0].Hash)
		}
	}
}

func TestALongBoardIsPagedAndItsFirstPageIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("writes many records")
	}
	h := settled(t)
	p := h.phone(owner)
	long := strings.Repeat("🌊", 80)
	for i := range 200 {
		_, err := h.desk.Ask(t.Context(), api.Draft{Title: fmt.Sprint(i, " ", long[:240]), At: long, Body: strings.Repeat("air ", 200), Urgency: "high"})
		if err != nil {
			t.Fatal(err)
		}
	}
	s := p.page("/")
	s.has(t, "1 sampai 20 dari 200", "Berikutnya")
	if packed := packedSize(t, s.text); packed > 30<<10 {
		t.Errorf("the first page has %d bytes packed", packed)
	}
	p.page("/?text=199").has(t, "199 ")
	p.page("/?from=180").has(t, "181 sampai 200 dari 200", "Sebelumnya")
}

func packedSize(t *testing.T, text string) int {
	t.Helper()
	var n counter
	w := gzip.NewWriter(&n)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }

func TestTheScriptAndTheLooksStaySmall(t *testing.T) {
	for name, most := range map[string]int64{"live.js": 4 << 10, "app.css": 8 << 10} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > most {
			t.Errorf("%s has %d bytes, at most %d", name, info.Size(), most)
		}
	}
	css, err := os.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`:is\(|:where\(|:has\(|var\(`).FindAllString(string(css), -1); len(found) > 0 {
		t.Errorf("old browsers do not know %v", found)
	}
}

func TestAnOpenPageHearsOfAChange(t *testing.T) {
	h := settled(t)
	p := h.phone(guest)
	r, _ := http.NewRequest("GET", h.url+"/live?since=long+ago", nil)
	answer, err := p.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	heard := make(chan string, 64)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := answer.Body.Read(b)
			heard <- string(b[:n])
			if err != nil {
				return
			}
		}
	}()
	eventually(t, func() bool { h.site.live.mu.Lock(); defer h.site.live.mu.Unlock(); return len(h.site.live.pages) == 1 })
	listen(t, heard, "data: *")
	id := strings.TrimPrefix(h.phone(owner).ask("Air"), "/r/")
	listen(t, heard, "data: "+id)
}

// listen waits until a page hears something.
func listen(t *testing.T, heard <-chan string, want string) {
	t.Helper()
	late := time.After(10 * time.Second)
	for all := ""; !strings.Contains(all, want); {
		select {
		case more := <-heard:
			all += more
		case <-late:
			t.Fatalf("it heard %q", all)
		}
	}
}

// TestAPageHearsWhatHappenedWhileItWasOnItsWay: between its drawing and its
// listening something may have come.
func TestAPageHearsWhatHappenedWhileItWasOnItsWay(t *testing.T) {
	l := newLive()
	mark := l.mark()
	if news, _ := l.add(mark); len(news) != 0 {
		t.Error("nothing happened, and the page hears something")
	}
	l.tell("7K3M")
	if news, _ := l.add(mark); len(news) != 1 || <-news != everything {
		t.Error("the page missed it")
	}
}

func TestAPowerCutIsToldAndATidyStopIsNot(t *testing.T) {
	h := settled(t)
	if s := h.phone(owner).get("/recovery"); s.status != http.StatusNotFound {
		t.Errorf("there was no cut, and the page answers %d", s.status)
	}
	if err := os.WriteFile(h.site.power.path, nil, 0o600); err != nil { // as a killed node leaves it
		t.Fatal(err)
	}
	h.serve()
	p := h.phone(owner)
	p.page("/").has(t, "Listrik sempat padam")
	p.page("/recovery").has(t, "Catatan sudah diperiksa")
	if err := h.site.power.off(); err != nil {
		t.Fatal(err)
	}
	h.serve()
	h.phone(owner).page("/").hasNot(t, "Listrik")
}

func TestAStickOfOneHouseIsReadByAnother(t *testing.T) {
	h := settled(t)
	p := h.phone(owner)
	p.ask("Air minum")
	s := p.page("/stick/bundle")
	if s.header.Get("Content-Type") != "application/vnd.gotong.bundle" || len(s.text) < 100 {
		t.Fatalf("the bundle has %d bytes of %s", len(s.text), s.header.Get("Content-Type"))
	}
	form := formField.FindStringSubmatch(p.page("/ask").text)[1]
	for body, want := range map[string]string{s.text: "sudah masuk", "rubbish": "bukan titipan"} {
		text := "--x\r\nContent-Disposition: form-data; name=\"bundle\"; filename=\"a.gotong\"\r\n\r\n" + body + "\r\n--x--\r\n"
		r, _ := http.NewRequest("POST", h.url+"/stick?form="+form+fmt.Sprint(len(body))[:0], strings.NewReader(text))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		form = formField.FindStringSubmatch(p.page("/ask").text)[1]
		p.do(r).has(t, want)
	}
}
