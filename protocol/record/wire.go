package record

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a message as it stands on the wire.
type field struct {
	number uint32
	kind   protowire.Type
	raw    []byte // tag and value
	tag    int    // bytes of raw that are the tag
}

// is reports whether the field has this number and wire type; with another type
// it is as good as unknown.
func (f field) is(number uint32, kind protowire.Type) bool {
	return f.number == number && f.kind == kind
}

// The value of a field that is of that type; next has checked its length.

func (f field) bytes() []byte   { v, _ := protowire.ConsumeBytes(f.raw[f.tag:]); return v }
func (f field) varint() uint64  { v, _ := protowire.ConsumeVarint(f.raw[f.tag:]); return v }
func (f field) fixed64() uint64 { v, _ := protowire.ConsumeFixed64(f.raw[f.tag:]); return v }

// next takes the first field off a message, without knowing its type: that is
// how fields of newer versions survive. It shares the message's memory.
func next(message []byte) (f field, rest []byte, err error) {
	number, kind, tag := protowire.ConsumeTag(message)
	if tag < 0 || number > protowire.MaxValidNumber {
		return field{}, nil, fmt.Errorf("%w: field number", ErrBody)
	}
	n := protowire.ConsumeFieldValue(number, kind, message[tag:])
	if n < 0 {
		return field{}, nil, fmt.Errorf("%w: %v", ErrBody, protowire.ParseError(n))
	}
	n += tag
	return field{uint32(number), kind, message[:n:n], tag}, message[n:], nil
}
