package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"gotong/protocol"
	"gotong/protocol/blob"
	"gotong/protocol/record"
)

// gallery is the photos of a street: who has which, by its hash.
type gallery struct {
	content map[string][]byte
	has     map[string]map[protocol.DeviceID]bool
	kept    map[string]bool
	cut     error // what bringing ends with
}

func newGallery() gallery {
	return gallery{content: make(map[string][]byte), has: make(map[string]map[protocol.DeviceID]bool), kept: make(map[string]bool)}
}

// Attach takes anything; what begins with "!" is refused.
func (h *home) Attach(_ context.Context, _ protocol.NeighbourhoodID, name string, r io.Reader) (*record.BlobRef, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(content, []byte("!")) {
		return nil, ErrPhotoKind
	}
	hash, small := sha256.Sum256(content), sha256.Sum256(append([]byte("small "), content...))
	h.put(hash[:], content)
	h.put(small[:], []byte("small"))
	return &record.BlobRef{Hash: hash[:], Key: make([]byte, 32), Size: uint32(len(content)), Mime: "image/jpeg", Name: name, Width: 8, Height: 6, Thumbnail: small[:], ThumbnailSize: 5}, nil
}

func (h *home) put(hash, content []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gallery.content[string(hash)] = content
	if h.gallery.has[string(hash)] == nil {
		h.gallery.has[string(hash)] = make(map[protocol.DeviceID]bool)
	}
	h.gallery.has[string(hash)][h.device] = true
}

func (h *home) KeepPhotos(n protocol.NeighbourhoodID, photos []*record.BlobRef) error {
	for _, p := range photos {
		if !h.PhotoHere(n, p, false) {
			return ErrPhotoGone
		}
		h.gallery.kept[string(p.Hash)] = true
	}
	return nil
}

func (h *home) CopyPhotos(_, _ protocol.NeighbourhoodID, photos []*record.BlobRef) ([]*record.BlobRef, error) {
	return photos, nil
}

func hashOf(p *record.BlobRef, small bool) string {
	if small {
		return string(p.Thumbnail)
	}
	return string(p.Hash)
}

func (h *home) PhotoHere(_ protocol.NeighbourhoodID, p *record.BlobRef, small bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gallery.has[hashOf(p, small)][h.device]
}

// photoFile is an open photo.
type photoFile struct{ *bytes.Reader }

func (photoFile) Close() error { return nil }

func (h *home) OpenPhoto(n protocol.NeighbourhoodID, p *record.BlobRef, small bool) (io.ReadSeekCloser, error) {
	if !h.PhotoHere(n, p, small) {
		return nil, ErrPhotoElsewhere
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return photoFile{bytes.NewReader(h.gallery.content[hashOf(p, small)])}, nil
}

// FetchPhoto brings a photo in two halves.
func (h *home) FetchPhoto(_ context.Context, n protocol.NeighbourhoodID, p *record.BlobRef, small bool, see func(Bringing)) error {
	if h.PhotoHere(n, p, small) {
		return nil
	}
	h.mu.Lock()
	content, cut := h.gallery.content[hashOf(p, small)], h.gallery.cut
	h.mu.Unlock()
	if content == nil {
		return ErrPhotoElsewhere
	}
	if see != nil {
		see(Bringing{Here: int64(len(content) / 2), Size: int64(len(content)), From: h.homes[0].me()})
	}
	if cut != nil {
		return cut
	}
	h.put([]byte(hashOf(p, small)), content)
	return nil
}

// Cargo is what the street has, each a byte longer as it travels.
func (h *home) Cargo(_ context.Context, in []protocol.NeighbourhoodID) (all []Sealed, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for hash, content := range h.gallery.content {
		all = append(all, Sealed{In: in[0], Address: blob.Address([]byte(hash)), Content: int64(len(content)), Bytes: int64(len(content)) + 1, Here: h.gallery.has[hash][h.device]})
	}
	return all, nil
}

func (h *home) SendSealed(n protocol.NeighbourhoodID, a blob.Address, w io.Writer) error {
	content, ok := h.gallery.content[string(a[:])]
	if !ok {
		return ErrPhotoElsewhere
	}
	if _, err := w.Write(append([]byte("#"), content...)); err != nil {
		return err
	}
	return h.gallery.cut
}

func (h *home) TakeSealed(of Sealed, r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil || int64(len(content)) != of.Content+1 {
		return ErrPhotoUntrue
	}
	h.put(of.Address[:], content[1:])
	return nil
}
