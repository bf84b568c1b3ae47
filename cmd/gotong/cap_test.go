package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"gotong/node/export"
)

func TestAFeedLeadsToAlertsOfItsOwnHostOnly(t *testing.T) {
	got := alertsOf("https://cuaca.example.org/nowcast/id", []string{
		"https://cuaca.example.org/nowcast/CJB_alert.xml", "/nowcast/CJK_alert.xml", "https://elsewhere.example.org/x.xml",
		"http://127.0.0.1/admin.xml", "https://cuaca.example.org/page.html", "::",
	})
	want := []string{"https://cuaca.example.org/nowcast/CJB_alert.xml", "https://cuaca.example.org/nowcast/CJK_alert.xml"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if got := alertsOf("https://a.example", make([]string, 0)); got != nil {
		t.Errorf("got %v", got)
	}
	many := strings.Split(strings.Repeat("/x.xml ", 100), " ")
	if got := alertsOf("https://a.example", many); len(got) != maxAlerts {
		t.Errorf("%d alerts", len(got))
	}
}

func TestAnAnswerWithoutEndIsReadToItsBound(t *testing.T) {
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < 4<<20; i += 1 << 10 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	text, err := fetch(context.Background(), endless.URL)
	if err != nil || len(text) != export.MaxCAP+1 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestCodesAndWordsOfCAPAreOneAnothersInverse(t *testing.T) {
	for _, word := range []string{"AllClear", "CBRNE", "Severe", "None", "Actual"} {
		if got := capWord(codeFrom(word)); got != word {
			t.Errorf("%s came back as %s", word, got)
		}
	}
}

// TestTheFeedOfAWeatherServiceIsRead runs against a feed on this machine.
func TestTheFeedOfAWeatherServiceIsRead(t *testing.T) {
	feeds := http.NewServeMux()
	feeds.HandleFunc("/id", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>Peringatan</title><item><title>a</title><link>/CJB_alert.xml</link></item></channel></rss>`))
	})
	asked := 0
	feeds.HandleFunc("/CJB_alert.xml", func(w http.ResponseWriter, r *http.Request) {
		asked++
		_, _ = w.Write([]byte("<alert/>"))
	})
	service := httptest.NewServer(feeds)
	defer service.Close()
	a := newApp(nil, os.Getenv, new(strings.Builder), new(strings.Builder), time.Now)
	if err := a.importFeed(context.Background(), service.URL+"/id"); err != errPartial || asked != 1 {
		t.Errorf("%v, the alert was asked for %d times", err, asked)
	}
}
