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
// are kept as they are.
func Decode(h cell.Header, body []byte) (Part, error) {
	var b Body
	if err := proto.Unmarshal(body, &b); err != nil {
		return Part{}, fmt.Errorf("%w: %v", ErrBody, err)
	}
	birth, err := birthIn(h, b.Birth)
	if err != nil {
		return Part{}, err
	}
	p := Part{Birth: birth, Kind: b.Kind, Fields: make(crdt.Fields)}
	for _, a := range b.Assertions {
		if err := p.add(a, h.Stamp); err != nil {
			return Part{}, err
		}
	}
	return p, nil
}

// birthIn returns the record's birth: the one in the body or, where there is
// none, the cell itself. No record is born after the cell that speaks of it.
func birthIn(h cell.Header, in *Birth) (protocol.Birth, error) {
	if in == nil {
		return protocol.Birth{Device: h.Device, Slot: h.Slot, Stamp: h.Stamp}, nil
	}
	birth, ok := in.Place()
	if !ok {
		return protocol.Birth{}, fmt.Errorf("%w: birth", ErrBody)
	}
	return birth, nil
}

// add joins the fields of one assertion; own is the stamp of the cell, beyond
// which no field can have been set.
func (p Part) add(a *Assertion, own crdt.Stamp) error {
	stamp := crdt.Stamp(a.Stamp)
	if stamp == 0 {
		stamp = own
	}
	if stamp > own {
		return fmt.Errorf("%w: a field newer than its cell", ErrBody)
	}
	values, err := split(a.Content)
	if err != nil {
		return err
	}
	for number, value := range values {
		p.Fields.Set(number, crdt.Assertion{Stamp: stamp, Value: value})
	}
	for _, number := range a.Cleared {
		p.Fields.Set(number, crdt.Assertion{Stamp: stamp})
	}
	return nil
}

// split cuts a message into its fields, each with its tags, without knowing
// their types: that is how fields of newer versions survive.
func split(content []byte) (map[uint32][]byte, error) {
	values := make(map[uint32][]byte)
	for len(content) > 0 {
		number, _, n := protowire.ConsumeField(content)
		if n < 0 {
			return nil, fmt.Errorf("%w: %v", ErrBody, protowire.ParseError(n))
		}
		values[uint32(number)] = append(values[uint32(number)], content[:n]...)
		content = content[n:]
	}
	return values, nil
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
// not 16 bytes.
func (b *Birth) Place() (protocol.Birth, bool) {
	if b == nil || len(b.Device) != len(protocol.DeviceID{}) {
		return protocol.Birth{}, false
	}
	return protocol.Birth{Device: protocol.DeviceID(b.Device), Slot: b.Slot, Stamp: crdt.Stamp(b.Stamp)}, true
}

// BirthOf returns the message that names a birth.
func BirthOf(b protocol.Birth) *Birth {
	return &Birth{Device: b.Device[:], Slot: b.Slot, Stamp: uint64(b.Stamp)}
}
