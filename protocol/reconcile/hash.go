package reconcile

import (
	"encoding/binary"
	"math/bits"

	"gotong/protocol"
)

// Salt is the secret of one pair of neighbours. It keys everything a sketch is
// made of, so that nobody else can choose ids that upset it (SPEC.md 2).
type Salt [16]byte

// Domain strings of this package; they are part of the format.
const (
	domainSalt   = "gotong/salt/1\x00"
	domainSaltID = "gotong/salt-id/1\x00"
)

// saltOf makes the salt out of what both sides drew, first that of the side
// whose MEET came first (SPEC.md 2).
func saltOf(first, second [16]byte) Salt {
	return protocol.Hash(domainSalt, first[:], second[:])
}

// key is a salt made ready for hashing.
type key struct{ k0, k1 uint64 }

// id names a salt without giving it away.
func (s Salt) id() uint32 {
	name := protocol.Hash(domainSaltID, s[:])
	return binary.LittleEndian.Uint32(name[:4])
}

func (s Salt) key() key {
	return key{binary.LittleEndian.Uint64(s[:8]), binary.LittleEndian.Uint64(s[8:])}
}

// item is an id with its keyed hash: the seed of its walk over the symbols,
// and the tail that stands for it in lists. The low half of the tail is its
// checksum (SPEC.md 2).
type item struct {
	id   sum
	seed uint64
	tail uint64
}

func (k key) item(id protocol.ID) item { return k.itemOf(sumOf(id)) }

func (k key) itemOf(id sum) item {
	seed, tail := sip128(k, id.bytes())
	return item{id, seed, tail}
}

// epoch names a set by the sum of its ids, never by zero (SPEC.md 5).
func (k key) epoch(all sum) uint32 {
	seed, _ := sip128(k, all.bytes())
	return uint32(seed) | 1
}

// sip128 is SipHash-2-4 with 128 bits of output, by Aumasson and Bernstein:
// the first and the second half, each read as a little-endian number.
func sip128(k key, p []byte) (uint64, uint64) {
	v0, v1 := k.k0^0x736f6d6570736575, k.k1^0x646f72616e646f6d^0xee
	v2, v3 := k.k0^0x6c7967656e657261, k.k1^0x7465646279746573
	last := uint64(len(p)) << 56
	for ; len(p) >= 8; p = p[8:] {
		m := binary.LittleEndian.Uint64(p)
		v0, v1, v2, v3 = sipRound(v0, v1, v2, v3^m)
		v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
		v0 ^= m
	}
	for i, b := range p {
		last |= uint64(b) << (8 * i)
	}
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3^last)
	v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	v0, v2 = v0^last, v2^0xee
	for range 4 {
		v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	}
	low := v0 ^ v1 ^ v2 ^ v3
	v1 ^= 0xdd
	for range 4 {
		v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	}
	return low, v0 ^ v1 ^ v2 ^ v3
}

func sipRound(v0, v1, v2, v3 uint64) (uint64, uint64, uint64, uint64) {
	v0, v2 = v0+v1, v2+v3
	v1, v3 = bits.RotateLeft64(v1, 13)^v0, bits.RotateLeft64(v3, 16)^v2
	v0, v2 = bits.RotateLeft64(v0, 32)+v3, v2+v1
	v1, v3 = bits.RotateLeft64(v1, 17)^v2, bits.RotateLeft64(v3, 21)^v0
	return v0, v1, bits.RotateLeft64(v2, 32), v3
}

// sum is the exclusive or of ids, as two little-endian halves.
type sum [2]uint64

func sumOf(id protocol.ID) sum {
	return sum{binary.LittleEndian.Uint64(id[:8]), binary.LittleEndian.Uint64(id[8:])}
}

func (s sum) bytes() []byte {
	id := s.id()
	return id[:]
}

func (s sum) id() (id protocol.ID) {
	binary.LittleEndian.PutUint64(id[:8], s[0])
	binary.LittleEndian.PutUint64(id[8:], s[1])
	return id
}
