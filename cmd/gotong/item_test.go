package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"gotong/node/api"
)

// speaking returns an app that writes into buffers at noon, in a language.
func speaking(lang string) (a *app, out, talk *bytes.Buffer) {
	out, talk = new(bytes.Buffer), new(bytes.Buffer)
	env := func(string) string { return "" }
	return newApp([]string{"--lang", lang}, env, out, talk, func() time.Time { return noon }), out, talk
}

func line(unit string, need, pledged, standby, received int64) api.Line {
	return api.Line{Line: 1, Category: "water.drinking", Unit: unit, Quantity: api.Whole(need), Pledged: api.Whole(pledged),
		Standby: api.Whole(standby), Received: api.Whole(received)}
}

func TestHowFarAnItemIsSaidInWords(t *testing.T) {
	two := []api.Line{line("L", 4, 2, 0, 0), {Line: 2, Category: "food.rice", Unit: "KG", Quantity: 1500}}
	for _, c := range []struct {
		item   api.Item
		id, en string
	}{
		{api.Item{Kind: "request", Lines: []api.Line{line("L", 4, 0, 0, 0)}}, "perlu 4 L, belum ada yang sanggup", "4 L needed, nobody has promised yet"},
		{api.Item{Kind: "request", Lines: []api.Line{line("L", 4, 2, 0, 0)}}, "2 dari 4 L dijanjikan", "2 of 4 L promised"},
		{api.Item{Kind: "request", Lines: []api.Line{line("BUNGKUS", 1, 1, 3, 0)}}, "1 dari 1 bungkus dijanjikan, 3 bungkus cadangan", "1 of 1 packet promised, 3 packets to spare"},
		{api.Item{Kind: "request", Lines: []api.Line{line("L", 4, 3, 0, 1)}}, "3 dari 4 L dijanjikan, 1 sudah sampai", "3 of 4 L promised, 1 arrived"},
		{api.Item{Kind: "request", Lines: []api.Line{line("L", 4, 4, 0, 4)}, State: "met"}, "4 L, sudah sampai semua", "4 L, all arrived"},
		{api.Item{Kind: "request", Lines: []api.Line{line("NONE", 1, 0, 0, 0)}}, "belum ada yang sanggup", "nobody has promised yet"},
		{api.Item{Kind: "request", Lines: []api.Line{line("NONE", 3, 0, 0, 0)}}, "perlu 3, belum ada yang sanggup", "3 needed, nobody has promised yet"},
		{api.Item{Kind: "request", Lines: []api.Line{line("NONE", 1, 1, 0, 0)}}, "sudah ada yang sanggup", "somebody has promised"},
		{api.Item{Kind: "request", Lines: two}, "Air minum 2 dari 4 L dijanjikan; Beras perlu 1,5 kg, belum ada yang sanggup", "Drinking water 2 of 4 L promised; Rice 1.5 kg needed, nobody has promised yet"},
		{api.Item{Kind: "request", Lines: []api.Line{line("L", 4, 2, 0, 0)}, Overdue: true, Stale: true}, "2 dari 4 L dijanjikan; janji sudah lewat waktunya", "2 of 4 L promised; a promise is overdue"},
		{api.Item{Kind: "request", Lines: []api.Line{line("L", 4, 0, 0, 0)}, Stale: true}, "perlu 4 L, belum ada yang sanggup; masih perlu?", "4 L needed, nobody has promised yet; still needed?"},
		{api.Item{Kind: "request", State: "closed", Reason: "duplicate"}, "ditutup: sudah ada yang sama", "closed: a duplicate"},
		{api.Item{Kind: "request", State: "withdrawn"}, "dibatalkan", "taken back"},
		{api.Item{Kind: "request", Expired: true}, "sudah lewat waktunya", "past its time"},
		{api.Item{Kind: "offer", Lines: []api.Line{line("L", 20, 0, 0, 0)}}, "20 L tersedia", "20 L to give"},
		{api.Item{Kind: "offer", Lines: []api.Line{line("L", 20, 5, 0, 0)}}, "5 dari 20 L sudah diminta", "5 of 20 L asked for"},
		{api.Item{Kind: "offer", Lines: []api.Line{line("NEWER", 2, 0, 0, 0)}}, "2 NEWER tersedia", "2 NEWER to give"},
	} {
		for lang, want := range map[string]string{"id": c.id, "en": c.en} {
			if a, _, _ := speaking(lang); a.summary(c.item) != want {
				t.Errorf("got %q, want %q", a.summary(c.item), want)
			}
		}
	}
}

