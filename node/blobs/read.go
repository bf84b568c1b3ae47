package blobs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// shelved is a whole blob's open file.
type shelved struct {
	store *Store
	at    id
	f     *os.File
	m     blob.Manifest
}

// take opens a whole blob to be read or served, and notes that it was.
func (s *Store) take(at id) (*shelved, error) {
	s.mu.Lock()
	if held := s.files[at]; held != nil && held.state.whole() {
		s.touch(at, held)
	}
	s.mu.Unlock()
	return s.lift(at)
}

// lift opens a whole blob.
func (s *Store) lift(at id) (*shelved, error) {
	s.mu.Lock()
	held := s.files[at]
	if held == nil || !held.state.whole() {
		s.mu.Unlock()
		return nil, ErrAbsent
	}
	f, err := os.Open(s.path(at, held.state))
	s.mu.Unlock()
	if err != nil {
		return nil, s.suspect(at, err)
	}
	m, err := readManifest(f, at.a)
	if err != nil {
		return nil, errors.Join(s.suspect(at, err), f.Close())
	}
	return &shelved{s, at, f, m}, nil
}

// suspect says that a blob cannot be read. Only what is gone, cut short or not
// what its hashes say is rotten: that the machine has too many files open, or a
// disk that fails just now, is no fault of the blob's.
func (s *Store) suspect(at id, err error) error {
	for _, rot := range []error{fs.ErrNotExist, io.EOF, protocol.ErrForged, protocol.ErrMalformed} {
		if errors.Is(err, rot) {
			s.rotten(at)
		}
	}
	return fmt.Errorf("%w: %w", ErrAbsent, err)
}

// touchEvery spares the card: when exactly a blob was opened does not matter.
const touchEvery = time.Hour

// touch notes that a blob was opened. The caller holds the lock.
func (s *Store) touch(at id, f *file) {
	now := s.opt.Now()
	if since := now.Sub(f.opened); since >= 0 && since < touchEvery {
		return
	}
	f.opened = now
	_ = os.Chtimes(s.path(at, f.state), now, now) // it then goes a little sooner
}

// chunk reads a sealed chunk and holds it against the manifest.
func (b *shelved) chunk(i int) ([]byte, error) {
	if i < 0 || i >= b.m.Chunks() {
		return nil, fmt.Errorf("blobs: chunk %d: %w", i, protocol.ErrMalformed)
	}
	at, n := b.m.Place(i)
	sealed := make([]byte, n)
	_, err := b.f.ReadAt(sealed, at+int64(blob.ManifestLen(b.m.Size())))
	if err == nil {
		err = b.m.Check(i, sealed)
	}
	if err != nil {
		return nil, b.store.suspect(b.at, err)
	}
	return sealed, nil
}

// Reader reads a blob in the clear, from anywhere in it, a chunk at a time.
type Reader struct {
	blob *shelved
	key  blob.Key
	size int64 // of the content
	at   int64

	now     int // the chunk that is open; -1: none
	content []byte
}

// Read opens a whole blob that a record says has so many bytes of content.
// ErrUnreadable where the record and the blob do not fit.
func (s *Store) Read(n protocol.NeighbourhoodID, a blob.Address, key blob.Key, size int64) (*Reader, error) {
	b, err := s.take(id{n, a})
	if err != nil {
		return nil, err
	}
	if b.m.Size() != blob.SealedSize(size) {
		return nil, errors.Join(fmt.Errorf("blobs: of another size: %w", protocol.ErrUnreadable), b.f.Close())
	}
	return &Reader{blob: b, key: key, size: size, now: -1}, nil
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if i := int(r.at / protocol.BlobChunk); i != r.now {
		sealed, err := r.blob.chunk(i)
		if err != nil {
			return 0, err
		}
		if r.content, err = blob.Open(r.key, i, r.blob.m.Last(i), sealed); err != nil {
			return 0, err
		}
		r.now = i
	}
	from := r.at % protocol.BlobChunk
	to := min(int64(len(r.content)), from+r.size-r.at)
	n := copy(p, r.content[from:to])
	r.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("blobs: before the beginning")
	}
	r.at = offset
	return offset, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.blob.f.Close() }
