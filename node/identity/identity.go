// Package identity keeps this node's keys on disk: the household's, the
// device's, and the secrets of the neighbourhoods it reads.
//
// A key file is written beside and renamed, synced, and kept twice: a power
// cut leaves at least one whole copy, and the next start mends the other.
package identity

import (
	"crypto/ecdh"
	"crypto/ed25519"
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
	// ErrExposed: a key file can be read by other users of this machine, and
	// that cannot be changed.
	ErrExposed = errors.New("identity: key file open to others")
	// ErrExists: there is an identity already; it is not written over.
	ErrExists = errors.New("identity: there is one already")
)

// Identity is who this node is. The household key signs devices; the device
// key signs cells and is the node's name on the network; the seal key opens
// what is sealed to this device.
type Identity struct {
	Entropy     []byte // 16 bytes that the household key derives from: the paper words. Nil: it does not
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

// Load returns the identity kept in the directory, made on first use. ErrDamaged
// where it is gone from beside what it belongs to: another one made quietly
// would be a stranger to the neighbours.
func (d Dir) Load() (Identity, error) {
	path := filepath.Join(string(d), keyFile)
	content, err := readTwice(path)
	if errors.Is(err, fs.ErrNotExist) {
		if rings, err := d.Keyrings(); err != nil || len(rings) > 0 {
			return Identity{}, fmt.Errorf("%w: %s is gone", ErrDamaged, path)
		}
		return create(path)
	}
	if err != nil {
		return Identity{}, err
	}
	return decode(content)
}

// Has reports whether an identity, damaged or not, is kept in the directory.
func (d Dir) Has() bool {
	for _, copy := range []string{keyFile, keyFile + second} {
		if _, err := os.Lstat(filepath.Join(string(d), copy)); err == nil {
			return true
		}
	}
	return false
}

func create(path string) (Identity, error) {
	var entropy [entropySize]byte
	if err := random(entropy[:]); err != nil {
		return Identity{}, err
	}
	made, err := newDevice(Identity{Entropy: entropy[:]}, 1)
	if err != nil {
		return Identity{}, err
	}
	return made, writeTwice(path, made.encode())
}

// Save keeps an identity in a directory that has none.
func (d Dir) Save(i Identity) error {
	if d.Has() {
		return ErrExists
	}
	return writeTwice(filepath.Join(string(d), keyFile), i.encode())
}

// Renew gives the kept identity a new device: the next incarnation. The keys
// before it stay beside, under a name with their incarnation.
func (d Dir) Renew() (Identity, error) {
	path := filepath.Join(string(d), keyFile)
	content, err := readTwice(path)
	if err != nil {
		return Identity{}, err
	}
	old, err := decode(content)
	if err != nil {
		return Identity{}, err
	}
	renewed, err := old.Renewed()
	if err != nil {
		return Identity{}, err
	}
	if err := writeFile(fmt.Sprintf("%s.%d", path, old.Incarnation), content); err != nil {
		return Identity{}, err
	}
	return renewed, writeTwice(path, renewed.encode())
}
