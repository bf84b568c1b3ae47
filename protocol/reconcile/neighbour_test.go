package reconcile

import (
	"maps"
	"slices"
	"testing"

	"gotong/protocol"
)

// TestInSyncCostsNextToNothing is the talk of two that know each other and
// hold the same.
func TestInSyncCostsNextToNothing(t *testing.T) {
	a, b := settled(t, 30, 5000)
	if w := run(t, a, b, nil); !w.dialer.Settled() || w.bytes > 60 || w.turns != 2 {
		t.Errorf("%v", w)
	}
}

// TestWhoHoldsNothingIsGivenEverything meets an empty side, at first contact
// and again when it lost its cells but not its memory.
func TestWhoHoldsNothingIsGivenEverything(t *testing.T) {
	for _, known := range []bool{false, true} {
		for _, emptyDials := range []bool{false, true} {
			a, b := meet(31, 300)
			if known {
				run(t, a, b, nil)
			}
			b.drop(b.some(300)...)
			if emptyDials {
				a, b = b, a
			}
			w := run(t, a, b, nil)
			exact(t, w, a.held, b.held)
			if w.bytes > 60 {
				t.Errorf("known %v, the empty side dials %v: %v", known, emptyDials, w)
			}
		}
	}
	empty, also := newSide(1), newSide(2)
	exact(t, run(t, empty, also, nil), empty.held, also.held)
	exact(t, run(t, also, empty, nil), also.held, empty.held)
}

// TestOneSideForgets loses the memory of one side, or of both, or gives them
// salts that disagree; they notice and go on without failing.
func TestOneSideForgets(t *testing.T) {
	trouble := map[string]func(dialer, answerer *side){
		"who dials":   func(d, _ *side) { d.forget() },
		"who answers": func(_, a *side) { a.forget() },
		"both":        func(d, a *side) { d.forget(); a.forget() },
		"other salts": func(d, a *side) { share(Salt{1}, d, d); share(Salt{2}, a, a) },
	}
	for name, happens := range trouble {
		a, b := settled(t, 32, 500)
		a.add(a.fresh(20)...)
		b.add(b.fresh(30)...)
		happens(a, b)
		w := run(t, a, b, nil)
		exact(t, w, a.held, b.held)
		deliver(a, b, w)
		if w = run(t, a, b, nil); !w.dialer.Settled() || slices.Contains(w.kinds, kindMeet) {
			t.Errorf("%s: the next session: %v", name, w)
		}
		fits(t, a)
		fits(t, b)
	}
}

// TestASaltIsMadeOfBothNonces changes one and the other.
func TestASaltIsMadeOfBothNonces(t *testing.T) {
	one, two := [16]byte{1}, [16]byte{2}
	salts := []Salt{saltOf(one, two), saltOf(two, one), saltOf(one, one), saltOf(two, two)}
	slices.SortFunc(salts, func(a, b Salt) int { return compare(protocol.ID(a), protocol.ID(b)) })
	if len(slices.Compact(salts)) != 4 {
		t.Error("two of them are the same")
	}
}

// TestASaltIsRotatedWithoutNotice rotates as a driver does every month.
func TestASaltIsRotatedWithoutNotice(t *testing.T) {
	for _, who := range []int{0, 1} {
		a, b := settled(t, 33, 500)
		old := a.of.prefix.salt
		[]*side{a, b}[who].of.Rotate()
		exact(t, run(t, a, b, nil), a.held, b.held)
		if a.of.prefix.salt == old || a.of.prefix.salt != b.of.prefix.salt {
			t.Error("no new salt, or not the same one")
		}
	}
}

// TestIdsThatComeWhileASaltIsAgreedOn are missing from the snapshot, and in
// the prefix all the same.
func TestIdsThatComeWhileASaltIsAgreedOn(t *testing.T) {
	a, b := meet(34, 500)
	run(t, a, b, func() {
		a.add(a.fresh(3)...)
		b.add(b.fresh(2)...)
		a.drop(a.some(1)...)
	})
	fits(t, a)
	fits(t, b)
}

// TestTooMuchComesWhileASaltIsAgreedOn lets more come than is kept. Then the
// prefix cannot be made from the snapshot: not now.
func TestTooMuchComesWhileASaltIsAgreedOn(t *testing.T) {
	a, b := meet(34, 100)
	dialer, out := a.dial()
	answerer := b.answer()
	a.add(a.fresh(maxChanges + 10)...)
	back, err := answerer.Receive(out[0])
	if err != nil {
		t.Fatal(err)
	}
	if out, err = dialer.Receive(back[0]); err != nil || !dialer.Later() {
		t.Fatalf("later %v, %v", dialer.Later(), err)
	}
	if _, err = answerer.Receive(out[0]); err != nil || !answerer.Later() {
		t.Fatalf("later %v, %v", answerer.Later(), err)
	}
	exact(t, run(t, a, b, nil), a.held, b.held)
	fits(t, a)
}

