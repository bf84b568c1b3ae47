package reconcile

import (
	"encoding/binary"
	"errors"
	"iter"
	"math"
	"slices"
	"testing"

	"gotong/protocol"
)

// share makes two sides that share a salt.
func share(salt Salt, a, b *side) {
	a.of.prefix = NewPrefix(salt, a.held.All())
	b.of.prefix = NewPrefix(salt, b.held.All())
}

// cancelling draws ids of which, under a salt that is known, the exclusive or
// of ids and of checksums is zero: by elimination over the 160 bits and one
// that stands for their number, so that it is even.
func cancelling(salt Salt, a *side) []protocol.ID {
	type row struct {
		bits [3]uint64
		of   map[protocol.ID]bool
	}
	var basis [161]*row
	for {
		id := a.fresh(1)[0]
		it := salt.key().item(id)
		r := &row{[3]uint64{it.id[0], it.id[1], uint64(uint32(it.tail)) | 1<<32}, map[protocol.ID]bool{id: true}}
		for bit := range basis {
			if r.bits[bit/64]>>(bit%64)&1 == 0 {
				continue
			}
			if basis[bit] == nil {
				basis[bit] = r
				break
			}
			for w := range r.bits {
				r.bits[w] ^= basis[bit].bits[w]
			}
			for other := range basis[bit].of {
				if r.of[other] {
					delete(r.of, other)
				} else {
					r.of[other] = true
				}
			}
		}
		if r.bits == [3]uint64{} {
			return slices.SortedFunc(ids(r.of).All(), compare)
		}
	}
}

// TestACancellingSetFoolsOnlyAKnownSalt plants half of a cancelling set on
// each side. Whoever knows the salt can make unequal sets look equal; the
// salt is a secret of the pair, so nobody else can.
func TestACancellingSetFoolsOnlyAKnownSalt(t *testing.T) {
	known := Salt{1, 2, 3}
	a, b := meet(11, 1000)
	planted := cancelling(known, a)
	a.add(planted[:len(planted)/2]...)
	b.add(planted[len(planted)/2:]...)

	share(known, a, b)
	if w := run(t, a, b, nil); !w.dialer.Settled() {
		t.Fatal("the attack does not even work on a salt that is known: the test proves nothing")
	}
	for i := range byte(20) {
		share(Salt{4, i}, a, b)
		exact(t, run(t, a, b, nil), a.held, b.held)
	}
}

// aloof draws an id that under a known salt is part of no symbol but the
// first, for n symbols.
func aloof(salt Salt, n uint64, a *side) protocol.ID {
	for {
		id := a.fresh(1)[0]
		if w := salt.key().item(id).walk(); func() uint64 { w.step(); return w.at }() >= n {
			return id
		}
	}
}

// TestABlockingPairCostsAKnownSaltOneList plants two ids that share their only
// symbol. Under the salt they were made for no sketch decodes, so everything is
// listed, exactly, and the salt is given up; under any other they are nothing
// special.
func TestABlockingPairCostsAKnownSaltOneList(t *testing.T) {
	known := Salt{1, 2, 3}
	a, b := meet(12, 2000)
	a.add(aloof(known, 200, a))
	b.add(aloof(known, 200, a))

	share(known, a, b)
	w := run(t, a, b, nil)
	exact(t, w, a.held, b.held)
	if !slices.Contains(w.kinds, kindListed) {
		t.Fatalf("the pair did not block the sketch: the test proves nothing (%v)", w)
	}
	if w = run(t, a, b, nil); !slices.Contains(w.kinds, kindMeet) || slices.Contains(w.kinds, kindListed) {
		t.Errorf("after that the salt should go and the sketch decode: %v", w)
	}
	exact(t, w, a.held, b.held)
	for i := range byte(20) {
		share(Salt{4, i}, a, b)
		if w := run(t, a, b, nil); w.bytes > 2000 {
			t.Errorf("under another salt: %v", w)
		}
	}
}

// symbolOf is the symbol of one item, counted as often as told.
func symbolOf(it item, count int32) symbol {
	return symbol{sum: it.id, check: uint32(it.tail), count: count}
}

// itemOn draws an item whose walk visits symbol i, or does not.
func itemOn(k key, i uint64, visits bool, a *side) item {
	for {
		it := k.item(a.fresh(1)[0])
		w := it.walk()
		for w.at < i {
			w.step()
		}
		if (w.at == i) == visits {
			return it
		}
	}
}

func noneHeld(protocol.ID) bool { return false }
func allHeld(protocol.ID) bool  { return true }

