package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/cell"
)

// update writes the vectors anew: for a new one, or for another format, never
// to make a test pass. What a release wrote must open for ever.
var update = flag.Bool("update", false, "write testdata/vectors anew")

// vector is one annotated file: lines of a name and a value, values in hex
// going on in indented lines, "#" begins a remark.
type vector map[string]string

func readVector(t *testing.T, file string) vector {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	v, last := make(vector), ""
	for _, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			continue
		case line[0] != ' ':
			last, words = words[0], words[1:]
		}
		v[last] += strings.Join(words, "")
	}
	return v
}

func (v vector) bytes(t *testing.T, name string) []byte {
	t.Helper()
	b, err := hex.DecodeString(v[name])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b
}

func (v vector) number(t *testing.T, name string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(v[name], 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// vectorFiles lists the vectors whose names match, of this version and of every
// release.
func vectorFiles(t *testing.T, pattern string) []string {
	t.Helper()
	var files []string
	for _, dir := range []string{"vectors", "released/*"} {
		found, err := filepath.Glob(filepath.Join("testdata", dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("no vector matches %s", pattern)
	}
	return files
}

// sealed are the vectors of cells; -update writes them.
var sealed = []struct {
	name, remark string
	draft        Draft
}{
	{"cell-empty", "An empty body in the first slot, at the first stamp there is.", Draft{Class: Alert}},
	{"cell-request", "A request: \"Air minum\", 4 litres of water.drinking, high. The body is the one of SPEC.md.", Draft{
		Slot: 7, Stamp: crdt.StampAt(1_795_507_200_000) + 3, Hold: 20_991, Class: Normal,
		Body: []byte("\x10\x03\x1a\x28\x12\x26\x0a\x09Air minum\x1a\x17\x08\x01\x12\x0ewater.drinking\x20\xa0\x1f\x28\x02\x20\x03")}},
	{"cell-largest", "The largest body, in the last slot, at the last stamp.", Draft{
		Slot: protocol.MaxSlots - 1, Stamp: crdt.MaxStamp - 1, Hold: 1<<32 - 1, Class: Bulk,
		Body: bytes.Repeat([]byte("gotong "), protocol.MaxBody/7+1)[:protocol.MaxBody]}},
}

func TestWriteVectors(t *testing.T) {
	if !*update {
		return
	}
	for i, s := range sealed {
		v := vector{"neighbourhood": hexOf(16, byte(i)), "seed": hexOf(32, 0x40+byte(i)), "secret": hexOf(32, 0x80+byte(i)), "nonce": hexOf(24, 0xc0+byte(i))}
		text := describe(t, s.remark, v, s.draft)
		if err := os.WriteFile(filepath.Join("testdata", "vectors", s.name+".txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// hexOf writes n ascending bytes.
func hexOf(n int, first byte) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return hex.EncodeToString(b)
}

// describe seals the draft and writes everything down.
func describe(t *testing.T, remark string, v vector, d Draft) string {
	c := v.seal(t, d)
	var w strings.Builder
	line := func(name, value, about string) {
		fmt.Fprintf(&w, "%-13s %s", name, value)
		if about != "" {
			fmt.Fprintf(&w, "  # %s", about)
		}
		w.WriteByte('\n')
	}
	fmt.Fprintf(&w, "# %s\n\n", remark)
	line("neighbourhood", v["neighbourhood"], "")
	line("seed", v["seed"], "of the device's Ed25519 key")
	line("secret", v["secret"], "of the epoch")
	line("nonce", v["nonce"], "")
	line("slot", fmt.Sprint(d.Slot), "")
	line("stamp", fmt.Sprint(uint64(d.Stamp)), d.Stamp.String()+": milliseconds since 1970, counter")
	line("hold", fmt.Sprint(d.Hold), "days since 1970")
	line("class", fmt.Sprint(d.Class), "")
	line("body", wrap(d.Body), "")
	w.WriteString("\n# What comes of it.\n\n")
	line("id", hex.EncodeToString(idBytes(c)), protocol.Text(c.ID()))
	w.WriteString("raw\n")
	raw := c.Raw()
	for _, part := range []struct {
		from, to int
		about    string
	}{{0, 1, "version"}, {1, 17, "device"}, {17, 21, "slot"}, {21, 29, "stamp"}, {29, 33, "hold"}, {33, 34, "class"},
		{34, 42, "epoch"}, {42, 44, "size"}, {44, 76, "digest"}, {76, 100, "payload: nonce"}} {
		fmt.Fprintf(&w, "  %s  # %s\n", hex.EncodeToString(raw[part.from:part.to]), part.about)
	}
	fmt.Fprintf(&w, "  # payload: ciphertext and tag\n  %s\n", strings.TrimSpace(wrap(raw[100:len(raw)-64])))
	fmt.Fprintf(&w, "  # signature\n  %s\n", strings.TrimSpace(wrap(raw[len(raw)-64:])))
	return w.String()
}

// wrap breaks hex into indented lines of 48 bytes.
func wrap(b []byte) string {
	var lines []string
	for len(b) > 0 {
		n := min(48, len(b))
		lines = append(lines, hex.EncodeToString(b[:n]))
		b = b[n:]
	}
	return strings.Join(lines, "\n  ")
}

func idBytes(c Cell) []byte { id := c.ID(); return id[:] }

// seal does what the vector's inputs say.
func (v vector) seal(t *testing.T, d Draft) Cell {
	t.Helper()
	n := protocol.NeighbourhoodID(v.bytes(t, "neighbourhood"))
	device := ed25519.NewKeyFromSeed(v.bytes(t, "seed"))
	c, err := Seal(n, d, device, NewKey(n, [32]byte(v.bytes(t, "secret"))), Nonce(v.bytes(t, "nonce")))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (v vector) draft(t *testing.T) Draft {
	return Draft{Slot: uint32(v.number(t, "slot")), Stamp: crdt.Stamp(v.number(t, "stamp")),
		Hold: Day(v.number(t, "hold")), Class: Class(v.number(t, "class")), Body: v.bytes(t, "body")}
}

func TestVectorsAreSealedByteForByte(t *testing.T) {
	for _, file := range vectorFiles(t, "cell-*.txt") {
		v := readVector(t, file)
		c := v.seal(t, v.draft(t))
		if !bytes.Equal(c.Raw(), v.bytes(t, "raw")) || !bytes.Equal(idBytes(c), v.bytes(t, "id")) {
			t.Errorf("%s: Seal makes other bytes", file)
		}
	}
}

func TestVectorsOpenForEver(t *testing.T) {
	for _, file := range vectorFiles(t, "cell-*.txt") {
		v := readVector(t, file)
		n := protocol.NeighbourhoodID(v.bytes(t, "neighbourhood"))
		device := &author{PrivateKey: ed25519.NewKeyFromSeed(v.bytes(t, "seed"))}
		c, err := Open(n, v.bytes(t, "raw"), device.keyOf)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		body, err := Decrypt(n, c, NewKey(n, [32]byte(v.bytes(t, "secret"))))
		d := v.draft(t)
		if err != nil || !bytes.Equal(body, d.Body) || c.Slot != d.Slot || c.Stamp != d.Stamp || c.Hold != d.Hold || c.Class != d.Class {
			t.Errorf("%s: opens as %+v, %v", file, c.Header, err)
		}
	}
}
