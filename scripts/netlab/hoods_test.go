package netlab

import (
	"flag"
	"os"
	"testing"
	"time"
)

var (
	hoods   = flag.Int("hoods", 2, "neighbourhoods in TestOneHubCarriesManyNeighbourhoods")
	homes   = flag.Int("homes", 2, "households in each of them")
	watched = flag.Duration("watched", 15*time.Second, "how long a quiet hub is watched there")
)

// TestOneHubCarriesManyNeighbourhoods: each in a home network of its own, behind
// a router, so that they see the hub and not one another. What one more costs
// the hub is told by how it stands after each.
//
//	go test -v ./scripts/netlab -run OneHubCarriesMany -hoods 20 -homes 3 -watched 3m
func TestOneHubCarriesManyNeighbourhoods(t *testing.T) {
	l := newLab(t)
	hub := l.hub(t)
	before := hub.stands(t)
	var first stand
	var boards [][]*household
	for n := range *hoods {
		boards = append(boards, l.hood(t, hub))
		if n == 0 {
			first = hub.quiet(t, 0)
		}
	}
	for _, all := range boards {
		untilEqual(t, 2*time.Minute, all, askAll(t, 2, all)...)
	}
	after := hub.quiet(t, *watched)
	t.Logf("figure: the hub alone: %v", before)
	t.Logf("figure: with 1 neighbourhood of %d: %v", *homes, first)
	t.Logf("figure: with %d neighbourhoods of %d: %v", *hoods, *homes, after)
	if more := *hoods - 1; more > 0 {
		t.Logf("figure: one more neighbourhood costs the hub %d kB of its own memory and %d files and sockets",
			(after.anon-first.anon)/more, (after.handles-first.handles)/more)
	}
	t.Logf("figure: quiet, all say to the hub and it to them %d bytes an hour, frames and all (watched for %v)", after.bytes, *watched)
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("figure: the machine's load meanwhile: %s", load)
}

// hood founds a neighbourhood behind a router of its own, which the hub carries.
func (l *lab) hood(t *testing.T, hub *household) []*household {
	t.Helper()
	r := l.router(t, "")
	founder := r.plug(t)
	founder.startWith(t, hub.at(t, byTCP))
	founder.gotong(t, "create", "RT "+founder.name, "--household", founder.name)
	founder.allow(t, hub)
	all := []*household{founder}
	for range *homes - 1 {
		h := r.plug(t)
		h.startWith(t, hub.at(t, byTCP))
		h.join(t, founder)
		all = append(all, h)
	}
	untilEqual(t, time.Minute, all) // all are members then
	untilEqual(t, time.Minute, all, askAll(t, 3, all)...)
	return all
}

// stand is what a hub takes: kB of memory, all and its own, files and sockets,
// and bytes an hour.
type stand struct{ rss, anon, handles, bytes int }

func (h *household) stands(t *testing.T) stand {
	t.Helper()
	return stand{rss: h.resident(t, "VmRSS"), anon: h.resident(t, "RssAnon"), handles: h.handles(t)}
}

// quiet watches the hub once what was said has been confirmed.
func (h *household) quiet(t *testing.T, long time.Duration) stand {
	t.Helper()
	time.Sleep(20 * time.Second)
	before := passed(t, h.port())
	time.Sleep(long)
	s := h.stands(t)
	if long > 0 {
		s.bytes = int(float64(passed(t, h.port())-before) * float64(time.Hour) / float64(long))
	}
	return s
}

// passed returns the bytes that passed through a port, both ways.
func passed(t *testing.T, device string) int {
	t.Helper()
	var links [1]struct {
		Stats64 struct{ Tx, Rx struct{ Bytes int } }
	}
	decode(t, run(t, "ip", "-json", "-stats", "link", "show", "dev", device), &links)
	return links[0].Stats64.Tx.Bytes + links[0].Stats64.Rx.Bytes
}

// TestAHubThatIsKilledAgainAndAgainLosesNothing: two homes that have nothing but
// a hub, which is killed while they write, at odd moments.
func TestAHubThatIsKilledAgainAndAgainLosesNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	hub := l.hub(t)
	var all []*household
	for range 2 {
		h := l.router(t, "").plug(t)
		h.startWith(t, hub.at(t, byTCP))
		all = append(all, h)
	}
	all[0].gotong(t, "create", "RT 03", "--household", all[0].name)
	all[0].allow(t, hub)
	all[1].join(t, all[0])
	untilEqual(t, time.Minute, all) // he is let in
	var saved []request
	for i := range *kills {
		saved = append(saved, askAll(t, 1, all)...)
		time.Sleep(time.Duration(97*i%700) * time.Millisecond)
		hub.kill(t)
		saved = append(saved, askAll(t, 1, all)...)
		hub.start(t)
	}
	took := untilEqual(t, 2*time.Minute, all, saved...)
	t.Logf("figure: a hub killed %d times with -9, %d requests, 0 lost; both boards equal %.1f s after its last start", *kills, len(saved), took.Seconds())
	lacking := hub.status(t).Neighbourhoods
	if len(lacking) != 1 || lacking[0].Cells < len(saved) {
		t.Errorf("the hub carries %+v", lacking)
	}
}
