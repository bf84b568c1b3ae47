package sneakernet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"gotong/protocol"
	"gotong/protocol/bundle"
)

// What can be wrong with a stick.
var (
	// ErrNothing: there is no gotong folder.
	ErrNothing = errors.New("sneakernet: nothing of gotong there")
	// ErrFull: no room on the stick. What was there is still there.
	ErrFull = errors.New("sneakernet: stick full")
	// ErrNotFile: a link, a folder or a device where a file should be.
	ErrNotFile = errors.New("sneakernet: not a regular file")
	// ErrTooLarge: beyond what is read of one file.
	ErrTooLarge = errors.New("sneakernet: file too large")
)

// Names in the folder, and what is read of it at most.
const (
	folder     = "gotong"
	saltName   = "stick"
	pageName   = "LIHAT.html"
	bundleEnd  = ".gotong"
	listEnd    = ".list"
	partEnd    = ".part"
	maxEntries = 4096    // names in the folder
	maxBundle  = 1 << 30 // bytes of a bundle
)

// Stick is the gotong folder of a stick.
type Stick struct {
	root    *os.Root // nil while there is no folder
	outer   *os.Root
	salt    bundle.Salt
	salted  bool
	through func(io.Writer) io.Writer // stands before every file written, in tests
	free    func() (int64, error)     // bytes left on the stick
}

// Open looks at the gotong folder in dir, the stick's top folder. Nothing is
// written yet, and there need be none.
func Open(dir string) (*Stick, error) {
	outer, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("sneakernet: open: %w", err)
	}
	s := &Stick{outer: outer, through: func(w io.Writer) io.Writer { return w }, free: func() (int64, error) { return freeBytes(dir) }}
	if err := s.enter(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, outer.Close())
	}
	return s, nil
}

// enter opens the folder, which must not be a link elsewhere.
func (s *Stick) enter() error {
	info, err := s.outer.Lstat(folder)
	if err != nil {
		return fmt.Errorf("sneakernet: folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is no folder", ErrNotFile, folder)
	}
	if s.root, err = s.outer.OpenRoot(folder); err != nil {
		return fmt.Errorf("sneakernet: folder: %w", err)
	}
	s.readSalt()
	return nil
}

// readSalt takes the stick's salt where it is whole.
func (s *Stick) readSalt() {
	file, _, err := s.open(saltName)
	if err != nil {
		return
	}
	defer file.Close()
	r, err := bundle.NewReader(file)
	if err != nil {
		return
	}
	s.salt, s.salted = r.Salt(), true
}

// Close ends looking at the stick.
func (s *Stick) Close() error {
	if s.root != nil {
		return errors.Join(s.root.Close(), s.outer.Close())
	}
	return s.outer.Close()
}

// names returns the names in the folder that end so, in order.
func (s *Stick) names(end string) ([]string, error) {
	if s.root == nil {
		return nil, ErrNothing
	}
	dir, err := s.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("sneakernet: read: %w", err)
	}
	defer dir.Close()
	entries, err := dir.ReadDir(maxEntries)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("sneakernet: read: %w", err)
	}
	var found []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), end) {
			found = append(found, e.Name())
		}
	}
	slices.Sort(found)
	return found, nil
}

// open opens a regular file of the folder. A link is not followed, not even
// one that was put there in between.
func (s *Stick) open(name string) (*os.File, int64, error) {
	before, err := s.root.Lstat(name)
	if err != nil {
		return nil, 0, fmt.Errorf("sneakernet: open: %w", err)
	}
	if !before.Mode().IsRegular() {
		return nil, 0, ErrNotFile
	}
	file, err := s.root.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("sneakernet: open: %w", err)
	}
	if after, err := file.Stat(); err != nil || !os.SameFile(before, after) {
		return nil, 0, errors.Join(ErrNotFile, err, file.Close())
	}
	return file, before.Size(), nil
}

// place is the beginning of the names of what a place has of a neighbourhood.
// Half of each hash does: names tell files apart, they prove nothing.
func (s *Stick) place(t bundle.Tag, at Place) string {
	here := protocol.Hash(domainPlace, s.salt[:], at[:])
	return short(t) + "-" + short(here)
}

// domainPlace keeps a place's name from serving as any other hash.
const domainPlace = "gotong/stick/place/1\x00"

// Place is a node that a stick comes to: its device.
type Place protocol.DeviceID

func short(hash [16]byte) string { return protocol.Text(hash)[:13] }

// full tells a full stick from other failures of writing.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// PlaceOf returns the place of the device with this written id.
func PlaceOf(device string) Place {
	return protocol.Hash(domainPlace, []byte(device))
}
