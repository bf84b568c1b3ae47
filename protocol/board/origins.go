package board

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// origins finds the records that a household took from somewhere; see
// record.Common. The key is a hash, so what it finds is looked at again. Most
// keys have one record; those that come second, as two devices of a household
// make them while apart, are in more.
type origins struct {
	first map[uint64]*entry
	more  []*entry
}

func originKey(owner protocol.HouseholdID, from string) uint64 {
	sum := sha256.Sum256(append(owner[:], from...))
	return max(1, binary.BigEndian.Uint64(sum[:])) // 0 is for none
}

func (o *origins) add(e *entry) {
	if o.first[e.origin] == nil {
		o.first[e.origin] = e
	} else {
		o.more = append(o.more, e)
	}
}

func (o *origins) remove(e *entry) {
	switch {
	case e.origin == 0:
		return
	case o.first[e.origin] != e:
		o.more = without(o.more, e)
	default:
		delete(o.first, e.origin)
		if i := slices.IndexFunc(o.more, func(x *entry) bool { return x.origin == e.origin }); i >= 0 {
			second := o.more[i]
			o.more = without(o.more, second)
			o.first[second.origin] = second
		}
	}
	e.origin = 0
}

// find returns the records under a key, by id.
func (o *origins) find(key uint64) []*entry {
	var found []*entry
	if e := o.first[key]; e != nil {
		found = append(found, e)
	}
	for _, e := range o.more {
		if e.origin == key {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(x, y *entry) int { return bytes.Compare(x.id[:], y.id[:]) })
	return found
}

// Origin returns the record that a household took from somewhere, if it did:
// of several, as its devices make them while apart, the one with the lowest id.
func (v View) Origin(owner protocol.HouseholdID, from string) (protocol.RecordID, bool) {
	if from == "" {
		return protocol.RecordID{}, false
	}
	for _, e := range v.board.origins.find(originKey(owner, from)) {
		whole, of, ok := v.board.joined(e, nil)
		if ok && of.id == owner && record.OriginOf(whole.Fields) == from {
			return e.id, true
		}
	}
	return protocol.RecordID{}, false
}
