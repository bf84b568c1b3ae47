package blobs

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// Put seals what was made here under a key of its own and keeps it; until Show
// it is kept for a day. It is durable when Put returns.
func (s *Store) Put(n protocol.NeighbourhoodID, key blob.Key, content []byte) (blob.Address, error) {
	if len(content) == 0 || len(content) > protocol.MaxBlob {
		return blob.Address{}, fmt.Errorf("blobs: %d bytes: %w", len(content), protocol.ErrMalformed)
	}
	if !s.opt.Room() {
		return blob.Address{}, ErrRoom
	}
	if err := os.MkdirAll(s.folder(n), 0o700); err != nil {
		return blob.Address{}, fmt.Errorf("blobs: %w", err)
	}
	f, err := os.CreateTemp(s.folder(n), writing+"*")
	if err != nil {
		return blob.Address{}, fmt.Errorf("blobs: %w", err)
	}
	m, err := seal(f, key, content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = s.enter(id{n, m.Address()}, f.Name(), m)
	}
	if err != nil {
		return blob.Address{}, errors.Join(err, os.Remove(f.Name()))
	}
	return m.Address(), nil
}

// enter takes a written file in as new.
func (s *Store) enter(at id, path string, m blob.Manifest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.Rename(path, s.path(at, stateNew)); err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	s.files[at] = &file{state: stateNew, size: fileLen(m), opened: s.opt.Now()}
	return syncDir(s.folder(at.n))
}

// fileLen returns the bytes of a whole file.
func fileLen(m blob.Manifest) int64 { return int64(blob.ManifestLen(m.Size())) + m.Size() }

// seal writes the file of a content.
func seal(f *os.File, key blob.Key, content []byte) (blob.Manifest, error) {
	size := blob.SealedSize(int64(len(content)))
	at := int64(blob.ManifestLen(size))
	var hashes [][sha256.Size]byte
	for i := 0; len(content) > 0; i++ {
		n := min(len(content), protocol.BlobChunk)
		chunk := blob.Seal(key, i, n == len(content), content[:n])
		if _, err := f.WriteAt(chunk, at); err != nil {
			return blob.Manifest{}, fmt.Errorf("blobs: write: %w", err)
		}
		hashes = append(hashes, sha256.Sum256(chunk))
		content, at = content[n:], at+int64(len(chunk))
	}
	m, err := blob.NewManifest(size, hashes)
	if err != nil {
		return m, err
	}
	_, err = f.WriteAt(m.Bytes(), 0)
	return m, err
}

// part is a blob that is coming. Its methods are called by one at a time.
type part struct {
	store *Store
	at    id
	f     *os.File
	m     blob.Manifest
	have  []bool
	got   int64 // bytes of the chunks that are here
}

// errComing: a blob is here or coming already.
var errComing = errors.New("blobs: here or coming already")

// begin takes up the part of a blob that is here, or starts one.
func (s *Store) begin(at id, m blob.Manifest) (*part, error) {
	return s.beginBefore(at, m, s.always())
}

// beginBefore is begin where only what was last opened before then makes room.
func (s *Store) beginBefore(at id, m blob.Manifest, then time.Time) (*part, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.files[at]
	if old != nil && (old.state.whole() || old.active) {
		return nil, errComing
	}
	delete(s.files, at) // what is here of it is counted as it will be
	p, err := s.makeRoom(at, m, then)
	if err != nil {
		if old != nil {
			s.files[at] = old // it takes its room still, and a mark stays a mark
		}
		return nil, err
	}
	if old != nil && old.state == stateGone {
		_ = os.Remove(s.path(at, stateGone)) // somebody wants it now
	}
	s.files[at] = &file{state: statePart, size: fileLen(m), opened: s.opt.Now(), active: true}
	return p, nil
}

func (s *Store) makeRoom(at id, m blob.Manifest, then time.Time) (*part, error) {
	if err := s.reserve(fileLen(m), then); err != nil {
		return nil, err
	}
	return s.openPart(at, m)
}

