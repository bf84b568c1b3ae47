package reconcile

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"gotong/protocol"
)

// lines reads a file of vectors: the fields of each line that is no comment.
func lines(t *testing.T, file string) (all [][]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] != "#" {
			all = append(all, fields)
		}
	}
	return all
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheHashIsSipHash(t *testing.T) {
	all := lines(t, "siphash128.txt")
	if len(all) != 64 {
		t.Fatalf("%d vectors, not 64", len(all))
	}
	var message [64]byte
	for i := range message {
		message[i] = byte(i)
	}
	for n, fields := range all {
		low, high := sip128(Salt(message[:16]).key(), message[:n])
		if got := hex.EncodeToString(sum{low, high}.bytes()); got != fields[0] {
			t.Errorf("%d bytes: %s, published is %s", n, got, fields[0])
		}
	}
}

// vectors is testdata/vectors.txt, by the first word of each line.
type vectors map[string][][]string

func readVectors(t *testing.T) vectors {
	v := vectors{}
	for _, fields := range lines(t, "vectors.txt") {
		v[fields[0]] = append(v[fields[0]], fields[1:])
	}
	return v
}

func (v vectors) salt(t *testing.T) Salt { return Salt(unhex(t, v["salt"][0][2])) }

func (v vectors) set(t *testing.T, name string) ids {
	set := ids{}
	for _, f := range v[name] {
		set[protocol.ID(unhex(t, f[0]))] = true
	}
	return set
}

func (v vectors) frame(t *testing.T, name string) []byte {
	for _, f := range v["frame"] {
		if f[0] == name {
			return unhex(t, f[1])
		}
	}
	t.Fatalf("no frame %q among the vectors", name)
	return nil
}

// side makes a side that holds a set and shares the salt of the vectors.
func (v vectors) side(t *testing.T, name string) *side {
	a := newSide(1)
	a.held = v.set(t, name)
	a.of.prefix = NewPrefix(v.salt(t), a.held.All())
	return a
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func hex32(n uint32) string { return hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, n)) }

// TestGoldenNumbers holds the numbers of the specification against those of
// an implementation that shares nothing with this one. A machine that rounds
// or fuses otherwise must come to the same.
func TestGoldenNumbers(t *testing.T) {
	v := readVectors(t)
	k := v.salt(t).key()
	for _, f := range v["salt"] {
		salt := saltOf([16]byte(unhex(t, f[0])), [16]byte(unhex(t, f[1])))
		check(t, "salt", hex.EncodeToString(salt[:])+hex32(salt.id()), f[2]+f[3])
	}
	for _, f := range v["hash"] {
		it := k.item(protocol.ID(unhex(t, f[0])))
		check(t, "hash", hex.EncodeToString(sum{it.seed, it.tail}.bytes()), f[1]+f[2])
	}
	for _, f := range v["step"] {
		j := next(uint64(atoi(t, f[0])), uint64(atoi(t, f[1])))
		check(t, "step "+f[0]+" "+f[1], strconv.Itoa(int(j)), f[2])
	}
	for _, f := range v["walk"] {
		var visited []string
		for w := k.item(protocol.ID(unhex(t, f[0]))).walk(); w.at < MaxSymbols; w.step() {
			visited = append(visited, strconv.Itoa(int(w.at)))
		}
		check(t, "walk", strings.Join(visited, " "), strings.Join(f[1:], " "))
	}
	symbols := sketch(k, len(v["symbol"]), v.set(t, "held").All())
	for i, f := range v["symbol"] {
		s := symbols[i]
		check(t, "symbol "+f[0], hex.EncodeToString(s.sum.bytes())+hex32(s.check)+strconv.Itoa(int(s.count)), f[1]+f[2]+f[3])
	}
	check(t, "epoch", hex32(k.epoch(symbols[0].sum)), v["epoch"][0][0])
}

// say feeds frames to a session and checks what it answers to the last.
func (v vectors) say(t *testing.T, s *Session, what string, want ...string) {
	t.Helper()
	out, err := s.Receive(v.frame(t, what))
	if err != nil || len(out) != len(want) {
		t.Fatalf("to %s: %d frames, %v", what, len(out), err)
	}
	for i, name := range want {
		check(t, name, hex.EncodeToString(out[i]), hex.EncodeToString(v.frame(t, name)))
	}
}

func TestGoldenFramesOfAList(t *testing.T) {
	v := readVectors(t)
	a, b := v.side(t, "held"), v.side(t, "other")
	a.of.epoch = binary.LittleEndian.Uint32(unhex(t, v["epoch"][0][0]))
	dialer, first := a.dial()
	answerer := b.answer()
	check(t, "hello", hex.EncodeToString(first[0]), hex.EncodeToString(v.frame(t, "hello")))
	v.say(t, answerer, "hello", "listed")
	v.say(t, dialer, "listed", "bitmap", "done")
	v.say(t, answerer, "bitmap")
	v.say(t, answerer, "done")
	exact(t, talk{dialer: dialer, answerer: answerer}, a.held, b.held)
}

func TestGoldenFramesOfASketch(t *testing.T) {
	v := readVectors(t)
	a, b := v.side(t, "held"), v.side(t, "other")
	dialer, _ := a.dial()
	v.say(t, dialer, "more", "symbols")
	v.say(t, dialer, "want")
	v.say(t, dialer, "done")
	same(t, "wanted", dialer.Push(), lacking(b.held, a.held))

	d := newDecoder(b.of.prefix.key, b.held.Has)
	for i, s := range a.of.prefix.symbols[:8] {
		d.add(s.minus(b.of.prefix.symbols[i]))
	}
	if whole, err := d.peel(); !whole || err != nil || len(d.peeled) != 4 {
		t.Errorf("eight symbols gave %d of 4 ids: %v", len(d.peeled), err)
	}
}

func TestGoldenMeet(t *testing.T) {
	v := readVectors(t)
	_, first := Dial(NewNeighbour(), v.set(t, "held"), [16]byte(unhex(t, v["salt"][0][0])))
	check(t, "meet", hex.EncodeToString(first[0]), hex.EncodeToString(v.frame(t, "meet")))
}
