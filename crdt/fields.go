package crdt

import (
	"bytes"
	"slices"
)

// Assertion is one field as one device set it. An empty Value means the field
// was cleared.
type Assertion struct {
	Stamp Stamp
	Value []byte
}

// after orders assertions of one field by stamp, then by value, so that equal
// stamps (a cloned device) end in one state on every node.
func (a Assertion) after(b Assertion) bool {
	if a.Stamp != b.Stamp {
		return a.Stamp > b.Stamp
	}
	return bytes.Compare(a.Value, b.Value) > 0
}

// Fields is what a writer group (a household) asserts of one record: per field
// number the newest assertion. Each device asserts only the fields it set, so
// one device's edit never reverts another's. The zero value is empty; use
// [Fields.Set] on a made map.
type Fields map[uint32]Assertion

// Set joins one assertion and reports whether it changed the field.
func (f Fields) Set(field uint32, a Assertion) bool {
	if old, ok := f[field]; ok && !a.after(old) {
		return false
	}
	f[field] = a
	return true
}

// Join sets every field of other.
func (f Fields) Join(other Fields) {
	for n, a := range other {
		f.Set(n, a)
	}
}

// Numbers returns the field numbers in ascending order.
func (f Fields) Numbers() []uint32 {
	numbers := make([]uint32, 0, len(f))
	for n := range f {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// Last returns the largest stamp of any field.
func (f Fields) Last() Stamp {
	var last Stamp
	for _, a := range f {
		last = max(last, a.Stamp)
	}
	return last
}
