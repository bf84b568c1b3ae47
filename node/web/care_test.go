package web

import (
	"bytes"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gotong/node/api"
)

func TestAHouseholdSaysHowItIsAndLooksInOnAnother(t *testing.T) {
	h := settled(t)
	p := h.phone(member)
	p.page("/care").has(t, "Belum ada kabar: 1", "Kami aman")
	p.post("/care", url.Values{"status": {"need-help"}, "where": {"atap rumah"}}).has(t, "Perlu ditolong: 1", "atap rumah", "tersimpan di sini")
	p.page("/care").hasNot(t, "Sudah saya tengok") // nobody looks in on themselves
	p.post("/care", url.Values{"status": {"safe"}}).has(t, "Ada kabar: 1")
	if s := h.phone(guest).get("/care"); s.status != http.StatusForbidden {
		t.Errorf("a guest reads how everybody is: %d", s.status)
	}
}

func TestASlipSaysThatTheHubWroteItAndNotForWhom(t *testing.T) {
	h := settled(t)
	h.phone(desk).post("/hub/slip", url.Values{"who": {"Mbah Karto"}, "slip": {"17"}, "title": {"Obat batuk"}, "urgency": {"high"}, "consent": {"given"}}).has(t, "Kertasnya tersimpan")
	p := h.phone(guest)
	id := itemPath.FindString(p.page("/").text)
	s := p.page(id)
	s.has(t, "Obat batuk", "Ditulis di meja posko. Kertas 17")
	s.hasNot(t, "Karto")
}

func TestARollCallStandsOnTheBoardUntilItIsOver(t *testing.T) {
	h := settled(t)
	if _, err := h.desk.CallRoll(t.Context(), api.Calling{Reason: "Banjir malam", Closes: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	h.phone(member).page("/").has(t, "Banjir malam", "Beri kabar")
	h.phone(guest).page("/").hasNot(t, "Banjir malam")
}

func TestAGatheringIsCalledAndAnswered(t *testing.T) {
	h := settled(t)
	p := h.phone(member)
	p.post("/events/new", url.Values{"title": {"Kerja bakti selokan"}, "day": {time.Now().AddDate(0, 0, 2).Format(time.DateOnly)}, "hour": {"7.30"}, "at": {"pos ronda"}}).has(t, "Kerja bakti selokan", "7.30", "pos ronda")
	id := regexp.MustCompile(`name="event" value="([^"]+)"`).FindStringSubmatch(p.page("/events").text)[1]
	p.post("/events", url.Values{"event": {id}, "state": {"going"}}).has(t, "kita ikut")
	s := p.post("/events/new", url.Values{"title": {"Rapat"}, "day": {"kapan-kapan"}, "hour": {"8"}})
	s.has(t, `value="Rapat"`, `role="alert"`)
}

func TestAGraveNoticeStandsOnTheBoardUntilTheHouseHasReadIt(t *testing.T) {
	sari, budi := twoHouses(t)
	_, err := sari.desk.Notify(t.Context(), api.NoticeDraft{Severity: "extreme", Texts: []api.NoticeText{{Headline: "Tanggul jebol", Instruction: "Naik ke balai desa"}}, Expires: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	p := budi.phone(member)
	eventually(t, func() bool { return strings.Contains(p.get("/").text, "Tanggul jebol") })
	p.page("/").has(t, "Naik ke balai desa")
	id := regexp.MustCompile(`name="notice" value="([^"]+)"`).FindStringSubmatch(p.page("/notices").text)[1]
	p.post("/notices", url.Values{"notice": {id}}).has(t, "sudah membacanya")
	p.page("/").hasNot(t, "Tanggul jebol")
}

func TestNeighboursDecideOverTheirPages(t *testing.T) {
	sari, budi := twoHouses(t)
	a := sari.phone(owner)
	people := a.page("/people")
	short := regexp.MustCompile(`/people/([0-9A-Z]+)`).FindStringSubmatch(people.text)[1]
	a.post("/people/"+short+"?do=vouch", url.Values{"do": {"vouch"}, "role": {"member"}})
	eventually(t, func() bool { return strings.Contains(a.get("/people").text, "dijamin oleh") })
	a.post("/decisions/new", url.Values{"title": {"Ronda tiap malam"}, "closes": {"3d"}}).has(t, "Ronda tiap malam", "Usulannya tersimpan")
	id := regexp.MustCompile(`name="proposal" value="([^"]+)"`).FindStringSubmatch(a.page("/decisions").text)[1]
	a.post("/decisions", url.Values{"proposal": {id}, "option": {"0"}}).has(t, "Suara kami tersimpan", "setuju")
	b := budi.phone(member)
	eventually(t, func() bool { return strings.Contains(b.get("/decisions").text, "Ronda tiap malam") })
	b.post("/decisions", url.Values{"proposal": {id}, "choice": {"abstain"}}).has(t, "Suara kami tersimpan", "abstain")
	if s := budi.phone(guest).get("/decisions"); strings.Contains(s.text, "<form method=\"post\">") {
		t.Error("a guest can vote")
	}
}

// twoHouses are neighbours who know each other.
func twoHouses(t *testing.T) (sari, budi *house) {
	t.Helper()
	sari, first := open(t)
	if _, err := sari.desk.Create(t.Context(), api.Founding{Name: "RT 03 Sukamaju", Household: "Keluarga Sari"}); err != nil {
		t.Fatal(err)
	}
	invite, err := sari.desk.Invite(t.Context(), api.Inviting{Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	budi, _ = open(t, first.Addrs()...)
	if _, err := budi.desk.Join(t.Context(), api.Joining{Invite: invite.Invite, Household: "Keluarga Budi"}); err != nil {
		t.Fatal(err)
	}
	p := budi.phone(owner)
	eventually(t, func() bool { return strings.Contains(p.get("/people").text, "Keluarga Sari") })
	return sari, budi
}

// withPhoto sends the form of a page with a picture.
func (p *phoneOf) withPhoto(path string, picture []byte, fields map[string]string) shown {
	p.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	form := formField.FindStringSubmatch(p.page(path).text)[1]
	if err := w.WriteField("form", form); err != nil {
		p.t.Fatal(err)
	}
	for name, text := range fields {
		if err := w.WriteField(name, text); err != nil {
			p.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("photo", "atap.jpg")
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := part.Write(picture); err != nil {
		p.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequest("POST", p.url+path, &body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return p.do(r)
}

func TestAPhotoGoesWithARequestAndIsKeptWhereSomethingElseIsWrong(t *testing.T) {
	p := settled(t).phone(member)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	s := p.withPhoto("/ask", picture.Bytes(), map[string]string{"title": "Atap bocor", "urgency": "high", "qty": "banyak"})
	s.has(t, `value="Atap bocor"`, "1 berkas sudah tersimpan")
	s = p.withPhoto("/ask", picture.Bytes(), map[string]string{"title": "Atap bocor", "urgency": "high"})
	s.has(t, "Atap bocor", "/photo/")
	at := regexp.MustCompile(`src="(/r/[^"]+)"`).FindStringSubmatch(s.text)
	if at == nil {
		t.Fatalf("no picture on the page:\n%s", s.text)
	}
	if s := p.page(strings.ReplaceAll(at[1], "&amp;", "&")); s.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the picture is %s", s.header.Get("Content-Type"))
	}
	p.withPhoto("/ask", picture.Bytes()[:40], map[string]string{"title": "Atap bocor", "urgency": "high"}).has(t, `value="Atap bocor"`, `role="alert"`)
}
