package store

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"gotong/protocol"
	"gotong/protocol/cell"
)

var valueTestHome = protocol.NeighbourhoodID{1}

// sealed returns a cell of slot 7 with a body of size bytes.
func sealed(t testing.TB, size int) cell.Cell {
	t.Helper()
	device := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	d := cell.Draft{Slot: 7, Stamp: 5, Body: make([]byte, size)}
	c, err := cell.Seal(valueTestHome, d, device, cell.NewKey(valueTestHome, [32]byte{}), cell.Nonce{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNoFlippedBitOfASlotIsReadAsACell flips each bit of a key and its value
// in turn: of the two cells in it, those that are returned are unchanged.
func TestNoFlippedBitOfASlotIsReadAsACell(t *testing.T) {
	newest, counting := sealed(t, 100), sealed(t, 10)
	kept := Slot{Device: newest.Device, Slot: 7, Cells: []cell.Cell{newest, counting}}
	w := slotWrite(valueTestHome, kept)
	flipped := append(bytes.Clone(w.key), w.value...)
	for bit := range 8 * len(flipped) {
		flipped[bit/8] ^= 1 << (bit % 8)
		key, value := flipped[:len(w.key)], flipped[len(w.key):]
		at, _ := slotOf(key)
		got, err := readSlot(valueTestHome, at, bytes.Clone(key), bytes.Clone(value))
		if err == nil || len(got.Cells) > 1 {
			t.Errorf("bit %d: read %d cells, %v", bit, len(got.Cells), err)
		}
		for _, c := range got.Cells {
			if !bytes.Equal(c.Raw(), newest.Raw()) && !bytes.Equal(c.Raw(), counting.Raw()) {
				t.Errorf("bit %d: read a changed cell", bit)
			}
		}
		flipped[bit/8] ^= 1 << (bit % 8)
	}
}

func TestABadFrameDoesNotHideTheGoodOneBesideIt(t *testing.T) {
	key := metaKey("k")
	value := appendFrame(appendFrame(nil, key, []byte("one")), key, []byte("two"))
	for bit := range 8 * len(value) {
		flipped := bytes.Clone(value)
		flipped[bit/8] ^= 1 << (bit % 8)
		good := ""
		for rest := flipped; len(rest) > 0; {
			var b []byte
			var ok bool
			if b, rest, ok = cutFrame(key, rest); ok {
				good += string(b)
			}
		}
		inLength := bit < 16
		if good != "one" && good != "two" && !(inLength && good == "") {
			t.Errorf("bit %d: got %q", bit, good)
		}
	}
}

func FuzzReadSlot(f *testing.F) {
	c := sealed(f, 10)
	at := Slot{Device: c.Device, Slot: 7}
	w := slotWrite(valueTestHome, Slot{Device: c.Device, Slot: 7, Cells: []cell.Cell{c}})
	f.Add(w.value)
	f.Add(append(bytes.Clone(w.value), w.value...))
	f.Fuzz(func(t *testing.T, value []byte) {
		got, err := readSlot(valueTestHome, at, w.key, bytes.Clone(value))
		again := slotWrite(valueTestHome, got).value
		if err == nil && !bytes.Equal(again, value) {
			t.Errorf("%x is read without an error but written as %x", value, again)
		}
	})
}
