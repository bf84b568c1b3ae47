package identity

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A key file is one line: "gotong-key-1 <hex content> <hex of the first 4
// bytes of its SHA-256>". The checksum tells half a file from a whole one.
const fileVersion = "gotong-key-1"

// second is the suffix of a key file's other copy.
const second = ".second"

// readTwice returns the content of whichever copy is whole, the first one
// first, and mends the other. fs.ErrNotExist means that there is neither.
func readTwice(path string) ([]byte, error) {
	one, errOne := readFile(path)
	two, errTwo := readFile(path + second)
	switch {
	case errOne == nil && errTwo == nil && bytes.Equal(one, two):
		return one, nil
	case errOne == nil:
		return one, writeFile(path+second, one)
	case errTwo == nil:
		return two, writeFile(path, two)
	case errors.Is(errOne, fs.ErrNotExist) && errors.Is(errTwo, fs.ErrNotExist):
		return nil, fs.ErrNotExist
	case errors.Is(errOne, fs.ErrPermission):
		return nil, errOne
	}
	return nil, fmt.Errorf("%w: %s", ErrDamaged, path)
}

// writeTwice writes both copies, each whole and synced before the next.
func writeTwice(path string, content []byte) error {
	if err := writeFile(path, content); err != nil {
		return err
	}
	return writeFile(path+second, content)
}

func readFile(path string) ([]byte, error) {
	line, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return unwrap(line)
}

// unwrap returns the content of a whole key file.
func unwrap(line []byte) ([]byte, error) {
	fields := bytes.Fields(line)
	if len(fields) != 3 || string(fields[0]) != fileVersion {
		return nil, ErrDamaged
	}
	content, err := hex.DecodeString(string(fields[1]))
	if err != nil || checksum(content) != string(fields[2]) {
		return nil, ErrDamaged
	}
	return content, nil
}

// wrap returns the key file of a content.
func wrap(content []byte) []byte {
	return fmt.Appendf(nil, "%s %x %s\n", fileVersion, content, checksum(content))
}

func checksum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:4])
}

// writeFile puts the file beside, syncs it, renames it into place and syncs
// the directory: at no moment is there half a file under its name.
func writeFile(path string, content []byte) error {
	beside := path + ".new"
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	_, err = f.Write(wrap(content))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := os.Rename(beside, path); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
