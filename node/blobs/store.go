package blobs

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// What a store answers when it cannot.
var (
	// ErrAbsent: the blob is not here, or not all of it.
	ErrAbsent = errors.New("blobs: not here")
	// ErrRoom: the disk, or the budget, has no room for it.
	ErrRoom = errors.New("blobs: no room")
)

// state is how a file stands; it is the end of its name.
type state string

const (
	stateOwn  state = "own"
	stateKept state = "kept"
	statePart state = "part"
	stateNew  state = "new"
	stateGone state = "gone"
)

func (s state) whole() bool { return s == stateOwn || s == stateKept || s == stateNew }

// counts reports whether a file is held against the budget.
func (s state) counts() bool { return s == stateKept || s == statePart }

// id is a blob of a neighbourhood.
type id struct {
	n protocol.NeighbourhoodID
	a blob.Address
}

type file struct {
	state  state
	size   int64 // bytes on the disk, of a part once it is whole
	opened time.Time
	active bool // a part that is coming just now
}

// Options are what a store is told of its machine.
type Options struct {
	Budget int64            // bytes of what was brought, at most
	Free   func() int64     // bytes that the disk has left: a quarter of what it has for this is the budget; nil: only Budget counts
	Room   func() bool      // whether the disk has room; nil: always
	Now    func() time.Time // nil: the machine's clock
}

// Store keeps blobs as files in a folder.
type Store struct {
	dir string
	opt Options

	mu    sync.Mutex
	files map[id]*file
}

// Open scans the folder; what cannot be whole is removed.
func Open(dir string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Room == nil {
		opt.Room = func() bool { return true }
	}
	s := &Store{dir: dir, opt: opt, files: make(map[id]*file)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("blobs: %w", err)
	}
	return s, s.scan()
}

func (s *Store) scan() error {
	folders, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	for _, folder := range folders {
		n, err := hex.DecodeString(folder.Name())
		if err != nil || len(n) != len(protocol.NeighbourhoodID{}) || !folder.IsDir() {
			continue // not ours
		}
		files, err := os.ReadDir(filepath.Join(s.dir, folder.Name()))
		if err != nil {
			return fmt.Errorf("blobs: %w", err)
		}
		for _, f := range files {
			s.found(protocol.NeighbourhoodID(n), f)
		}
	}
	return nil
}

// writing is how the name of a file begins that has no address yet.
const writing = "write-"

// abandoned is how long what nobody showed in a record is kept.
const abandoned = 24 * time.Hour

// found takes a file of the folder into account.
func (s *Store) found(n protocol.NeighbourhoodID, entry fs.DirEntry) {
	name, end, _ := strings.Cut(entry.Name(), ".")
	a, err := blob.ParseAddress(name)
	if strings.HasPrefix(entry.Name(), writing) {
		_ = os.Remove(filepath.Join(s.folder(n), entry.Name())) // a power cut ended it
		return
	}
	if err != nil || !entry.Type().IsRegular() {
		return // not ours
	}
	at := id{n, a}
	info, err := entry.Info()
	f := &file{state: state(end), opened: s.opt.Now()}
	if err == nil {
		f.size, f.opened = info.Size(), info.ModTime()
	}
	old := f.state == stateNew && s.since(f) > abandoned
	switch f.state {
	case stateOwn, stateKept, stateNew:
		if err != nil || old || !s.complete(at, f) {
			_ = os.Remove(s.path(at, f.state)) // it is fetched again, or was never shown
			return
		}
	case statePart, stateGone:
	default:
		return // not ours
	}
	s.prefer(at, f)
}

// prefer keeps the better of two files of one blob, which a power cut can leave:
// the other would take room that nothing counts.
func (s *Store) prefer(at id, f *file) {
	before := s.files[at]
	switch {
	case before == nil:
	case before.state.whole():
		_ = os.Remove(s.path(at, f.state)) // what stays is found at the next start
		return
	default:
		_ = os.Remove(s.path(at, before.state))
	}
	s.files[at] = f
}

// complete reports whether a file has the length that its beginning says.
func (s *Store) complete(at id, f *file) bool {
	r, err := os.Open(s.path(at, f.state))
	if err != nil {
		return false
	}
	defer r.Close()
	var head [4]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return false
	}
	size, err := blob.SizeOf(head[:])
	return err == nil && f.size == int64(blob.ManifestLen(size))+size
}

func (s *Store) folder(n protocol.NeighbourhoodID) string {
	return filepath.Join(s.dir, hex.EncodeToString(n[:]))
}

// path is where a file lies: its name is made of nothing but hexadecimal digits.
func (s *Store) path(at id, as state) string {
	return filepath.Join(s.folder(at.n), at.a.String()+"."+string(as))
}

