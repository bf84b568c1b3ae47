package storetest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// Author is a device that seals cells for tests: the same seed makes the same
// cells.
type Author struct {
	Device protocol.DeviceID
	key    ed25519.PrivateKey
}

// NewAuthor returns the device number seed.
func NewAuthor(seed uint32) Author {
	s := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("storetest author"), seed))
	key := ed25519.NewKeyFromSeed(s[:])
	return Author{Device: protocol.DeviceOf(key.Public().(ed25519.PublicKey)), key: key}
}

// Cell seals a body of size bytes into a slot of n.
func (a Author) Cell(n protocol.NeighbourhoodID, slot uint32, stamp crdt.Stamp, size int) cell.Cell {
	var nonce cell.Nonce
	binary.BigEndian.PutUint32(nonce[:], slot)
	binary.BigEndian.PutUint64(nonce[4:], uint64(stamp))
	d := cell.Draft{Slot: slot, Stamp: stamp, Class: cell.Normal, Body: make([]byte, size)}
	c, err := cell.Seal(n, d, a.key, cell.NewKey(n, [32]byte{1}), nonce)
	if err != nil {
		panic(err) // a test asked for what no cell can be
	}
	return c
}

// Slot returns what is kept where only these cells are, or none.
func (a Author) Slot(slot uint32, cells ...cell.Cell) Slot {
	return Slot{Device: a.Device, Slot: slot, Cells: cells}
}

// Neighbourhood returns the neighbourhood number i.
func Neighbourhood(i uint32) protocol.NeighbourhoodID {
	return protocol.Hash("storetest neighbourhood", binary.BigEndian.AppendUint32(nil, i))
}

// OpOf returns a roster operation of size bytes as far as a store cares.
func OpOf(i uint32, size int) Op {
	raw := make([]byte, max(size, 5))
	raw[0] = 0x81
	binary.BigEndian.PutUint32(raw[1:], i)
	return Op{ID: protocol.Hash("storetest op", raw), Raw: raw}
}
