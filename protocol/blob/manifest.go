package blob

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"gotong/protocol"
)

// Address names a blob by what is sealed in it.
type Address [sha256.Size]byte

// String is the address in hexadecimal: what a blob is called on a disk.
func (a Address) String() string { return hex.EncodeToString(a[:]) }

// ParseAddress reads what String wrote.
func ParseAddress(text string) (Address, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(Address{}) || hex.EncodeToString(b) != text {
		return Address{}, fmt.Errorf("blob: address: %w", protocol.ErrMalformed)
	}
	return Address(b), nil
}

// Overhead is by how many bytes a sealed chunk is longer than its content.
const Overhead = 16

// SealedChunk is the length in bytes of every sealed chunk but the last.
const SealedChunk = protocol.BlobChunk + Overhead

// MaxManifest bounds the bytes of a manifest.
const MaxManifest = 4 + sha256.Size*protocol.MaxBlobChunks

// Manifest says how long a blob is and what the hash of each of its sealed
// chunks is (SPEC.md, Blobs).
type Manifest struct {
	size   uint32
	hashes [][sha256.Size]byte
}

// NewManifest is for the chunks that were sealed, by their hashes in order and
// the length of them all. ErrMalformed where there can be no such blob.
func NewManifest(size int64, hashes [][sha256.Size]byte) (Manifest, error) {
	if !possible(size) || len(hashes) != chunks(size) {
		return Manifest{}, fmt.Errorf("blob: %d bytes in %d chunks: %w", size, len(hashes), protocol.ErrMalformed)
	}
	return Manifest{uint32(size), hashes}, nil
}

// ParseManifest reads the manifest of the blob with this address: ErrMalformed
// where the bytes are no manifest, ErrForged where they are another blob's.
func ParseManifest(b []byte, of Address) (Manifest, error) {
	size, err := SizeOf(b)
	if err != nil {
		return Manifest{}, err
	}
	if len(b) != ManifestLen(size) {
		return Manifest{}, fmt.Errorf("blob: manifest of %d bytes: %w", len(b), protocol.ErrMalformed)
	}
	m := Manifest{uint32(size), make([][sha256.Size]byte, chunks(size))}
	for i := range m.hashes {
		m.hashes[i] = [sha256.Size]byte(b[4+i*sha256.Size:])
	}
	if m.Address() != of {
		return Manifest{}, fmt.Errorf("blob: manifest: %w", protocol.ErrForged)
	}
	return m, nil
}

// SizeOf reads the length of the sealed chunks from the beginning of a manifest.
func SizeOf(b []byte) (int64, error) {
	if len(b) < 4 || !possible(int64(binary.BigEndian.Uint32(b))) {
		return 0, fmt.Errorf("blob: size: %w", protocol.ErrMalformed)
	}
	return int64(binary.BigEndian.Uint32(b)), nil
}

// ManifestLen returns the bytes of the manifest of so many sealed bytes.
func ManifestLen(size int64) int { return 4 + sha256.Size*chunks(size) }

// SealedSize returns the bytes of the sealed chunks of so much content.
func SealedSize(content int64) int64 {
	padded := max(1, (content+protocol.BlobPadStep-1)/protocol.BlobPadStep) * protocol.BlobPadStep
	n := (padded + protocol.BlobChunk - 1) / protocol.BlobChunk
	return padded + n*Overhead
}

// chunks returns how many sealed chunks so many bytes are.
func chunks(size int64) int { return int((size + SealedChunk - 1) / SealedChunk) }

// possible reports whether sealed chunks can be that long together.
func possible(size int64) bool {
	if size <= 0 || chunks(size) > protocol.MaxBlobChunks {
		return false
	}
	last := size - int64(chunks(size)-1)*SealedChunk
	return last > Overhead && (last-Overhead)%protocol.BlobPadStep == 0
}

// Bytes returns the manifest as it travels.
func (m Manifest) Bytes() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, ManifestLen(m.Size())), m.size)
	for _, h := range m.hashes {
		b = append(b, h[:]...)
	}
	return b
}

// Address returns the name of the blob.
func (m Manifest) Address() Address {
	return sha256.Sum256(append([]byte(protocol.DomainBlob), m.Bytes()...))
}

// Size returns the bytes of all sealed chunks.
func (m Manifest) Size() int64 { return int64(m.size) }

// Chunks returns how many there are.
func (m Manifest) Chunks() int { return len(m.hashes) }

// Last reports whether i is the last chunk.
func (m Manifest) Last(i int) bool { return i == len(m.hashes)-1 }

// Place returns where chunk i lies among the sealed bytes, and its length.
func (m Manifest) Place(i int) (at int64, length int) {
	at = int64(i) * SealedChunk
	return at, int(min(SealedChunk, m.Size()-at))
}

// Check judges a sealed chunk: ErrMalformed where there is no such chunk or it
// is of another length, ErrForged where it is not what the manifest says.
func (m Manifest) Check(i int, sealed []byte) error {
	if i < 0 || i >= m.Chunks() {
		return fmt.Errorf("blob: chunk %d of %d: %w", i, m.Chunks(), protocol.ErrMalformed)
	}
	if _, length := m.Place(i); length != len(sealed) {
		return fmt.Errorf("blob: chunk of %d bytes: %w", len(sealed), protocol.ErrMalformed)
	}
	if sha256.Sum256(sealed) != m.hashes[i] {
		return fmt.Errorf("blob: chunk %d: %w", i, protocol.ErrForged)
	}
	return nil
}
