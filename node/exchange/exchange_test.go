package exchange

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gotong/protocol"
	"gotong/protocol/cell"
)

func TestTwoHousesEndWithTheUnionAndNothingComesTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v := newVillage(t, 4)
		defer v.close()
		a, b := v.houses[0], v.houses[1]
		for i := range rapid.IntRange(0, 4).Draw(rt, "strangers only one house knows") {
			knows := v.houses[rapid.IntRange(0, 1).Draw(rt, "who")]
			genesis := opID(admission(protocol.ID{}, keyOf(0)))
			knows.must(knows.ingest(admission(genesis, keyOf(100+i))))
		}
		for writer := range v.houses {
			scatter(rt, v.houses[writer], a, b)
		}
		if dialed, served := meet(a, b); dialed != nil || served != nil {
			rt.Fatalf("ended with %v and %v", dialed, served)
		}
		if !same(a, b) {
			rt.Fatalf("one holds %d items and the other %d", len(a.holds()), len(b.holds()))
		}
		for _, h := range []*house{a, b} {
			if id, twice := h.twice(); twice {
				rt.Fatalf("%v came twice", id)
			}
		}
		if dialed, served := meet(b, a); dialed != nil || served != nil || !same(a, b) {
			rt.Fatalf("again: %v and %v", dialed, served)
		}
	})
}

// scatter lets a writer write cells that a, b or both of them come to hold,
// with the operations that admit it.
func scatter(t *rapid.T, writer, a, b *house) {
	for range rapid.IntRange(0, 40).Draw(t, "cells") {
		slot := uint32(rapid.IntRange(0, 60).Draw(t, "slot"))
		id := writer.write(slot, cell.Class(rapid.IntRange(0, 3).Draw(t, "class")), "something")
		where := rapid.IntRange(1, 3).Draw(t, "where")
		for i, h := range []*house{a, b} {
			if where&(1<<i) != 0 && h != writer {
				h.must(h.ingest(append(writer.Credentials(), writer.raws[id])...))
			}
		}
	}
}

func (v *village) close() {
	for _, h := range v.houses {
		h.x.Close()
	}
}

func TestTheRosterComesBeforeTheCellsItAdmitsAndUrgentOnesBeforeAll(t *testing.T) {
	v := newVillage(t, 5)
	full, empty := v.houses[0], v.houses[1]
	var urgent []protocol.ID
	for _, writer := range v.houses[2:] {
		for slot := range uint32(200) {
			writer.write(slot, cell.Bulk, text(400))
		}
		urgent = append(urgent, writer.write(300, cell.Critical, "insulin"))
		full.must(full.ingest(writer.everything()...))
	}
	for i := range 300 { // many that write nothing
		full.must(full.ingest(admission(opID(full.Credentials()[0]), keyOf(1000+i))))
	}
	if dialed, served := meet(empty, full); dialed != nil || served != nil {
		t.Fatal(dialed, served)
	}
	last := 0
	for _, id := range urgent {
		last = max(last, slices.Index(empty.arrival, id))
	}
	if last != 3+3-1 {
		t.Errorf("the last urgent cell came as number %d, want right behind three operations and two others", last)
	}
	if !same(full, empty) {
		t.Error("not everything came")
	}
}

// everything returns all a house holds, operations first.
func (h *house) everything() (raws [][]byte) {
	for _, id := range h.Ops() {
		raws = append(raws, h.raws[id])
	}
	for _, c := range h.cells {
		raws = append(raws, c.Raw())
	}
	return raws
}

func TestACutExchangeGoesOnFromWhereItWas(t *testing.T) {
	v := newVillage(t, 2)
	v.acquaint()
	a, b := v.houses[0], v.houses[1]
	for slot := range uint32(2000) {
		a.write(slot, cell.Normal, text(300))
	}
	total, before := int64(0), 0
	for cuts := range 4 {
		near, far := net.Pipe()
		wire := &counted{Conn: far, cut: 100_000}
		if dialed, _ := talk(a, b, &counted{Conn: near, cut: 150_000}, wire); dialed == nil {
			t.Fatal("the cut was not noticed")
		}
		if now := len(b.holds()); now <= before && cuts > 0 {
			t.Fatalf("cut %d brought nothing", cuts)
		} else {
			before = now
		}
	}
	near, far := net.Pipe()
	out := &counted{Conn: near}
	if dialed, served := talk(a, b, out, far); dialed != nil || served != nil {
		t.Fatal(dialed, served)
	}
	if !same(a, b) {
		t.Fatal("not everything came")
	}
	for _, c := range a.cells {
		total += int64(len(c.Raw()))
	}
	if out.n.Load() > total {
		t.Errorf("the last exchange sent %d bytes, of %d in all: it began anew", out.n.Load(), total)
	}
}

