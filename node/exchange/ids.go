package exchange

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"gotong/protocol"
)

// shelves is how many sorted runs an idSet is cut into, by the first bits of
// the id. Ids are hashes, so the runs are of one length.
const shelves = 1024

// idSet is a set of ids, 16 bytes each. Its runs never change once made, so
// that a copy of the struct is a snapshot.
type idSet struct {
	runs [shelves][]protocol.ID
	n    int
}

func idsOf(ids []protocol.ID) *idSet {
	s := &idSet{}
	for _, id := range ids {
		s.insert(id)
	}
	return s
}

func (s *idSet) run(id protocol.ID) *[]protocol.ID {
	return &s.runs[binary.BigEndian.Uint16(id[:])>>6]
}

// insert adds an id and reports whether it is new.
func (s *idSet) insert(id protocol.ID) bool {
	run := s.run(id)
	i, found := slices.BinarySearchFunc(*run, id, compare)
	if found {
		return false
	}
	longer := make([]protocol.ID, 0, len(*run)+1)
	longer = append(longer, (*run)[:i]...)
	longer = append(longer, id)
	*run = append(longer, (*run)[i:]...)
	s.n++
	return true
}

// remove takes an id out and reports whether it was there.
func (s *idSet) remove(id protocol.ID) bool {
	run := s.run(id)
	i, found := slices.BinarySearchFunc(*run, id, compare)
	if !found {
		return false
	}
	*run = slices.Delete(slices.Clone(*run), i, i+1)
	s.n--
	return true
}

// snapshot returns the set as it is now, whatever comes after.
func (s *idSet) snapshot() *idSet {
	now := *s
	return &now
}

// Has, Len and All make it a reconcile.Set.
func (s *idSet) Has(id protocol.ID) bool {
	_, found := slices.BinarySearchFunc(*s.run(id), id, compare)
	return found
}

func (s *idSet) Len() int { return s.n }

// All yields the ids in rising order.
func (s *idSet) All() iter.Seq[protocol.ID] {
	return func(yield func(protocol.ID) bool) {
		for _, run := range s.runs {
			for _, id := range run {
				if !yield(id) {
					return
				}
			}
		}
	}
}

func compare(a, b protocol.ID) int { return bytes.Compare(a[:], b[:]) }
