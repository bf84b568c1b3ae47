package node

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
)

// ErrBackup: what was read is no backup, or part of one.
var ErrBackup = errors.New("node: not a whole backup")

// maxBackup bounds what is read of a backup, in bytes: several times what the
// largest neighbourhood's roster and a device's cells take.
const maxBackup = 256 << 20

// Saved is a backup that was read and found whole.
type Saved struct {
	About    About
	identity identity.Identity
	rings    map[protocol.NeighbourhoodID]identity.Keyring
	own      []byte
	facts    []byte
}

// ReadBackup reads a backup in the clear. ErrBackup where it is none.
func ReadBackup(r io.Reader) (*Saved, error) {
	s := &Saved{rings: make(map[protocol.NeighbourhoodID]identity.Keyring)}
	in := tar.NewReader(io.LimitReader(r, maxBackup))
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return s, s.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBackup, err)
		}
		content, err := io.ReadAll(in)
		if err == nil {
			err = s.take(head.Name, content)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBackup, head.Name, err)
		}
	}
}

// take reads one file of a backup. What a later version adds is passed over.
func (s *Saved) take(name string, content []byte) (err error) {
	n, ring := identity.ParseKeyringName(name)
	switch {
	case name == aboutFile:
		return json.Unmarshal(content, &s.About)
	case name == identityFile:
		s.identity, err = identity.ParseIdentity(content)
	case name == ownFile:
		if s.own = content; !store.Frames(content, func(protocol.NeighbourhoodID, []byte) {}) {
			return ErrBackup
		}
	case name == factsFile:
		s.facts = content
		return json.Unmarshal(content, new([]fact))
	case ring:
		s.rings[n], err = identity.ParseKeyring(content)
	}
	return err
}

func (s *Saved) check() error {
	if s.identity.Household == nil || s.About.Schema != SchemaBackup {
		return ErrBackup
	}
	return nil
}

// Paired returns whether the backup is of a further device of a household, which
// does not hold the household's key.
func (s *Saved) Paired() bool { return paired(s.rings) }

func paired(rings map[protocol.NeighbourhoodID]identity.Keyring) bool {
	for _, ring := range rings {
		if ring.House != nil {
			return true
		}
	}
	return false
}

// Paired returns whether a directory is of a further device of a household.
func Paired(dir string) bool {
	rings, err := identity.Dir(dir).Keyrings()
	return err == nil && paired(rings)
}

// Identity returns whom the backup is of, as it was then.
func (s *Saved) Identity() identity.Identity { return s.identity }

// Restore puts the household into a directory that has none, as a new device:
// with the old one's keys it might speak where that one still speaks. The
// identity comes last, so that half a restore is none.
func (s *Saved) Restore(dir string) (identity.Identity, error) {
	renewed, err := s.identity.Renewed()
	if err != nil {
		return identity.Identity{}, err
	}
	keys := identity.Dir(dir)
	if keys.Has() {
		return identity.Identity{}, identity.ErrExists
	}
	if err := writeSynced(filepath.Join(dir, ownFile), s.own); err != nil {
		return identity.Identity{}, err
	}
	if s.facts != nil {
		if err := writeSynced(filepath.Join(dir, factsFile), s.facts); err != nil {
			return identity.Identity{}, err
		}
	}
	for n, ring := range s.rings {
		if err := keys.SaveKeyring(n, ring); err != nil {
			return identity.Identity{}, err
		}
	}
	return renewed, keys.Save(renewed)
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	return nil
}

// Holds reports whether a directory holds anything of a household, whole or not.
func Holds(dir string) bool {
	_, log := os.Lstat(filepath.Join(dir, ownFile))
	_, beside := os.Lstat(filepath.Join(dir, factsFile))
	_, facts := os.Lstat(filepath.Join(dir, storeDir))
	rings, err := identity.Dir(dir).Keyrings()
	return identity.Dir(dir).Has() || log == nil || beside == nil || facts == nil || err != nil || len(rings) > 0
}

// SetAside moves what a directory holds of a household into a new folder of it,
// and returns that folder.
func SetAside(dir string, now time.Time) (string, error) {
	return identity.Dir(dir).SetAside("aside-"+now.UTC().Format("20060102-150405"), ownFile, factsFile, storeDir)
}
