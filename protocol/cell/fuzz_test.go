package cell_test

import (
	"bytes"
	"testing"

	"gotong/protocol"
	. "gotong/protocol/cell"
)

// FuzzOpen: whatever comes in, Open does not panic, and it accepts only what a
// device that the roster knows has sealed, whole or as a stub.
func FuzzOpen(f *testing.F) {
	sari := authorOf(1)
	var genuine [][]byte
	for _, body := range []string{"", "4 litres of water", string(make([]byte, protocol.MaxBody))} {
		c := sari.seal(f, 7, body)
		genuine = append(genuine, c.Raw(), StubOf(c))
	}
	for _, raw := range genuine {
		f.Add(raw)
	}
	f.Add(authorOf(2).seal(f, 7, "another device").Raw())
	f.Add([]byte{2})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		c, err := Open(home, raw, sari.keyOf)
		if !bytes.Equal(before, raw) {
			t.Fatal("Open changed the bytes")
		}
		if err != nil {
			if !refused(err) {
				t.Fatalf("an error of no known kind: %v", err)
			}
			return
		}
		if !contains(genuine, raw) {
			t.Fatalf("accepted what nobody sealed: %x", raw)
		}
		if _, err := Decrypt(home, c, key); (err == nil) == c.Stub() {
			t.Fatalf("decrypting: %v", err)
		}
	})
}

func contains(all [][]byte, raw []byte) bool {
	for _, one := range all {
		if bytes.Equal(one, raw) {
			return true
		}
	}
	return false
}

// FuzzDecrypt: a member can seal anything. Decrypt opens it or says why not.
func FuzzDecrypt(f *testing.F) {
	sari := authorOf(1)
	f.Add(make([]byte, 64))
	f.Add([]byte("\x00\x05water"))
	f.Add([]byte("\xff\xff"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		padded := make([]byte, (min(len(plain), protocol.MaxBody)/64+1)*64)
		copy(padded, plain)
		c := sari.open(t, sari.handmade(t, [32]byte{9}, padded))
		body, err := Decrypt(home, c, key)
		if n := int(padded[0])<<8 | int(padded[1]); (err == nil) != (n <= len(padded)-2) || err == nil && !bytes.Equal(body, padded[2:2+n]) {
			t.Fatalf("opened %x of %x: %v", body, padded, err)
		}
	})
}
