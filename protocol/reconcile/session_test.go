package reconcile

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
)

// meet makes two sides that hold some of the same ids.
func meet(seed uint64, common int) (a, b *side) {
	a, b = newSide(seed), newSide(seed+1<<32)
	both := a.fresh(common)
	a.add(both...)
	b.add(both...)
	return a, b
}

// settled makes two sides that hold the same set and know it.
func settled(t testing.TB, seed uint64, common int) (a, b *side) {
	t.Helper()
	a, b = meet(seed, common)
	for range 2 {
		if w := run(t, a, b, nil); !w.dialer.Settled() || !w.answerer.Settled() {
			t.Fatal("equal sets were not found equal")
		}
	}
	return a, b
}

// TestBothSidesLearnExactlyWhatTheOtherLacks draws sets of all proportions,
// sides that know each other or do not, and ids that come in between.
func TestBothSidesLearnExactlyWhatTheOtherLacks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(0, 200), rapid.IntRange(0, 3000))
		a, b := meet(rapid.Uint64().Draw(r, "seed"), size.Draw(r, "common"))
		if rapid.Bool().Draw(r, "know each other") {
			run(t, a, b, nil)
			run(t, a, b, nil)
		}
		a.add(a.fresh(size.Draw(r, "only here"))...)
		b.add(b.fresh(size.Draw(r, "only there"))...)
		heldByA, heldByB := maps.Clone(a.held), maps.Clone(b.held)
		w := run(t, a, b, func() { a.add(a.fresh(1)...); b.add(b.fresh(1)...) })
		exact(t, w, heldByA, heldByB)
	})
}

// TestEitherSideMayDial holds what is found against the same meeting begun
// from the other side.
func TestEitherSideMayDial(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed, common := rapid.Uint64().Draw(r, "seed"), rapid.IntRange(0, 500).Draw(r, "common")
		onlyA, onlyB := rapid.IntRange(0, 300).Draw(r, "only here"), rapid.IntRange(0, 300).Draw(r, "only there")
		known := rapid.Bool().Draw(r, "know each other")
		var found [2][2][]protocol.ID
		for i := range found {
			a, b := meet(seed, common)
			if known {
				run(t, b, a, nil)
			}
			a.add(a.fresh(onlyA)...)
			b.add(b.fresh(onlyB)...)
			sides := []*side{a, b}
			w := run(t, sides[i], sides[1-i], nil)
			found[i][i], found[i][1-i] = w.dialer.Push(), w.answerer.Push()
		}
		same(t, "what one side pushes", found[1][0], found[0][0])
		same(t, "what the other pushes", found[1][1], found[0][1])
	})
}

// TestWhateverHappensTheSetsBecomeEqual lives through days of arrivals,
// removals, gossip, cut sessions, refusals, forgotten neighbours and new salts;
// then the trouble ends, and a few sessions later both hold the same and know it.
func TestWhateverHappensTheSetsBecomeEqual(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := meet(rapid.Uint64().Draw(r, "seed"), rapid.IntRange(0, 400).Draw(r, "common"))
		sides := []*side{a, b}
		for range rapid.IntRange(0, 20).Draw(r, "events") {
			i := rapid.IntRange(0, 1).Draw(r, "who")
			x, y := sides[i], sides[1-i]
			switch rapid.IntRange(0, 8).Draw(r, "what") {
			case 0:
				x.add(x.fresh(rapid.IntRange(0, 150).Draw(r, "came"))...)
			case 1:
				x.drop(x.some(rapid.IntRange(0, 20).Draw(r, "went"))...)
			case 2:
				gossiped := x.fresh(rapid.IntRange(0, 100).Draw(r, "gossiped"))
				x.add(gossiped...)
				y.add(gossiped...)
			case 3:
				cut(t, x, y, rapid.IntRange(0, 6).Draw(r, "frames"))
			case 4:
				x.forget()
			case 5:
				x.of.Rotate()
			case 6:
				w := run(t, x, y, nil)
				for _, id := range w.answerer.Push()[:min(3, len(w.answerer.Push()))] {
					x.of.Refuse(id)
				}
			default:
				w := run(t, x, y, nil)
				if rapid.Bool().Draw(r, "delivered") {
					deliver(x, y, w)
				}
			}
		}
		fits(r, a)
		fits(r, b)
		a.of.Relent()
		b.of.Relent()
		union := maps.Clone(a.held)
		maps.Copy(union, b.held)
		for i := range 6 {
			x, y := sides[i%2], sides[1-i%2]
			w := run(t, x, y, nil)
			if w.dialer.Settled() != w.answerer.Settled() {
				t.Fatal("one side thinks the sets are equal, the other does not")
			}
			if w.dialer.Settled() {
				if !maps.Equal(a.held, union) || !maps.Equal(b.held, union) {
					t.Fatal("called equal while they are not")
				}
				return
			}
			deliver(x, y, w)
		}
		fits(r, a)
		t.Fatal("six whole sessions did not make the sets equal")
	})
}

// some returns up to n ids that are held.
func (a *side) some(n int) []protocol.ID {
	all := slices.SortedFunc(maps.Keys(a.held), compare)
	a.chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(n, len(all))]
}

// forget loses all that a side remembered of the other, as a restart does.
func (a *side) forget() {
	a.of = NewNeighbour()
}

// cut lets only some frames through.
func cut(t testing.TB, a, b *side, frames int) {
	t.Helper()
	from, out := a.dial()
	to := b.answer()
	for len(out) > 0 && frames > 0 {
		frames--
		back, err := to.Receive(out[0])
		if err != nil {
			t.Fatal(err)
		}
		if out = out[1:]; len(out) == 0 {
			from, to, out = to, from, back
		}
	}
}
