package crdt

// Set is an add/remove set: elements are added under a tag that is unique to
// the addition, and a removal names the tags it has seen. An addition made
// elsewhere meanwhile therefore survives (observed-remove; Shapiro et al.
// 2011, section 3.3.5). Two elements that share a tag all the same, as the
// additions of a cloned device may, are added and removed together. The zero
// value is not usable; see [NewSet].
type Set[E, T comparable] struct {
	added   map[addition[E, T]]struct{}
	removed map[T]struct{}
}

type addition[E, T comparable] struct {
	element E
	tag     T
}

// NewSet returns an empty set with elements E and tags T.
func NewSet[E, T comparable]() *Set[E, T] {
	return &Set[E, T]{added: make(map[addition[E, T]]struct{}), removed: make(map[T]struct{})}
}

// Add puts e in under a tag that no other addition uses.
func (s *Set[E, T]) Add(e E, tag T) { s.added[addition[E, T]{e, tag}] = struct{}{} }

// RemoveTag takes the addition under tag out, also if it has yet to arrive.
func (s *Set[E, T]) RemoveTag(tag T) { s.removed[tag] = struct{}{} }

// Remove takes out every addition of e seen here and returns the tags it
// covered, in no order: they are what a writer has to tell the others.
func (s *Set[E, T]) Remove(e E) map[T]struct{} {
	covered := make(map[T]struct{})
	for a := range s.added {
		if a.element == e && s.stands(a) {
			covered[a.tag] = struct{}{}
		}
	}
	for tag := range covered {
		s.RemoveTag(tag)
	}
	return covered
}

func (s *Set[E, T]) stands(a addition[E, T]) bool {
	_, gone := s.removed[a.tag]
	return !gone
}

// Has reports whether an addition of e stands.
func (s *Set[E, T]) Has(e E) bool {
	for a := range s.added {
		if a.element == e && s.stands(a) {
			return true
		}
	}
	return false
}

// Elements returns the elements in the set, in no order.
func (s *Set[E, T]) Elements() map[E]struct{} {
	in := make(map[E]struct{})
	for a := range s.added {
		if s.stands(a) {
			in[a.element] = struct{}{}
		}
	}
	return in
}

// Join adds every addition and removal of other.
func (s *Set[E, T]) Join(other *Set[E, T]) {
	for a := range other.added {
		s.added[a] = struct{}{}
	}
	for tag := range other.removed {
		s.RemoveTag(tag)
	}
}
