package words

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

var place = regexp.MustCompile(`\{[a-z]+\}`)

func places(text string) []string {
	found := place.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryLanguageHasTheSameKeys(t *testing.T) {
	want := slices.Sorted(maps.Keys(In("id").messages))
	for _, tongue := range All() {
		got := slices.Sorted(maps.Keys(tongue.messages))
		for _, key := range got {
			if !slices.Contains(want, key) {
				t.Errorf("%s alone has %s", tongue.Lang(), key)
			}
		}
		for _, key := range want {
			if !tongue.Has(key) {
				t.Errorf("%s lacks %s", tongue.Lang(), key)
			}
		}
	}
}

func TestEveryFormOfAMessageHasTheSamePlaces(t *testing.T) {
	for key, phrase := range In("id").messages {
		want := places(phrase["other"])
		for _, tongue := range All() {
			for form, text := range tongue.messages[key] {
				if got := places(text); !slices.Equal(got, want) {
					t.Errorf("%s %s (%s) has %v, the Indonesian %v", tongue.Lang(), key, form, got, want)
				}
				if strings.ContainsAny(place.ReplaceAllString(text, ""), "{}") {
					t.Errorf("%s %s has a brace that is no place", tongue.Lang(), key)
				}
			}
		}
	}
}

// TestPluralsAreThoseOfTheLanguage: Indonesian has one form, English two.
func TestPluralsAreThoseOfTheLanguage(t *testing.T) {
	for lang, forms := range map[string][]string{"id": {"other"}, "en": {"one", "other"}} {
		for key, phrase := range In(lang).messages {
			got := slices.Sorted(maps.Keys(phrase))
			if len(got) != 1 && !slices.Equal(got, forms) || phrase["other"] == "" && key != "unit.NONE" {
				t.Errorf("%s %s has the forms %v", lang, key, got)
			}
		}
	}
}

func TestAKeyStandsOnceInItsFile(t *testing.T) {
	line := regexp.MustCompile(`(?m)^  ("[^"]+"):`)
	for _, tag := range languages {
		text, err := files.ReadFile(tag.String() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, m := range line.FindAllStringSubmatch(string(text), -1) {
			if seen[m[1]] {
				t.Errorf("%s stands twice in %v", m[1], tag)
			}
			seen[m[1]] = true
		}
		if len(seen) != len(tongueOf(tag).messages) {
			t.Errorf("%v: %d lines with keys, %d keys", tag, len(seen), len(tongueOf(tag).messages))
		}
	}
}

func TestTheLanguageIsTheBestOneThereIs(t *testing.T) {
	for wish, want := range map[string]string{
		"": "id", "C": "id", "C.UTF-8": "id", "POSIX": "id", "id_ID.UTF-8": "id", "en_US.UTF-8": "en", "en_AU": "en",
		"en": "en", "id": "id", "de_DE.UTF-8": "id", "nonsense?": "id", "jv_ID": "id", "ms_MY": "id",
	} {
		if got := In(wish).Lang(); got != want {
			t.Errorf("%q speaks %s, want %s", wish, got, want)
		}
	}
	if got := In().Lang(); got != "id" {
		t.Errorf("without a wish it speaks %s", got)
	}
}

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    any
		want string
	}{
		{"id", 1234567, "1.234.567"}, {"en", 1234567, "1,234,567"}, {"id", Thousandths(2500), "2,5"}, {"en", Thousandths(2500), "2.5"},
		{"id", Thousandths(1_234_567_500), "1.234.567,5"}, {"id", Thousandths(125), "0,125"}, {"en", Thousandths(4000), "4"},
		{"id", Thousandths(1_000_000_000_000), "1.000.000.000"},
	} {
		if got := In(c.lang).Say("number", Args{"n": c.n}); got != c.want {
			t.Errorf("%v in %s is %s, want %s", c.n, c.lang, got, c.want)
		}
	}
}

