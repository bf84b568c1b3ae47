package netlab

import (
	"testing"
	"time"
)

// TestNeighboursFindOneAnotherByMulticastAlone tells no node an address.
func TestNeighboursFindOneAnotherByMulticastAlone(t *testing.T) {
	l := newLab(t)
	sari, wati := l.plug(t, west), l.plug(t, east)
	sari.start(t)
	sari.gotong(t, "create", "RT 03", "--household", sari.name)
	began := time.Now()
	wati.start(t)
	waitFor(t, 10*time.Second, "wati has met sari", func() bool { return wati.status(t).Connected > 0 })
	figure(t, "first discovery, from the start of the second node", time.Since(began), time.Second)
	wati.join(t, sari)
	took := untilEqual(t, 15*time.Second, l.households)
	figure(t, "from the join until the boards are equal", took, 3*time.Second)
}

func TestARequestIsOnEveryBoardWithinASecond(t *testing.T) {
	l := newLab(t)
	for _, s := range []side{west, west, west, east, east} {
		l.plug(t, s)
	}
	l.neighbourhood(t)
	asker, others := l.households[0], l.households[1:]
	seen := watch(t, others)
	time.Sleep(time.Second) // the watchers have no way to say that they listen
	var worst time.Duration
	for range 10 {
		began := time.Now()
		asked := asker.ask(t)
		worst = max(worst, lastSight(t, seen, asked.ID, others).Sub(began))
	}
	figure(t, "from asking until the last of four neighbours shows it, the slowest of ten", worst, time.Second)
}

// TestALateComerCatchesUpOverAThinTrunk joins over a link as thin as an old modem.
func TestALateComerCatchesUpOverAThinTrunk(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	l.plug(t, west)
	l.neighbourhood(t)
	requests := askAll(t, 50, l.households)
	l.slowTrunk(t, "64kbit")
	newcomer := l.plug(t, east)
	began := time.Now()
	newcomer.start(t)
	newcomer.join(t, l.households[0])
	untilEqual(t, 2*time.Minute, l.households, requests...)
	figure(t, "a newcomer has 100 requests over 64 kbit/s", time.Since(began), 20*time.Second)
}
