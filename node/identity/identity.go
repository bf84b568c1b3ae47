// Package identity keeps this node's keys on disk: the household's, the
// device's, and the secrets of the neighbourhoods it reads.
//
// A key file is written beside and renamed, synced, and kept twice: a power
// cut leaves at least one whole copy, and the next start mends the other.
package identity

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gotong/protocol"
)

// What can be wrong with a key file.
var (
	// ErrDamaged: both copies of a key file are unreadable. Nothing is
	// overwritten; the owner decides.
	ErrDamaged = errors.New("identity: both copies of the key file are damaged")
	// ErrExposed: the key file can be read by other users of this machine.
	ErrExposed = errors.New("identity: key file open to others")
)

// Identity is who this node is. The household key signs devices; the device
// key signs cells and is the node's name on the network; the seal key opens
// what is sealed to this device.
type Identity struct {
	Household   ed25519.PrivateKey
	Device      ed25519.PrivateKey
	Seal        *ecdh.PrivateKey // X25519
	Incarnation uint64           // larger than that of any earlier device made from the same household key
}

// HouseholdID returns the id of the household key.
func (i Identity) HouseholdID() protocol.HouseholdID {
	return protocol.HouseholdOf(i.Household.Public().(ed25519.PublicKey))
}

// DeviceID returns the id of the device key.
func (i Identity) DeviceID() protocol.DeviceID {
	return protocol.DeviceOf(i.Device.Public().(ed25519.PublicKey))
}

// HouseholdKey returns the household's public key.
func (i Identity) HouseholdKey() ed25519.PublicKey { return i.Household.Public().(ed25519.PublicKey) }

// DeviceKey returns the device's public key.
func (i Identity) DeviceKey() ed25519.PublicKey { return i.Device.Public().(ed25519.PublicKey) }

// keyFile is the name of the identity in its directory.
const keyFile = "identity.key"

// Dir is the directory that keys are kept in. It must exist.
type Dir string

// Load returns the identity kept in the directory, made on first use.
func (d Dir) Load() (Identity, error) {
	path := filepath.Join(string(d), keyFile)
	content, err := readTwice(path)
	if errors.Is(err, fs.ErrNotExist) {
		return create(path)
	}
	if err != nil {
		return Identity{}, err
	}
	return decode(content)
}

func create(path string) (Identity, error) {
	var content [keyBytes]byte
	if _, err := rand.Read(content[:3*32]); err != nil {
		return Identity{}, fmt.Errorf("identity: random bytes: %w", err)
	}
	binary.BigEndian.PutUint64(content[3*32:], 1)
	if err := writeTwice(path, content[:]); err != nil {
		return Identity{}, err
	}
	return decode(content[:])
}

// keyBytes is the content of the key file: three 32-byte seeds (household,
// device, seal) and the incarnation.
const keyBytes = 3*32 + 8

func decode(content []byte) (Identity, error) {
	if len(content) != keyBytes {
		return Identity{}, ErrDamaged
	}
	seal, err := ecdh.X25519().NewPrivateKey(content[64:96])
	if err != nil {
		return Identity{}, fmt.Errorf("identity: seal key: %w", err)
	}
	return Identity{
		Household:   ed25519.NewKeyFromSeed(content[:32]),
		Device:      ed25519.NewKeyFromSeed(content[32:64]),
		Seal:        seal,
		Incarnation: binary.BigEndian.Uint64(content[96:]),
	}, nil
}

// Exposed reports whether others on this machine can read the identity.
func (d Dir) Exposed() error {
	info, err := os.Stat(filepath.Join(string(d), keyFile))
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return ErrExposed
	}
	return nil
}
