package blob_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
	. "gotong/protocol/blob"
)

var update = flag.Bool("update", false, "write testdata/vectors anew")

// sealed is a blob in memory.
type sealed struct {
	manifest Manifest
	chunks   [][]byte
}

func seal(key Key, content []byte) (s sealed) {
	var hashes [][32]byte
	var size int64
	for i := 0; ; i++ {
		n := min(len(content), protocol.BlobChunk)
		last := n == len(content)
		c := Seal(key, i, last, content[:n])
		s.chunks, hashes, size = append(s.chunks, c), append(hashes, sha256.Sum256(c)), size+int64(len(c))
		if content = content[n:]; last {
			break
		}
	}
	m, err := NewManifest(size, hashes)
	if err != nil {
		panic(err)
	}
	s.manifest = m
	return s
}

func (s sealed) open(key Key, length int) ([]byte, error) {
	var content []byte
	for i, c := range s.chunks {
		if err := s.manifest.Check(i, c); err != nil {
			return nil, err
		}
		plain, err := Open(key, i, s.manifest.Last(i), c)
		if err != nil {
			return nil, err
		}
		content = append(content, plain...)
	}
	return content[:length], nil
}

func contents(t *rapid.T) []byte {
	n := rapid.OneOf(rapid.IntRange(1, 3000), rapid.SampledFrom([]int{1, 1023, 1024, 1025, 16383, 16384, 16385, 32768, 40000})).Draw(t, "length")
	return bytes.Repeat([]byte(rapid.StringN(1, 9, 32).Draw(t, "text")), n)[:n]
}

func TestWhatIsSealedOpensAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content, key := contents(t), Key{byte(rapid.IntRange(0, 9).Draw(t, "key"))}
		s := seal(key, content)
		if got := s.manifest.Size(); got != SealedSize(int64(len(content))) {
			t.Fatalf("%d sealed bytes, SealedSize says %d", got, SealedSize(int64(len(content))))
		}
		m, err := ParseManifest(s.manifest.Bytes(), s.manifest.Address())
		if err != nil {
			t.Fatal(err)
		}
		s.manifest = m
		got, err := s.open(key, len(content))
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("opened to something else: %v", err)
		}
		if _, err := s.open(Key{77}, len(content)); !errors.Is(err, protocol.ErrUnreadable) {
			t.Fatalf("another key opens it: %v", err)
		}
	})
}

func TestNoAlteredChunkIsTaken(t *testing.T) {
	s := seal(Key{1}, bytes.Repeat([]byte("padi"), 10_000))
	for i, c := range s.chunks {
		for _, at := range []int{0, len(c) / 2, len(c) - 1} {
			wrong := bytes.Clone(c)
			wrong[at] ^= 1
			if err := s.manifest.Check(i, wrong); !errors.Is(err, protocol.ErrForged) {
				t.Errorf("chunk %d with a wrong byte at %d: %v", i, at, err)
			}
		}
		if err := s.manifest.Check(i, c[1:]); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("a short chunk: %v", err)
		}
		if err := s.manifest.Check(i+1, c); err == nil {
			t.Errorf("chunk %d passes for the next", i)
		}
	}
	if err := s.manifest.Check(-1, s.chunks[0]); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("chunk -1: %v", err)
	}
}

// TestChunksCanBeNeitherMovedNorLeftOff: not even by somebody who has the key
// and writes a manifest of his own.
func TestChunksCanBeNeitherMovedNorLeftOff(t *testing.T) {
	key := Key{1}
	s := seal(key, bytes.Repeat([]byte("padi"), 10_000))
	if _, err := Open(key, 1, false, s.chunks[0]); err == nil {
		t.Error("the first chunk opens as the second")
	}
	if _, err := Open(key, 1, true, s.chunks[1]); err == nil {
		t.Error("a chunk in the middle opens as the last: a blob can be cut short")
	}
	if key.Thumbnail() == key {
		t.Error("one key seals two contents")
	}
}

