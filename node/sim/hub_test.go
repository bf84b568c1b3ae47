package sim

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"gotong/protocol"
)

// hubLies gives a schedule a hub that lies to all, and goes on lying to the end.
func hubLies(w *world) { w.settleHub(newCrook()) }

// A hub that withholds, keeps names only, says old things again, mixes
// neighbourhoods, claims what it has not, denies what it has and forgets what it
// acknowledged: no board shows anything wrong, and with another route all is
// there, also what it was to bring.
func TestAHostileHubHarmsNoBoard(t *testing.T) {
	total, begun := make(map[string]int), time.Now()
	for i := range max(2, *schedules/2) {
		seed := *firstSeed + uint64(i)
		out := run(t, seed, nil, nothing, hubLies)
		for fault, n := range out.counts {
			total[fault] += n
		}
		if out.wrong != "" {
			t.Errorf("seed %d: %s", seed, out.wrong)
		}
	}
	t.Logf("%d schedules in %v; met:", max(2, *schedules/2), time.Since(begun).Round(time.Second))
	for _, fault := range slices.Sorted(maps.Keys(total)) {
		t.Logf("  %7d %s", total[fault], fault)
	}
}

// onAHub tells a story of a neighbourhood whose houses reach a hub and not one
// another.
func onAHub(t *testing.T, c *crook, story func(w *world)) {
	cryptotest.SetGlobalRandom(t, *firstSeed)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, *firstSeed, nil)
		defer func() {
			what := recover()
			if why, ok := what.(broken); ok {
				t.Error(why)
			} else if what != nil {
				panic(what)
			}
			w.end()
			time.Sleep(time.Hour) // for all that still sleeps
		}()
		w.found()
		w.settleHub(c)
		w.apart()
		story(w)
	})
}

// apart cuts all houses from one another.
func (w *world) apart() {
	for i, a := range w.houses {
		for _, b := range w.houses[:i] {
			w.link(a, b, false)
		}
	}
}

// The lack shows as a number, and the first honest neighbour ends it.
func TestWhatAHubWithholdsShowsAsALackAndANeighbourBringsIt(t *testing.T) {
	for _, how := range []int{stubsOnly, forgets} {
		t.Run(fmt.Sprint("way ", how), func(t *testing.T) {
			c := newCrook()
			onAHub(t, c, func(w *world) {
				author, reader := w.houses[0], w.houses[1]
				id := w.ask(author, "before")
				w.until("the reader has it", func() bool { return w.title(reader, id) == "before" })
				c.mu.Lock()
				c.how = how
				c.mu.Unlock()
				w.retitle(author, id, "after")
				w.ask(author, "another")
				w.until("the reader knows the names", func() bool { return w.lack(reader) == 2 })
				if got := w.title(reader, id); got != "before" {
					t.Errorf("shown is %q", got)
				}
				w.link(author, reader, true)
				w.until("a neighbour brought it", func() bool { return w.title(reader, id) == "after" && w.lack(reader) == 0 })
			})
		})
	}
}

// A second hub, honest, heals what the first one keeps back.
func TestAnotherHubHealsWhatOneKeepsBack(t *testing.T) {
	c := newCrook()
	onAHub(t, c, func(w *world) {
		bad := w.hub
		c.how = stubsOnly
		w.settleHub(nil) // the honest one takes the first one's place
		good := w.hub
		w.houses = append(w.houses, bad) // so that it is turned off in the end
		w.connect(good, bad)
		id := w.ask(w.houses[0], "for all")
		for _, h := range w.houses[:households] {
			w.until("all read it", func() bool { return w.title(h, id) == "for all" })
		}
	})
}

// Two honest hubs that carry the same neighbourhood become equal, each bringing
// the payloads that the other put down, and are quiet then.
func TestTwoHubsBecomeEqualAndQuiet(t *testing.T) {
	onAHub(t, nil, func(w *world) {
		first := w.hub
		var ids []protocol.RecordID
		for i := range 30 {
			ids = append(ids, w.ask(w.houses[i%households], fmt.Sprint("request ", i)))
		}
		time.Sleep(10 * time.Minute)
		w.settleHub(nil)
		second := w.hub
		w.houses = append(w.houses, first)
		for _, h := range w.houses[:households] {
			w.link(h, second, false) // it has the other hub alone
		}
		w.connect(first, second)
		time.Sleep(10 * time.Minute)
		for _, h := range []*house{first, second} {
			if w.lack(h) != 0 || w.cells(h) < len(ids) {
				t.Errorf("%s has %d cells and lacks %d", h.name, w.cells(h), w.lack(h))
			}
		}
		if w.cells(first) != w.cells(second) {
			t.Errorf("%d and %d cells", w.cells(first), w.cells(second))
		}
		for _, h := range w.houses[:households] {
			w.link(h, first, false)
		}
		before := w.sent.Load()
		time.Sleep(time.Hour)
		t.Logf("figure: two equal hubs say %d bytes in an hour to one another (simulated)", w.sent.Load()-before)
		if w.sent.Load()-before > 20_000 {
			t.Errorf("two equal hubs say %d bytes in an hour", w.sent.Load()-before)
		}
	})
}

func (w *world) cells(h *house) int { return w.standing(h).Cells }

// A hub without room and one with room: the small one keeps the names and asks
// for nothing it has no room for; what both say in an hour stays small.
func TestAFullHubAndALargeOneAreQuiet(t *testing.T) {
	onAHub(t, nil, func(w *world) {
		large := w.hub
		for i := range 60 {
			w.ask(w.houses[i%households], fmt.Sprint("request ", i))
		}
		time.Sleep(10 * time.Minute)
		w.settleHub(nil)
		small := w.hub
		w.houses = append(w.houses, large)
		w.fall(small, 0)
		small.room = 6_000
		w.revive(small)
		w.connect(large, small)
		time.Sleep(10 * time.Minute)
		lacking := w.lack(small)
		before := w.sent.Load()
		time.Sleep(time.Hour)
		said := w.sent.Load() - before
		t.Logf("figure: seven nodes of which one is full say %d bytes in an hour (simulated)", said)
		if lacking == 0 || w.lack(small) != lacking || said > 500_000 {
			t.Errorf("it lacked %d, now %d; %d bytes in an hour", lacking, w.lack(small), said)
		}
		w.fall(small, 0)
		small.room = 0
		w.revive(small)
		w.until("with room it gets all back", func() bool { return w.lack(small) == 0 })
	})
}
