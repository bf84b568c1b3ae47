package cell

import (
	"bytes"
	"encoding/binary"

	"gotong/crdt"
	"gotong/protocol"
)

// Version is the first byte of every cell of this layout. Higher ones up to
// lastVersion are left to later layouts; bytes above it begin roster operations.
const (
	Version     = 0x01
	lastVersion = 0x7f
)

// HeaderSize is the length of an encoded header in bytes; clearSize is the
// length of the part before size and digest, which the payload is bound to.
const (
	HeaderSize = 76
	clearSize  = 42
	sigSize    = 64
	stubSize   = HeaderSize + sigSize
)

// Class is a cell's priority on thin links and in little room.
type Class uint8

// The classes, most urgent first.
const (
	Alert    Class = 0
	Critical Class = 1
	Normal   Class = 2
	Bulk     Class = 3
)

// Day counts days since 1970-01-01 UTC.
type Day uint32

// DayAt returns the day that a time in milliseconds since 1970 falls on.
func DayAt(millis int64) Day { return Day(max(millis, 0) / 86_400_000) }

// Epoch names the neighbourhood key that encrypts a payload.
type Epoch [8]byte

// Header is the signed part of a cell, visible to whoever carries it
// (SPEC.md, Cell header).
type Header struct {
	Device protocol.DeviceID
	Slot   uint32     // below protocol.MaxSlots
	Stamp  crdt.Stamp // orders the writes of Device
	Hold   Day        // carriers keep the payload until then
	Class  Class
	Epoch  Epoch
	Size   uint16   // bytes of encrypted payload
	Digest [32]byte // SHA-256 of the encrypted payload
}

// encode lays the header out in HeaderSize bytes, big endian.
func (h Header) encode() [HeaderSize]byte {
	var b [HeaderSize]byte
	b[0] = Version
	copy(b[1:17], h.Device[:])
	binary.BigEndian.PutUint32(b[17:], h.Slot)
	binary.BigEndian.PutUint64(b[21:], uint64(h.Stamp))
	binary.BigEndian.PutUint32(b[29:], uint32(h.Hold))
	b[33] = byte(h.Class)
	copy(b[34:42], h.Epoch[:])
	binary.BigEndian.PutUint16(b[42:], h.Size)
	copy(b[44:76], h.Digest[:])
	return b
}

// decodeHeader reads the first HeaderSize bytes of raw, which must be there.
func decodeHeader(raw []byte) Header {
	return Header{
		Device: protocol.DeviceID(raw[1:17]),
		Slot:   binary.BigEndian.Uint32(raw[17:]),
		Stamp:  crdt.Stamp(binary.BigEndian.Uint64(raw[21:])),
		Hold:   Day(binary.BigEndian.Uint32(raw[29:])),
		Class:  Class(raw[33]),
		Epoch:  Epoch(raw[34:42]),
		Size:   binary.BigEndian.Uint16(raw[42:]),
		Digest: [32]byte(raw[44:76]),
	}
}

// After reports whether cell a is newer than cell b of the same slot: by
// stamp, then by id, so that two cells of one stamp end in one state
// everywhere (SPEC.md, Join).
func After(a, b Cell) bool {
	if a.Stamp != b.Stamp {
		return a.Stamp > b.Stamp
	}
	return bytes.Compare(a.id[:], b.id[:]) > 0
}
