package cell

import (
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"gotong/crdt"
	"gotong/protocol"
)

// minPayload is the smallest encrypted payload: nonce, one padding step, tag.
const minPayload = chacha20poly1305.NonceSizeX + protocol.PadStep + chacha20poly1305.Overhead

// Nonce is 24 random bytes, fresh for every cell.
type Nonce [chacha20poly1305.NonceSizeX]byte

// Key encrypts and decrypts the payloads of one epoch of one neighbourhood.
// The zero Key opens nothing; see [NewKey].
type Key struct {
	Epoch  Epoch
	secret [chacha20poly1305.KeySize]byte
}

// NewKey derives the payload key from an epoch's 32-byte secret with
// HKDF-SHA256; the epoch is the first 8 bytes of the secret's hash.
func NewKey(n protocol.NeighbourhoodID, secret [32]byte) Key {
	id := protocol.Hash(protocol.DomainEpoch, n[:], secret[:])
	derived, err := hkdf.Key(sha256.New, secret[:], n[:], protocol.DomainPayload, chacha20poly1305.KeySize)
	if err != nil {
		panic("cell: hkdf: " + err.Error()) // only for lengths beyond 8,160 bytes
	}
	return Key{Epoch: Epoch(id[:8]), secret: [chacha20poly1305.KeySize]byte(derived)}
}

func (k Key) aead() cipher.AEAD {
	aead, err := chacha20poly1305.NewX(k.secret[:])
	if err != nil {
		panic("cell: " + err.Error()) // only for keys of another length
	}
	return aead
}

// Draft is what a device wants to assert: a body in one of its slots.
type Draft struct {
	Slot  uint32
	Stamp crdt.Stamp
	Hold  Day
	Class Class
	Body  []byte // at most protocol.MaxBody bytes
}

// Seal encrypts a draft to the neighbourhood and signs it with the device's
// key. nonce must be fresh random bytes. It fails only on a draft beyond the
// limits that Open keeps, with ErrMalformed.
func Seal(n protocol.NeighbourhoodID, d Draft, device ed25519.PrivateKey, key Key, nonce Nonce) (Cell, error) {
	if len(d.Body) > protocol.MaxBody {
		return Cell{}, fmt.Errorf("cell: body of %d bytes: %w", len(d.Body), protocol.ErrMalformed)
	}
	plain := pad(d.Body)
	h := Header{
		Device: protocol.DeviceOf(device.Public().(ed25519.PublicKey)),
		Slot:   d.Slot, Stamp: d.Stamp, Hold: d.Hold, Class: d.Class, Epoch: key.Epoch,
		Size: uint16(len(nonce) + len(plain) + chacha20poly1305.Overhead),
	}
	if err := h.check(); err != nil {
		return Cell{}, err
	}
	payload := encrypt(n, h, key, nonce, plain)
	h.Digest = sha256.Sum256(payload)
	return sign(n, h, payload, device), nil
}

func sign(n protocol.NeighbourhoodID, h Header, payload []byte, device ed25519.PrivateKey) Cell {
	header := h.encode()
	raw := make([]byte, 0, stubSize+len(payload))
	raw = append(raw, header[:]...)
	raw = append(raw, payload...)
	raw = append(raw, ed25519.Sign(device, signed(n, header[:]))...)
	return Cell{Header: h, id: idOf(n, header[:]), raw: raw}
}

// Decrypt returns the body of c: ErrStub where the payload was dropped,
// ErrNoKey where key is of another epoch, ErrUnreadable where its member
// sealed nonsense.
func Decrypt(n protocol.NeighbourhoodID, c Cell, key Key) ([]byte, error) {
	if c.Stub() {
		return nil, protocol.ErrStub
	}
	if c.Epoch != key.Epoch || key == (Key{}) {
		return nil, protocol.ErrNoKey
	}
	payload := c.Payload()
	nonce, sealed := payload[:chacha20poly1305.NonceSizeX], payload[chacha20poly1305.NonceSizeX:]
	plain, err := key.aead().Open(nil, nonce, sealed, boundTo(n, c.Header))
	if err != nil {
		return nil, fmt.Errorf("cell: payload: %w", protocol.ErrUnreadable)
	}
	return unpad(plain)
}

func encrypt(n protocol.NeighbourhoodID, h Header, key Key, nonce Nonce, plain []byte) []byte {
	payload := make([]byte, len(nonce), int(h.Size))
	copy(payload, nonce[:])
	return key.aead().Seal(payload, nonce[:], plain, boundTo(n, h))
}

// boundTo is the additional data of the payload: the neighbourhood and the
// header before size. It ties the payload to its slot and stamp.
func boundTo(n protocol.NeighbourhoodID, h Header) []byte {
	header := h.encode()
	return append(n[:], header[:clearSize]...)
}

// pad prefixes the body's length and fills up with zeros to a multiple of
// protocol.PadStep, so that sizes tell little.
func pad(body []byte) []byte {
	n := 2 + len(body)
	n += (protocol.PadStep - n%protocol.PadStep) % protocol.PadStep
	plain := make([]byte, n)
	binary.BigEndian.PutUint16(plain, uint16(len(body)))
	copy(plain[2:], body)
	return plain
}

func unpad(plain []byte) ([]byte, error) {
	if len(plain) < 2 {
		return nil, fmt.Errorf("cell: padding: %w", protocol.ErrUnreadable)
	}
	n := int(binary.BigEndian.Uint16(plain))
	if n > len(plain)-2 {
		return nil, fmt.Errorf("cell: padding: %w", protocol.ErrUnreadable)
	}
	return plain[2 : 2+n], nil
}
