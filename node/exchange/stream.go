package exchange

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// Stream is what an exchange runs over: a libp2p stream, or in tests and in
// the simulator a pipe.
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

// Deadlines of a stream. A live peer is never silent for long: it sends ALIVE
// when it has nothing to say. A frame that cannot be written waits for the
// link, which may be slow, and for a peer that reads.
const (
	silence     = 10 * time.Second
	aliveEvery  = 4 * time.Second
	writingTime = 5 * time.Minute
)

// wire reads and writes the frames of a stream: a uvarint length, then a kind
// and its body (SPEC.md 2). One goroutine may read while one writes.
type wire struct {
	stream Stream
	in     *bufio.Reader
}

func newWire(s Stream) *wire {
	w := &wire{stream: s}
	w.in = bufio.NewReaderSize(awake{s}, 16<<10)
	return w
}

// awake reads from a stream as long as something comes within silence.
type awake struct{ Stream }

func (a awake) Read(p []byte) (int, error) {
	if err := a.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return a.Stream.Read(p)
}

// read returns the next frame.
func (w *wire) read() (kind byte, body []byte, err error) {
	size, err := binary.ReadUvarint(w.in)
	if err != nil {
		return 0, nil, fmt.Errorf("exchange: read: %w", err)
	}
	if size == 0 || size > maxFrame {
		return 0, nil, malformed("frame length")
	}
	frame := make([]byte, size)
	if _, err := io.ReadFull(w.in, frame); err != nil {
		return 0, nil, fmt.Errorf("exchange: read: %w", err)
	}
	return frame[0], frame[1:], nil
}

// write sends a frame in one piece.
func (w *wire) write(frame []byte) error {
	if err := w.stream.SetWriteDeadline(time.Now().Add(writingTime)); err != nil {
		return fmt.Errorf("exchange: write: %w", err)
	}
	whole := binary.AppendUvarint(make([]byte, 0, len(frame)+3), uint64(len(frame)))
	if _, err := w.stream.Write(append(whole, frame...)); err != nil {
		return fmt.Errorf("exchange: write: %w", err)
	}
	return nil
}
