package sim

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"gotong/crdt"
	"gotong/node"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

var rounds = flag.Int("rounds", 12, "how often a disk goes back in time; the bar is 100")

// TestALyingDiskSaysNoTwoThingsAtOnce starts a house again and again on a copy
// of its disk that is five seconds old, every third time with nobody there. It
// never says two things in one slot at one stamp, and within a minute of being
// connected it has all that a neighbour holds of it.
func TestALyingDiskSaysNoTwoThingsAtOnce(t *testing.T) {
	cryptotest.SetGlobalRandom(t, *firstSeed)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, *firstSeed, nil)
		watch := &witness{said: make(map[utterance]protocol.ID)}
		w.found()
		h := w.houses[2]
		if *rounds > 24 {
			h = w.houses[1] // a steward has slots for more rounds
		}
		for _, other := range w.houses {
			w.fall(other, 0)
			other.seams = node.Seams{Refuse: watch.note}
			w.revive(other)
		}
		h.skew = time.Until(time.UnixMilli(0)) // a machine without a battery
		time.Sleep(time.Minute)
		for round := range *rounds {
			w.forget(h, round)
		}
		if len(watch.twice) > 0 {
			t.Errorf("%d times two things at once: %v", len(watch.twice), watch.twice)
		}
		select {
		case <-h.node.Cloned():
			t.Error("it took its own past for a copy of itself")
		default:
		}
		w.end()
		time.Sleep(time.Hour) // for all that still sleeps
	})
}

// forget has a house write for five seconds, forget them, and write on.
func (w *world) forget(h *house, round int) {
	old := h.disk.Copy()
	for i := range 5 {
		w.request(h, fmt.Sprintf("round %d before %d", round, i))
		time.Sleep(time.Second)
	}
	held := w.titles(w.houses[0])
	w.fall(h, 0)
	h.disk = old
	alone := round%3 == 0
	for _, other := range w.houses {
		if alone && other != h {
			w.link(h, other, false)
		}
	}
	w.revive(h)
	for i := range 3 {
		w.request(h, fmt.Sprintf("round %d after %d", round, i))
	}
	wrote := w.titles(h)
	for _, other := range w.houses {
		if other != h {
			w.link(h, other, true)
		}
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	for _, at := range []*house{h, w.houses[0]} {
		got := w.titles(at)
		for _, title := range append(held, wrote...) {
			if !slices.Contains(got, title) {
				w.t.Errorf("round %d: %s does not show %q", round, at.name, title)
			}
		}
	}
}

// request has a house ask; what it is told is saved has to survive.
func (w *world) request(h *house, title string) {
	_, err := h.hood(w.n).Write(context.Background(), &record.Request{
		Title: title, Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}},
	}, nil)
	if err != nil {
		w.t.Errorf("%q: %v", title, err)
	}
}

func (w *world) titles(h *house) (all []string) {
	w.must(h.hood(w.n).Look(context.Background(), func(v board.View) {
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			all = append(all, i.Request().Title)
		}
	}))
	return all
}

// witness remembers everything that was said anywhere, and notes where a device
// said two things at once.
type witness struct {
	mu    sync.Mutex
	said  map[utterance]protocol.ID
	twice []utterance
}

type utterance struct {
	device protocol.DeviceID
	slot   uint32
	stamp  crdt.Stamp
}

func (w *witness) note(c cell.Cell) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := utterance{c.Device, c.Slot, c.Stamp}
	if id, ok := w.said[at]; ok && id != c.ID() {
		w.twice = append(w.twice, at)
	}
	w.said[at] = c.ID()
	return false
}
