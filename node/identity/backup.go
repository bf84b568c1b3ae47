package identity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gotong/protocol"
)

// File returns the identity as its key file holds it.
func (i Identity) File() []byte { return wrap(i.encode()) }

// ParseIdentity reads a key file. ErrDamaged for half of one.
func ParseIdentity(file []byte) (Identity, error) {
	content, err := unwrap(file)
	if err != nil {
		return Identity{}, err
	}
	return decode(content)
}

// File returns the keyring as its key file holds it.
func (k Keyring) File() []byte { return wrap(k.encode()) }

// ParseKeyring reads a keyring's key file. ErrDamaged for half of one.
func ParseKeyring(file []byte) (Keyring, error) {
	content, err := unwrap(file)
	if err != nil {
		return Keyring{}, err
	}
	return decodeKeyring(content)
}

// KeyringName returns the file name of a neighbourhood's keyring.
func KeyringName(n protocol.NeighbourhoodID) string { return filepath.Base(Dir("").ring(n)) }

// ParseKeyringName reads the neighbourhood from a keyring's file name.
func ParseKeyringName(name string) (protocol.NeighbourhoodID, bool) {
	n, ok := ringName(name)
	return n, ok && !strings.HasSuffix(name, second)
}

// SetAside moves what the directory holds of a household, keys and facts, into
// a new folder of it named aside, and returns that folder. Nothing is erased.
func (d Dir) SetAside(aside string, others ...string) (string, error) {
	to := filepath.Join(string(d), aside)
	if err := os.Mkdir(to, 0o700); err != nil {
		return "", fmt.Errorf("identity: set aside: %w", err)
	}
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return "", fmt.Errorf("identity: set aside: %w", err)
	}
	for _, e := range entries {
		if _, ring := ringName(e.Name()); !ring && !strings.HasPrefix(e.Name(), keyFile) {
			continue
		}
		others = append(others, e.Name())
	}
	for _, name := range others {
		err := os.Rename(filepath.Join(string(d), name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("identity: set aside: %w", err)
		}
	}
	return to, errors.Join(syncDir(to), syncDir(string(d)))
}
