package bundle

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"gotong/protocol"
)

// Writer writes one bundle. After an error it only returns that error again.
type Writer struct {
	out    io.Writer
	sum    hash.Hash
	offset uint64
	index  []entry
	err    error
}

// NewWriter begins a bundle on w: the header is written. Every item costs a
// write, so a file or a socket wants a buffer in between.
func NewWriter(w io.Writer, s Salt) *Writer {
	b := &Writer{out: w, sum: sha256.New()}
	header := append([]byte(magic), Version)
	b.write(append(header, s[:]...))
	return b
}

// Section begins the section of a neighbourhood. Its roster operations come
// first, in an order in which they can be taken in, then its cells, the most
// urgent class first, so that what a broken reading yields is what counts most.
func (b *Writer) Section(t Tag) error {
	if b.err == nil && len(b.index) == MaxSections {
		b.err = ErrSections
	}
	b.index = append(b.index, entry{tag: t, offset: b.offset})
	return b.frame(append([]byte{byte(markSection)}, t[:]...))
}

// Item adds a raw cell or roster operation, of protocol.MinItem to
// protocol.MaxItem bytes, to the section.
func (b *Writer) Item(raw []byte) error {
	if b.err == nil && (len(b.index) == 0 || len(raw) < protocol.MinItem || len(raw) > protocol.MaxItem) {
		b.err = fmt.Errorf("%w: %d bytes in section %d", ErrItem, len(raw), len(b.index))
	}
	if b.err != nil {
		return b.err
	}
	b.index[len(b.index)-1].items++
	return b.frame(raw)
}

// Close writes the index and the checksum, without which a bundle counts as
// cut short. It does not close what it writes to.
func (b *Writer) Close() error {
	begin := b.offset
	for _, e := range b.index {
		b.frame(e.encode())
	}
	end := binary.BigEndian.AppendUint16([]byte{byte(markEnd)}, uint16(len(b.index)))
	end = binary.BigEndian.AppendUint64(end, begin)
	return b.frame(b.sum.Sum(end))
}

func (e entry) encode() []byte {
	b := append([]byte{byte(markIndex)}, e.tag[:]...)
	b = binary.BigEndian.AppendUint64(b, e.offset)
	return binary.BigEndian.AppendUint64(b, e.items)
}

func (b *Writer) frame(content []byte) error {
	return b.write(protocol.AppendItem(nil, content))
}

func (b *Writer) write(bytes []byte) error {
	if b.err != nil {
		return b.err
	}
	if _, err := b.out.Write(bytes); err != nil {
		b.err = fmt.Errorf("bundle: write: %w", err)
		return b.err
	}
	b.sum.Write(bytes)
	b.offset += uint64(len(bytes))
	return nil
}