func TestACardIsThreeLinesThatStandBelowOneAnother(t *testing.T) {
	a, out, _ := speaking("id")
	a.card(api.Item{Short: "7K3Q", Kind: "request", Title: "Air minum", Urgency: "low", Place: "dekat masjid", Created: noon.Add(-2 * time.Minute),
		Owner: api.Household{Name: "Keluarga Sari"}, Lines: []api.Line{line("L", 4, 1, 0, 0)}})
	a.card(api.Item{Short: "7K3QX9", Kind: "offer", Title: "Beras", Created: noon, Lines: []api.Line{line("KG", 5, 0, 0, 0)}})
	want := `7K3Q  Bisa menunggu  Air minum
                     1 dari 4 L dijanjikan
                     Keluarga Sari · dekat masjid · 2 menit lalu
7K3QX9  Tawaran        Beras
                       5 kg tersedia
                       tetangga · baru saja
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestShowTellsWhatBecameOfEachPledge(t *testing.T) {
	a, out, talk := speaking("id")
	litres := func(n int64) []api.Amount { return []api.Amount{{Line: 1, Unit: "L", Quantity: api.Whole(n)}} }
	pledge := func(short, who string, p api.Pledge) api.Pledge {
		p.Short, p.Owner = short, api.Household{Name: who}
		return p
	}
	a.shown(api.Shown{
		Item: api.Item{Short: "7K3Q", Kind: "request", Title: "Air minum", Body: "Sumur keruh.\nSejak banjir.", Urgency: "high", Created: noon.Add(-time.Hour),
			Owner: api.Household{Me: true}, Until: noon.Add(2 * time.Hour), Lines: []api.Line{line("L", 9, 8, 0, 2)},
			Pledges: []api.Pledge{
				pledge("AAAA", "Budi", api.Pledge{Live: true, Accepted: true, Amounts: litres(2), Received: litres(2), State: "offered"}),
				pledge("BBBB", "Ani", api.Pledge{Live: true, Accepted: true, Amounts: litres(3), Promised: noon.Add(time.Hour), State: "on-the-way"}),
				pledge("CCCC", "Dedi", api.Pledge{Live: true, Amounts: litres(4), Standby: litres(1), State: "offered", Note: "nanti sore"}),
				pledge("DDDD", "Eko", api.Pledge{Amounts: litres(1), State: "withdrawn"}),
				pledge("EEEE", "", api.Pledge{Amounts: litres(1), State: "offered"}),
			}},
		Comments: []api.Comment{{Owner: api.Household{Name: "Ani"}, Created: noon.Add(-time.Minute), Text: "Galonnya ada?"}},
	})
	want := `7K3Q  Air minum
Kami minta bantuan, 1 jam lalu · Mendesak
Perlu sebelum: hari ini 14.00
  Sumur keruh.
  Sejak banjir.

Air minum: 8 dari 9 L dijanjikan, 2 sudah sampai

Yang sanggup membantu:
  AAAA  Budi: 2 L, diterima, sudah sampai 2 L
  BBBB  Ani: 3 L, sedang di jalan, datang hari ini 13.00
  CCCC  Dedi: 4 L, 1 L cadangan, nanti sore
  DDDD  Eko: 1 L, dibatalkan
  EEEE  tetangga: 1 L, janji sudah lewat

Kata tetangga:
  Ani, 1 menit lalu: Galonnya ada?
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	if !bytes.Contains(talk.Bytes(), []byte("accept 7K3Q CCCC")) {
		t.Errorf("the next step is %s", talk)
	}
}

func TestTheFirstLineOfStatusSaysWhetherAllIsWell(t *testing.T) {
	member := api.Standing{Neighbourhood: api.Neighbourhood{Member: true}}
	for _, c := range []struct {
		report api.Report
		want   string
	}{
		{api.Report{Connected: 3, Neighbourhoods: []api.Standing{member}}, "All is well: connected to 3 neighbouring nodes."},
		{api.Report{Connected: 1, Neighbourhoods: []api.Standing{member}}, "All is well: connected to 1 neighbouring node."},
		{api.Report{Neighbourhoods: []api.Standing{member}}, "All is saved here, but no neighbour is connected right now."},
		{api.Report{Connected: 1, Neighbourhoods: []api.Standing{member, {}}}, "Joined, but the board has not come: no neighbour who knows us was met yet."},
		{api.Report{Connected: 3, Neighbourhoods: []api.Standing{member}, Troubles: []api.Trouble{api.TroubleRoom, api.TroubleClock}}, "The disk is nearly full. Remove other files before nothing can be written."},
	} {
		if a, _, _ := speaking("en"); a.health(c.report) != c.want {
			t.Errorf("got %q, want %q", a.health(c.report), c.want)
		}
	}
}

func TestEveryProblemHasItsExitCode(t *testing.T) {
	ours := []string{api.CodeFailed, "disk-full", "read-only", "damaged", "damaged-keys", "exposed"}
	for _, code := range api.Codes() {
		if _, ok := exits[code]; ok == slices.Contains(ours, code) {
			t.Errorf("%s has an exit code: %v", code, ok)
		}
		a, _, talk := speaking("id")
		if got := a.complain(&api.Problem{Code: code}); got == exitOK || talk.Len() == 0 {
			t.Errorf("%s ends with %d and says %q", code, got, talk)
		}
	}
	for code := range exits {
		if !slices.Contains(api.Codes(), code) {
			t.Errorf("there is no problem %s", code)
		}
	}
	a, _, talk := speaking("id")
	if got := a.complain(context.DeadlineExceeded); got != exitTryLater || talk.Len() == 0 {
		t.Errorf("a node that does not answer ends with %d", got)
	}
	if got := a.complain(errors.New("no idea")); got != exitFailed || !bytes.Contains(talk.Bytes(), []byte("no idea")) {
		t.Errorf("an unknown error ends with %d and says %s", got, talk)
	}
}

func TestTheDirectoryIsTheFlagsTheVariablesOrTheUsual(t *testing.T) {
	for _, c := range []struct {
		flag string
		env  map[string]string
		want string
	}{
		{"/a", map[string]string{"GOTONG_DIR": "/b"}, "/a"}, {"", map[string]string{"GOTONG_DIR": "/b", "HOME": "/h"}, "/b"},
		{"", map[string]string{"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/gotong"}, {"", map[string]string{"HOME": "/h"}, "/h/.local/state/gotong"},
	} {
		a, _, _ := speaking("id")
		a.dir, a.env = c.flag, func(name string) string { return c.env[name] }
		if got, err := a.directory(); err != nil || got != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}
