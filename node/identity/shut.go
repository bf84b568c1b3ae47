package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Shut closes key files that other users of this machine could read, and
// returns their names. ErrExposed where the disk does not let it.
func (d Dir) Shut() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	var shut []string
	for _, e := range entries {
		if _, ring := ringName(e.Name()); !ring && !strings.HasPrefix(e.Name(), keyFile) {
			continue
		}
		path := filepath.Join(string(d), e.Name())
		if !open(path) {
			continue
		}
		if err := os.Chmod(path, 0o600); err != nil || open(path) {
			return shut, fmt.Errorf("%w: %s", ErrExposed, path)
		}
		shut = append(shut, e.Name())
	}
	return shut, nil
}

// open reports whether others on this machine can read a file.
func open(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
}
