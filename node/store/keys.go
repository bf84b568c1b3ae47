package store

import (
	"encoding/binary"

	"gotong/protocol"
)

// The key layout. Numbers are big endian, so that the order of the keys is the
// order of device and slot; everything of one neighbourhood lies together.
//
//	key                                         value
//	's' neighbourhood:16 device:16 slot:4       the kept cells of the slot, one to three frames
//	'o' neighbourhood:16 id:16                  a raw roster operation, one frame
//	'm' name                                    a fact of this machine, one frame
//
// Frames are described in value.go. The tree's directory carries the version
// of this layout in its name (treeName): another layout is another directory.
const (
	kindSlot = 's'
	kindOp   = 'o'
	kindMeta = 'm'
)

const (
	slotKeySize = 1 + 16 + 16 + 4
	opKeySize   = 1 + 16 + 16
)

// prefix returns the start of all keys of one kind in one neighbourhood.
func prefix(kind byte, n protocol.NeighbourhoodID) []byte {
	key := make([]byte, 0, slotKeySize)
	key = append(key, kind)
	return append(key, n[:]...)
}

func slotKey(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) []byte {
	key := append(prefix(kindSlot, n), device[:]...)
	return binary.BigEndian.AppendUint32(key, slot)
}

func opKey(n protocol.NeighbourhoodID, id protocol.ID) []byte {
	return append(prefix(kindOp, n), id[:]...)
}

func metaKey(name string) []byte { return append([]byte{kindMeta}, name...) }

// slotOf reads the address out of a slot's key.
func slotOf(key []byte) (s Slot, ok bool) {
	if len(key) != slotKeySize {
		return Slot{}, false
	}
	return Slot{Device: protocol.DeviceID(key[17:33]), Slot: binary.BigEndian.Uint32(key[33:])}, true
}

func opOf(key []byte) (op Op, ok bool) {
	if len(key) != opKeySize {
		return Op{}, false
	}
	return Op{ID: protocol.ID(key[17:])}, true
}

// neighbourhoodOf reads the neighbourhood out of a slot's or operation's key.
func neighbourhoodOf(key []byte) (n protocol.NeighbourhoodID, ok bool) {
	if len(key) < 17 {
		return n, false
	}
	return protocol.NeighbourhoodID(key[1:17]), true
}

// after returns the least id above n; ok is false where there is none.
func after(n protocol.NeighbourhoodID) (next protocol.NeighbourhoodID, ok bool) {
	for i := len(n) - 1; i >= 0; i-- {
		n[i]++
		if n[i] != 0 {
			return n, true
		}
	}
	return n, false
}