func TestANewcomerWithNothingButAnInviteIsAdmittedAndReadsAll(t *testing.T) {
	v := newVillage(t, 2)
	member := v.houses[1]
	member.write(1, cell.Normal, "welcome")
	newcomer := v.build(2)
	newcomer.own = v.pathOf(2)[1:] // its own operation, and no roster
	for round, pair := range [][2]*house{{newcomer, member}, {member, newcomer}} {
		if dialed, served := meet(pair[0], pair[1]); dialed != nil || served != nil {
			t.Fatal(round, dialed, served)
		}
		if !same(newcomer, member) {
			t.Fatalf("round %d: the newcomer holds %d items, the member %d", round, len(newcomer.holds()), len(member.holds()))
		}
	}
}

func TestANewcomerThatIsDialedIsAdmittedToo(t *testing.T) {
	v := newVillage(t, 2)
	member := v.houses[1]
	member.write(1, cell.Normal, "welcome")
	newcomer := v.build(2)
	newcomer.own = v.pathOf(2)[1:]
	if dialed, served := meet(member, newcomer); dialed != nil || served != nil || !same(newcomer, member) {
		t.Fatal(dialed, served)
	}
}

func TestADeviceThatIsNotInTheRosterIsRefusedAndToldNothing(t *testing.T) {
	v := newVillage(t, 2)
	member := v.houses[1]
	member.write(1, cell.Normal, "for members")
	stranger := v.build(2) // knows the id, has no operation that admits it
	near, far := net.Pipe()
	heard := &counted{Conn: far}
	dialed, served := talk(stranger, member, near, heard)
	if !errors.Is(dialed, ErrRefused) || !errors.Is(served, ErrRefused) {
		t.Errorf("ended with %v and %v", dialed, served)
	}
	if len(stranger.holds()) != 0 || heard.n.Load() > 10 {
		t.Errorf("the stranger got %d items in %d bytes", len(stranger.holds()), heard.n.Load())
	}
}

func TestAPeerThatDoesNotKnowTheNeighbourhoodLearnsNothing(t *testing.T) {
	v, other := newVillage(t, 1), newVillage(t, 1)
	other.houses[0].x.Leave(other.n)
	near, far := net.Pipe()
	said := &counted{Conn: near}
	dialed, served := talk(v.houses[0], other.houses[0], said, far)
	if !errors.Is(dialed, ErrUnknown) || !errors.Is(served, ErrUnknown) {
		t.Errorf("ended with %v and %v", dialed, served)
	}
	if said.n.Load() > 40 {
		t.Errorf("%d bytes were said to somebody who does not know the neighbourhood", said.n.Load())
	}
}

func TestMissingPayloadsAreAskedForByID(t *testing.T) {
	v := newVillage(t, 3)
	v.acquaint()
	whole, lacking, also := v.houses[0], v.houses[1], v.houses[2]
	id := whole.write(1, cell.Normal, "the whole story")
	for _, h := range []*house{lacking, also} {
		h.must(h.ingest(whole.raws[id]))
		h.dropPayload(id)
	}
	if dialed, served := meet(lacking, also); dialed != nil || served != nil {
		t.Fatal(dialed, served)
	}
	if len(lacking.Missing()) != 1 || lacking.came[id] != 0 {
		t.Fatal("a stub must not be sent for a payload")
	}
	if dialed, served := meet(whole, lacking); dialed != nil || served != nil {
		t.Fatal(dialed, served)
	}
	if len(lacking.Missing()) != 0 {
		t.Error("the payload did not come")
	}
}

func TestAnExchangeTellsWhichOwnCellsThePeerHas(t *testing.T) {
	v := newVillage(t, 3)
	v.acquaint()
	a, b, c := v.houses[0], v.houses[1], v.houses[2]
	id := a.write(1, cell.Normal, "help")
	steps := []struct{ dial, serve *house }{{b, a}, {c, b}, {a, c}}
	want := []int{1, 1, 2} // the last one a never sent: b did
	for i, step := range steps {
		if dialed, served := meet(step.dial, step.serve); dialed != nil || served != nil {
			t.Fatal(dialed, served)
		}
		if a.stored[id] < want[i] {
			t.Errorf("after exchange %d the house knows of %d peers that store its cell, want %d", i, a.stored[id], want[i])
		}
	}
}

func TestProgressCountsUpToWhatWasToMove(t *testing.T) {
	v := newVillage(t, 2)
	v.acquaint()
	a, b := v.houses[0], v.houses[1]
	for slot := range uint32(500) {
		a.write(slot, cell.Normal, text(200))
	}
	var seen []Progress
	b.x.events.Progress = func(_ protocol.NeighbourhoodID, _ protocol.DeviceID, p Progress) { seen = append(seen, p) }
	if dialed, served := meet(a, b); dialed != nil || served != nil {
		t.Fatal(dialed, served)
	}
	if len(seen) == 0 || seen[len(seen)-1].Received != 500 || seen[0].ToReceive != 500 {
		t.Errorf("progress went %v", seen)
	}
	if a.last.Sent != 500 || a.last.ToSend != 500 {
		t.Errorf("the sender says %+v", a.last)
	}
}

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

// wait lets virtual time pass until something is so, or a good while.
func wait(so func() bool) {
	for range 1000 {
		if synctest.Wait(); so() {
			return
		}
		time.Sleep(time.Second)
	}
}
