package protocol_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
)

func TestABatchComesApartAsItWasPutTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), protocol.MinItem, 400), 1, 40).Draw(t, "items")
		var batch []byte
		size := 0
		for _, raw := range items {
			batch = protocol.AppendItem(batch, raw)
			size += protocol.ItemSize(len(raw))
		}
		if size != len(batch) {
			t.Fatalf("ItemSize says %d bytes, the batch has %d", size, len(batch))
		}
		got, err := protocol.SplitItems(batch)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(items) {
			t.Fatalf("%d items came back of %d", len(got), len(items))
		}
		for i := range items {
			if !bytes.Equal(got[i], items[i]) {
				t.Fatalf("item %d came back changed", i)
			}
		}
	})
}

func TestTheFormOfABatchIsTheLengthThenTheBytes(t *testing.T) {
	batch := protocol.AppendItem(nil, bytes.Repeat([]byte{0x81}, 300))
	if want := []byte{0xac, 0x02, 0x81}; !bytes.Equal(batch[:3], want) {
		t.Fatalf("batch begins with % x, want % x", batch[:3], want)
	}
}

func TestAMalformedBatchIsRefusedWhole(t *testing.T) {
	item := bytes.Repeat([]byte{1}, 100)
	good := protocol.AppendItem(nil, item)
	bad := map[string][]byte{
		"nothing":              {},
		"an empty item":        {0},
		"an item too short":    protocol.AppendItem(nil, item[:protocol.MinItem-1]),
		"an item too long":     protocol.AppendItem(nil, make([]byte, protocol.MaxItem+1)),
		"cut short":            good[:len(good)-1],
		"a byte left over":     append(bytes.Clone(good), 100),
		"a longer length":      append([]byte{0xe4, 0x00}, item...),
		"a length without end": bytes.Repeat([]byte{0xff}, 20),
		"beyond a frame":       bytes.Repeat(good, protocol.MaxFrame/len(good)+1),
	}
	for name, batch := range bad {
		if items, err := protocol.SplitItems(batch); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %d items, error %v", name, len(items), err)
		}
	}
}

func FuzzSplitItems(f *testing.F) {
	f.Add(protocol.AppendItem(nil, make([]byte, 100)))
	f.Add(protocol.AppendItem(protocol.AppendItem(nil, make([]byte, 65)), make([]byte, 300)))
	f.Fuzz(func(t *testing.T, batch []byte) {
		items, err := protocol.SplitItems(batch)
		if err != nil {
			return
		}
		var again []byte
		for _, raw := range items {
			again = protocol.AppendItem(again, raw)
		}
		if !bytes.Equal(again, batch) {
			t.Fatalf("% x was read as % x", batch, again)
		}
	})
}
