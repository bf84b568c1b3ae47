package cell_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/cell"
)

// everything counts, as for a device that nobody revoked.
func everything(Cell) bool { return true }

// only lets the named cells count, as a revocation that keeps these does.
func only(kept ...Cell) func(Cell) bool {
	return func(c Cell) bool {
		return slices.ContainsFunc(kept, func(k Cell) bool { return k.ID() == c.ID() })
	}
}

// look says what is kept in words, so that two stands can be compared.
func look(k Kept) string { return word(k.Newest) + " " + word(k.Counting) + " " + word(k.Whole) }

func word(c *Cell) string {
	switch {
	case c == nil:
		return "none"
	case c.Stub():
		return fmt.Sprintf("stub %v/%v", c.Stamp, c.ID())
	}
	return fmt.Sprintf("%v/%v", c.Stamp, c.ID())
}

func expect(t *testing.T, k Kept, newest, counting *Cell) {
	t.Helper()
	if got, want := look(k), look(Kept{Newest: newest, Counting: counting}); got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
}

func TestTheNewerCellReplacesTheOlder(t *testing.T) {
	sari := authorOf(1)
	older, newer := sari.seal(t, 1, "4 L"), sari.seal(t, 2, "6 L")
	k := Kept{}.Keep(everything, newer).Keep(everything, older)
	expect(t, k, &newer, &newer)
	if cells := k.Cells(); len(cells) != 1 {
		t.Errorf("%d cells kept", len(cells))
	}
	if len(Kept{}.Cells()) != 0 || len(Kept{}.Keep(everything).Cells()) != 0 {
		t.Error("something kept of nothing")
	}
}

// EqualStampOppositeOrder: two cells of one stamp, as a cloned card writes
// them, end in one state whichever was heard first.
func TestEqualStampOppositeOrder(t *testing.T) {
	sari := authorOf(1)
	a, b := sari.seal(t, 3, "4 L"), sari.seal(t, 3, "6 L")
	one := Kept{}.Keep(everything, a).Keep(everything, b)
	other := Kept{}.Keep(everything, b).Keep(everything, a)
	if look(one) != look(other) {
		t.Errorf("parted: %s and %s", look(one), look(other))
	}
	if After(a, b) == After(b, a) || After(a, a) {
		t.Error("no strict order")
	}
}

// HubStubDoesNotMask: a hub that dropped a payload passes the stub on. It
// neither replaces the payload here nor keeps it from arriving later.
func TestHubStubDoesNotMask(t *testing.T) {
	sari := authorOf(1)
	whole := sari.seal(t, 3, "4 L")
	stub := sari.open(t, StubOf(whole))
	expect(t, Kept{}.Keep(everything, whole).Keep(everything, stub), &whole, &whole)
	expect(t, Kept{}.Keep(everything, stub), &stub, &stub)
	expect(t, Kept{}.Keep(everything, stub).Keep(everything, whole), &whole, &whole)
	nothing := only()
	expect(t, Kept{}.Keep(nothing, stub).Keep(nothing, whole).Keep(everything), &whole, &whole)
}

// HubStubDoesNotMask, the other half: what a device wrote before stays, whole,
// as long as of its newer cell there is but a stub; in any order, and whether or
// not the roster lets the two count yet.
func TestANewerStubDoesNotHideAnOlderPayload(t *testing.T) {
	sari := authorOf(1)
	older, newer := sari.seal(t, 3, "4 L"), sari.seal(t, 4, "6 L")
	stub := sari.open(t, StubOf(newer))
	for _, counts := range []func(Cell) bool{everything, only()} {
		one, other := Kept{}.Keep(counts, older).Keep(counts, stub), Kept{}.Keep(counts, stub).Keep(counts, older)
		if look(one) != look(other) || one.Whole == nil || one.Whole.ID() != older.ID() {
			t.Errorf("kept %s or %s", look(one), look(other))
		}
		if ids := one.Cells(); len(ids) != 1 || ids[0].ID() != newer.ID() {
			t.Errorf("reconciled: %v", ids)
		}
		if shown := one.Keep(everything).Shown(); shown == nil || shown.ID() != older.ID() {
			t.Errorf("shown: %v", shown)
		}
		if k := one.Keep(everything, newer); k.Whole != nil || k.Shown().ID() != newer.ID() {
			t.Errorf("with the payload: %s", look(k))
		}
	}
	if k := (Kept{}.Keep(only(older), older, stub)); k.Whole != nil || k.Shown().ID() != older.ID() {
		t.Errorf("where the newer one does not count: %s", look(k))
	}
}

