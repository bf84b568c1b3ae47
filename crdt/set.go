package crdt

// Set is an add/remove set: elements are added under a tag that is unique to
// the addition, and a removal names the tags it has seen. An addition made
// elsewhere meanwhile therefore survives (observed-remove; Shapiro et al.
// 2011, section 3.3.5). The zero value is not usable; see [NewSet].
type Set[E, T comparable] struct {
	added   map[T]E
	removed map[T]struct{}
}

// NewSet returns an empty set with elements E and tags T.
func NewSet[E, T comparable]() *Set[E, T] {
	return &Set[E, T]{added: make(map[T]E), removed: make(map[T]struct{})}
}

// Add puts e in under a tag that no other addition uses.
func (s *Set[E, T]) Add(e E, tag T) { s.added[tag] = e }

// RemoveTag takes the addition under tag out, also if it has yet to arrive.
func (s *Set[E, T]) RemoveTag(tag T) { s.removed[tag] = struct{}{} }

// Remove takes out every addition of e seen here and returns the tags it
// covered, in no order: they are what a writer has to tell the others.
func (s *Set[E, T]) Remove(e E) map[T]struct{} {
	covered := make(map[T]struct{})
	for tag, x := range s.added {
		if _, gone := s.removed[tag]; x == e && !gone {
			covered[tag] = struct{}{}
		}
	}
	for tag := range covered {
		s.RemoveTag(tag)
	}
	return covered
}

// Has reports whether an addition of e stands.
func (s *Set[E, T]) Has(e E) bool {
	for tag, x := range s.added {
		if _, gone := s.removed[tag]; x == e && !gone {
			return true
		}
	}
	return false
}

// Elements returns the elements in the set, in no order.
func (s *Set[E, T]) Elements() map[E]struct{} {
	in := make(map[E]struct{})
	for tag, e := range s.added {
		if _, gone := s.removed[tag]; !gone {
			in[e] = struct{}{}
		}
	}
	return in
}

// Join adds every addition and removal of other.
func (s *Set[E, T]) Join(other *Set[E, T]) {
	for tag, e := range other.added {
		s.added[tag] = e
	}
	for tag := range other.removed {
		s.RemoveTag(tag)
	}
}
