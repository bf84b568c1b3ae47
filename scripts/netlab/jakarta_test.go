package netlab

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// jakarta are the reports of the flood of 21 February 2017 that people in
// Jakarta sent to PetaBencana. They lie beside the repository where there are
// any, and never enter it.
const jakarta = "../../../shared/data/petabencana_2017/2017/reports/petabencana.id_jbd_reports_2017-02-21.geojson"

// The four hours in which most came.
const burstFrom, burstTo = "2017-02-21T05", "2017-02-21T09"

// report is what somebody sent.
type report struct{ text string }

// asksForHelp are words of whoever needs something; the rest tell everybody
// how high the water stands.
var asksForHelp = []string{"tolong", "butuh", "bantu", "evakuasi", "perahu", "mengungsi", "terjebak", "mohon", "listrik", "makan"}

// TestTheJakartaFloodBurstOnThreeIslands takes 600 reports of four hours in on
// eight nodes in three islands, as notices and requests, and lets the islands
// heal: all eight show all of it.
func TestTheJakartaFloodBurstOnThreeIslands(t *testing.T) {
	reports := burst(t)
	l := newLab(t)
	for _, s := range []side{west, west, west, east, east, east} {
		l.plug(t, s)
	}
	third := l.third(t)
	for range 2 {
		h := l.plug(t, east)
		ip(t, "link", "set", h.port(), "master", third)
	}
	l.neighbourhood(t)
	l.households[0].vouchForAll(t)
	untilEqual(t, 60*time.Second, l.households)
	l.cutTrunk(t)
	ip(t, "link", "set", l.name+"-tc", "down")
	waitFor(t, time.Minute, "all know that the others are gone", func() bool { return mostConnected(t, l.households) <= 2 })

	began := time.Now()
	requests := l.takeIn(t, reports)
	t.Logf("figure: %d reports of four hours in Jakarta (%d of them requests) taken in on eight nodes: %.1f s", len(reports), requests, time.Since(began).Seconds())
	for _, island := range [][]*household{l.households[:3], l.households[3:6], l.households[6:]} {
		untilEqual(t, 60*time.Second, island)
	}
	if equal(t, []*household{l.households[0], l.households[3], l.households[6]}) {
		t.Error("the islands show the same although they are cut apart")
	}

	before := l.crossed(t)
	l.mendTrunk(t)
	ip(t, "link", "set", l.name+"-tc", "up")
	took := untilEqual(t, 2*time.Minute, l.households)
	crossed := l.crossed(t).since(before)
	t.Logf("figure: three islands are equal %.1f s after the cables are back; %d kB went west over the trunk, %d kB east", took.Seconds(), crossed.west/1000, crossed.east/1000)
	sameCounts(t, l.households)
	counts := l.households[7].counts(t)
	if counts["request"] != requests || counts["notice"] != len(reports)-requests {
		t.Errorf("the last board shows %d requests and %d notices of %d and %d", counts["request"], counts["notice"], requests, len(reports)-requests)
	}
}

// third makes a third switch, with a cable of its own to the eastern one.
func (l *lab) third(t *testing.T) string {
	t.Helper()
	name := l.name + "-c"
	ip(t, "link", "add", name, "type", "bridge")
	ip(t, "link", "set", name, "up")
	ip(t, "link", "add", l.name+"-tc", "type", "veth", "peer", "name", l.name+"-td")
	ip(t, "link", "set", l.name+"-tc", "master", name, "up")
	ip(t, "link", "set", l.name+"-td", "master", l.bridge(east), "up")
	t.Cleanup(func() {
		ip(t, "link", "del", l.name+"-tc")
		ip(t, "link", "del", name)
	})
	return name
}

// takeIn deals the reports out to the households in turn, a sheet each, and
// tells how many are requests.
func (l *lab) takeIn(t *testing.T, reports []report) (requests int) {
	t.Helper()
	sheets := make([][][]string, len(l.households))
	for i := range sheets {
		sheets[i] = [][]string{{"tipe", "judul", "jenis"}}
	}
	for i, r := range reports {
		row := []string{"pengumuman", r.text, ""}
		if needsHelp(r.text) {
			row, requests = []string{"permintaan", r.text, "other"}, requests+1
		}
		sheets[i%len(sheets)] = append(sheets[i%len(sheets)], row)
	}
	for i, h := range l.households {
		path := filepath.Join(t.TempDir(), "reports.csv")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := csv.NewWriter(file).WriteAll(sheets[i]); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		h.gotong(t, "import", path, "--open-numbers", "--json")
	}
	return requests
}

func needsHelp(text string) bool {
	for _, word := range asksForHelp {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return false
}

// burst returns the reports; one without a word says how high the water stood.
func burst(t *testing.T) []report {
	t.Helper()
	text, err := os.ReadFile(jakarta)
	if os.IsNotExist(err) {
		t.Skip("the reports of the Jakarta flood do not lie beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Features []struct {
			Properties struct {
				Created string `json:"created_at"`
				Text    string `json:"text"`
				Data    struct {
					Depth int `json:"flood_depth"`
				} `json:"report_data"`
			} `json:"properties"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	var reports []report
	for _, f := range all.Features {
		p := f.Properties
		if p.Created < burstFrom || p.Created >= burstTo {
			continue
		}
		said := strings.Join(strings.Fields(p.Text), " ")
		if said == "" {
			said = "Banjir " + strconv.Itoa(p.Data.Depth) + " cm"
		}
		reports = append(reports, report{said})
	}
	if len(reports) != 600 {
		t.Fatalf("%d reports in the four hours, there were 600", len(reports))
	}
	return reports
}