func (s *Store) openPart(at id, m blob.Manifest) (*part, error) {
	if err := os.MkdirAll(s.folder(at.n), 0o700); err != nil {
		return nil, fmt.Errorf("blobs: %w", err)
	}
	f, err := os.OpenFile(s.path(at, statePart), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("blobs: %w", err)
	}
	p := &part{store: s, at: at, f: f, m: m, have: make([]bool, m.Chunks())}
	if _, err := f.WriteAt(m.Bytes(), 0); err != nil {
		return nil, errors.Join(fmt.Errorf("blobs: %w", err), f.Close())
	}
	p.look()
	return p, nil
}

// look finds which chunks are here: those that are what the manifest says,
// whatever a power cut made of the rest.
func (p *part) look() {
	buffer := make([]byte, blob.SealedChunk)
	for i := range p.have {
		at, n := p.place(i)
		if _, err := p.f.ReadAt(buffer[:n], at); err == nil && p.m.Check(i, buffer[:n]) == nil {
			p.have[i] = true
			p.got += int64(n)
		}
	}
}

func (p *part) place(i int) (int64, int) {
	at, n := p.m.Place(i)
	return at + int64(blob.ManifestLen(p.m.Size())), n
}

// put writes a chunk, if it is what it should be: else ErrForged or ErrMalformed.
func (p *part) put(i int, sealed []byte) error {
	if err := p.m.Check(i, sealed); err != nil {
		return err
	}
	if p.have[i] {
		return nil
	}
	at, n := p.place(i)
	if _, err := p.f.WriteAt(sealed, at); err != nil {
		return fmt.Errorf("%w: %w", ErrRoom, err)
	}
	p.have[i] = true
	p.got += int64(n)
	return nil
}

// close ends the coming: the blob is whole then, or stays a part. A card may
// take seconds to sync, in which everything else goes on.
func (p *part) close() error {
	var err error
	whole := p.got == p.m.Size()
	if whole {
		err = p.f.Sync()
	}
	err = errors.Join(err, p.f.Close())
	s := p.store
	s.mu.Lock()
	defer s.mu.Unlock()
	coming := s.files[p.at]
	if coming == nil || !coming.active {
		return errors.Join(err, os.RemoveAll(p.f.Name())) // left meanwhile, or here by another way
	}
	coming.active = false
	if err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	if !whole {
		return nil
	}
	_ = os.Chtimes(p.f.Name(), coming.opened, coming.opened) // only for who goes first
	return s.rename(p.at, coming, stateKept)
}

// manifestOf reads the manifest of a part or of a whole blob; ErrAbsent where
// there is none that holds.
func (s *Store) manifestOf(at id) (blob.Manifest, error) {
	s.mu.Lock()
	f := s.files[at]
	if f == nil || f.state == stateGone {
		s.mu.Unlock()
		return blob.Manifest{}, ErrAbsent
	}
	path := s.path(at, f.state)
	s.mu.Unlock()
	r, err := os.Open(filepath.Clean(path))
	if err != nil {
		return blob.Manifest{}, ErrAbsent
	}
	defer r.Close()
	m, err := readManifest(r, at.a)
	if err != nil {
		return m, ErrAbsent
	}
	return m, nil
}

// readManifest reads and judges the beginning of a file.
func readManifest(r io.ReaderAt, of blob.Address) (blob.Manifest, error) {
	var head [4]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return blob.Manifest{}, fmt.Errorf("blobs: read: %w", err)
	}
	size, err := blob.SizeOf(head[:])
	if err != nil {
		return blob.Manifest{}, err
	}
	b := make([]byte, blob.ManifestLen(size))
	if _, err := r.ReadAt(b, 0); err != nil {
		return blob.Manifest{}, fmt.Errorf("blobs: read: %w", err)
	}
	return blob.ParseManifest(b, of)
}