// KeptOlderThanForged: of a stolen device the household keeps what it wrote
// before. What the thief writes later, and what he dates back, replaces none
// of it, in any order.
func TestKeptOlderThanForged(t *testing.T) {
	sari := authorOf(1)
	before, own := sari.seal(t, 1, "draft"), sari.seal(t, 5, "4 L")
	backdated, forged := sari.seal(t, 4, "nothing"), sari.seal(t, 9, "nothing")
	revoked := only(own)
	want := look(Kept{Newest: &forged, Counting: &own})
	rapid.Check(t, func(t *rapid.T) {
		var k Kept
		for _, c := range rapid.Permutation([]Cell{before, own, backdated, forged}).Draw(t, "order") {
			k = k.Keep(revoked, c)
		}
		if look(k) != want {
			t.Fatalf("kept %s", look(k))
		}
	})
	// Heard before the revocation, the forged cell is all a node has. The kept
	// one comes back with the exchange, since it is in its neighbour's set.
	late := Kept{}.Keep(everything, own, forged)
	expect(t, late, &forged, &forged)
	late = late.Keep(revoked)
	expect(t, late, &forged, nil)
	expect(t, late.Keep(revoked, own), &forged, &own)
}

// pool holds cells of one slot that collide in their stamps, each whole and as
// a stub.
func pool(t *testing.T) []Cell {
	sari := authorOf(1)
	var cells []Cell
	for i, stamp := range []uint64{1, 2, 2, 2, 3, 3, 4} {
		whole := sari.seal(t, crdt.Stamp(stamp), fmt.Sprint(i))
		cells = append(cells, whole, sari.open(t, StubOf(whole)))
	}
	return cells
}

// judges draws what a roster lets count: any subset of the ids.
func judges(cells []Cell) *rapid.Generator[func(Cell) bool] {
	return rapid.Custom(func(t *rapid.T) func(Cell) bool {
		yes := make(map[protocol.ID]bool)
		for _, c := range cells {
			if !c.Stub() {
				yes[c.ID()] = rapid.Bool().Draw(t, "counts")
			}
		}
		return func(c Cell) bool { return yes[c.ID()] }
	})
}

func TestUnderOneRosterWhatIsKeptDoesNotDependOnTheOrder(t *testing.T) {
	cells := pool(t)
	rapid.Check(t, func(t *rapid.T) {
		counts := judges(cells).Draw(t, "roster")
		heard := rapid.SliceOfN(rapid.SampledFrom(cells), 0, 10).Draw(t, "heard")
		once := Kept{}.Keep(counts, heard...)
		var one, two Kept
		for i, c := range rapid.Permutation(heard).Draw(t, "order") {
			if i%2 == 0 {
				one = one.Keep(counts, c)
			} else {
				two = two.Keep(counts, c, c)
			}
		}
		joined := one.Keep(counts, two.Stored()...)
		if look(joined) != look(once) || look(joined.Keep(counts)) != look(once) {
			t.Fatalf("parted: %s and %s", look(joined), look(once))
		}
	})
}

// While rosters change under them, nodes keep different cells. Once they have
// the same roster and have exchanged what they keep, they keep the same, and
// whatever one of them kept of the newest or of what counts, all have.
func TestNodesWithDifferentPastsKeepTheSameOnceTheyMeet(t *testing.T) {
	cells := pool(t)
	rapid.Check(t, func(t *rapid.T) {
		nodes := make([]Kept, 3)
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			at := rapid.IntRange(0, len(nodes)-1).Draw(t, "node")
			roster := judges(cells).Draw(t, "roster")
			nodes[at] = nodes[at].Keep(roster, rapid.SliceOfN(rapid.SampledFrom(cells), 0, 2).Draw(t, "heard")...)
		}
		last := judges(cells).Draw(t, "last roster")
		var carried []Cell
		for i := range nodes {
			nodes[i] = nodes[i].Keep(last)
			carried = append(carried, nodes[i].Stored()...)
		}
		want := Kept{}.Keep(last, carried...)
		for i := range nodes {
			for _, j := range rapid.Permutation([]int{0, 1, 2}).Draw(t, "meets") {
				nodes[i] = nodes[i].Keep(last, nodes[j].Stored()...)
			}
			if look(nodes[i]) != look(want) {
				t.Fatalf("node %d keeps %s, want %s", i, look(nodes[i]), look(want))
			}
		}
	})
}

func TestAtMostTwoCellsAreKept(t *testing.T) {
	cells := pool(t)
	rapid.Check(t, func(t *rapid.T) {
		var k Kept
		for range rapid.IntRange(0, 10).Draw(t, "steps") {
			counts := judges(cells).Draw(t, "roster")
			k = k.Keep(counts, rapid.SliceOfN(rapid.SampledFrom(cells), 0, 3).Draw(t, "heard")...)
			kept := k.Cells()
			if len(kept) > 2 || len(kept) == 2 && kept[0].ID() == kept[1].ID() {
				t.Fatalf("kept %s", look(k))
			}
			if len(k.Stored()) > 3 || k.Whole != nil && k.Whole.Stub() {
				t.Fatalf("stored %s", look(k))
			}
			if k.Counting != nil && !counts(*k.Counting) {
				t.Fatalf("what does not count is said to: %s", look(k))
			}
		}
	})
}