// Held is how a blob stands here.
type Held struct {
	Whole bool
	Size  int64 // bytes of its file, where it is whole
}

// Held returns how a blob stands.
func (s *Store) Held(n protocol.NeighbourhoodID, a blob.Address) Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id{n, a}]
	if f == nil || !f.state.whole() {
		return Held{}
	}
	return Held{true, f.size}
}

// Use returns the bytes that are held against the budget, and those of own blobs.
func (s *Store) Use() (brought, own int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.state.counts() {
			brought += f.size
		} else {
			own += f.size
		}
	}
	return brought, own
}

// listing is a whole blob, as it is told to a hub.
type listing struct {
	a    blob.Address
	size int64
}

// list returns the whole blobs of a neighbourhood that records show, the small
// ones first, so that thumbnails come before photos.
func (s *Store) list(n protocol.NeighbourhoodID) []listing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []listing
	for at, f := range s.files {
		if at.n == n && (f.state == stateOwn || f.state == stateKept) {
			all = append(all, listing{at.a, f.size})
		}
	}
	slices.SortFunc(all, func(x, y listing) int { return cmp.Or(cmp.Compare(x.size, y.size), slices.Compare(x.a[:], y.a[:])) })
	return all
}

// wants reports whether a hub should bring a blob: it neither has it nor gave it
// away for room.
func (s *Store) wants(n protocol.NeighbourhoodID, a blob.Address) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id{n, a}]
	return f == nil || f.state == statePart && !f.active
}

// Show keeps an own blob from now on: a record shows it.
func (s *Store) Show(n protocol.NeighbourhoodID, a blob.Address) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := id{n, a}
	f := s.files[at]
	switch {
	case f == nil || !f.state.whole():
		return ErrAbsent
	case f.state == stateOwn:
		return nil
	}
	return s.rename(at, f, stateOwn)
}

// Own says which whole blobs the household shows: those are own ones from now
// on, and own ones that it shows no longer may be evicted. What was made here a
// day ago and is shown by nothing goes, and so does the mark of what was given
// away long ago.
func (s *Store) Own(n protocol.NeighbourhoodID, shows map[blob.Address]bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for at, f := range s.files {
		switch {
		case at.n != n:
		case f.state == stateOwn && !shows[at.a]:
			f.opened = s.opt.Now() // others may still want to see it
			errs = append(errs, s.rename(at, f, stateKept))
		case f.state == stateKept && shows[at.a]:
			errs = append(errs, s.rename(at, f, stateOwn))
		case f.state == stateNew && s.since(f) > abandoned, f.state == stateGone && s.since(f) > forgiven:
			s.remove(at, f)
		}
	}
	return errors.Join(errs...)
}

func (s *Store) since(f *file) time.Duration { return s.opt.Now().Sub(f.opened) }

// Copy gives another neighbourhood an own blob too: its records show the same.
func (s *Store) Copy(from, to protocol.NeighbourhoodID, a blob.Address) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, there := s.files[id{from, a}], id{to, a}
	switch {
	case f == nil || !f.state.whole():
		return ErrAbsent
	case s.files[there] != nil && s.files[there].state.whole():
		return nil
	}
	if err := os.MkdirAll(s.folder(to), 0o700); err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	if err := os.Link(s.path(id{from, a}, f.state), s.path(there, stateOwn)); err != nil {
		return fmt.Errorf("blobs: copy: %w", err)
	}
	if part := s.files[there]; part != nil && !part.active { // an active one goes when it ends
		s.remove(there, part)
	}
	s.files[there] = &file{state: stateOwn, size: f.size, opened: f.opened}
	return syncDir(s.folder(to))
}

// rename gives a file another standing, durably. The caller holds the lock.
func (s *Store) rename(at id, f *file, to state) error {
	if err := os.Rename(s.path(at, f.state), s.path(at, to)); err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	f.state = to
	return syncDir(s.folder(at.n))
}

// Leave removes all blobs of a neighbourhood.
func (s *Store) Leave(n protocol.NeighbourhoodID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.files {
		if at.n == n {
			delete(s.files, at)
		}
	}
	return os.RemoveAll(s.folder(n))
}

// rotten makes a part of a blob whose file is not what it was: it is not shown,
// and the chunks of it that are sound need not come again.
func (s *Store) rotten(at id) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[at]
	if f == nil || !f.state.whole() {
		return
	}
	if err := s.rename(at, f, statePart); errors.Is(err, fs.ErrNotExist) {
		delete(s.files, at)
	}
}

// remove deletes a file. The caller holds the lock.
func (s *Store) remove(at id, f *file) {
	_ = os.Remove(s.path(at, f.state)) // what stays is found at the next start
	delete(s.files, at)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
