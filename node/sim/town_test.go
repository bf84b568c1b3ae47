package sim

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"gotong/node"
	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

var (
	hoods = flag.Int("hoods", 5, "neighbourhoods of a town on one hub")
	homes = flag.Int("homes", 4, "households in each of them")
)

// town is several neighbourhoods whose households have nothing but one hub.
type town struct {
	*world
	hoods [][]*house
	ids   []protocol.NeighbourhoodID
}

// inATown tells a story of a town, in virtual time.
func inATown(t *testing.T, story func(w *town)) {
	cryptotest.SetGlobalRandom(t, *firstSeed)
	synctest.Test(t, func(t *testing.T) {
		w := &town{world: &world{
			t: t, seed: *firstSeed, rng: rand.New(rand.NewPCG(*firstSeed, 0)),
			cut: make(map[[2]*house]bool), counts: make(map[string]int),
		}}
		w.hub = newHouse(w.seed, "hub")
		w.must(w.hub.start(w.world))
		defer func() {
			w.end()
			time.Sleep(time.Hour)
		}()
		story(w)
	})
}

// grow founds one more neighbourhood of so many households.
func (w *town) grow(households int) {
	ctx := context.Background()
	var all []*house
	for i := range households {
		h := newHouse(w.seed, fmt.Sprintf("hood %d house %d", len(w.hoods), i))
		w.must(h.start(w.world))
		for _, other := range w.houses {
			w.cut[[2]*house{h, other}], w.cut[[2]*house{other, h}] = true, true
		}
		w.houses, all = append(w.houses, h), append(all, h)
	}
	n, err := all[0].node.Create(ctx, "RT", all[0].name)
	w.must(err)
	w.n = n
	invite := func(role roster.Role, uses int) string {
		text, err := all[0].node.InviteAs(ctx, n, api.Terms{Role: role, Uses: uses})
		w.must(err)
		return text
	}
	_, err = w.hub.node.Join(ctx, invite(roster.RoleHub, 1), "hub")
	w.must(err)
	w.say(all[0], &roster.Vouch{Household: w.hub.me.HouseholdKey(), Role: roster.RoleHub})
	if text := invite(roster.RoleMember, max(1, households-1)); households > 1 {
		for _, h := range all[1:] {
			_, err := h.node.Join(ctx, text, h.name)
			w.must(err)
		}
	}
	for _, h := range all {
		w.connect(w.hub, h)
	}
	w.hoods, w.ids = append(w.hoods, all), append(w.ids, n)
	w.until("all are members", func() bool { return w.equal(len(w.hoods) - 1) })
}

// equal reports whether all households of a neighbourhood are in and show the
// same.
func (w *town) equal(i int) bool {
	w.n = w.ids[i]
	for _, h := range w.hoods[i] {
		if _, ok := h.hood(w.n).Roster().Current(); !ok || w.view(h) != w.view(w.hoods[i][0]) {
			return false
		}
	}
	return true
}

// talk lets every household ask for something.
func (w *town) talk(title string) (asked []asked) {
	for i, all := range w.hoods {
		w.n = w.ids[i]
		for _, h := range all {
			asked = append(asked, w.askAs(h, title))
		}
	}
	return asked
}

func (w *town) askAs(h *house, title string) asked {
	title += " of " + h.name
	id, err := h.hood(w.n).Write(context.Background(), &record.Request{
		Title: title, Body: "Four of us on the second floor, the stairs are under water.",
		Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4000, Unit: record.Unit_UNIT_L}},
	}, nil)
	w.must(err)
	return asked{by: h, id: id, title: title}
}

// A town on one hub: what it costs when nothing happens, and that no
// neighbourhood hears of another.
//
//	go test -v ./node/sim -run ATownOnOneHub -args -hoods 20 -homes 10
func TestATownOnOneHub(t *testing.T) {
	inATown(t, func(w *town) {
		var first int64
		for i := range *hoods {
			w.grow(*homes)
			if i == 0 {
				first = w.quietHour()
			}
		}
		for range 3 {
			w.talk("request")
		}
		for i := range w.hoods {
			w.until("a neighbourhood has one board", func() bool { return w.equal(i) })
		}
		all := w.quietHour()
		t.Logf("figure: %d neighbourhoods of %d households on one hub (simulated): %d bytes an hour when quiet, %d with one of them; one more costs %d",
			*hoods, *homes, all, first, (all-first)/int64(max(1, *hoods-1)))
		for _, n := range (node.Backend{Node: w.hub.node}).Status(context.Background()).Neighbourhoods {
			if n.Cells < 3**homes || n.Lacking > 0 {
				t.Errorf("the hub carries %d cells of %v and lacks %d", n.Cells, n.ID, n.Lacking)
			}
		}
		if quiet := int64(*hoods) * first * 3 / 2; all > quiet {
			t.Errorf("%d bytes an hour: more than the neighbourhoods one by one", all)
		}
	})
}

// quietHour returns what all say in an hour in which nothing is written.
func (w *town) quietHour() int64 {
	time.Sleep(10 * time.Minute)
	before := w.sent.Load()
	time.Sleep(time.Hour)
	synctest.Wait()
	return w.sent.Load() - before
}

// Two islands that never meet, and a hub that is there one minute in ten.
func TestAHubThatIsThereOneMinuteInTenJoinsIslands(t *testing.T) {
	inATown(t, func(w *town) {
		w.grow(10)
		for i, a := range w.houses {
			for _, b := range w.houses[:i] {
				w.link(a, b, w.island(a) == w.island(b))
			}
		}
		time.Sleep(5 * time.Minute)
		w.fall(w.hub, 0)
		var all []asked
		before, began := w.sent.Load(), time.Now()
		for range 6 { // an hour
			all = append(all, w.talk("request")...)
			time.Sleep(9 * time.Minute)
			w.revive(w.hub)
			time.Sleep(time.Minute)
			w.fall(w.hub, w.rng.IntN(3)) // the power goes
		}
		last := 0 // turns of the hub until all is everywhere
		for ; !w.equal(0) && last < 6; last++ {
			time.Sleep(9 * time.Minute)
			w.revive(w.hub)
			time.Sleep(time.Minute)
			w.fall(w.hub, 0)
		}
		t.Logf("figure: two islands of five and a hub up one minute in ten (simulated): %d requests in an hour on ten boards, %d turns of the hub after its last one in that hour, %d bytes in %v",
			len(all), last, w.sent.Load()-before, time.Since(began).Round(time.Minute))
		w.asked = all
		if !w.equal(0) {
			t.Error("the islands differ")
		}
		if wrong := w.missing(); wrong != "" {
			t.Error(wrong)
		}
	})
}

func (w *town) island(h *house) bool {
	for i, other := range w.houses {
		if other == h {
			return i < len(w.houses)/2
		}
	}
	return false
}
