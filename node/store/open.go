package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/dgraph-io/badger/v4"
)

// claim makes dir where it is missing and locks it for this process, until the
// returned file is closed.
func claim(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, kindOf(err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, kindOf(err)
	}
	if err := lockFile(lock); err != nil {
		lock.Close()
		return nil, kindOf(err)
	}
	return lock, nil
}

// kinds maps what the system says to what the caller can do about it.
var kinds = []struct {
	errno syscall.Errno
	kind  error
}{
	{syscall.EWOULDBLOCK, ErrInUse},
	{syscall.EROFS, ErrReadOnly},
	{syscall.EACCES, ErrReadOnly},
	{syscall.EPERM, ErrReadOnly},
	{syscall.ENOSPC, ErrFull},
	{syscall.EDQUOT, ErrFull},
}

// kindOf adds the kind of err, which keeps saying which path and why.
func kindOf(err error) error {
	for _, k := range kinds {
		if errors.Is(err, k.errno) {
			return fmt.Errorf("%w: %w", k.kind, err)
		}
	}
	return fmt.Errorf("store: %w", err)
}

// openTree opens Badger. What fails twice is set aside, unless it was the
// machine that failed and not the tree.
func openTree(dir string, log *slog.Logger) (*badger.DB, error) {
	var err error
	for range 2 {
		var db *badger.DB
		db, err = openOnce(dir, log)
		if err == nil {
			return db, nil
		}
		if kind := machineFault(err); kind != nil {
			return nil, fmt.Errorf("%w: %w", kind, err)
		}
	}
	aside, moveErr := SetAside(dir)
	if moveErr != nil {
		return nil, errors.Join(ErrDamaged, err, moveErr)
	}
	return nil, &DamagedError{Aside: aside, Err: err}
}

func openOnce(dir string, log *slog.Logger) (db *badger.DB, err error) {
	err = guard(func() error {
		db, err = badger.Open(badgerOptions(dir, log))
		return err
	})
	return db, err
}

// notDamage are errors of the machine. Badger flattens errors to text, so they
// are known by theirs.
var notDamage = []struct {
	text string
	kind error
}{
	{"Cannot acquire directory lock", ErrInUse},
	{syscall.EROFS.Error(), ErrReadOnly},
	{syscall.EACCES.Error(), ErrReadOnly},
	{syscall.EPERM.Error(), ErrReadOnly},
	{syscall.ENOSPC.Error(), ErrFull},
	{syscall.EDQUOT.Error(), ErrFull},
	{syscall.ENOMEM.Error(), errMachine},
	{syscall.EMFILE.Error(), errMachine},
	{syscall.ENFILE.Error(), errMachine},
}

var errMachine = errors.New("store: cannot open")

// machineFault returns the kind of an error that says nothing about the tree.
func machineFault(err error) error {
	for _, f := range notDamage {
		if strings.Contains(err.Error(), f.text) {
			return f.kind
		}
	}
	return nil
}

// SetAside renames the tree of the store in dir and returns its new name. Open
// does so by itself after errors; it is exported for whoever restarts a
// process that was killed twice while opening. Nothing is deleted. No process
// may have the store open.
func SetAside(dir string) (string, error) {
	tree := filepath.Join(dir, treeName)
	for i := 1; ; i++ {
		aside := fmt.Sprintf("%s.damaged-%d", tree, i)
		if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Rename(tree, aside); err != nil {
			return "", fmt.Errorf("store: set aside: %w", err)
		}
		return aside, syncDir(dir)
	}
}

// syncMade makes the directories that opening made survive a power cut: the
// store's own, the tree's and the names of the tree's first files.
func syncMade(dir string) error {
	for _, d := range []string{filepath.Dir(dir), dir, filepath.Join(dir, treeName)} {
		if err := syncDir(d); err != nil {
			return kindOf(err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
