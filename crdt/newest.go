package crdt

// Newest keeps, per key, the newest value. after(a, b) reports whether a is
// newer than b; it must be a strict total order, or replicas part.
// The zero value is not usable; see [NewNewest].
type Newest[K comparable, V any] struct {
	after  func(a, b V) bool
	values map[K]V
}

// NewNewest returns an empty join under the given strict total order.
func NewNewest[K comparable, V any](after func(a, b V) bool) *Newest[K, V] {
	return &Newest[K, V]{after: after, values: make(map[K]V)}
}

// Add joins one value and reports whether it replaced what was there.
func (n *Newest[K, V]) Add(key K, value V) bool {
	if old, ok := n.values[key]; ok && !n.after(value, old) {
		return false
	}
	n.values[key] = value
	return true
}

// Join adds everything in other.
func (n *Newest[K, V]) Join(other *Newest[K, V]) {
	for k, v := range other.values {
		n.Add(k, v)
	}
}

// Get returns the newest value of key.
func (n *Newest[K, V]) Get(key K) (V, bool) {
	v, ok := n.values[key]
	return v, ok
}

// Len returns the number of keys.
func (n *Newest[K, V]) Len() int { return len(n.values) }

// All returns the values by key. It is the live map: read only, in no order.
func (n *Newest[K, V]) All() map[K]V { return n.values }