// TestTooMuchComesWhileSetsAreFoundEqual lets more come than is kept just
// before the last word: since when they differ is then not known.
func TestTooMuchComesWhileSetsAreFoundEqual(t *testing.T) {
	a, b := settled(t, 34, 100)
	gossiped := a.fresh(5)
	a.add(gossiped...)
	b.add(gossiped...)
	dialer, out := a.dial()
	out, err := b.answer().Receive(out[0])
	if err != nil {
		t.Fatal(err)
	}
	a.add(a.fresh(maxChanges + 10)...)
	if _, err = dialer.Receive(out[0]); err != nil || !dialer.Settled() || a.of.epoch != 0 {
		t.Fatalf("settled %v, epoch %x, %v", dialer.Settled(), a.of.epoch, err)
	}
	exact(t, run(t, a, b, nil), a.held, b.held)
}

// TestWhatComesDuringASessionIsInTheNextWindow adds ids while two find that
// what they held before is the same.
func TestWhatComesDuringASessionIsInTheNextWindow(t *testing.T) {
	a, b := settled(t, 34, 1000)
	w := run(t, a, b, func() { a.add(a.fresh(4)...); b.add(b.fresh(4)...) })
	if !w.dialer.Settled() {
		t.Fatalf("%v", w)
	}
	w = run(t, a, b, nil)
	exact(t, w, a.held, b.held)
	if !slices.Contains(w.kinds, kindListed) {
		t.Errorf("no window: %v", w)
	}
}

// TestAPrefixOutOfStepIsBuiltAnew leaves a neighbour untold of an id.
func TestAPrefixOutOfStepIsBuiltAnew(t *testing.T) {
	a, b := settled(t, 35, 500)
	a.held[a.fresh(1)[0]] = true
	exact(t, run(t, a, b, nil), a.held, b.held)
	fits(t, a)
}

// TestAfterAPartitionTheShorterWindowIsListed counts the bytes: eight for each
// id of the side where less came, or next to none if nothing did.
func TestAfterAPartitionTheShorterWindowIsListed(t *testing.T) {
	for _, c := range []struct{ here, there, most int }{
		{0, 700, 80}, {700, 0, 80}, {10, 700, 300}, {50, 50, 480}, {500, 400, 3800}, {5000, 4500, 37500},
	} {
		a, b := settled(t, 36, 20_000)
		a.add(a.fresh(c.here)...)
		b.add(b.fresh(c.there)...)
		w := run(t, a, b, nil)
		exact(t, w, a.held, b.held)
		if !slices.Contains(w.kinds, kindListed) || w.bytes > c.most {
			t.Errorf("%d here, %d there: %v", c.here, c.there, w)
		}
	}
}

// TestALongWindowIsNotListedForAFewDifferences has gossip bring most of what
// came to both sides.
func TestALongWindowIsNotListedForAFewDifferences(t *testing.T) {
	a, b := settled(t, 37, 5000)
	gossiped := a.fresh(800)
	a.add(gossiped...)
	b.add(gossiped...)
	a.add(a.fresh(2)...)
	b.add(b.fresh(1)...)
	w := run(t, a, b, nil)
	exact(t, w, a.held, b.held)
	if slices.Contains(w.kinds, kindListed) || w.bytes > 600 {
		t.Errorf("%v", w)
	}
}

// TestAWindowThatGrewTooLongIsGivenUp lets more come than a window holds.
func TestAWindowThatGrewTooLongIsGivenUp(t *testing.T) {
	a, b := settled(t, 38, 100)
	a.add(a.fresh(maxChanges + 1)...)
	b.add(b.fresh(10)...)
	if a.of.epoch != 0 || len(a.of.changes) > 0 {
		t.Errorf("%d changes kept", len(a.of.changes))
	}
	exact(t, run(t, a, b, nil), a.held, b.held)
}

// TestEditsTravelOnce replaces ids, as a newer cell does in its slot. What the
// other dropped is not sent to it again.
func TestEditsTravelOnce(t *testing.T) {
	a, b := settled(t, 39, 1000)
	a.drop(a.some(40)...)
	edited := a.fresh(40)
	a.add(edited...)
	w := run(t, a, b, nil)
	slices.SortFunc(edited, compare)
	same(t, "what was edited", w.dialer.Push(), edited)
	same(t, "what was replaced", w.answerer.Push(), nil)
}

