package exchange

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// road connects houses in virtual time and counts how often each dials.
type road struct {
	mu    sync.Mutex
	dials map[protocol.DeviceID][]time.Time
	down  bool
}

// join connects two houses, both ways; whoever dials first hears of it last,
// or it could be done before the other knows.
func (r *road) join(a, b *house) {
	if compare(protocol.ID(a.device()), protocol.ID(b.device())) < 0 {
		a, b = b, a
	}
	a.x.Connected(b.device(), r.open(a, b))
	b.x.Connected(a.device(), r.open(b, a))
}

func (r *road) open(from, to *house) Open {
	return func(context.Context) (Stream, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.dials[from.device()] = append(r.dials[from.device()], time.Now())
		if r.down {
			return nil, errors.New("no road")
		}
		near, far := net.Pipe()
		go to.x.Serve(from.device(), far)
		return near, nil
	}
}

func (r *road) count() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, times := range r.dials {
		n += len(times)
	}
	return n
}

func onRoad(t *testing.T, houses int, story func(t *testing.T, v *village, r *road)) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, houses)
		v.acquaint()
		defer v.close()
		story(t, v, &road{dials: map[protocol.DeviceID][]time.Time{}})
	})
}

func TestWhoeverMeetsExchangesAtOnceAndOnlyOneDials(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		v.houses[0].write(1, cell.Normal, "a")
		v.houses[1].write(1, cell.Normal, "b")
		r.join(v.houses[0], v.houses[1])
		synctest.Wait()
		if !same(v.houses[0], v.houses[1]) {
			t.Error("no exchange on connect")
		}
		time.Sleep(interval / 2)
		if r.count() != 1 {
			t.Errorf("%d dials for one meeting", r.count())
		}
	})
}

func TestExchangesComeAgainAtIntervals(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		r.join(v.houses[0], v.houses[1])
		time.Sleep(time.Second)
		v.houses[0].write(1, cell.Normal, "missed by gossip")
		time.Sleep(interval * 5 / 4)
		if !same(v.houses[0], v.houses[1]) {
			t.Error("after the interval nothing was exchanged")
		}
		time.Sleep(time.Hour)
		if n := r.count(); n < 12 || n > 30 {
			t.Errorf("%d exchanges in an hour", n)
		}
	})
}

func TestAHintBringsAnExchangeAtOnce(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		r.join(v.houses[0], v.houses[1])
		time.Sleep(10 * time.Second)
		v.houses[0].write(1, cell.Normal, "too much for gossip")
		v.houses[1].x.Hint(v.n, v.houses[0].device())
		synctest.Wait()
		if !same(v.houses[0], v.houses[1]) {
			t.Error("no exchange on a hint")
		}
		before := r.count()
		for range 100 {
			v.houses[1].x.Hint(v.n, v.houses[0].device())
			time.Sleep(50 * time.Millisecond)
		}
		if n := r.count() - before; n < 5 || n > 11 {
			t.Errorf("100 hints in five seconds made %d exchanges", n)
		}
	})
}

func TestWhatOneNeighbourBringsGoesOnAlongALine(t *testing.T) {
	onRoad(t, 5, func(t *testing.T, v *village, r *road) {
		line := v.houses[:4] // each meets only the next
		for i := range line[1:] {
			r.join(line[i], line[i+1])
		}
		time.Sleep(10 * time.Second)
		far := v.houses[4]
		for slot := range uint32(500) {
			far.write(slot, cell.Normal, "from the next valley")
		}
		r.join(line[3], far)
		time.Sleep(10 * time.Second) // far below the interval
		for i, h := range line {
			if !same(h, far) {
				t.Errorf("house %d of the line has not heard", i)
			}
		}
		before := r.count()
		time.Sleep(20 * time.Second)
		if n := r.count() - before; n > 0 {
			t.Errorf("%d exchanges after all was told", n)
		}
	})
}

func TestAPeerThatFailsIsTriedLessAndLessWhateverItHints(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		r.down = true
		v.houses[0].x.Connected(v.houses[1].device(), r.open(v.houses[0], v.houses[1]))
		for range 60 * 60 {
			time.Sleep(time.Second)
			v.houses[0].x.Hint(v.n, v.houses[1].device())
		}
		if n := r.count(); n < 5 || n > 16 {
			t.Errorf("%d tries in an hour", n)
		}
		r.mu.Lock()
		r.down = false
		r.mu.Unlock()
		v.houses[0].write(1, cell.Normal, "at last")
		time.Sleep(failMost * 5 / 4)
		if !same(v.houses[0], v.houses[1]) {
			t.Error("a peer that came back was given up")
		}
	})
}

func TestAPeerThatDoesNotKnowTheNeighbourhoodIsSeldomAsked(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		asker, other := v.houses[0], v.houses[1]
		other.x.Leave(v.n)
		asker.x.Connected(other.device(), r.open(asker, other))
		time.Sleep(2 * time.Hour)
		if n := r.count(); n < 2 || n > 6 {
			t.Errorf("asked %d times in two hours", n)
		}
	})
}

// A hub has many neighbourhoods, and many peers of one each: what that costs must
// not grow with the one times the other.
func TestWhoCarriesManyAsksAPeerForThoseOfItsOwnAlone(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		hub, guest := v.houses[0], v.houses[1]
		for i := range 10 {
			n := v.n
			n[0] ^= byte(1 + i)
			hub.x.Join(another{hub, n}, nil)
		}
		hub.write(1, cell.Normal, "for the guest")
		hub.x.Connected(guest.device(), r.open(hub, guest))
		time.Sleep(time.Second)
		if n := r.count(); n != 1 || !same(hub, guest) {
			t.Errorf("it dialed %d times; equal: %v", n, same(hub, guest))
		}
		hub.x.mu.Lock()
		defer hub.x.mu.Unlock()
		if len(hub.x.visits) != 1 {
			t.Errorf("it intends %d visits", len(hub.x.visits))
		}
	})
}

