package numbers

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What people wrote in disasters. It lies beside the repository where there is
// any, and never enters it. Telephone numbers were taken out before it was
// published, so what is found in it is a false alarm until somebody has read it.
const (
	messages = "../../../shared/data/disaster_messages/messages.csv"
	reports  = "../../../shared/data/petabencana_2017/2017/reports/*.geojson"
)

// tolerated: one mistake in so many texts.
const tolerated = 1000

func TestRealTextsRaiseFewFalseAlarms(t *testing.T) {
	texts := append(realMessages(t), realReports(t)...)
	if len(texts) == 0 {
		t.Skip("no real texts beside the repository")
	}
	alarms := 0
	for _, text := range texts {
		for _, n := range Find(text) {
			alarms++
			t.Logf("%q in %q", text[n.Start:n.End], text)
		}
	}
	t.Logf("figure: %d of %d real texts with a number", alarms, len(texts))
	if alarms*tolerated > len(texts) {
		t.Errorf("%d alarms in %d texts", alarms, len(texts))
	}
}

// TestRealTextsWithANumberAreFound puts a number into real texts, at a place
// between two words.
func TestRealTextsWithANumberAreFound(t *testing.T) {
	texts := append(realMessages(t), realReports(t)...)
	missed := 0
	for i, text := range texts {
		words := strings.Fields(text)
		at := i % (len(words) + 1)
		with := strings.Join(words[:at], " ") + " 0812-3456-7890 " + strings.Join(words[at:], " ")
		if len(Find(with)) <= len(Find(text)) {
			missed++
			t.Logf("missed in %q", with)
		}
	}
	t.Logf("figure: %d of %d numbers put into real texts missed", missed, len(texts))
	if missed*tolerated > len(texts) {
		t.Errorf("%d missed in %d texts", missed, len(texts))
	}
}

func realMessages(t *testing.T) []string {
	f, err := os.Open(messages)
	if err != nil {
		return nil
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, row := range rows[1:] {
		texts = append(texts, row[2], row[3]) // in English, and as it was written
	}
	return texts
}

func realReports(t *testing.T) []string {
	paths, err := filepath.Glob(reports)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, path := range paths {
		texts = append(texts, reportsIn(t, path)...)
	}
	return texts
}

func reportsIn(t *testing.T, path string) (texts []string) {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var collection struct {
		Features []struct {
			Properties struct{ Text string }
		}
	}
	if err := json.Unmarshal(content, &collection); err != nil {
		t.Fatal(err)
	}
	for _, f := range collection.Features {
		texts = append(texts, f.Properties.Text)
	}
	return texts
}
