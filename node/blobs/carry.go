package blobs

import (
	"errors"
	"fmt"
	"io"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// FileSize returns the bytes of the file of a blob with so much content: what
// travels on a stick.
func FileSize(content int64) int64 {
	size := blob.SealedSize(content)
	return int64(blob.ManifestLen(size)) + size
}

// Lacks reports whether a blob should come from a stick: it is not here, and the
// budget did not push it out, or it would go and come with every stick.
func (s *Store) Lacks(n protocol.NeighbourhoodID, a blob.Address) bool { return s.wants(n, a) }

// Send writes the file of a whole blob as it travels, each chunk held against its
// hash before it goes. It does not count as opened. ErrAbsent where the blob is
// not here, or turns out to have rotted.
func (s *Store) Send(n protocol.NeighbourhoodID, a blob.Address, w io.Writer) error {
	b, err := s.lift(id{n, a})
	if err != nil {
		return err
	}
	defer b.f.Close()
	if _, err := w.Write(b.m.Bytes()); err != nil {
		return fmt.Errorf("blobs: send: %w", err)
	}
	for i := range b.m.Chunks() {
		sealed, err := b.chunk(i)
		if err != nil {
			return err
		}
		if _, err := w.Write(sealed); err != nil {
			return fmt.Errorf("blobs: send: %w", err)
		}
	}
	return nil
}

// settled is for how long what was opened or brought is not pushed out by what a
// stick brings: else the photos of one stick would push out one another.
const settled = 24 * time.Hour

// Receive takes in the file of a blob that a record says has so many bytes of
// content, from r; nothing of it is believed that does not have its hash.
// ErrUntrue where it is another one, damaged or cut short, ErrRoom where the
// budget has no room for it. What came of it whole stays for a fetch.
func (s *Store) Receive(n protocol.NeighbourhoodID, a blob.Address, content int64, r io.Reader) error {
	at := id{n, a}
	m, err := manifestFrom(r, a, content)
	if err != nil {
		return err
	}
	then := s.opt.Now().Add(-settled)
	if content <= protocol.MaxThumbnail {
		then = s.always() // small pictures come in any case
	}
	p, err := s.beginBefore(at, m, then)
	if errors.Is(err, errComing) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(p.fill(r), p.close())
}

// manifestFrom reads the manifest of the blob that is meant, and no more.
func manifestFrom(r io.Reader, a blob.Address, content int64) (blob.Manifest, error) {
	b := make([]byte, blob.ManifestLen(blob.SealedSize(content)))
	if _, err := io.ReadFull(r, b); err != nil {
		return blob.Manifest{}, errors.Join(ErrUntrue, err)
	}
	m, err := blob.ParseManifest(b, a)
	if err != nil || m.Size() != blob.SealedSize(content) {
		return m, errors.Join(ErrUntrue, err)
	}
	return m, nil
}

// fill reads the chunks that are missing.
func (p *part) fill(r io.Reader) error {
	buffer := make([]byte, blob.SealedChunk)
	for i := range p.have {
		_, n := p.place(i)
		_, err := io.ReadFull(r, buffer[:n])
		if err == nil {
			err = p.put(i, buffer[:n])
		}
		switch {
		case errors.Is(err, ErrRoom):
			return err
		case err != nil:
			return errors.Join(ErrUntrue, err)
		}
	}
	return nil
}