// TestWhatWentWithoutAReasonComesBack removes ids that the other still holds
// and that nothing replaced: the windows do not show them, CHECK does.
func TestWhatWentWithoutAReasonComesBack(t *testing.T) {
	a, b := settled(t, 40, 1000)
	a.drop(a.some(40)...)
	a.add(a.fresh(1)...)
	for range 2 {
		deliver(a, b, run(t, a, b, nil))
	}
	if w := run(t, a, b, nil); !w.dialer.Settled() || len(a.held) != 1001 {
		t.Errorf("%d ids here, %d there: %v", len(a.held), len(b.held), w)
	}
}

// TestACheckThatFailsTwiceTakesTheSalt loses everything on the way while both
// sides believe it was delivered: a new salt, once more, then both are left
// alone. When delivery works again, everything is forgiven.
func TestACheckThatFailsTwiceTakesTheSalt(t *testing.T) {
	a, b := settled(t, 41, 500)
	a.add(a.fresh(100)...)
	b.add(b.fresh(100)...)
	lose := func() talk {
		w := run(t, a, b, nil)
		exact(t, w, a.held, b.held)
		w.dialer.Delivered()
		w.answerer.Delivered()
		return w
	}
	for i, salted := range []bool{false, false, false, true} {
		if w := lose(); slices.Contains(w.kinds, kindMeet) != salted {
			t.Fatalf("session %d: a new salt %v, should be %v", i, !salted, salted)
		}
		if a.of.Tired() != (i == 3) || b.of.Tired() != (i == 3) {
			t.Fatalf("session %d: tired %v and %v", i, a.of.Tired(), b.of.Tired())
		}
	}
	a.of.Refill()
	b.of.Refill()
	deliver(a, b, run(t, a, b, nil))
	if w := run(t, a, b, nil); !w.dialer.Settled() || a.of.Tired() || a.of.fails != 0 {
		t.Errorf("%v after %d fails", w, a.of.fails)
	}
}

// TestWhatComesDuringDeliveryFailsNoCheck keeps both sides busy: CHECK finds
// what came meanwhile, which is nobody's fault.
func TestWhatComesDuringDeliveryFailsNoCheck(t *testing.T) {
	a, b := settled(t, 42, 500)
	for range 10 {
		a.add(a.fresh(3)...)
		b.add(b.fresh(2)...)
		w := run(t, a, b, nil)
		exact(t, w, a.held, b.held)
		deliver(a, b, w)
	}
	if a.of.fails+b.of.fails > 0 {
		t.Errorf("%d and %d fails", a.of.fails, b.of.fails)
	}
}

// TestACutDeliveryFailsNoCheck begins again and again before everything has
// come over, as on a link that flaps.
func TestACutDeliveryFailsNoCheck(t *testing.T) {
	a, b := settled(t, 43, 500)
	a.add(a.fresh(100)...)
	for i := range 10 {
		w := run(t, a, b, nil)
		exact(t, w, a.held, b.held)
		b.add(w.dialer.Push()[:10]...)
		if i < 5 && w.bytes > 60+90*i {
			t.Errorf("after %d cuts: %v", i, w)
		}
	}
	if w := run(t, a, b, nil); !w.dialer.Settled() {
		t.Errorf("%v", w)
	}
}

// TestALastWordThatIsLost leaves one side thinking the sets were equal and the
// other not knowing it. Their windows then go back to different times.
func TestALastWordThatIsLost(t *testing.T) {
	a, b := settled(t, 44, 500)
	both := a.fresh(10)
	a.add(both...)
	b.add(both...)
	cut(t, a, b, 1) // HELLO arrives, DONE does not
	a.add(a.fresh(5)...)
	b.add(b.fresh(5)...)
	if a.of.epoch == b.of.epoch {
		t.Fatal("both know the same: the test proves nothing")
	}
	exact(t, run(t, a, b, nil), a.held, b.held)
}

