package reconcile

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gotong/protocol"
)

// layered is a large set that many share, and what one holds besides.
type layered struct{ common, own ids }

func (s layered) Len() int                { return len(s.common) + len(s.own) }
func (s layered) Has(id protocol.ID) bool { return s.common[id] || s.own[id] }
func (s layered) All() iter.Seq[protocol.ID] {
	return func(yield func(protocol.ID) bool) {
		for id := range maps.Keys(s.common) {
			if !yield(id) {
				return
			}
		}
		maps.Keys(s.own)(yield)
	}
}

// way is how two sides come to differ: what they remember of each other.
type way struct {
	name          string
	known, window bool
	oneSided      bool
}

var ways = []way{
	{name: "sketch", known: true},
	{name: "sketch, one side lacks all", known: true, oneSided: true},
	{name: "windows", known: true, window: true},
	{name: "windows, one side lacks all", known: true, window: true, oneSided: true},
	{name: "first contact"},
}

// large is a large common set, and the prefix of it under one salt.
type large struct {
	ids    ids
	prefix *Prefix
}

func newLarge(size int) large {
	common := ids{}
	for _, id := range newSide(60).fresh(size) {
		common[id] = true
	}
	return large{common, NewPrefix(Salt{6}, common.All())}
}

// side makes a side that holds the common set and d ids more.
func (l large) side(w way, d int, chance *rand.Rand) (*Neighbour, layered) {
	n := NewNeighbour()
	if w.known {
		n.prefix = &Prefix{l.prefix.salt, l.prefix.key, slices.Clone(l.prefix.symbols)}
	}
	if w.window {
		n.epoch = l.prefix.key.epoch(l.prefix.symbols[0].sum)
	}
	own := ids{}
	for _, id := range (&side{chance: chance}).fresh(d) {
		own[id] = true
		n.Insert(id)
	}
	return n, layered{l.ids, own}
}

// measured is what one reconciliation cost both sides together.
type measured struct {
	bytes, turns int
	took         time.Duration
}

// measure lets two sides with d differences talk, and checks what they found.
func (l large) measure(t testing.TB, w way, d int, seed uint64) (m measured) {
	t.Helper()
	chance := rand.New(rand.NewPCG(seed, 61))
	here := d / 2
	if w.oneSided {
		here = 0
	}
	n, held := l.side(w, here, chance)
	other, heldThere := l.side(w, d-here, chance)

	start := time.Now()
	dialer, out := Dial(n, held, [16]byte{1})
	answerer := Answer(other, heldThere, [16]byte{2})
	for speaker, listener := dialer, answerer; len(out) > 0; speaker, listener = listener, speaker {
		var back [][]byte
		m.turns++
		for _, frame := range out {
			m.bytes += protocol.ItemSize(len(frame))
			more, err := listener.Receive(frame)
			if err != nil {
				t.Fatal(err)
			}
			back = append(back, more...)
		}
		out = back
	}
	m.took = time.Since(start)
	same(t, "what the dialer pushes", dialer.Push(), slices.SortedFunc(held.own.All(), compare))
	same(t, "what the answerer pushes", answerer.Push(), slices.SortedFunc(heldThere.own.All(), compare))
	if dialer.Settled() != (d == 0) || answerer.Settled() != (d == 0) {
		t.Fatal("equal and unequal taken for each other")
	}
	return m
}

// TestCostFollowsTheDifference holds the bytes of a reconciliation against
// what the design promises, with everything found exactly.
func TestCostFollowsTheDifference(t *testing.T) {
	l := newLarge(30_000)
	for _, c := range []struct {
		way       string
		d, mostly int // the median must not be above
	}{
		{"sketch", 0, 60}, {"sketch", 10, 1400}, {"sketch", 100, 4800}, {"sketch", 1000, 39_500},
		{"windows", 0, 60}, {"windows", 10, 120}, {"windows", 100, 470}, {"windows", 1000, 4400},
		{"windows, one side lacks all", 1000, 80},
		{"first contact", 0, 1500}, {"first contact", 100, 4800},
	} {
		w := ways[slices.IndexFunc(ways, func(w way) bool { return w.name == c.way })]
		var bytes []int
		for seed := range uint64(5) {
			bytes = append(bytes, l.measure(t, w, c.d, seed).bytes)
		}
		if slices.Sort(bytes); bytes[2] > c.mostly {
			t.Errorf("%s, %d differences: %d bytes, not at most %d", c.way, c.d, bytes[2], c.mostly)
		}
	}
}

// BenchmarkReconcile is the table of the design: two sets of 100,000 ids and d
// differences. Each run draws other differences, is found out exactly, and
// counts the bytes on the wire with their lengths and the time of both sides
// together; the least of the runs is what it takes on a machine at rest.
//
//	go test -run '^$' -bench Reconcile -benchtime 20x ./protocol/reconcile
func BenchmarkReconcile(b *testing.B) {
	l := newLarge(100_000)
	for _, w := range ways {
		for _, d := range []int{0, 10, 100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/d=%d", w.name, d), func(b *testing.B) {
				var bytes, turns []int
				var took []time.Duration
				for i := range b.N {
					m := l.measure(b, w, d, uint64(i))
					bytes, turns, took = append(bytes, m.bytes), append(turns, m.turns), append(took, m.took)
				}
				slices.Sort(bytes)
				slices.Sort(turns)
				slices.Sort(took)
				b.ReportMetric(0, "ns/op") // a run is mostly drawing ids
				b.ReportMetric(float64(bytes[b.N/2]), "bytes")
				b.ReportMetric(float64(bytes[b.N-1]), "bytes-most")
				b.ReportMetric(float64(turns[b.N/2]), "turns")
				b.ReportMetric(float64(took[b.N/2].Microseconds()), "µs-both-sides")
				b.ReportMetric(float64(took[0].Microseconds()), "µs-least")
			})
		}
	}
}

// BenchmarkInsert is what every id that comes costs for each neighbour.
func BenchmarkInsert(b *testing.B) {
	a := newSide(62)
	a.of.prefix = NewPrefix(Salt{1}, ids{}.All())
	fresh := a.fresh(1 << 12)
	for i := 0; b.Loop(); i++ {
		a.of.Insert(fresh[i%len(fresh)])
	}
}

// BenchmarkBuild is the pass over 100,000 ids when two meet.
func BenchmarkBuild(b *testing.B) {
	fresh := newSide(63).fresh(100_000)
	for b.Loop() {
		NewPrefix(Salt{1}, slices.Values(fresh))
	}
}

// BenchmarkDecode peels twice as many symbols as there are differences.
func BenchmarkDecode(b *testing.B) {
	for _, d := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("d=%d", d), func(b *testing.B) {
			a := newSide(64)
			k := Salt{1}.key()
			symbols := sketch(k, 2*d+20, slices.Values(a.fresh(d)))
			for b.Loop() {
				dec := newDecoder(k, noneHeld)
				for _, s := range symbols {
					dec.add(s)
				}
				if whole, err := dec.peel(); !whole || err != nil {
					b.Fatal("not decoded")
				}
			}
		})
	}
}
