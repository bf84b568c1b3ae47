package exchange

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"gotong/protocol"
	"gotong/protocol/cell"
)

func TestWhenBothDialAtOnceOneExchangeStays(t *testing.T) {
	for range 20 {
		v := newVillage(t, 2)
		v.acquaint()
		a, b := v.houses[0], v.houses[1]
		a.write(1, cell.Normal, "a")
		b.write(1, cell.Normal, "b")
		results := make(chan error, 4)
		cross := func(from, to *house) {
			near, far := net.Pipe()
			go func() { results <- to.x.Serve(from.device(), far) }()
			go func() {
				results <- from.x.Visit(context.Background(), from.n, to.device(), via(near))
			}()
		}
		cross(a, b)
		cross(b, a)
		well := 0
		for range 4 {
			if err := <-results; err == nil {
				well++
			} else if errors.Is(err, protocol.ErrMalformed) {
				t.Fatalf("ended with %v", err)
			}
		}
		if well != 2 && well != 4 || !same(a, b) { // 4: one came after the other
			t.Fatalf("%d of four ends were well", well)
		}
		v.close()
	}
}

func TestTheEndOfAReplacedSessionLeavesItsSuccessorInPlace(t *testing.T) {
	v := newVillage(t, 2)
	low, high := v.houses[0], v.houses[1]
	if compare(protocol.ID(low.device()), protocol.ID(high.device())) > 0 {
		low, high = high, low
	}
	shelf := high.x.shelf(v.n)
	mine := high.x.newSession(context.Background(), low.device(), true)
	theirs := high.x.newSession(context.Background(), low.device(), false)
	third := high.x.newSession(context.Background(), low.device(), false)
	if err := shelf.begin(mine); err != nil {
		t.Fatal(err)
	}
	if err := shelf.begin(theirs); err != nil {
		t.Fatalf("the dial of the lower id must stay: %v", err)
	}
	shelf.end(mine, mine.cause())
	if err := shelf.begin(third); !errors.Is(mine.cause(), ErrBusy) || !errors.Is(err, ErrBusy) {
		t.Errorf("the replaced one ended with %v; beside its successor a third began: %v", mine.cause(), err)
	}
}

func TestTwoPeersTogetherBringEachCellOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, 3)
		defer v.close()
		v.acquaint()
		left, right, empty := v.houses[0], v.houses[1], v.houses[2]
		for slot := range uint32(3000) {
			id := left.write(slot, cell.Normal, text(100))
			right.must(right.ingest(left.raws[id]))
		}
		results := make(chan error, 4)
		for _, from := range []*house{left, right} {
			near, far := net.Pipe()
			go func() { results <- from.x.Serve(empty.device(), far) }()
			go func() { results <- empty.x.Visit(context.Background(), empty.n, from.device(), via(near)) }()
		}
		for range 4 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if !same(left, empty) {
			t.Error("not everything came")
		}
		if id, twice := empty.twice(); twice {
			t.Errorf("%v came twice", id)
		}
	})
}

func TestWhatAPeerThatFailsHadPromisedComesFromAnother(t *testing.T) {
	onRoad(t, 3, func(t *testing.T, v *village, r *road) {
		weak, strong, empty := v.houses[0], v.houses[1], v.houses[2]
		r.join(strong, empty)
		time.Sleep(10 * time.Second) // they met when there was nothing to tell
		for slot := range uint32(3000) {
			id := weak.write(slot, cell.Normal, text(100))
			strong.must(strong.ingest(weak.raws[id]))
		}
		for range 20 { // however often it leaves off
			near, far := net.Pipe()
			go weak.x.Serve(empty.device(), &counted{Conn: far, cut: 50_000}) // within its first batch
			if err := empty.x.Visit(context.Background(), empty.n, weak.device(), via(near)); err == nil {
				t.Error("the cut was not noticed")
			}
			if time.Sleep(time.Second); same(strong, empty) {
				break
			}
		}
		if !same(strong, empty) {
			t.Error("what the weak peer had promised did not come from the other")
		}
		if n := r.count(); n > 4 {
			t.Errorf("%d dials to the other peer", n)
		}
	})
}

// admitting is a house that admits somebody at a certain moment of an
// exchange: when it is asked for the nth time.
type admitting struct {
	*house
	unreached, ops int // 0: not when asked for that
	whom           *house
}

func (a *admitting) admit() {
	a.must(a.ingest(admission(opID(a.Credentials()[0]), a.whom.sign)))
	a.must(a.ingest(a.whom.seal(1, cell.Normal, "just moved in").Raw()))
}

// Unreached is asked for at the beginning of a round.
func (a *admitting) Unreached() []protocol.ID {
	if a.unreached--; a.unreached == 0 {
		a.admit()
	}
	return a.house.Unreached()
}

// Ops are asked for in the greeting, in every round, and when it is over.
func (a *admitting) Ops() []protocol.ID {
	ids := a.house.Ops()
	if a.ops--; a.ops == 0 {
		a.admit()
	}
	return ids
}

func TestARosterChangeInTheMiddleMakesAnotherRound(t *testing.T) {
	for round := range 3 { // the second one is the CHECK, in which nothing else moves
		v := newVillage(t, 2)
		v.acquaint()
		a, b := v.houses[0], v.houses[1]
		a.write(1, cell.Normal, "something to move")
		newcomer := &house{t: t, n: b.n, key: b.key, sign: keyOf(77)}
		b.x.Join(&admitting{house: b, unreached: round + 1, whom: newcomer}, nil)
		if dialed, served := meet(a, b); dialed != nil || served != nil {
			t.Fatal(dialed, served)
		}
		if round < 2 && (!same(a, b) || !a.Serves(newcomer.device())) {
			t.Errorf("round %d: the newcomer's operation and cell did not come", round+1)
		}
	}
}

func TestARosterChangeAtAnyMomentIsNotLeftToTheNextInterval(t *testing.T) {
	for moment := range 7 {
		onRoad(t, 2, func(t *testing.T, v *village, r *road) {
			a, b := v.houses[0], v.houses[1]
			newcomer := &house{t: t, n: b.n, key: b.key, sign: keyOf(77)}
			a.write(1, cell.Normal, "something to move")
			b.x.Join(&admitting{house: b, ops: moment + 1, whom: newcomer}, nil)
			r.join(a, b)
			time.Sleep(5 * time.Second)
			if b.Serves(newcomer.device()) && !same(a, b) {
				t.Errorf("moment %d: the newcomer's operation did not come", moment)
			}
			if moment < 5 && !b.Serves(newcomer.device()) {
				t.Errorf("moment %d never came", moment)
			}
		})
	}
}