// TestWhatIsRefusedIsNotOfferedAgain refuses some ids of a neighbour, for
// which both count as equal from then on; takes one of them from somebody
// else; and relents.
func TestWhatIsRefusedIsNotOfferedAgain(t *testing.T) {
	a, b := settled(t, 45, 500)
	poisoned := b.fresh(5)
	b.add(poisoned...)
	w := run(t, a, b, nil)
	if w.dialer.Coming() != 5 {
		t.Fatalf("%v", w)
	}
	for _, id := range poisoned {
		if again := a.of.Refuse(id); !again || !a.of.Refuse(id) {
			t.Fatal("cannot refuse")
		}
	}
	fits(t, a)
	if w = run(t, a, b, nil); !w.dialer.Settled() {
		t.Errorf("offered again: %v", w)
	}
	a.add(poisoned[0])
	a.of.Rotate()
	fits(t, a)
	for _, dialer := range []*side{a, b} {
		if w = run(t, dialer, map[*side]*side{a: b, b: a}[dialer], nil); !w.dialer.Settled() {
			t.Errorf("with one of them held: %v", w)
		}
	}
	b.drop(poisoned[1]) // then b lacks what a only pretends to hold
	for i := range 2 {
		w = run(t, a, b, nil)
		if len(w.dialer.Push())+len(w.answerer.Push()) > 0 || w.dialer.Settled() != (i == 1) {
			t.Errorf("pushed what is not held, or never settled: %v", w)
		}
	}
	fits(t, a)
	a.of.Relent()
	fits(t, a)
	same(t, "after relenting", run(t, a, b, nil).answerer.Push(), lacking(a.held, b.held))
}

// TestTooMuchRefusedIsSaid fills what can be refused.
func TestTooMuchRefusedIsSaid(t *testing.T) {
	a, _ := settled(t, 46, 5)
	for i, id := range a.fresh(maxRefused + 1) {
		if a.of.Refuse(id) != (i < maxRefused) {
			t.Fatalf("id %d", i)
		}
	}
}

// TestPassesOverALargeSetAreCounted meets a neighbour that forgets us again
// and again.
func TestPassesOverALargeSetAreCounted(t *testing.T) {
	a, b := meet(47, smallSet+1)
	for i := range scanBudget + 2 {
		b.forget()
		w := run(t, b, a, nil)
		if later := i >= scanBudget; w.dialer.Later() != later || w.answerer.Later() != later {
			t.Fatalf("meeting %d: %v", i, w)
		}
	}
	a.of.Refill()
	exact(t, run(t, a, b, nil), a.held, b.held)
}

// TestALongListTakesSeveralSessions lists large sets that have nothing in
// common. A cut costs what one session lists, not what was listed before; a
// second full list has to wait.
func TestALongListTakesSeveralSessions(t *testing.T) {
	a, b := newSide(48), newSide(49)
	const size = maxChunk*maxChunks + 1000
	a.add(a.fresh(size)...)
	b.add(b.fresh(size + 5)...)
	heldByA := maps.Clone(a.held)
	share(Salt{7}, a, b)

	w := run(t, a, b, nil)
	if len(w.dialer.Push()) < maxChunk || len(w.dialer.Push()) == size {
		t.Fatalf("%d ids in the first session", len(w.dialer.Push()))
	}
	cut(t, a, b, 4) // begins anew, as nothing was delivered: and may not
	if w = run(t, a, b, nil); !w.dialer.Later() {
		t.Errorf("a second full list: %v", w)
	}
	a.of.Refill()
	b.of.Refill()
	for i := 0; i < 6 && !w.dialer.Settled(); i++ {
		w = run(t, a, b, nil)
		deliver(a, b, w)
	}
	if !w.dialer.Settled() || !maps.Equal(a.held, b.held) || len(a.held) != len(heldByA)+size+5 {
		t.Errorf("%d ids here, %d there: %v", len(a.held), len(b.held), w)
	}
}

// TestOnlyTheContinuationOfAListIsFree goes on where a list stopped, with
// nothing left to spend, and then begins elsewhere.
func TestOnlyTheContinuationOfAListIsFree(t *testing.T) {
	a, _ := settled(t, 49, smallSet+1)
	a.of.reached, a.of.lists = protocol.ID{7}, 0
	s := a.answer()
	if !s.openList(listAll, protocol.ID{7}) {
		t.Error("the continuation has to wait")
	}
	if s.openList(listAll, protocol.ID{}) || s.openList(listAll, protocol.ID{8}) {
		t.Error("another list has not")
	}
}

// TestASessionReplacedIsClosed dials again before the first talk is over.
func TestASessionReplacedIsClosed(t *testing.T) {
	a, b := settled(t, 50, 10)
	first, _ := a.dial()
	second, out := a.dial()
	back, err := b.answer().Receive(out[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Receive(back[0]); err != ErrClosed {
		t.Errorf("the first: %v", err)
	}
	first.Delivered()
	if _, err := second.Receive(back[0]); err != nil || !second.Done() {
		t.Errorf("the second: %v", err)
	}
	if _, err := second.Receive(back[0]); err != ErrClosed {
		t.Errorf("when done: %v", err)
	}
}
