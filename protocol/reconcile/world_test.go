package reconcile

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"gotong/protocol"
)

// ids is a set for tests.
type ids map[protocol.ID]bool

func (s ids) Len() int                   { return len(s) }
func (s ids) All() iter.Seq[protocol.ID] { return maps.Keys(s) }
func (s ids) Has(id protocol.ID) bool    { return s[id] }

// side is one neighbour as a driver would keep it: what it holds now, and what
// it remembers of the other.
type side struct {
	held   ids
	of     *Neighbour
	chance *rand.Rand
}

func newSide(seed uint64) *side {
	return &side{ids{}, NewNeighbour(), rand.New(rand.NewPCG(seed, 7))}
}

func (a *side) add(all ...protocol.ID) {
	for _, id := range all {
		if !a.held[id] {
			a.held[id] = true
			a.of.Insert(id)
		}
	}
}

func (a *side) drop(all ...protocol.ID) {
	for _, id := range all {
		if a.held[id] {
			delete(a.held, id)
			a.of.Remove(id)
		}
	}
}

// nonce draws what a session needs.
func (a *side) nonce() (n [16]byte) {
	for i := range n {
		n[i] = byte(a.chance.Uint32())
	}
	return n
}

func (a *side) dial() (*Session, [][]byte) { return Dial(a.of, maps.Clone(a.held), a.nonce()) }
func (a *side) answer() *Session           { return Answer(a.of, maps.Clone(a.held), a.nonce()) }

// talk is what two sessions said to each other.
type talk struct {
	dialer, answerer *Session
	bytes, frames    int
	turns            int // how often the word went over
	kinds            []byte
}

// run carries frames between a and b until nobody says anything, as a stream
// would, with a length before each. meanwhile runs after every frame.
func run(t testing.TB, a, b *side, meanwhile func()) talk {
	t.Helper()
	var out [][]byte
	w := talk{}
	w.dialer, out = a.dial()
	w.answerer = b.answer()
	from, to := w.dialer, w.answerer
	for ; len(out) > 0; from, to = to, from {
		var back [][]byte
		w.turns++
		for _, frame := range out {
			if len(frame) > protocol.MaxFrame {
				t.Fatalf("a frame of %d bytes", len(frame))
			}
			w.bytes += protocol.ItemSize(len(frame))
			w.frames++
			w.kinds = append(w.kinds, frame[0])
			more, err := to.Receive(frame)
			if err != nil {
				t.Fatalf("kind %d: %v", frame[0], err)
			}
			back = append(back, more...)
			if meanwhile != nil {
				meanwhile()
			}
		}
		out = back
	}
	if !w.dialer.Done() || !w.answerer.Done() {
		t.Fatalf("silence before both were done (kinds %v)", w.kinds)
	}
	return w
}

// deliver moves what a session found, whole.
func deliver(a, b *side, w talk) {
	b.add(w.dialer.Push()...)
	a.add(w.answerer.Push()...)
	w.dialer.Delivered()
	w.answerer.Delivered()
}

// lacking returns what b holds and a does not, sorted.
func lacking(a, b ids) (missing []protocol.ID) {
	for id := range b {
		if !a[id] {
			missing = append(missing, id)
		}
	}
	slices.SortFunc(missing, compare)
	return missing
}

// exact fails unless the talk found the difference of what both held.
func exact(t testing.TB, w talk, a, b ids) {
	t.Helper()
	same(t, "what the dialer pushes", w.dialer.Push(), lacking(b, a))
	same(t, "what the answerer pushes", w.answerer.Push(), lacking(a, b))
	for _, s := range []*Session{w.dialer, w.answerer} {
		if s.Settled() != maps.Equal(a, b) {
			t.Fatalf("settled: %v, equal sets: %v", s.Settled(), maps.Equal(a, b))
		}
	}
	if w.dialer.Coming() != len(w.answerer.Push()) || w.answerer.Coming() != len(w.dialer.Push()) {
		t.Fatalf("coming %d and %d of %d and %d", w.dialer.Coming(), w.answerer.Coming(),
			len(w.answerer.Push()), len(w.dialer.Push()))
	}
}

func same(t testing.TB, what string, got, want []protocol.ID) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %d ids, not the %d there are", what, len(got), len(want))
	}
}

// fresh draws n ids.
func (a *side) fresh(n int) (all []protocol.ID) {
	for range n {
		all = append(all, protocol.ID(a.nonce()))
	}
	return all
}

func (w talk) String() string {
	return fmt.Sprintf("%d bytes, %d frames, %d turns %v", w.bytes, w.frames, w.turns, w.kinds)
}
