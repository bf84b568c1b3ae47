package record

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// ErrBody: the plaintext of a cell is not a body.
var ErrBody = errors.New("record: not a body")

// Part is what one cell says of one record: the fields its device set, each
// with its own stamp.
type Part struct {
	Birth  protocol.Birth
	Kind   Kind
	Fields crdt.Fields
}

// Decode reads the body of the cell with header h. Unknown kinds and fields
// are kept as they are. The part shares the body's memory.
//
// The body is walked rather than unmarshalled, since a start decodes every
// cell; unmarshalling it as a Body means the same.
func Decode(h cell.Header, body []byte) (Part, error) {
	p := Part{Birth: protocol.Birth{Device: h.Device, Slot: h.Slot, Stamp: h.Stamp}, Fields: make(crdt.Fields)}
	var birth []byte
	for len(body) > 0 {
		f, rest, err := next(body)
		if err != nil {
			return Part{}, err
		}
		switch {
		case f.is(1, protowire.BytesType):
			birth = join(birth, f.bytes())
		case f.is(2, protowire.VarintType):
			p.Kind = Kind(f.varint())
		case f.is(3, protowire.BytesType):
			err = p.assert(f.bytes(), h.Stamp)
		}
		if err != nil {
			return Part{}, err
		}
		body = rest
	}
	return p.named(birth)
}

// join appends the next piece of a value, as it came from next: what shares the
// body's memory has no room behind it, so nothing is overwritten.
func join(value, piece []byte) []byte {
	if value == nil {
		return piece
	}
	return append(value, piece...)
}

// named returns p with the birth that the body names, where it names one. A
// birth is a name: it does not matter whether that cell was ever seen.
func (p Part) named(birth []byte) (Part, error) {
	if birth != nil {
		var b Birth
		if err := proto.Unmarshal(birth, &b); err != nil {
			return Part{}, fmt.Errorf("%w: %v", ErrBody, err)
		}
		place, ok := b.Place()
		if !ok {
			return Part{}, fmt.Errorf("%w: birth", ErrBody)
		}
		p.Birth = place
	}
	if p.Kind <= Kind_KIND_UNKNOWN {
		return Part{}, fmt.Errorf("%w: kind %d", ErrBody, p.Kind)
	}
	return p, nil
}

// assert joins the fields of one assertion; own is the stamp of the cell, beyond
// which no field can have been set.
func (p Part) assert(message []byte, own crdt.Stamp) error {
	var stamp crdt.Stamp
	var content, cleared []byte
	for len(message) > 0 {
		f, rest, err := next(message)
		switch {
		case err != nil:
			return err
		case f.is(1, protowire.Fixed64Type):
			stamp = crdt.Stamp(f.fixed64())
		case f.is(2, protowire.BytesType):
			content = f.bytes()
		case f.is(3, protowire.BytesType): // packed
			cleared = join(cleared, f.bytes())
		case f.is(3, protowire.VarintType):
			cleared = join(cleared, f.raw[f.tag:])
		}
		message = rest
	}
	if stamp == 0 {
		stamp = own
	}
	if stamp > own {
		return fmt.Errorf("%w: a field newer than its cell", ErrBody)
	}
	if err := p.clear(cleared, stamp); err != nil {
		return err
	}
	return p.set(content, stamp)
}

// set joins the fields of a content.
func (p Part) set(content []byte, stamp crdt.Stamp) error {
	for len(content) > 0 {
		f, rest, err := next(content)
		if err != nil {
			return err
		}
		p.add(f, stamp)
		content = rest
	}
	return nil
}

// add joins one piece of content. Pieces of one field at one stamp are read as
// one, in their order.
func (p Part) add(f field, stamp crdt.Stamp) {
	value := f.raw
	switch old, ok := p.Fields[f.number]; {
	case ok && old.Stamp > stamp:
		return
	case ok && old.Stamp == stamp:
		value = join(old.Value, value)
	}
	p.Fields[f.number] = crdt.Assertion{Stamp: stamp, Value: value}
}

// clear joins the fields that were set to nothing.
func (p Part) clear(packed []byte, stamp crdt.Stamp) error {
	for len(packed) > 0 {
		number, n := protowire.ConsumeVarint(packed)
		if n < 0 || uint32(number) < 1 || uint32(number) > uint32(protowire.MaxValidNumber) {
			return fmt.Errorf("%w: cleared field", ErrBody)
		}
		p.Fields.Set(uint32(number), crdt.Assertion{Stamp: stamp})
		packed = packed[n:]
	}
	return nil
}

// Encode returns the body with which the device says p in slot at stamp own.
// Fields are grouped by stamp, newest first.
func (p Part) Encode(device protocol.DeviceID, slot uint32, own crdt.Stamp) ([]byte, error) {
	b := &Body{Kind: p.Kind}
	if p.Birth != (protocol.Birth{Device: device, Slot: slot, Stamp: own}) {
		b.Birth = BirthOf(p.Birth)
	}
	for _, stamp := range p.stamps() {
		b.Assertions = append(b.Assertions, p.assertion(stamp, own))
	}
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("record: encode: %w", err)
	}
	return body, nil
}

func (p Part) stamps() []crdt.Stamp {
	var stamps []crdt.Stamp
	for _, a := range p.Fields {
		stamps = append(stamps, a.Stamp)
	}
	slices.Sort(stamps)
	stamps = slices.Compact(stamps)
	slices.Reverse(stamps)
	return stamps
}

func (p Part) assertion(stamp, own crdt.Stamp) *Assertion {
	a := &Assertion{}
	if stamp != own {
		a.Stamp = uint64(stamp)
	}
	for _, number := range p.Fields.Numbers() {
		switch f := p.Fields[number]; {
		case f.Stamp != stamp:
		case len(f.Value) == 0:
			a.Cleared = append(a.Cleared, number)
		default:
			a.Content = append(a.Content, f.Value...)
		}
	}
	return a
}

// Place returns the birth that the message names; false where the device is
// not 16 bytes or there can be no such slot.
func (b *Birth) Place() (protocol.Birth, bool) {
	if b == nil || len(b.Device) != len(protocol.DeviceID{}) || b.Slot >= protocol.MaxSlots {
		return protocol.Birth{}, false
	}
	return protocol.Birth{Device: protocol.DeviceID(b.Device), Slot: b.Slot, Stamp: crdt.Stamp(b.Stamp)}, true
}

// BirthOf returns the message that names a birth.
func BirthOf(b protocol.Birth) *Birth {
	return &Birth{Device: b.Device[:], Slot: b.Slot, Stamp: uint64(b.Stamp)}
}