// TestAnItemWhereItDoesNotBelongIsNotBelieved gives a symbol that looks pure
// but holds an item whose walk passes it by. Decoders that withdraw it anyway
// run past their symbols and crash.
func TestAnItemWhereItDoesNotBelongIsNotBelieved(t *testing.T) {
	k, a := Salt{1}.key(), newSide(13)
	for _, i := range []int{1, 2, 5, 40} {
		d := newDecoder(k, noneHeld)
		for j := range i {
			d.add(symbol{count: int32(j % 2)})
		}
		d.add(symbolOf(itemOn(k, uint64(i), false, a), 1))
		if whole, err := d.peel(); whole || err != nil || len(d.peeled) != 0 {
			t.Errorf("symbol %d: whole %v, %d items, %v", i, whole, len(d.peeled), err)
		}
	}
}

// TestTheSameItemForEverIsPoison gives two symbols that turn pure again each
// time the same item is withdrawn. Decoders that believe them never end.
func TestTheSameItemForEverIsPoison(t *testing.T) {
	k, a := Salt{1}.key(), newSide(14)
	it := itemOn(k, 1, true, a)
	for name, symbols := range map[string][]symbol{
		"then nothing":  {symbolOf(it, 1), {}}, // less the item: the item, once less than none
		"then minus it": {symbolOf(it, 1), symbolOf(it, -1)},
		"then two":      {symbolOf(it, 1), {count: 2}}, // less the item: the item, once
	} {
		d := newDecoder(k, noneHeld)
		for _, s := range symbols {
			d.add(s)
		}
		if whole, err := d.peel(); whole || !errors.Is(err, ErrPoisoned) || len(d.peeled) > 1 {
			t.Errorf("%s: whole %v, %d items, %v", name, whole, len(d.peeled), err)
		}
	}
}

// TestSymbolsYieldNoMoreItemsThanTheyAre has one symbol yield a second item, as
// somebody who knows the salt and searches long enough could arrange.
func TestSymbolsYieldNoMoreItemsThanTheyAre(t *testing.T) {
	k, a := Salt{1}.key(), newSide(14)
	d := newDecoder(k, noneHeld)
	d.peeled = []peeled{{walk: walk{at: MaxSymbols}, sign: 1}}
	d.add(symbolOf(k.item(a.fresh(1)[0]), 1))
	if _, err := d.peel(); !errors.Is(err, ErrPoisoned) {
		t.Errorf("two items of one symbol: %v", err)
	}
}

// TestNothingIsLeftMeansNothing gives symbols that count no items and still
// are not empty. Decoders that look at the count alone call unequal sets equal.
func TestNothingIsLeftMeansNothing(t *testing.T) {
	for name, s := range map[string]symbol{
		"a sum without items":      {sum: sum{1, 0}},
		"a checksum without items": {check: 1},
	} {
		d := newDecoder(Salt{1}.key(), noneHeld)
		d.add(symbol{})
		d.add(s)
		if whole, err := d.peel(); whole || err != nil {
			t.Errorf("%s: whole %v, %v", name, whole, err)
		}
	}
}

// TestAnItemOnTheWrongSideIsPoison gives an item as the other's which this
// side holds, and as its own one that it does not hold.
func TestAnItemOnTheWrongSideIsPoison(t *testing.T) {
	k, a := Salt{1}.key(), newSide(15)
	it := k.item(a.fresh(1)[0])
	theirs, mine := newDecoder(k, allHeld), newDecoder(k, noneHeld)
	theirs.add(symbolOf(it, 1))
	mine.add(symbolOf(it, -1))
	for _, d := range []*decoder{theirs, mine} {
		if _, err := d.peel(); !errors.Is(err, ErrPoisoned) {
			t.Errorf("believed: %v", err)
		}
	}
}

// told makes a session that told its HELLO to the other side, and that side.
func told(t *testing.T, seed uint64, common, more int) (dialer, answerer *Session, hello []byte) {
	a, b := settled(t, seed, common)
	b.add(b.fresh(more)...)
	dialer, first := a.dial()
	return dialer, b.answer(), first[0]
}

// hello makes a HELLO by hand.
func hello(salt Salt, n uint64, symbols ...byte) []byte {
	frame := binary.LittleEndian.AppendUint32([]byte{kindHello, version}, salt.id())
	frame = append(frame, 0, 0, 0, 0)
	frame = binary.AppendUvarint(frame, n)
	return append(append(frame, 0), symbols...)
}

// refused fails unless a frame ends the session as the other's fault.
func refused(t *testing.T, what string, s *Session, frame []byte) {
	t.Helper()
	out, err := s.Receive(frame)
	if !errors.Is(err, protocol.ErrMalformed) || len(out) > 0 || s.Done() {
		t.Errorf("%s: %d frames, done %v, %v", what, len(out), s.Done(), err)
	}
	if _, err = s.Receive(frame); !errors.Is(err, ErrClosed) {
		t.Errorf("%s, once more: %v", what, err)
	}
}

