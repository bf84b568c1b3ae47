package node

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gotong/node/api"
	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// newHub is a node with room for so many bytes of others' payloads.
func newHub(t *testing.T, s *street, room int64) *Node {
	t.Helper()
	me, err := identity.Dir(t.TempDir()).Load()
	if err != nil {
		t.Fatal(err)
	}
	disk, err := new(store.Disk).Open()
	if err != nil {
		t.Fatal(err)
	}
	n, err := Assemble(Parts{
		Identity: me, Keys: memoryKeys{}, Store: disk, Now: time.Now, Log: slog.New(slog.DiscardHandler), Room: room,
	}, s.connect)
	if err != nil {
		t.Fatal(err)
	}
	return untilTheEnd(t, n)
}

// carriedBy lets a hub carry a neighbourhood of its first household.
func carriedBy(t *testing.T, s *street, hub *Node, first *Neighbourhood, founder *Node) *Neighbourhood {
	t.Helper()
	key := roster.Key(hub.Identity().HouseholdKey())
	says(t, first, &roster.Vouch{Household: key[:], Role: roster.RoleHub})
	text, err := founder.InviteAs(t.Context(), first.id, api.Terms{Role: roster.RoleHub, Uses: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hub.Join(t.Context(), text, "Posko"); err != nil {
		t.Fatal(err)
	}
	at, _ := hub.Neighbourhood(first.id)
	for range 2 {
		meet(t, first, at)
		s.wait.Wait()
	}
	if m, _ := at.Roster().Member(hub.Identity().HouseholdID()); m.Role != roster.RoleHub {
		t.Fatalf("the hub is a %v", m.Role)
	}
	return at
}

// founds makes a neighbourhood of one household.
func founds(t *testing.T, s *street) (*Node, *Neighbourhood) {
	t.Helper()
	n := newTestNode(t, s)
	id, err := n.Create(t.Context(), "RT 03", "Keluarga Sari")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := n.Neighbourhood(id)
	return n, h
}

// asksFor writes requests of a length and returns how many.
func asksFor(t *testing.T, h *Neighbourhood, n, length int, urgency record.Urgency) {
	t.Helper()
	for range n {
		mustWrite(t, h, &record.Request{
			Title: "Air", Body: fmt.Sprintf("%0*d", length, 7), Urgency: urgency,
			Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 1000, Unit: record.Unit_UNIT_L}},
		})
	}
}

// keeps counts what a hub has of a neighbourhood: whole and by name only.
func keeps(h *Neighbourhood) (whole, named int, bytes int64) {
	h.index.mu.RLock()
	defer h.index.mu.RUnlock()
	for _, l := range h.index.places {
		if l.stub {
			named++
		} else {
			whole, bytes = whole+1, bytes+int64(l.size)
		}
	}
	return whole, named, bytes
}

// settleRoom lets the hub do what it has to.
func settleRoom(s *street) {
	s.wait.Wait()
	time.Sleep(time.Minute)
	s.settle()
}

func TestAFloodingNeighbourhoodTakesNothingFromTheOthers(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		const room = 200_000
		hub := newHub(t, s, room)
		quietHome, quiet := founds(t, s)
		loudHome, loud := founds(t, s)
		atQuiet, atLoud := carriedBy(t, s, hub, quiet, quietHome), carriedBy(t, s, hub, loud, loudHome)
		asksFor(t, quiet, 20, 900, record.Urgency_URGENCY_MEDIUM)
		meet(t, quiet, atQuiet)
		asksFor(t, loud, 250, 900, record.Urgency_URGENCY_MEDIUM)
		asksFor(t, loud, 5, 900, record.Urgency_URGENCY_CRITICAL)
		meet(t, loud, atLoud)
		settleRoom(s)
		asksFor(t, quiet, 20, 900, record.Urgency_URGENCY_MEDIUM)
		meet(t, quiet, atQuiet)
		settleRoom(s)

		if whole, named, _ := keeps(atQuiet); named != 0 || whole < 40 {
			t.Errorf("of the quiet one %d are whole, %d are names", whole, named)
		}
		whole, named, bytes := keeps(atLoud)
		if named == 0 || len(atLoud.index.ids()) != len(loud.index.ids()) {
			t.Errorf("of the loud one %d are whole, %d are names, of %d", whole, named, len(loud.index.ids()))
		}
		if bytes > room {
			t.Errorf("%d bytes are kept", bytes)
		}
		for _, l := range atLoud.index.stubs() {
			if l.class < cell.Normal {
				t.Error("an urgent payload went before others")
			}
		}
		if len(atLoud.missing()) != 0 {
			t.Errorf("a full hub asks for %d payloads", len(atLoud.missing()))
		}
	})
}

// Nothing goes to and fro: what was put down comes back when there is room, and
// stays.
func TestAFullHubGetsBackWhatItPutDownOnceThereIsRoom(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		hub := newHub(t, s, 60_000)
		home, first := founds(t, s)
		at := carriedBy(t, s, hub, first, home)
		asksFor(t, first, 120, 900, record.Urgency_URGENCY_MEDIUM)
		meet(t, first, at)
		settleRoom(s)
		whole, named, _ := keeps(at)
		for range 5 {
			meet(t, first, at)
			settleRoom(s)
			if w, n, _ := keeps(at); w != whole || n != named {
				t.Fatalf("it had %d and %d names, now %d and %d", whole, named, w, n)
			}
		}
		if asked := at.missing(); named < 20 || len(asked) > 0 {
			t.Errorf("%d are names, %d asked for", named, len(asked))
		}
		hub.budget.mu.Lock()
		hub.budget.set = 1_000_000
		hub.budget.mu.Unlock()
		if asked := at.missing(); len(asked) != named {
			t.Errorf("with room %d of %d are asked for", len(asked), named)
		}
		meet(t, first, at)
		settleRoom(s)
		if _, named, _ := keeps(at); named != 0 {
			t.Errorf("%d are still names", named)
		}
	})
}

