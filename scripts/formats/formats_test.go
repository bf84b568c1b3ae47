package formats

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gotong/node/export"
)

// said is what check.mjs prints of a file.
type said struct {
	File       string
	Refused    string
	Identifier string
	Severities []int
	Areas      int
	Features   int
	Geometries []string
	Values     []string
}

// install has npm put the packages into a folder of their own.
func install(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "check.mjs"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("this test needs npm and its packages: %v\n%s", err, out)
	}
	return dir
}

// read writes files and returns what others read in them, by their names.
func read(t *testing.T, dir string, files map[string][]byte) map[string]said {
	t.Helper()
	args := []string{"check.mjs"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	js := exec.CommandContext(ctx, "node", args...)
	js.Dir = dir
	out, err := js.Output()
	if err != nil {
		t.Fatalf("check.mjs: %v\n%s", err, out)
	}
	found := make(map[string]said)
	for lines := json.NewDecoder(bytes.NewReader(out)); lines.More(); {
		var s said
		if err := lines.Decode(&s); err != nil {
			t.Fatal(err)
		}
		found[s.File] = s
	}
	return found
}

func flood() export.Alert {
	at := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	return export.Alert{
		Identifier: "7RZC4V0W3M", Sender: "gotong", Sent: at, Onset: at, Expires: at.Add(6 * time.Hour), Severity: "Severe", Urgency: "Immediate", Certainty: "Observed",
		Categories: []string{"Met"}, Responses: []string{"Evacuate"},
		Texts: []export.AlertText{{Language: "id", Event: "Banjir", Headline: "Banjir & lumpur <RT 03>"}, {Language: "en", Headline: "Flood"}},
		Areas: []export.Area{{Description: "RT 03", Polygons: []string{"-6.21,106.86 -6.21,106.88 -6.23,106.88 -6.21,106.86"}, Circles: []string{"-6.2,106.8 1.5"}}},
	}
}

func TestOthersReadWhatGotongWrites(t *testing.T) {
	dir := install(t)
	cap, err := export.CAP(flood())
	if err != nil {
		t.Fatal(err)
	}
	data := export.Data{Alerts: []export.Alert{flood()}, Needs: []export.Need{{ID: "n1", Category: "water.drinking", Requested: 30_500}}}
	geo, err := data.GeoJSON()
	if err != nil {
		t.Fatal(err)
	}
	card := export.VCard(export.Person{Name: "Bu Sari; RT 03, Sukamaju", Phone: "0812-3456-7890", Place: strings.Repeat("gang sempit é ", 9), Note: "galon\nkosong"})
	got := read(t, dir, map[string][]byte{
		"good.xml": cap, "good.geojson": geo, "good.vcf": card,
		"grave.xml": bytes.ReplaceAll(cap, []byte("Severe"), []byte("Grave")), "headless.xml": bytes.ReplaceAll(cap, []byte("areaDesc"), []byte("title")),
		"open.geojson": bytes.Replace(geo, []byte(`"Polygon"`), []byte(`"Point"`), 1), "nameless.vcf": bytes.ReplaceAll(card, []byte("FN:"), []byte("NOTE:")),
	})
	for name, want := range map[string]said{
		"good.xml":     {Identifier: "7RZC4V0W3M", Severities: got["good.xml"].Severities, Areas: 1},
		"good.geojson": {Features: 3, Geometries: []string{"Polygon", "Point", ""}},
		"good.vcf":     {Values: []string{"Bu Sari; RT 03, Sukamaju", "0812-3456-7890", "group"}},
	} {
		want.File = name
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("got %+v, want %+v", got[name], want)
		}
	}
	for _, name := range []string{"grave.xml", "headless.xml", "open.geojson", "nameless.vcf"} {
		if got[name].Refused == "" {
			t.Errorf("%s, which is broken, was read: %+v", name, got[name])
		}
	}
}

// TestAlertsAreWellFormed lets libxml2 read an alert where it is installed.
func TestAlertsAreWellFormed(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed")
	}
	text, err := export.CAP(flood())
	if err != nil {
		t.Fatal(err)
	}
	lint := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "-")
	lint.Stdin = bytes.NewReader(text)
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