// TestCountsAtTheEndsOfTheNumbers tells sets and counts that overflow whatever
// adds them without looking.
func TestCountsAtTheEndsOfTheNumbers(t *testing.T) {
	a, _ := settled(t, 16, 100)
	salt := a.of.prefix.salt
	blank := make([]byte, 20)
	counted := func(deltas ...int64) (symbols []byte) {
		for _, delta := range deltas {
			symbols = binary.AppendVarint(append(symbols, blank...), delta)
		}
		return symbols
	}
	for name, frame := range map[string][]byte{
		"a set of 2^64-1":               hello(salt, math.MaxUint64, counted(0)...),
		"a set one too large":           hello(salt, MaxSet+1, counted(0)...),
		"all and one more":              hello(salt, 100, counted(1)...),
		"not all in the first":          hello(salt, 100, counted(-1)...),
		"the largest count":             hello(salt, 100, counted(0, math.MaxInt64)...),
		"the least count":               hello(salt, 100, counted(0, math.MinInt64)...),
		"32 bits and one more":          hello(salt, 100, counted(0, math.MaxInt32+1)...),
		"fewer than none":               hello(salt, 100, counted(0, -67)...),
		"more than there are":           hello(salt, 100, counted(0, 0, 51)...),
		"a number longer than need be":  append(hello(salt, 100, blank...), 0x80, 0x00),
		"a number without end":          append(hello(salt, 100, blank...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"half a symbol":                 hello(salt, 100, counted(0, 0)[:30]...),
		"a set without symbols":         hello(salt, 100),
		"an empty set with a symbol":    hello(salt, 0, counted(0)...),
		"the version after the next":    append([]byte{kindHello, version + 2}, hello(salt, 100, counted(0)...)[2:]...),
		"more symbols than a prefix":    hello(salt, 1, counted(make([]int64, PrefixLen+1)...)...),
		"a frame larger than the limit": append(hello(salt, 100), make([]byte, protocol.MaxFrame)...),
	} {
		refused(t, name, a.answer(), frame)
	}
	largest := hello(salt, MaxSet, counted(0, 0, 0)...)
	if _, err := a.answer().Receive(largest); err != nil {
		t.Errorf("the largest set there may be: %v", err)
	}
}

// TestAPeerThatNeverStops asks, tells and lists for ever, each time in a way
// that is right by itself.
func TestAPeerThatNeverStops(t *testing.T) {
	more := func(i int) []byte {
		frame := binary.AppendUvarint([]byte{kindMore}, uint64(i+2))
		return binary.AppendUvarint(frame, 2048)
	}
	list := func(i int) []byte { // ranges that are always followed by another
		from, to := protocol.ID{}, protocol.ID{}
		from[0], to[0] = byte(i), byte(i+1)
		return appendBound(appendBound([]byte{kindListed, listAll}, from), to)
	}
	want := func(int) []byte { return []byte{kindWant} }
	for name, frame := range map[string]func(int) []byte{"MORE": more, "LISTED": list, "WANT": want} {
		s, _, _ := told(t, 17, 3000, 1)
		ended := false
		for i := range maxReceived + 1 {
			if _, err := s.Receive(frame(i)); err != nil || s.Done() {
				ended = true
				break
			}
		}
		if !ended {
			t.Errorf("%s: still listening after %d frames", name, maxReceived)
		}
	}
}

// TestOutOfTurn sends every kind of frame to a session that awaits none of it.
func TestOutOfTurn(t *testing.T) {
	for kind := range byte(18) {
		a, _ := settled(t, 18, 10)
		s := a.answer()
		if kind != kindMeet && kind != kindHello {
			refused(t, "to who answers", s, []byte{kind, 0, 0})
		}
		s, _, _ = told(t, 18, 10, 0)
		if kind == kindSymbols || kind == kindBitmap || kind == 0 || kind > kindLater {
			refused(t, "to who dialled", s, []byte{kind, 0, 0})
		}
	}
	a, _ := settled(t, 18, 10)
	refused(t, "nothing at all", a.answer(), nil)

	a, b := settled(t, 18, 1000)
	a.of.epoch = 0
	a.add(a.fresh(5)...)
	_, first := a.dial()
	answerer := b.answer()
	if out, err := answerer.Receive(first[0]); err != nil || out[0][0] != kindHello {
		t.Fatalf("who holds less should tell: %v, %v", out, err)
	}
	refused(t, "HELLO a second time", answerer, first[0])
}

// counting is a set that counts the passes over it.
type counting struct {
	ids
	passes *int
}

func (s counting) All() iter.Seq[protocol.ID] {
	*s.passes++
	return s.ids.All()
}

// TestSmallStepsCauseFewPasses asks for the symbols past the prefix one by one.
func TestSmallStepsCauseFewPasses(t *testing.T) {
	a, _ := settled(t, 22, smallSet)
	passes := 0
	s, _ := Dial(a.of, counting{a.held, &passes}, a.nonce())
	for to := 2; to < smallSet && s.received < maxReceived; to += map[bool]int{true: 1000, false: 1}[to < PrefixLen-1000] {
		frame := binary.AppendUvarint([]byte{kindMore}, uint64(to))
		if _, err := s.Receive(binary.AppendUvarint(frame, uint64(max(to, 3)))); err != nil {
			t.Fatal(to, err)
		}
	}
	if s.told <= PrefixLen || passes > 1 {
		t.Errorf("%d passes to tell %d symbols", passes, s.told)
	}
}

// TestABitmapOfAnotherLength answers a list of eleven with bits for more or
// fewer, or with bits that stand for nothing.
func TestABitmapOfAnotherLength(t *testing.T) {
	for name, bitmap := range map[string][]byte{
		"none": {}, "too few": {0}, "too many": {0, 0, 0}, "a bit past the end": {0, 0x08},
	} {
		a, b := settled(t, 19, 1000)
		a.add(a.fresh(20)...)
		b.add(b.fresh(11)...)
		_, first := a.dial()
		answerer := b.answer()
		if out, err := answerer.Receive(first[0]); err != nil || out[0][0] != kindListed {
			t.Fatalf("no list: %v, %v", out, err)
		}
		refused(t, name, answerer, append([]byte{kindBitmap}, bitmap...))
	}
}

// TestListsOfTheSame tells and wants the same twice, out of order, or what
// nobody holds.
func TestListsOfTheSame(t *testing.T) {
	tails := func(all ...uint64) []byte {
		frame := []byte{kindListed, listAll, 0, 0}
		for _, tail := range all {
			frame = binary.LittleEndian.AppendUint64(frame, tail)
		}
		return frame
	}
	low, high := protocol.ID{1}, protocol.ID{2}
	bounds := func(from, to protocol.ID) []byte {
		return appendBound(appendBound([]byte{kindListed, listAll}, from), to)
	}
	a, _ := settled(t, 20, 50)
	held := a.some(2)
	slices.SortFunc(held, compare)
	want := func(all ...protocol.ID) []byte {
		frame := []byte{kindWant}
		for _, id := range all {
			frame = append(frame, id[:]...)
		}
		return frame
	}
	for name, frame := range map[string][]byte{
		"a tail twice":            tails(5, 5),
		"tails that fall":         tails(5, 4),
		"more tails than allowed": tails(make([]uint64, maxChunk+1)...),
		"half a tail":             tails(5)[:9],
		"a list of no kind":       {kindListed, 3, 0, 0},
		"a window nobody keeps":   {kindListed, listWindow, 0, 0},
		"a range upside down":     bounds(high, low),
		"a range of nothing":      bounds(low, low),
		"a bound of zero":         append([]byte{kindListed, listAll, 1}, make([]byte, 17)...),
		"an id twice":             want(held[0], held[0]),
		"ids that fall":           want(held[1], held[0]),
		"an id nobody holds":      want(protocol.ID{1}),
		"half an id":              want(held[0])[:9],
		"more ids than allowed":   want(make([]protocol.ID, maxWant+1)...),
	} {
		b, _ := settled(t, 20, 50)
		b.of.epoch = 0
		s, _ := b.dial()
		refused(t, name, s, frame)
		if lost := b.of.prefix == nil; lost != (name == "an id nobody holds") {
			t.Errorf("%s: the salt is gone: %v", name, lost)
		}
	}
}

// TestPoisonTakesTheSaltAlong lets a prefix disagree with its set, as though
// memory had flipped: what is decoded is nothing that side holds. The session
// fails, and the next one begins anew and ends well.
func TestPoisonTakesTheSaltAlong(t *testing.T) {
	a, b := settled(t, 21, 200)
	b.of.prefix.Remove(b.some(1)[0])
	b.of.prefix.Insert(protocol.ID{1})
	speaker, out := a.dial()
	listener, err := b.answer(), error(nil)
	for err == nil && len(out) > 0 {
		out, err = listener.Receive(out[0])
		speaker, listener = listener, speaker
	}
	if !errors.Is(err, ErrPoisoned) {
		t.Fatalf("what nobody holds was believed: %v", err)
	}
	w := run(t, a, b, nil)
	exact(t, w, a.held, b.held)
	if !slices.Contains(w.kinds, kindMeet) {
		t.Errorf("the salt stayed: %v", w)
	}
}
