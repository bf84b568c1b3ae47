// Package cell holds the unit of state: what a device asserts in one of its
// slots, signed by the device and encrypted to the neighbourhood.
//
// [Seal] makes a raw cell and [Open] judges one; nothing else yields a [Cell].
// Received bytes are kept and forwarded as they came, never encoded again, and
// the address (device, slot) is read from the signed header alone (SPEC.md,
// Cell).
package cell

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"

	"gotong/crdt"
	"gotong/protocol"
)

// Cell is a cell that passed [Open]: its signature is right and its payload,
// where there is one, fits its header.
type Cell struct {
	Header
	id  protocol.ID
	raw []byte
}

// ID returns the first 16 bytes of SHA-256 over the signed bytes. The
// signature is outside it; the payload is inside through its digest.
func (c Cell) ID() protocol.ID { return c.id }

// Raw returns the bytes as they arrived. They are shared: do not change them.
func (c Cell) Raw() []byte { return c.raw }

// Stub reports whether the payload has been dropped. A stub stands in the set
// of ids like the whole cell but never replaces or hides a payload.
func (c Cell) Stub() bool { return len(c.raw) == stubSize && c.Size != 0 }

// Payload returns the encrypted payload, empty in a stub.
func (c Cell) Payload() []byte { return c.raw[HeaderSize : len(c.raw)-sigSize] }

// StubOf returns the raw stub of c: header and signature.
func StubOf(c Cell) []byte {
	stub := make([]byte, 0, stubSize)
	stub = append(stub, c.raw[:HeaderSize]...)
	return append(stub, c.raw[len(c.raw)-sigSize:]...)
}

// KeyOf returns the Ed25519 public key of a device, if the roster has it.
type KeyOf func(protocol.DeviceID) (ed25519.PublicKey, bool)

// Open judges raw for neighbourhood n. It depends on nothing but its
// arguments: ErrMalformed and ErrForged hold for ever, ErrUnknown until the
// roster has the device, ErrVersion until this program is renewed. The Cell
// keeps raw, so the caller must not reuse it.
func Open(n protocol.NeighbourhoodID, raw []byte, keyOf KeyOf) (Cell, error) {
	c, err := Parse(n, raw)
	if err != nil {
		return Cell{}, err
	}
	key, ok := keyOf(c.Device)
	if !ok || len(key) != ed25519.PublicKeySize {
		return Cell{}, fmt.Errorf("cell: device %v: %w", c.Device, protocol.ErrUnknown)
	}
	if !ed25519.Verify(key, signed(n, raw[:HeaderSize]), raw[len(raw)-sigSize:]) {
		return Cell{}, fmt.Errorf("cell: signature: %w", protocol.ErrForged)
	}
	return c, nil
}

// Parse reads a raw cell without checking its signature: for bytes that passed
// Open before they were stored here. The payload's digest is checked, since a
// card can rot.
func Parse(n protocol.NeighbourhoodID, raw []byte) (Cell, error) {
	if err := checkShape(raw); err != nil {
		return Cell{}, err
	}
	c := Cell{Header: decodeHeader(raw), id: idOf(n, raw[:HeaderSize]), raw: raw}
	if !c.Stub() && sha256.Sum256(c.Payload()) != c.Digest {
		return Cell{}, fmt.Errorf("cell: payload digest: %w", protocol.ErrForged)
	}
	return c, nil
}

// checkShape holds the limits that need no key: version, header, length.
func checkShape(raw []byte) error {
	if len(raw) == 0 || raw[0] == 0 || raw[0] > lastVersion {
		return fmt.Errorf("cell: not a cell: %w", protocol.ErrMalformed)
	}
	if raw[0] != Version {
		return fmt.Errorf("cell: version %d: %w", raw[0], protocol.ErrVersion)
	}
	if len(raw) < stubSize || len(raw) > protocol.MaxCell {
		return fmt.Errorf("cell: %d bytes: %w", len(raw), protocol.ErrMalformed)
	}
	h := decodeHeader(raw)
	if len(raw) != stubSize && len(raw) != stubSize+int(h.Size) {
		return fmt.Errorf("cell: %d bytes for a payload of %d: %w", len(raw), h.Size, protocol.ErrMalformed)
	}
	return h.check()
}

// check holds the limits of the header (SPEC.md, Cell header). [Seal] asks it
// too, so that nothing is written that others must refuse.
func (h Header) check() error {
	switch {
	case h.Slot >= protocol.MaxSlots:
		return fmt.Errorf("cell: slot %d: %w", h.Slot, protocol.ErrMalformed)
	case h.Stamp == crdt.MaxStamp: // nothing could follow it, not even its device's own edit
		return fmt.Errorf("cell: stamp %v: %w", h.Stamp, protocol.ErrMalformed)
	case h.Class > Bulk:
		return fmt.Errorf("cell: class %d: %w", h.Class, protocol.ErrMalformed)
	case h.Size < minPayload || h.Size > protocol.MaxPayload || (h.Size-minPayload)%protocol.PadStep != 0:
		return fmt.Errorf("cell: payload of %d bytes: %w", h.Size, protocol.ErrMalformed)
	}
	return nil
}

// signed returns what the signature and the id are made over.
func signed(n protocol.NeighbourhoodID, header []byte) []byte {
	b := make([]byte, 0, len(protocol.DomainCell)+len(n)+HeaderSize)
	b = append(b, protocol.DomainCell...)
	b = append(b, n[:]...)
	return append(b, header...)
}

func idOf(n protocol.NeighbourhoodID, header []byte) protocol.ID {
	return protocol.Hash(protocol.DomainCell, n[:], header)
}