func TestABlobThatLiesAboutItsSizeIsNone(t *testing.T) {
	s := seal(Key{1}, bytes.Repeat([]byte("padi"), 10_000))
	whole := s.manifest.Bytes()
	for name, b := range map[string][]byte{
		"empty": {}, "cut short": whole[:len(whole)-1], "too long": append(bytes.Clone(whole), 0), "size 0": {0, 0, 0, 0},
		"4 GB": {255, 255, 255, 255}, "one byte more": append([]byte{whole[0], whole[1], whole[2], whole[3] + 1}, whole[4:]...),
		"10 GB of hashes": append([]byte{1, 0, 4, 16}, make([]byte, 32)...),
	} {
		if _, err := ParseManifest(b, s.manifest.Address()); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := seal(Key{2}, []byte("lain"))
	if _, err := ParseManifest(other.manifest.Bytes(), s.manifest.Address()); !errors.Is(err, protocol.ErrForged) {
		t.Errorf("another blob's manifest: %v", err)
	}
	largest := SealedSize(protocol.MaxBlob)
	if ManifestLen(largest) != MaxManifest || MaxManifest >= protocol.MaxFrame {
		t.Errorf("the largest manifest has %d bytes, not %d, and must fit a frame", ManifestLen(largest), MaxManifest)
	}
	if _, err := SizeOf([]byte{byte(largest >> 24), byte(largest >> 16), byte(largest >> 8), byte(largest)}); err != nil {
		t.Errorf("the largest blob: %v", err)
	}
	largest += protocol.BlobPadStep
	if _, err := SizeOf([]byte{byte(largest >> 24), byte(largest >> 16), byte(largest >> 8), byte(largest)}); err == nil {
		t.Error("a blob beyond the largest passes")
	}
}

func TestOnlyAWrittenAddressIsRead(t *testing.T) {
	a := seal(Key{1}, []byte("x")).manifest.Address()
	if got, err := ParseAddress(a.String()); err != nil || got != a {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "../../etc/passwd", strings.ToUpper(a.String()), a.String() + "0", a.String()[:62], "./" + a.String()[2:]} {
		if _, err := ParseAddress(text); err == nil {
			t.Errorf("%q passes for an address", text)
		}
	}
}

const vectorFile = "testdata/vectors/blob.txt"

// TestABlobHasTheseBytes holds the format against what was written before.
func TestABlobHasTheseBytes(t *testing.T) {
	key := Key{}
	for i := range key {
		key[i] = byte(0x41 + i)
	}
	content := bytes.Repeat([]byte("Dapur umum di balai RT 03. "), 700)
	s := seal(key, content)
	small := seal(key.Thumbnail(), []byte("kecil"))
	var w strings.Builder
	fmt.Fprintf(&w, "key %x\ncontent %q x 700\n", key[:], "Dapur umum di balai RT 03. ")
	fmt.Fprintf(&w, "manifest %x\naddress %v\n", s.manifest.Bytes(), s.manifest.Address())
	for i, c := range s.chunks {
		fmt.Fprintf(&w, "chunk %d, %d bytes, begins %x ends %x\n", i, len(c), c[:16], c[len(c)-16:])
	}
	thumb := key.Thumbnail()
	fmt.Fprintf(&w, "thumbnail key %s\nthumbnail of \"kecil\" %v\n", hex.EncodeToString(thumb[:]), small.manifest.Address())
	if *update {
		if err := os.WriteFile(vectorFile, []byte(w.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorFile)
	if err != nil || w.String() != string(want) {
		t.Errorf("%v: the bytes are\n%s, and were\n%s", err, w.String(), want)
	}
}

// FuzzManifest: whatever comes in, it is one manifest's bytes or refused.
func FuzzManifest(f *testing.F) {
	s := seal(Key{1}, bytes.Repeat([]byte("padi"), 10_000))
	f.Add(s.manifest.Bytes())
	f.Add([]byte{0, 0, 4, 16})
	f.Fuzz(func(t *testing.T, b []byte) {
		address := Address(sha256.Sum256(append([]byte(protocol.DomainBlob), b...)))
		m, err := ParseManifest(b, address)
		if err != nil {
			if !errors.Is(err, protocol.ErrMalformed) {
				t.Fatalf("of no known kind: %v", err)
			}
			return
		}
		if !bytes.Equal(m.Bytes(), b) || m.Address() != address || m.Chunks() > protocol.MaxBlobChunks {
			t.Fatal("two manifests for one address")
		}
		for i := range m.Chunks() {
			if at, n := m.Place(i); n <= Overhead || n > SealedChunk || at+int64(n) > m.Size() {
				t.Fatalf("chunk %d lies at %d with %d bytes", i, at, n)
			}
		}
	})
}
