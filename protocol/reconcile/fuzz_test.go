package reconcile

import (
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gotong/protocol"
)

// scene is two sides about to talk; there is one for each rung of the ladder.
type scene struct{ here, there, common, settled int }

var scenes = []scene{
	{2, 3, 0, 0},     // first contact
	{0, 9, 200, 2},   // the shorter window is empty
	{30, 40, 200, 2}, // a window is listed
	{70, 80, 700, 2}, // symbols first, then a window
	{3, 2, 200, 1},   // no epoch: a sketch
	{50, 50, 700, 1}, // a sketch of several steps
	{90, 80, 100, 0}, // everything is listed
	{0, 0, 50, 2},    // nothing to say
	{5, 0, 0, 0},     // one side is empty
}

func (c scene) sides(t testing.TB) (a, b *side) {
	a, b = meet(1, c.common)
	for range c.settled {
		run(t, a, b, nil)
	}
	if c.settled == 1 {
		a.of.epoch, b.of.epoch = 0, 0
	}
	a.add(a.fresh(c.here)...)
	b.add(b.fresh(c.there)...)
	return a, b
}

// clone copies a side, so that what happens to it does not last.
func (a *side) clone() *side {
	c := *a.of
	if c.prefix != nil {
		c.prefix = &Prefix{c.prefix.salt, c.prefix.key, slices.Clone(c.prefix.symbols)}
	}
	c.changes = slices.Clone(c.changes)
	return &side{a.held, &c, rand.New(rand.NewPCG(6, 6))}
}

// listen lets two sides talk honestly for some frames and returns whoever
// would hear next, how many ids it holds, and the frame it would hear.
func listen(t testing.TB, a, b *side, frames int) (*Session, int, []byte) {
	speaker, out := a.dial()
	listener, held, other := b.answer(), len(b.held), len(a.held)
	for range frames {
		back, err := listener.Receive(out[0])
		if err != nil {
			t.Fatal(err)
		}
		if out = out[1:]; len(out) == 0 {
			speaker, listener, out = listener, speaker, back
			held, other = other, held
		}
		if len(out) == 0 {
			return listener, held, nil
		}
	}
	return listener, held, out[0]
}

// allowed is what a session may allocate for a frame (SPEC.md 7).
func allowed(frame []byte, held int) uint64 { return uint64(4*len(frame) + 256<<10 + 200*held) }

// hear feeds a session one hostile frame and holds it to its bounds.
func hear(t *testing.T, s *Session, held int, frame []byte) bool {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	out, err := s.Receive(frame)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > allowed(frame, held) {
		t.Fatalf("%d bytes allocated for a frame of %d", used, len(frame))
	}
	if err != nil && !errors.Is(err, protocol.ErrMalformed) && !errors.Is(err, ErrClosed) {
		t.Fatalf("a failure of our own: %v", err)
	}
	for _, answer := range out {
		if len(answer) > protocol.MaxFrame {
			t.Fatalf("an answer of %d bytes", len(answer))
		}
	}
	if len(s.Push()) > held || len(s.Want()) > MaxSymbols {
		t.Fatalf("%d ids to push of %d, %d wanted", len(s.Push()), held, len(s.Want()))
	}
	return err == nil && !s.Done()
}

// FuzzReceive puts a session into a state and feeds it what nobody should:
// frames of two bytes of length and as many bytes. It must not panic, hang,
// allocate beyond its bounds, or push what it does not hold.
func FuzzReceive(f *testing.F) {
	for i, c := range scenes {
		for frames := range 6 {
			a, b := c.sides(f)
			if _, _, frame := listen(f, a, b, frames); frame != nil {
				seed := append([]byte{byte(i), byte(frames), byte(len(frame) >> 8), byte(len(frame))}, frame...)
				f.Add(seed)
			}
		}
	}
	var sides [][2]*side // made once, as that takes longest
	for _, c := range scenes {
		a, b := c.sides(f)
		sides = append(sides, [2]*side{a, b})
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) < 2 {
			return
		}
		pair := sides[int(input[0])%len(sides)]
		s, held, _ := listen(t, pair[0].clone(), pair[1].clone(), int(input[1])%8)
		for rest := input[2:]; len(rest) >= 2; {
			size := min(int(rest[0])<<8|int(rest[1]), len(rest)-2)
			if !hear(t, s, held, rest[2:2+size]) {
				return
			}
			rest = rest[2+size:]
		}
	})
}

var mutations = flag.Int("mutations", 40, "frames that TestMutatedFramesHarmNobody changes, for each scene")

// TestMutatedFramesHarmNobody changes a little of an honest frame, in every
// state. Whoever hears it keeps to its bounds, and nothing worse remains: after
// some honest talks both hold the same. A million takes some minutes:
//
//	go test -run Mutated -mutations 111111 ./protocol/reconcile
func TestMutatedFramesHarmNobody(t *testing.T) {
	chance := rand.New(rand.NewPCG(8, 9))
	for _, c := range scenes {
		a, b := c.sides(t)
		for range *mutations {
			s, held, frame := listen(t, a, b, chance.IntN(6))
			if frame != nil {
				hear(t, s, held, mutated(chance, frame))
			}
		}
		for _, x := range []*side{a, b} {
			x.of.Refill()
			fits(t, x)
		}
		for range 6 {
			deliver(a, b, run(t, a, b, nil))
		}
		if !run(t, a, b, nil).dialer.Settled() || !maps.Equal(a.held, b.held) {
			t.Errorf("%+v: unequal in the end", c)
		}
	}
}

// mutated changes some bits of a frame, or its length.
func mutated(chance *rand.Rand, frame []byte) []byte {
	frame = append([]byte(nil), frame...)
	for range 1 + chance.IntN(4) {
		switch i := chance.IntN(len(frame)); chance.IntN(4) {
		case 0:
			frame = append(frame[:i], append([]byte{byte(chance.Uint32())}, frame[i:]...)...)
		case 1:
			frame = append(frame[:i:i], frame[min(i+1+chance.IntN(30), len(frame)):]...)
		default:
			frame[i] ^= 1 << chance.IntN(8)
		}
		if len(frame) == 0 {
			return []byte{0}
		}
	}
	return frame
}
