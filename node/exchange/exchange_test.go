package exchange

import (
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
	if !errors.Is(dialed, ErrTurnedAway) || !errors.Is(served, ErrRefused) || errors.Is(served, ErrTurnedAway) {
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

// wait lets virtual time pass until something is so, or a good while.
func wait(so func() bool) {
	for range 1000 {
		if synctest.Wait(); so() {
			return
		}
		time.Sleep(time.Second)
	}
}
