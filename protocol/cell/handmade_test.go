package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"gotong/protocol"
	. "gotong/protocol/cell"
)

// handmade builds a cell from the paragraphs of SPEC.md, without this package,
// around any plaintext: the second implementation that the first is held
// against.
func (a *author) handmade(t *testing.T, secret [32]byte, plain []byte) []byte {
	t.Helper()
	derived, err := hkdf.Key(sha256.New, secret[:], home[:], "gotong/payload/1\x00", 32)
	if err != nil {
		t.Fatal(err)
	}
	epoch := sha256.Sum256(append(append([]byte("gotong/epoch/1\x00"), home[:]...), secret[:]...))
	device := sha256.Sum256(append([]byte("gotong/device/1\x00"), a.public()...))

	raw := []byte{1}
	raw = append(raw, device[:16]...)
	raw = binary.BigEndian.AppendUint32(raw, 5)      // slot
	raw = binary.BigEndian.AppendUint64(raw, 7)      // stamp
	raw = binary.BigEndian.AppendUint32(raw, 20_000) // hold
	raw = append(raw, 2)                             // class
	raw = append(raw, epoch[:8]...)

	nonce := bytes.Repeat([]byte{0xaa}, 24)
	aead, err := chacha20poly1305.NewX(derived)
	if err != nil {
		t.Fatal(err)
	}
	payload := aead.Seal(nonce, nonce, plain, append(home[:], raw...))
	digest := sha256.Sum256(payload)
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(payload)))
	raw = append(raw, digest[:]...)

	signature := ed25519.Sign(a.PrivateKey, append(append([]byte("gotong/cell/1\x00"), home[:]...), raw...))
	return append(append(raw, payload...), signature...)
}

func TestACellMadeByHandFromTheSpecIsTheSame(t *testing.T) {
	sari := authorOf(1)
	plain := make([]byte, 64)
	copy(plain, "\x00\x05water")
	draft := Draft{Slot: 5, Stamp: 7, Hold: 20_000, Class: Normal, Body: []byte("water")}
	sealed, err := Seal(home, draft, sari.PrivateKey, key, Nonce(bytes.Repeat([]byte{0xaa}, 24)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sari.handmade(t, [32]byte{9}, plain), sealed.Raw()) {
		t.Error("Seal makes other bytes")
	}
}

func TestPaddingIsNotLookedAtButItsLengthIs(t *testing.T) {
	sari := authorOf(1)
	padded := bytes.Repeat([]byte{0xee}, 64)
	copy(padded, "\x00\x05water")
	c := sari.open(t, sari.handmade(t, [32]byte{9}, padded))
	if body, err := Decrypt(home, c, key); err != nil || string(body) != "water" {
		t.Errorf("body %q, %v", body, err)
	}
	binary.BigEndian.PutUint16(padded, 63)
	c = sari.open(t, sari.handmade(t, [32]byte{9}, padded))
	if _, err := Decrypt(home, c, key); !errors.Is(err, protocol.ErrUnreadable) {
		t.Errorf("a body longer than its plaintext: %v", err)
	}
}

func TestACellWithoutItsPaddingStepIsMalformed(t *testing.T) {
	sari := authorOf(1)
	for _, n := range []int{0, 1, 63, 65, 127} {
		if _, err := Open(home, sari.handmade(t, [32]byte{9}, make([]byte, n)), sari.keyOf); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("a plaintext of %d bytes: %v", n, err)
		}
	}
}
