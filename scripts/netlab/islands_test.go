package netlab

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var islands = flag.Int("islands", 100, "how many requests each half writes in TestTwoIslandsMeetOverAThinLink")

// linkRate is what the link between the islands carries each way, in bytes a second.
const linkRate = 1_000_000 / 8

// TestTwoIslandsMeetOverAThinLink lets two halves of five nodes write while
// apart, and joins them by 1 Mbit/s. What has to cross is known; what does cross,
// and when all ten show the same, is held against it.
func TestTwoIslandsMeetOverAThinLink(t *testing.T) {
	l := newLab(t)
	for i := range 10 {
		l.plug(t, []side{west, east}[i/5])
	}
	l.neighbourhood(t)
	west5, east5 := l.households[:5], l.households[5:]
	l.households[0].gotong(t, "vouch", east5[0].name, "--role", "steward", "--yes")
	untilEqual(t, 30*time.Second, l.households)
	l.slowTrunk(t, "1mbit")
	l.cutTrunk(t)
	waitFor(t, time.Minute, "all know that the others are gone", func() bool { return mostConnected(t, l.households) <= 4 })
	writeSheet(t, west5[0], "west", *islands)
	writeSheet(t, east5[0], "east", *islands)
	untilEqual(t, 60*time.Second, west5)
	untilEqual(t, 60*time.Second, east5)

	before := l.crossed(t)
	l.mendTrunk(t)
	took := untilEqual(t, 5*time.Minute, l.households)
	crossed := l.crossed(t).since(before)
	if got := l.households[9].counts(t)["request"]; got != 2**islands {
		t.Errorf("the last board shows %d requests, want %d", got, 2**islands)
	}
	fastest := time.Duration(max(crossed.east, crossed.west)) * time.Second / linkRate
	t.Logf("figure: two islands with %d requests each are equal %.1f s after the link is back", *islands, took.Seconds())
	t.Logf("figure: %d kB crossed to the west and %d kB to the east, for which the link alone needs %.1f s",
		crossed.west/1000, crossed.east/1000, fastest.Seconds())
}

// mostConnected returns the most neighbours that one of the households has.
func mostConnected(t *testing.T, households []*household) (most int) {
	t.Helper()
	for _, h := range households {
		most = max(most, h.status(t).Connected)
	}
	return most
}

// writeSheet imports so many made-up requests in a household.
func writeSheet(t *testing.T, h *household, what string, rows int) {
	t.Helper()
	var sheet strings.Builder
	sheet.WriteString("title,category\n")
	for i := range rows {
		fmt.Fprintf(&sheet, "\"Drinking water for house %d in the %s, two people and a child\",water.drinking\n", i, what)
	}
	file := filepath.Join(labRoot, h.lab.name, what+".csv")
	if err := os.WriteFile(file, []byte(sheet.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	h.gotong(t, "import", file, "--json")
}

// crossed is how many bytes the trunk has carried each way.
type crossed struct{ west, east int }

func (c crossed) since(before crossed) crossed {
	return crossed{c.west - before.west, c.east - before.east}
}

func (l *lab) crossed(t *testing.T) crossed {
	t.Helper()
	return crossed{west: sent(t, l.trunk(east)), east: sent(t, l.trunk(west))}
}

// sent returns the bytes that an interface has sent, frames and all.
func sent(t *testing.T, device string) int {
	t.Helper()
	var links [1]struct {
		Stats64 struct{ Tx struct{ Bytes int } }
	}
	decode(t, run(t, "ip", "-json", "-stats", "link", "show", "dev", device), &links)
	return links[0].Stats64.Tx.Bytes
}

// TestThreeIslandsAreJoinedByAStickGoingRound: no cable and no radio between
// them, only a folder that somebody carries.
func TestThreeIslandsAreJoinedByAStickGoingRound(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, s := range []side{west, west, east, east, east} {
		l.plug(t, s)
	}
	l.neighbourhood(t)
	alone := l.households[4]
	l.cutTrunk(t)
	alone.unplug(t)
	var requests []request
	for _, island := range [][]*household{l.households[:2], l.households[2:4], {alone}} {
		requests = append(requests, askAll(t, 10, island)...)
	}

	stick := filepath.Join(labRoot, l.name, "stick")
	if err := os.Mkdir(stick, 0o755); err != nil {
		t.Fatal(err)
	}
	for stop, h := range []*household{l.households[0], l.households[2], alone, l.households[1], l.households[3]} {
		began := time.Now()
		if stop > 0 {
			h.gotong(t, "carry", "import", stick)
		}
		h.gotong(t, "carry", "export", stick)
		t.Logf("figure: stop %d of the stick, with %s: %.2f s, %d kB on it", stop+1, h.name, time.Since(began).Seconds(), size(t, stick)/1000)
	}
	took := untilEqual(t, 30*time.Second, l.households, requests...)
	t.Logf("figure: five boards with %d requests of three islands are equal %.1f s after the last stop", len(requests), took.Seconds())
}

// size returns the bytes in a folder.
func size(t *testing.T, folder string) int {
	t.Helper()
	bytes, err := strconv.Atoi(strings.Fields(run(t, "du", "-sb", folder))[0])
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}
