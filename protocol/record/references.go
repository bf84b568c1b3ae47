package record

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
)

// SubjectOf returns the record that a record of this kind is about: what a
// pledge is for, what an acceptance or a receipt answers, what a comment is on,
// whose contact it is. It looks at the field that names it alone, whatever the
// others hold.
func SubjectOf(kind Kind, fields crdt.Fields) (protocol.Birth, bool) {
	if !kinds[kind].about {
		return protocol.Birth{}, false
	}
	var b Birth
	if proto.Unmarshal(valueOf(fields, 1), &b) != nil {
		return protocol.Birth{}, false
	}
	return b.Place()
}

// OriginOf returns where the writer took a record from; see Common.
func OriginOf(fields crdt.Fields) string { return string(valueOf(fields, 104)) }

// valueOf returns what a length-delimited field holds, of several pieces all.
// That is right for a message; a text written twice is nobody's.
func valueOf(fields crdt.Fields, number uint32) []byte {
	var value []byte
	for rest := fields[number].Value; len(rest) > 0; {
		var f field
		var err error
		if f, rest, err = next(rest); err != nil {
			return nil // no decoded field is broken
		}
		if f.is(number, protowire.BytesType) {
			value = join(value, f.bytes())
		}
	}
	return value
}
