package exchange

import (
	"bytes"
	"net"
	"testing"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// hollow lets a house keep only the stubs of some cells, whose bytes it returns.
func (h *house) hollow(cells int) (whole [][]byte) {
	for slot := range cells {
		id := h.write(uint32(slot), cell.Normal, "a cell")
		whole = append(whole, h.raws[id])
		h.dropPayload(id)
	}
	return whole
}

// traffic is how many bytes a dials b with, both ways.
func traffic(t *testing.T, a, b *house) int64 {
	t.Helper()
	near, far := net.Pipe()
	x, y := &counted{Conn: near}, &counted{Conn: far}
	if dialed, served := talk(a, b, x, y); dialed != nil || served != nil {
		t.Fatal(dialed, served)
	}
	return x.n.Load() + y.n.Load()
}

func TestTwoThatLackTheSamePayloadsDoNotListThemToOneAnotherAgainAndAgain(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, a, b *house) {
		for _, raw := range a.hollow(3000) {
			c, err := cell.Parse(v.n, raw)
			a.must(err)
			b.must(b.ingest(cell.StubOf(c)))
		}
		first, again := traffic(t, a, b), int64(0)
		for range 5 {
			again = traffic(t, a, b)
		}
		if first < 2*1024*16 || again > 4*probes*16+500 {
			t.Errorf("%d bytes at first, %d each time after", first, again)
		}
	})
}

func TestWhoGainsPayloadsGivesAllOfThem(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, a, b *house) {
		whole := a.hollow(1000)
		for range 3 {
			traffic(t, a, b)
		}
		b.must(b.ingest(whole...))
		for range 3 { // of the 64 that are asked for each time one is enough
			traffic(t, a, b)
		}
		if left := a.Missing(); len(left) > 0 {
			t.Errorf("%d payloads are still missing", len(left))
		}
	})
}

// lends lets a house have an older cell in the stead of a stub, and a guest keep
// it beside its set.
func (h *house) lends(stub protocol.ID, older cell.Cell, guest *house) {
	h.instead = map[protocol.ID][]byte{stub: older.Raw()}
	guest.door = func(raw []byte) *Taken {
		if bytes.Equal(raw, older.Raw()) {
			return &Taken{ID: older.ID(), Verdict: protocol.Accept, New: true}
		}
		return nil
	}
}

// A hub that has but a stub of the newer cell, and the older one whole, gives
// both: who never heard of either shows the older one.
func TestAStubTravelsWithTheOlderPayloadItWouldHide(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, hub, guest *house) {
		older := hub.seal(1, cell.Normal, "before")
		newer := hub.write(1, cell.Normal, "after")
		hub.dropPayload(newer)
		hub.lends(newer, older, guest)
		for range 3 {
			traffic(t, guest, hub)
		}
		if guest.came[older.ID()] != 1 || guest.came[newer] != 1 {
			t.Errorf("the older came %d times, the stub %d times", guest.came[older.ID()], guest.came[newer])
		}
	})
}

// Who has the stub already is given the older one too, once, when it asks.
func TestWhoAsksForAPayloadThatIsNotThereIsLentTheOlderOneOnce(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, hub, guest *house) {
		older := hub.seal(1, cell.Normal, "before")
		newer := hub.write(1, cell.Normal, "after")
		hub.dropPayload(newer)
		guest.must(guest.ingest(hub.raws[newer]))
		hub.lends(newer, older, guest)
		for range 4 {
			traffic(t, guest, hub)
		}
		if guest.came[older.ID()] != 1 || guest.came[newer] != 0 {
			t.Errorf("the older came %d times, the stub %d times", guest.came[older.ID()], guest.came[newer])
		}
	})
}

// A peer's set has the id of a cell whose payload it lacks: that it has the cell
// is said once it has said so.
func TestWhoHasTheNameOfACellOnlyIsNotSaidToStoreItBeforeItDoes(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, a, b *house) {
		id := a.write(1, cell.Normal, "water")
		c, err := cell.Parse(v.n, a.raws[id])
		a.must(err)
		b.must(b.ingest(cell.StubOf(c)))
		traffic(t, a, b)
		if a.stored[id] != 1 || len(b.Missing()) > 0 {
			t.Errorf("said to be stored %d times after it was asked for, %d still missing", a.stored[id], len(b.Missing()))
		}
	})
}
