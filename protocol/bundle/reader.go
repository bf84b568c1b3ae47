package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"gotong/protocol"
)

// Reader reads one bundle, holding one item at a time.
type Reader struct {
	in     *bufio.Reader
	salt   Salt
	sum    hash.Hash
	offset uint64
	index  []entry // as counted while reading
	listed int     // how many of them the bundle's own index has named
	begin  uint64  // where that index began
	err    error
}

// NewReader reads the header: ErrNotBundle, ErrVersion, or what reading gave.
func NewReader(r io.Reader) (*Reader, error) {
	b := &Reader{in: bufio.NewReader(r), sum: sha256.New()}
	header := make([]byte, HeaderSize)
	n, err := io.ReadFull(b.in, header)
	switch {
	case err != nil && !cut(err):
		return nil, fmt.Errorf("bundle: read: %w", err)
	case n <= len(magic) || string(header[:len(magic)]) != magic || header[len(magic)] == 0:
		return nil, ErrNotBundle
	case header[len(magic)] != Version:
		return nil, fmt.Errorf("%w: %d", ErrVersion, header[len(magic)])
	case err != nil:
		return nil, fmt.Errorf("%w: header cut short", ErrDamaged)
	}
	b.count(header)
	b.salt = Salt(header[len(magic)+1:])
	return b, nil
}

// Salt returns what the tags of this bundle are made under.
func (b *Reader) Salt() Salt { return b.salt }

// Next returns the next item and the section it stands in. The bytes are the
// caller's. At the end of a whole bundle the error is io.EOF, and no byte
// beyond it is waited for; ErrDamaged says that the bundle was cut short or
// altered somewhere, and other errors are those of reading. After an error
// there are no more items.
func (b *Reader) Next() (Tag, []byte, error) {
	for b.err == nil {
		content, err := b.frame()
		switch {
		case err != nil:
			b.err = err
		case len(content) >= protocol.MinItem:
			if b.err = b.item(); b.err == nil {
				return b.index[len(b.index)-1].tag, content, nil
			}
		default:
			b.err = b.mark(content)
		}
	}
	return Tag{}, nil, b.err
}

// item counts an item, which belongs into a section and before the index.
func (b *Reader) item() error {
	if len(b.index) == 0 || b.listed > 0 {
		return fmt.Errorf("%w: item outside a section", ErrDamaged)
	}
	b.index[len(b.index)-1].items++
	return nil
}

// mark obeys a frame that is no item; io.EOF after the last one.
func (b *Reader) mark(content []byte) error {
	switch kind := mark(content[0]); {
	case kind == markSection && len(content) == sectionSize:
		return b.section(Tag(content[1:]))
	case kind == markIndex && len(content) == indexSize:
		return b.list(content)
	case kind == markEnd && len(content) == endSize:
		return b.end(content)
	}
	return fmt.Errorf("%w: unknown mark", ErrDamaged)
}

func (b *Reader) section(t Tag) error {
	if b.listed > 0 || len(b.index) == MaxSections {
		return fmt.Errorf("%w: section out of place", ErrDamaged)
	}
	b.index = append(b.index, entry{tag: t, offset: b.offset - size(sectionSize)})
	return nil
}

// list compares a line of the index with what was counted.
func (b *Reader) list(content []byte) error {
	if b.listed == 0 {
		b.begin = b.offset - size(indexSize)
	}
	if b.listed == len(b.index) || string(b.index[b.listed].encode()) != string(content) {
		return fmt.Errorf("%w: index does not fit", ErrDamaged)
	}
	b.listed++
	return nil
}

// end compares the last frame with what was counted and summed up before it.
func (b *Reader) end(content []byte) error {
	if b.listed == 0 {
		b.begin = b.offset - size(endSize)
	}
	fits := b.listed == len(b.index) &&
		binary.BigEndian.Uint16(content[1:]) == uint16(len(b.index)) && binary.BigEndian.Uint64(content[3:]) == b.begin
	if !fits || [32]byte(content[11:]) != [32]byte(b.sum.Sum(nil)) {
		return fmt.Errorf("%w: checksum does not fit", ErrDamaged)
	}
	return io.EOF
}

// size is what a frame with n bytes of content takes.
func size(n int) uint64 { return uint64(protocol.ItemSize(n)) }

// frame returns the content of the next frame.
func (b *Reader) frame() ([]byte, error) {
	length, err := b.length()
	if err != nil {
		return nil, broken(err)
	}
	content := make([]byte, length)
	if _, err := io.ReadFull(b.in, content); err != nil {
		return nil, broken(err)
	}
	framed := protocol.AppendItem(nil, content)
	if mark(content[0]) != markEnd || length != endSize {
		b.sum.Write(framed) // the last frame's checksum is over what stands before it
	}
	b.offset += uint64(len(framed))
	return content, nil
}

// length reads a frame's length: a uvarint of one or two bytes, in its shortest
// form. Bounded before anything is made of that size.
func (b *Reader) length() (int, error) {
	first, err := b.in.ReadByte()
	if err != nil {
		return 0, err
	}
	n := int(first)
	if first >= 0x80 {
		second, err := b.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if second == 0 || second >= 0x80 {
			return 0, ErrDamaged
		}
		n = int(first&0x7f) | int(second)<<7
	}
	if n == 0 || n > protocol.MaxItem {
		return 0, ErrDamaged
	}
	return n, nil
}

func (b *Reader) count(bytes []byte) {
	b.sum.Write(bytes)
	b.offset += uint64(len(bytes))
}

func cut(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// broken says what a frame that cannot be read means.
func broken(err error) error {
	switch {
	case cut(err):
		return fmt.Errorf("%w: cut short", ErrDamaged)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("%w: frame length", ErrDamaged)
	}
	return fmt.Errorf("bundle: read: %w", err)
}
