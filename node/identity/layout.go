package identity

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// The content of a key file is, in this order:
//
//	entropy:16 device:32 seal:32 incarnation:8      88 bytes
//	household:32 device:32 seal:32 incarnation:8   104 bytes, without words
//
// device, seal and household are seeds. Which of the two it is its length says.
const (
	entropySize = 16
	keyBytes    = entropySize + 32 + 32 + 8
	wordless    = 32 + 32 + 32 + 8
)

// householdInfo binds what derives from the entropy to its purpose.
const householdInfo = "gotong/household-key/1\x00"

// householdOf returns the household key of 16 bytes of entropy: its seed is
// HKDF-SHA256 of them without salt.
func householdOf(entropy []byte) (ed25519.PrivateKey, error) {
	seed, err := hkdf.Key(sha256.New, entropy, nil, householdInfo, ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("identity: household key: %w", err)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func decode(content []byte) (Identity, error) {
	var i Identity
	var err error
	switch len(content) {
	case keyBytes:
		i.Entropy, content = content[:entropySize:entropySize], content[entropySize:]
		i.Household, err = householdOf(i.Entropy)
	case wordless:
		i.Household, content = ed25519.NewKeyFromSeed(content[:32]), content[32:]
	default:
		return Identity{}, ErrDamaged
	}
	if err != nil {
		return Identity{}, err
	}
	i.Device = ed25519.NewKeyFromSeed(content[:32])
	i.Incarnation = binary.BigEndian.Uint64(content[64:])
	if i.Seal, err = ecdh.X25519().NewPrivateKey(content[32:64]); err != nil {
		return Identity{}, fmt.Errorf("identity: seal key: %w", err)
	}
	return i, nil
}

func (i Identity) encode() []byte {
	b := append([]byte(nil), i.Entropy...)
	if i.Entropy == nil {
		b = append(b, i.Household.Seed()...)
	}
	b = append(b, i.Device.Seed()...)
	b = append(b, i.Seal.Bytes()...)
	return binary.BigEndian.AppendUint64(b, i.Incarnation)
}

// Renewed returns the same household with a new device, the next incarnation.
func (i Identity) Renewed() (Identity, error) { return newDevice(i, i.Incarnation+1) }

// FromWords returns the household of its paper words with a new device. What
// incarnations there were nobody knows: incarnation must be larger than any.
func FromWords(text string, incarnation uint64) (Identity, error) {
	entropy, err := ParseWords(text)
	if err != nil {
		return Identity{}, err
	}
	return newDevice(Identity{Entropy: entropy[:]}, incarnation)
}

// newDevice returns the household of i with random device and seal keys.
func newDevice(i Identity, incarnation uint64) (Identity, error) {
	content := make([]byte, 64, 64+8)
	if err := random(content); err != nil {
		return Identity{}, err
	}
	household := i.Entropy
	if household == nil {
		household = i.Household.Seed()
	}
	content = binary.BigEndian.AppendUint64(content, incarnation)
	return decode(append(append([]byte(nil), household...), content...))
}

func random(b []byte) error {
	if _, err := rand.Read(b); err != nil {
		return fmt.Errorf("identity: random bytes: %w", err)
	}
	return nil
}