func TestTheNumberChoosesThePlural(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    any
		want string
	}{
		{"id", 1, "1 jam lalu"}, {"id", 2, "2 jam lalu"}, {"en", 1, "1 hour ago"}, {"en", 2, "2 hours ago"}, {"en", 0, "0 hours ago"},
		{"en", Thousandths(1000), "1 hour ago"}, {"en", Thousandths(1500), "1.5 hours ago"},
	} {
		if got := In(c.lang).Say("time.hours", Args{"n": c.n}); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestWhatNeighboursWroteCannotSteerTheTerminal(t *testing.T) {
	text := "air\x1b[2J\x07 \u202egnat\nbaris dua\u009b"
	got := In("id").Say("status.us", Args{"name": text})
	if want := "  kami: air[2J gnat baris dua"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAPlaceInWhatNeighboursWroteStaysAsItIs(t *testing.T) {
	got := In("en").Say("show.comment", Args{"who": "{text}", "ago": "now", "text": "{who}"})
	if want := "  {text}, now: {who}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnUnknownKeyIsSaidAsItIs(t *testing.T) {
	if got := In("id").Say("no.such", nil); got != "no.such" {
		t.Errorf("got %q", got)
	}
}

func TestTimesAreToldAsNeighboursDo(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 5, 0, 0, time.FixedZone("WIB", 7*3600))
	for _, c := range []struct {
		at     time.Time
		id, en string
	}{
		{now.Add(time.Hour), "hari ini 10.05", "today 10:05"},
		{now.Add(24 * time.Hour), "besok 09.05", "tomorrow 09:05"},
		{now.Add(-24 * time.Hour), "kemarin 09.05", "yesterday 09:05"},
		{now.AddDate(0, 1, 0), "24 Desember 09.05", "24 December 09:05"},
		{now.AddDate(1, 0, 0), "24 November 2027 09.05", "24 November 2027 09:05"},
		{time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC), "hari ini 08.00", "today 08:00"},
	} {
		if got := In("id").When(c.at, now); got != c.id {
			t.Errorf("got %q, want %q", got, c.id)
		}
		if got := In("en").When(c.at, now); got != c.en {
			t.Errorf("got %q, want %q", got, c.en)
		}
	}
}

func TestHowLongAgoIsRoundedDown(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		ago    time.Duration
		id, en string
	}{
		{-time.Hour, "baru saja", "just now"}, {59 * time.Second, "baru saja", "just now"},
		{time.Minute, "1 menit lalu", "1 minute ago"}, {119 * time.Second, "1 menit lalu", "1 minute ago"},
		{59 * time.Minute, "59 menit lalu", "59 minutes ago"}, {23 * time.Hour, "23 jam lalu", "23 hours ago"},
		{25 * time.Hour, "1 hari lalu", "1 day ago"}, {29 * 24 * time.Hour, "29 hari lalu", "29 days ago"},
		{31 * 24 * time.Hour, "24 Oktober", "24 October"}, {365 * 24 * time.Hour, "24 November 2025", "24 November 2025"},
		{time.Duration(now.UnixNano()), "waktunya tidak pasti", "at an unknown time"},
	} {
		if got := In("id").Ago(now.Add(-c.ago), now); got != c.id {
			t.Errorf("got %q, want %q", got, c.id)
		}
		if got := In("en").Ago(now.Add(-c.ago), now); got != c.en {
			t.Errorf("got %q, want %q", got, c.en)
		}
	}
}

func TestAPhraseIsATextOrAnObjectOfForms(t *testing.T) {
	var p phrase
	if err := json.Unmarshal([]byte(`"x"`), &p); err != nil || p["other"] != "x" {
		t.Errorf("a text is %v, %v", p, err)
	}
	if err := json.Unmarshal([]byte(`{"one":"a","other":"b"}`), &p); err != nil || p["one"] != "a" {
		t.Errorf("an object is %v, %v", p, err)
	}
	if err := json.Unmarshal([]byte(`7`), &p); err == nil {
		t.Error("a number is a phrase")
	}
	if got := tongueOf(language.English).Forms("time.hours"); len(got) != 2 {
		t.Errorf("forms are %v", got)
	}
}
