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

// The value of a field that is of that type; walk has checked its length.

func (f field) bytes() []byte   { v, _ := protowire.ConsumeBytes(f.raw[f.tag:]); return v }
func (f field) varint() uint64  { v, _ := protowire.ConsumeVarint(f.raw[f.tag:]); return v }
func (f field) fixed64() uint64 { v, _ := protowire.ConsumeFixed64(f.raw[f.tag:]); return v }

// walk shows each field of a message to see, without knowing their types: that
// is how fields of newer versions survive. They share the message's memory.
func walk(message []byte, see func(field) error) error {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 || number > protowire.MaxValidNumber {
			return fmt.Errorf("%w: field number", ErrBody)
		}
		n := protowire.ConsumeFieldValue(number, kind, message[tag:])
		if n < 0 {
			return fmt.Errorf("%w: %v", ErrBody, protowire.ParseError(n))
		}
		n += tag
		if err := see(field{uint32(number), kind, message[:n:n], tag}); err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}
