package record

import (
	"bytes"
	"strings"
	"unicode"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

// hashSize is the length of a blob's address, and of its key.
const hashSize = 32

// maxPixels bounds what a picture says of its width and height.
const maxPixels = 1 << 16

// PhotosOf returns the photos and documents that a content shows.
func PhotosOf(m proto.Message) []*BlobRef {
	if m, ok := m.(interface{ GetPhotos() []*BlobRef }); ok {
		return m.GetPhotos()
	}
	return nil
}

// photos judges what a record says of its photos; whether there are such blobs
// it cannot tell.
func photos(all []*BlobRef) error {
	for _, p := range all {
		if err := photo(p); err != nil {
			return err
		}
	}
	return atMost("photos", len(all), protocol.MaxPhotos)
}

func photo(p *BlobRef) error {
	switch {
	case len(p.Hash) != hashSize, len(p.Key) != hashSize:
		return &Invalid{"photos", "missing"}
	case p.Size == 0 || p.Size > protocol.MaxBlob, p.Width > maxPixels, p.Height > maxPixels, !thumbnail(p):
		return &Invalid{"photos", "out-of-range"}
	case !plainName(p.Name):
		return &Invalid{"photos", "out-of-range"}
	}
	return first(short("photos", p.Mime, protocol.MaxTitle), short("photos", p.Name, protocol.MaxTitle))
}

// thumbnail reports whether there is none, or one that can be.
func thumbnail(p *BlobRef) bool {
	if len(p.Thumbnail) == 0 {
		return p.ThumbnailSize == 0
	}
	return len(p.Thumbnail) == hashSize && !bytes.Equal(p.Thumbnail, p.Hash) &&
		p.ThumbnailSize > 0 && p.ThumbnailSize <= protocol.MaxThumbnail
}

// plainName reports whether a name names a file in no folder: it becomes one on
// other people's machines.
func plainName(name string) bool {
	if strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\:`) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || !unicode.IsGraphic(r) })
}