// another is a neighbourhood that a house carries and no peer here is in.
type another struct {
	*house
	n protocol.NeighbourhoodID
}

func (a another) ID() protocol.NeighbourhoodID    { return a.n }
func (a another) Serves(d protocol.DeviceID) bool { return d == a.device() }

// A device that a roster comes to have is begun with at once.
func TestWhoCarriesManyBeginsWithAPeerOnceItsRosterHasIt(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		hub, guest := v.houses[0], v.houses[1]
		for i := range 10 {
			n := v.n
			n[0] ^= byte(1 + i)
			hub.x.Join(another{hub, n}, nil)
		}
		hub.mu.Lock()
		key := hub.keys[guest.device()]
		delete(hub.keys, guest.device())
		hub.mu.Unlock()
		hub.x.Connected(guest.device(), r.open(hub, guest))
		time.Sleep(time.Second)
		before := r.count()
		hub.mu.Lock()
		hub.keys[guest.device()] = key
		hub.mu.Unlock()
		hub.x.RosterChanged(v.n)
		time.Sleep(2 * time.Second)
		if r.count() != 1 || before != 0 {
			t.Errorf("it dialed %d times before, %d after", before, r.count()-before)
		}
	})
}

func TestAPeerThatIsGoneIsNotDialed(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		r.join(v.houses[0], v.houses[1])
		time.Sleep(time.Second)
		before := r.count()
		v.houses[0].x.Disconnected(v.houses[1].device())
		v.houses[1].x.Disconnected(v.houses[0].device())
		time.Sleep(time.Hour)
		if r.count() != before {
			t.Error("a peer was dialed that is not connected")
		}
		v.houses[0].write(1, cell.Normal, "while away")
		r.join(v.houses[0], v.houses[1])
		time.Sleep(2 * time.Second)
		if !same(v.houses[0], v.houses[1]) {
			t.Error("no exchange when it came back")
		}
	})
}

func TestANeighbourhoodThatIsJoinedLaterIsExchangedWithWhoIsThere(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		a, b := v.houses[0], v.houses[1]
		a.x.Leave(v.n)
		b.x.Leave(v.n)
		r.join(a, b)
		time.Sleep(time.Minute)
		id := b.write(1, cell.Normal, "here")
		b.x.Join(b, []protocol.ID{id})
		a.x.Join(a, nil)
		time.Sleep(2 * time.Second)
		if !same(a, b) {
			t.Error("no exchange after joining")
		}
	})
}

func TestCellsTravelAlongARowOfHousesByExchangeAlone(t *testing.T) {
	onRoad(t, 6, func(t *testing.T, v *village, r *road) {
		for i := range v.houses[1:] {
			r.join(v.houses[i], v.houses[i+1])
		}
		for i, h := range v.houses {
			h.write(uint32(i), cell.Normal, "from each")
		}
		wait(func() bool {
			for _, h := range v.houses[1:] {
				if !same(h, v.houses[0]) {
					return false
				}
			}
			return true
		})
		for i, h := range v.houses {
			if !same(h, v.houses[0]) {
				t.Errorf("house %d holds %d items, the first %d", i, len(h.holds()), len(v.houses[0].holds()))
			}
			if id, twice := h.twice(); twice {
				t.Errorf("house %d got %v twice", i, id)
			}
		}
	})
}

func TestWhatIsRememberedOfNeighboursIsBounded(t *testing.T) {
	v := newVillage(t, 1)
	h := v.houses[0]
	for i := range maxNeighbours + 20 {
		peer := v.build(1000 + i)
		peer.own = v.pathOf(1000 + i)
		if dialed, served := meet(peer, h); dialed != nil || served != nil {
			t.Fatal(dialed, served)
		}
		peer.x.Close()
	}
	if n := len(h.x.shelf(v.n).neighbours); n > maxNeighbours {
		t.Errorf("%d neighbours are remembered", n)
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, 2)
		v.acquaint()
		a, b := v.houses[0], v.houses[1]
		near, far := net.Pipe() // nobody serves the other end
		defer far.Close()
		done := make(chan error)
		go func() { done <- a.x.Visit(context.Background(), v.n, b.device(), via(near)) }()
		synctest.Wait()
		begun := time.Now()
		v.close()
		if err := <-done; !errors.Is(err, ErrClosed) || time.Since(begun) > 0 {
			t.Errorf("ended with %v after %v", err, time.Since(begun))
		}
		if err := a.x.Visit(context.Background(), v.n, b.device(), via(near)); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestJitterStaysWithinAQuarter(t *testing.T) {
	x := New(protocol.DeviceID{}, rand.Reader, Events{})
	defer x.Close()
	for range 1000 {
		if d := x.jitter(time.Minute); d < 45*time.Second || d > 75*time.Second {
			t.Fatalf("a minute became %v", d)
		}
	}
}

// A device that waits until its household's first device signs for it, or a
// household until somebody vouches, has been refused for long by then.
func TestADeviceThatIsKnownAtLastIsMetAtOnce(t *testing.T) {
	onRoad(t, 2, func(t *testing.T, v *village, r *road) {
		member, stranger := v.houses[1], v.build(2)
		defer stranger.x.Close()
		member.write(1, cell.Normal, "for members")
		r.join(member, stranger)
		time.Sleep(30 * time.Minute)
		if same(stranger, member) {
			t.Fatal("a stranger was served")
		}
		member.must(member.ingest(v.pathOf(2)...))
		time.Sleep(5 * time.Second)
		if !same(stranger, member) {
			t.Error("it is known now, and waits for the next try")
		}
	})
}
