package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/cell"
)

// home is the neighbourhood of these tests, key the key of its only epoch.
var (
	home = protocol.NeighbourhoodID{1, 2, 3}
	key  = NewKey(home, [32]byte{9})
)

// author is a device with its private key.
type author struct {
	ed25519.PrivateKey
	nonces byte
}

func authorOf(seed byte) *author {
	return &author{PrivateKey: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))}
}

func (a *author) public() ed25519.PublicKey { return a.Public().(ed25519.PublicKey) }

func (a *author) id() protocol.DeviceID { return protocol.DeviceOf(a.public()) }

// keyOf knows this device alone, as a roster of one.
func (a *author) keyOf(d protocol.DeviceID) (ed25519.PublicKey, bool) { return a.public(), d == a.id() }

// seal makes a cell in slot 5; every one has a nonce of its own.
func (a *author) seal(t testing.TB, stamp crdt.Stamp, body string) Cell {
	t.Helper()
	a.nonces++
	c, err := Seal(home, Draft{Slot: 5, Stamp: stamp, Hold: 20_000, Class: Normal, Body: []byte(body)}, a.PrivateKey, key, Nonce{a.nonces})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// open judges raw as a node does that knows a.
func (a *author) open(t testing.TB, raw []byte) Cell {
	t.Helper()
	c, err := Open(home, raw, a.keyOf)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
