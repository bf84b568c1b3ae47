package blobs

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// Stream is what blobs travel over: a libp2p stream, or in tests a pipe.
type Stream interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// abort ends a stream so that the other side sees it did not end well.
func abort(s Stream) {
	if r, ok := s.(interface{ Reset() error }); ok {
		_ = r.Reset() // nothing is left to be done if it fails
		return
	}
	_ = s.Close()
}

// The kinds of frames (SPEC.md). Numbers are never used again.
const (
	kindHello    = 1
	kindRefused  = 2
	kindWant     = 3
	kindManifest = 4
	kindLack     = 5
	kindChunk    = 6
	kindData     = 7
	kindList     = 8
	kindHas      = 9
	kindSame     = 10
)

// version is the first byte of HELLO.
const version = 1

// maxFrame bounds a frame: a kind and a body.
const maxFrame = 1 + protocol.MaxFrame

// Deadlines of a stream.
const (
	silence     = 15 * time.Second // that whoever waits for an answer bears
	idle        = time.Minute      // that whoever serves bears between two questions
	writingTime = time.Minute      // for one frame: a chunk needs 14 s at 9,600 bit/s
)

// wire reads and writes the frames of a stream: a uvarint length, then a kind
// and its body.
type wire struct {
	stream  Stream
	in      *bufio.Reader
	silence time.Duration
}

func newWire(s Stream, silence time.Duration) *wire {
	w := &wire{stream: s, silence: silence}
	w.in = bufio.NewReaderSize(awake{w}, 4<<10)
	return w
}

// awake reads from a stream as long as something comes within the silence that
// is borne.
type awake struct{ *wire }

func (a awake) Read(p []byte) (int, error) {
	if err := a.stream.SetReadDeadline(time.Now().Add(a.silence)); err != nil {
		return 0, err
	}
	return a.stream.Read(p)
}

// read returns the next frame, of at most most bytes.
func (w *wire) read(most int) (kind byte, body []byte, err error) {
	size, err := binary.ReadUvarint(w.in)
	if err != nil {
		return 0, nil, fmt.Errorf("blobs: read: %w", err)
	}
	if size == 0 || size > uint64(most) {
		return 0, nil, malformed("frame length")
	}
	frame := make([]byte, size)
	if _, err := io.ReadFull(w.in, frame); err != nil {
		return 0, nil, fmt.Errorf("blobs: read: %w", err)
	}
	return frame[0], frame[1:], nil
}

// write sends frames in one piece.
func (w *wire) write(frames ...[]byte) error {
	if err := w.stream.SetWriteDeadline(time.Now().Add(writingTime)); err != nil {
		return fmt.Errorf("blobs: write: %w", err)
	}
	var whole []byte
	for _, frame := range frames {
		whole = append(binary.AppendUvarint(whole, uint64(len(frame))), frame...)
	}
	if _, err := w.stream.Write(whole); err != nil {
		return fmt.Errorf("blobs: write: %w", err)
	}
	return nil
}

// malformed says what was wrong with a frame. The blame is the peer's.
func malformed(what string) error {
	return fmt.Errorf("blobs: %s: %w", what, protocol.ErrMalformed)
}

func hello(tag [16]byte) []byte { return append([]byte{kindHello, version}, tag[:]...) }

func parseHello(body []byte) (tag [16]byte, err error) {
	if len(body) != 1+16 || body[0] != version {
		return tag, malformed("HELLO")
	}
	return [16]byte(body[1:]), nil
}

func want(a blob.Address) []byte { return append([]byte{kindWant}, a[:]...) }

func chunkOf(i int) []byte { return binary.BigEndian.AppendUint32([]byte{kindChunk}, uint32(i)) }

func data(i int, sealed []byte) []byte {
	frame := binary.BigEndian.AppendUint32(append(make([]byte, 0, 5+len(sealed)), kindData), uint32(i))
	return append(frame, sealed...)
}

// maxData bounds a frame of DATA.
const maxData = 1 + 4 + blob.SealedChunk

func parseIndex(body []byte) (int, []byte, error) {
	if len(body) < 4 {
		return 0, nil, malformed("chunk number")
	}
	i := binary.BigEndian.Uint32(body)
	if i >= protocol.MaxBlobChunks {
		return 0, nil, malformed("chunk number")
	}
	return int(i), body[4:], nil
}

// Bounds of a list: blobs in a frame, and frames.
const (
	listed   = len(blob.Address{}) + 4
	maxHas   = (maxFrame - 2) / listed
	maxLists = 16
)

// has is the frame of HAS: whether more come, and blobs with the bytes of their
// files.
func has(more bool, all []listing) []byte {
	frame := []byte{kindHas, 0}
	if more {
		frame[1] = 1
	}
	for _, l := range all {
		frame = binary.BigEndian.AppendUint32(append(frame, l.a[:]...), uint32(l.size))
	}
	return frame
}

func parseHas(body []byte) (all []listing, more bool, err error) {
	if len(body) == 0 || body[0] > 1 || (len(body)-1)%listed != 0 {
		return nil, false, malformed("HAS")
	}
	for rest := body[1:]; len(rest) > 0; rest = rest[listed:] {
		all = append(all, listing{blob.Address(rest), int64(binary.BigEndian.Uint32(rest[listed-4:]))})
	}
	return all, body[0] == 1, nil
}
