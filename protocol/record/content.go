package record

import (
	"bytes"
	"fmt"
	"maps"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
)

// Content reads joined fields as the kind's message, which carries the common
// fields along as unknown ones. It does not judge the content; see [Check].
func Content(kind Kind, fields crdt.Fields) (proto.Message, error) {
	own, common, newer := assemble(fields)
	return unmarshal(kind, own, common, newer)
}

// Read reads joined fields as the kind's message and the common fields beside
// it, and judges both: where one cannot be read or breaks a rule, there is
// neither.
func Read(kind Kind, fields crdt.Fields) (proto.Message, *Common, error) {
	own, common, newer := assemble(fields)
	m, err := unmarshal(kind, own, newer)
	if err != nil {
		return nil, nil, err
	}
	c := new(Common)
	if err := proto.Unmarshal(common, c); err != nil {
		return nil, nil, fmt.Errorf("%w: %v", ErrBody, err)
	}
	if err := first(Check(c), Check(m)); err != nil {
		return nil, nil, err
	}
	return m, c, nil
}

func unmarshal(kind Kind, pieces ...[]byte) (proto.Message, error) {
	m, err := blank(kind)
	if err != nil {
		return nil, err
	}
	for _, piece := range pieces {
		if err := (proto.UnmarshalOptions{Merge: true}).Unmarshal(piece, m); err != nil {
			return nil, fmt.Errorf("%w: %v", ErrBody, err)
		}
	}
	return m, nil
}

// assemble puts fields together again, in the order of their numbers: those
// before the common ones, the common ones, those after.
func assemble(fields crdt.Fields) (own, common, newer []byte) {
	numbers := fields.Numbers()
	size := 0
	for _, f := range fields {
		size += len(f.Value)
	}
	content := make([]byte, 0, size)
	from, to := 0, 0
	for _, number := range numbers {
		content = append(content, fields[number].Value...)
		if number < firstCommon {
			from = len(content)
		}
		if number <= lastCommon {
			to = len(content)
		}
	}
	return content[:from], content[from:to], content[to:]
}

// The fields that stand in every kind.
const firstCommon, lastCommon = 100, 119

func isCommon(number uint32) bool { return number >= firstCommon && number <= lastCommon }

// CommonOf reads the fields that every kind shares, and no others: written out
// again beside the kind's message, old values of its fields would stand in the
// way of new ones.
func CommonOf(fields crdt.Fields) (*Common, error) {
	_, common, _ := assemble(fields)
	c := new(Common)
	if err := proto.Unmarshal(common, c); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrBody, err)
	}
	return c, nil
}

// FieldsOf cuts messages, a kind's and where wanted a Common, into fields set
// at stamp. A message that [Content] read carries the common fields it was read
// with, and they stay; a Common given after it replaces them all, and must be
// one that [Check] passes.
func FieldsOf(stamp crdt.Stamp, messages ...proto.Message) (crdt.Fields, error) {
	fields := make(crdt.Fields)
	for _, m := range messages {
		if c, ok := m.(*Common); ok {
			if err := Check(c); err != nil {
				return nil, err
			}
			maps.DeleteFunc(fields, func(number uint32, _ crdt.Assertion) bool { return isCommon(number) })
		}
		values, err := cut(m)
		if err != nil {
			return nil, err
		}
		for number, value := range values {
			fields[number] = crdt.Assertion{Stamp: stamp, Value: value}
		}
	}
	return fields, nil
}

// cut returns the fields of a message, each as it stands on the wire.
func cut(m proto.Message) (map[uint32][]byte, error) {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("record: encode: %w", err)
	}
	values := make(map[uint32][]byte)
	for len(content) > 0 {
		f, rest, err := next(content)
		if err != nil {
			return nil, err
		}
		values[f.number] = append(values[f.number], f.raw...)
		content = rest
	}
	return values, nil
}

// Edit returns the fields that differ between what stands and what is wanted,
// set at stamp; fields that are gone are cleared. It is all that an editing
// device may assert.
func Edit(stands, wanted crdt.Fields, stamp crdt.Stamp) crdt.Fields {
	edit := make(crdt.Fields)
	for number, w := range wanted {
		if !bytes.Equal(stands[number].Value, w.Value) {
			edit[number] = crdt.Assertion{Stamp: stamp, Value: w.Value}
		}
	}
	for number, s := range stands {
		if _, kept := wanted[number]; !kept && len(s.Value) > 0 {
			edit[number] = crdt.Assertion{Stamp: stamp}
		}
	}
	return edit
}
