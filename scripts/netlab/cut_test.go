package netlab

import (
	"testing"
	"time"
)

func TestATrunkIsCutAndBothHalvesGoOn(t *testing.T) {
	for _, cut := range []time.Duration{10 * time.Second, 60 * time.Second} {
		t.Run(cut.String(), func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.plug(t, west)
			l.plug(t, west)
			l.plug(t, east)
			l.plug(t, east)
			l.neighbourhood(t)
			halves := [][]*household{l.households[:2], l.households[2:]}

			l.cutTrunk(t)
			mended := time.Now().Add(cut)
			var requests []request
			for _, half := range halves {
				own := askAll(t, 5, half)
				untilEqual(t, 30*time.Second, half, own...)
				requests = append(requests, own...)
			}
			if equal(t, l.households) {
				t.Fatal("the cut trunk carried something")
			}
			time.Sleep(time.Until(mended))
			l.mendTrunk(t)
			took := untilEqual(t, 60*time.Second, l.households, requests...)
			figure(t, "trunk mended after "+cut.String()+" until four boards are equal", took, 3*time.Second)
		})
	}
}

func TestAHousesCableIsPulledAndPutBack(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	l.plug(t, west)
	alone := l.plug(t, west)
	l.neighbourhood(t)

	alone.unplug(t)
	back := time.Now().Add(40 * time.Second)
	requests := askAll(t, 5, l.households)
	if missing := alone.lacks(t, requests); len(missing) != 10 {
		t.Fatalf("%s lacks %d of the 10 requests of the others: the pulled cable carried something", alone.name, len(missing))
	}
	time.Sleep(time.Until(back))
	alone.plugIn(t)
	took := untilEqual(t, 60*time.Second, l.households, requests...)
	figure(t, "cable put back after 40 s until three boards are equal", took, 3*time.Second)
}

func TestAHousesAddressChanges(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	moved := l.plug(t, west)
	l.neighbourhood(t)

	began := time.Now()
	moved.setAddress(t, "10.77.0.99")
	requests := askAll(t, 1, l.households)
	untilEqual(t, 60*time.Second, l.households, requests...)
	figure(t, "address changed until both boards are equal", time.Since(began), 6*time.Second)
}
