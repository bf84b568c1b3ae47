package identity

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gotong/protocol"
)

// Keyring holds what a node must remember to belong to a neighbourhood before
// and besides its cells: the invite it joined with, until the roster shows it
// in, and the epoch secrets it knows, oldest first.
type Keyring struct {
	Invite  *[16]byte             // the invite's seed; nil once unneeded, or for founders
	House   *protocol.HouseholdID // whose further device this is; nil where it holds the household's key
	Secrets [][32]byte
}

const keyringSuffix = ".keyring"

// Keyrings returns the keyrings by neighbourhood.
func (d Dir) Keyrings() (map[protocol.NeighbourhoodID]Keyring, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	rings := make(map[protocol.NeighbourhoodID]Keyring)
	for _, e := range entries {
		n, ok := ringName(e.Name())
		if !ok {
			continue
		}
		ring, err := d.load(n)
		if err != nil {
			return nil, err
		}
		rings[n] = ring
	}
	return rings, nil
}

// ringName reads the neighbourhood from a keyring's file name, of either copy.
func ringName(file string) (protocol.NeighbourhoodID, bool) {
	name, ok := strings.CutSuffix(strings.TrimSuffix(file, second), keyringSuffix)
	id, err := hex.DecodeString(name)
	if !ok || err != nil || len(id) != len(protocol.NeighbourhoodID{}) {
		return protocol.NeighbourhoodID{}, false
	}
	return protocol.NeighbourhoodID(id), true
}

func (d Dir) ring(n protocol.NeighbourhoodID) string {
	return filepath.Join(string(d), hex.EncodeToString(n[:])+keyringSuffix)
}

func (d Dir) load(n protocol.NeighbourhoodID) (Keyring, error) {
	content, err := readTwice(d.ring(n))
	if err != nil {
		return Keyring{}, err
	}
	return decodeKeyring(content)
}

// SaveKeyring makes a neighbourhood's keyring durable before it returns.
func (d Dir) SaveKeyring(n protocol.NeighbourhoodID, k Keyring) error {
	return writeTwice(d.ring(n), k.encode())
}

// RemoveKeyring forgets a neighbourhood's keyring.
func (d Dir) RemoveKeyring(n protocol.NeighbourhoodID) error {
	path := d.ring(n)
	for _, copy := range []string{path, path + second} {
		if err := os.Remove(copy); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("identity: %w", err)
		}
	}
	return syncDir(string(d))
}

// encode lays a keyring out: a byte that is 1 for an invite and 2 for another
// device's household, the 16 bytes of its seed or id, then the 32-byte secrets.
func (k Keyring) encode() []byte {
	b := make([]byte, 17, 17+32*len(k.Secrets))
	if k.Invite != nil {
		b[0] = 1
		copy(b[1:], k.Invite[:])
	}
	if k.House != nil {
		b[0] = 2
		copy(b[1:], k.House[:])
	}
	for _, s := range k.Secrets {
		b = append(b, s[:]...)
	}
	return b
}

func decodeKeyring(b []byte) (Keyring, error) {
	if len(b) < 17 || (len(b)-17)%32 != 0 {
		return Keyring{}, ErrDamaged
	}
	var k Keyring
	if b[0] == 1 {
		seed := [16]byte(b[1:17])
		k.Invite = &seed
	}
	if b[0] == 2 {
		house := protocol.HouseholdID(b[1:17])
		k.House = &house
	}
	for b = b[17:]; len(b) > 0; b = b[32:] {
		k.Secrets = append(k.Secrets, [32]byte(b[:32]))
	}
	return k, nil
}