func TestACellThatIsKeptByNameOnlyIsNotSaidToBeStored(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		hub := newHub(t, s, 1) // room for nothing
		home, first := founds(t, s)
		at := carriedBy(t, s, hub, first, home)
		s.mu.Lock()
		s.cut = true // it hears of it by an exchange
		s.mu.Unlock()
		asksFor(t, first, 1, 900, record.Urgency_URGENCY_MEDIUM)
		for _, raw := range everything(t, first) {
			taken, err := at.Ingest(t.Context(), [][]byte{raw})
			if err != nil {
				t.Fatal(err)
			}
			if raw[0] == cell.Version && at.Here(taken[0].ID) != (taken[0].Verdict == protocol.Accept) {
				t.Errorf("here: %v, said: %v", at.Here(taken[0].ID), taken[0].Verdict)
			}
		}
	})
}

// A household puts down what others wrote and is not urgent; never its own.
func TestAHouseholdShortOfRoomKeepsItsOwnAndWhatIsUrgent(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		all := neighbours(t, s, "Sari", "Budi")
		sari, budi := all[0], all[1]
		asksFor(t, budi, 10, 900, record.Urgency_URGENCY_MEDIUM)
		asksFor(t, sari, 10, 900, record.Urgency_URGENCY_MEDIUM)
		asksFor(t, sari, 10, 900, record.Urgency_URGENCY_CRITICAL)
		settleRoom(s)
		budi.budget.mu.Lock()
		budi.budget.set = 6_000
		budi.budget.mu.Unlock()
		asksFor(t, sari, 1, 500, record.Urgency_URGENCY_MEDIUM)
		settleRoom(s)
		stubs := budi.index.stubs()
		for _, l := range stubs {
			if l.class < cell.Normal || budi.ours(l.at.Device) {
				t.Errorf("put down: class %d, own %v", l.class, budi.ours(l.at.Device))
			}
		}
		if len(stubs) == 0 || len(budi.index.ids()) != len(sari.index.ids()) {
			t.Errorf("%d put down, %d of %d names", len(stubs), len(budi.index.ids()), len(sari.index.ids()))
		}
	})
}

// What the marks promise, whatever comes and goes.
func TestTheBudgetNeverTakesFromWhoHasLessThanItsShareAndSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const most = 100_000
		b := newBudget(Parts{
			Room: most, Now: time.Now,
			Store: onlyUsage{usage: store.Usage{Free: 1 << 40}},
		})
		n := rapid.IntRange(1, 6).Draw(t, "neighbourhoods")
		name := func(i int) (id protocol.NeighbourhoodID) { id[0] = byte(i); return id }
		for i := range n {
			b.carries(name(i), cell.Alert)
		}
		for range rapid.IntRange(1, 400).Draw(t, "cells") {
			at := name(rapid.IntRange(0, n-1).Draw(t, "where"))
			e := entry{size: uint16(rapid.IntRange(100, 4000).Draw(t, "size")), class: cell.Class(rapid.IntRange(0, 3).Draw(t, "class"))}
			if b.admits(at, e.class, int64(e.size)) {
				b.moved(at, nil, []entry{e})
			} else if b.of(at).spare() < most/int64(n)-4000 {
				t.Fatalf("refused with %d of %d", b.of(at).spare(), most/n)
			}
			for i := range n {
				for excess := b.excess(name(i)); excess > 0; excess = b.excess(name(i)) {
					if b.of(name(i)).spare() <= most/int64(n)*downTo/100 {
						t.Fatal("taken from who has less than its share")
					}
					drop(b, name(i))
				}
			}
			if b.total() > most {
				t.Fatalf("%d bytes are left", b.total())
			}
		}
		for i := range n { // what may be asked for never makes anybody put something down
			b.of(name(i)).bytes[cell.Bulk] += b.asks(name(i))
			for j := range n {
				if b.excess(name(j)) > 0 && b.of(name(j)).spare() <= most/int64(n)*askBelow/100 {
					t.Fatal("asked for, and put down again")
				}
			}
		}
	})
}

// A disk that fills up slowly makes room while that is still of use; one that
// somebody else filled is no reason to put anything down.
func TestADiskThatIsFullAlreadyIsNoReasonToPutAnythingDown(t *testing.T) {
	const here = 1_000_000
	for free, want := range map[int64]bool{10 * here: false, here * 14 / 10: true, here: false, 0: false} {
		b := newBudget(Parts{Now: time.Now, Store: onlyUsage{usage: store.Usage{Free: free}}})
		n := protocol.NeighbourhoodID{1}
		b.of(n).bytes[cell.Bulk] = here
		if got := b.excess(n) > 0; got != want {
			t.Errorf("with %d free something has to go: %v", free, got)
		}
	}
}

// drop takes a bit away from the least urgent class.
func drop(b *budget, n protocol.NeighbourhoodID) {
	l := b.of(n)
	for c := cell.Bulk; ; c-- {
		if l.bytes[c] > 0 {
			l.bytes[c] -= min(l.bytes[c], 500)
			return
		}
	}
}

// onlyUsage is a store that only tells how much room there is.
type onlyUsage struct {
	store.Store
	usage store.Usage
}

func (o onlyUsage) Usage() (store.Usage, error) { return o.usage, nil }
