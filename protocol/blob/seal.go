package blob

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"gotong/protocol"
)

// Key seals one blob and no other: 32 random bytes, drawn by whoever makes it.
//
// It is random rather than made from the content, so that whoever knows the
// neighbourhood cannot tell from an address that a known picture is shown in it;
// and it is the blob's own rather than the epoch's, so that a new epoch leaves
// the blob as it is: the record that holds the key is what is sealed anew.
type Key [chacha20poly1305.KeySize]byte

// Thumbnail returns the key of the small picture that stands for a photo.
func (k Key) Thumbnail() Key {
	b, err := hkdf.Key(sha256.New, k[:], nil, protocol.DomainThumbnail, len(Key{}))
	if err != nil {
		panic(err) // only lengths can be wrong, and these are not
	}
	return Key(b)
}

// nonce is the chunk's number and whether it is the last, so that chunks can be
// neither moved nor left off by somebody with the key.
func nonce(i int, last bool) []byte {
	n := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint32(n[7:], uint32(i))
	if last {
		n[11] = 1
	}
	return n
}

// Seal seals chunk i, which is BlobChunk bytes or, where it is the last, may be
// fewer and is padded. A key that sealed one content must never seal another.
func Seal(k Key, i int, last bool, content []byte) []byte {
	padded := make([]byte, sealedLen(len(content), last)-Overhead, protocol.BlobChunk+Overhead)
	copy(padded, content)
	aead, err := chacha20poly1305.New(k[:])
	if err != nil {
		panic(err) // the key is of the right length
	}
	return aead.Seal(padded[:0], nonce(i, last), padded, []byte(protocol.DomainBlob))
}

func sealedLen(content int, last bool) int {
	if last {
		return int(SealedSize(int64(content)))
	}
	return SealedChunk
}

// Open opens a sealed chunk, with its padding. ErrUnreadable where it does not
// open: what the manifest says of it holds, so its author is to blame.
func Open(k Key, i int, last bool, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(k[:])
	if err != nil {
		panic(err) // the key is of the right length
	}
	content, err := aead.Open(nil, nonce(i, last), sealed, []byte(protocol.DomainBlob))
	if err != nil {
		return nil, fmt.Errorf("blob: chunk %d: %w", i, protocol.ErrUnreadable)
	}
	return content, nil
}
