package words

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestAKindIsGuessedFromWhatNeighboursWrite(t *testing.T) {
	for text, want := range map[string]string{
		"Air minum galon":                     "water.drinking",
		"butuh air bersih buat cuci":          "water.clean",
		"Beras 10 kg dan air minum":           "food.rice water.drinking",
		"nasi bungkus untuk 30 orang":         "food.ready",
		"Susu bayi, umur 6 bulan":             "food.infant",
		"terpal bocor, minta tenda":           "shelter.tent",
		"We need tents and drinking water":    "shelter.tent water.drinking",
		"Selimut buat nenek":                  "shelter.bedding",
		"Kami mengungsi, perlu tempat":        "shelter.place",
		"Ibu saya sesak napas, tolong":        "",
		"Air setinggi dada, terjebak di atap": "",
		"pompa air":                           "",
		"":                                    "",
	} {
		if got := strings.Join(Guess(text), " "); got != want {
			t.Errorf("%q is taken for %q, not %q", text, got, want)
		}
	}
}

const messages = "../../../shared/data/disaster_messages/messages.csv"

// TestGuessesOnRealMessages prints how many direct messages of real disasters
// are guessed right, by family; the order of magnitude is held, not the figure.
func TestGuessesOnRealMessages(t *testing.T) {
	file, err := os.Open(messages)
	if err != nil {
		t.Skip("the real messages are not here")
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	for _, family := range []string{"food", "water", "shelter"} {
		var said, right, is float64
		for _, row := range rows[1:] {
			if row[column("genre")] != "direct" {
				continue
			}
			guess := slices.ContainsFunc(Guess(row[column("message")]), func(c string) bool { return strings.HasPrefix(c, family+".") })
			truth := row[column(family)] == "1"
			if truth {
				is++
			}
			if guess {
				said++
			}
			if guess && truth {
				right++
			}
		}
		t.Logf("%s: of %v messages guessed %v, precision %.2f, recall %.2f", family, is, said, right/said, right/is)
		if right/said < .6 || right/is < .5 {
			t.Errorf("%s is guessed no better than by chance", family)
		}
	}
}
