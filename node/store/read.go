package store

import (
	"iter"

	"gotong/protocol"
)

// tree is what reading needs of the ordered bytes below: Badger or a map.
// Errors are ErrClosed, or wrap ErrDamaged where the tree cannot be read on.
type tree interface {
	// get returns a copy of the value under key.
	get(key []byte) (value []byte, ok bool, err error)
	// scan opens a cursor over all keys that start with prefix, in order.
	scan(prefix []byte) (cursor, error)
	// first returns the least key at or above from that starts with prefix.
	first(prefix, from []byte) (key []byte, ok bool, err error)
}

// cursor walks keys in order; key and value are the caller's to keep. At the
// end key is nil.
type cursor interface {
	next() (key, value []byte, err error)
	close()
}

// reads is the reading half of Store over any tree.
type reads struct{ tree tree }

// Slots implements [Store].
func (r reads) Slots(n protocol.NeighbourhoodID) iter.Seq2[Slot, error] {
	return func(yield func(Slot, error) bool) {
		for kv, err := range r.all(prefix(kindSlot, n)) {
			if err != nil {
				yield(Slot{}, err)
				return
			}
			s, ok := slotOf(kv.key)
			if !ok {
				continue // no slot has this key, so nobody could fetch it again
			}
			if !yield(readSlot(n, s, kv.key, kv.value)) {
				return
			}
		}
	}
}

// Slot implements [Store].
func (r reads) Slot(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) (Slot, error) {
	s := Slot{Device: device, Slot: slot}
	key := slotKey(n, device, slot)
	value, ok, err := r.tree.get(key)
	if err != nil || !ok {
		return s, err
	}
	return readSlot(n, s, key, value)
}

// Ops implements [Store].
func (r reads) Ops(n protocol.NeighbourhoodID) iter.Seq2[Op, error] {
	return func(yield func(Op, error) bool) {
		for kv, err := range r.all(prefix(kindOp, n)) {
			if err != nil {
				yield(Op{}, err)
				return
			}
			op, ok := opOf(kv.key)
			if !ok {
				continue
			}
			op.Raw, err = readFrame(kv.key, kv.value)
			if !yield(op, err) {
				return
			}
		}
	}
}

// Neighbourhoods implements [Store]. It jumps from one to the next, so it
// costs little however much each of them holds.
func (r reads) Neighbourhoods() ([]protocol.NeighbourhoodID, error) {
	var found []protocol.NeighbourhoodID
	var from protocol.NeighbourhoodID
	for more := true; more; from, more = after(from) {
		n, ok, err := r.firstFrom(from)
		if err != nil || !ok {
			return found, err
		}
		found, from = append(found, n), n
	}
	return found, nil
}

// firstFrom returns the least neighbourhood at or above from that has a slot
// or an operation.
func (r reads) firstFrom(from protocol.NeighbourhoodID) (least protocol.NeighbourhoodID, found bool, err error) {
	for _, kind := range []byte{kindOp, kindSlot} {
		key, ok, err := r.tree.first([]byte{kind}, prefix(kind, from))
		if err != nil {
			return least, false, err
		}
		n, fits := neighbourhoodOf(key)
		if ok && fits && (!found || string(n[:]) < string(least[:])) {
			least, found = n, true
		}
	}
	return least, found, nil
}

// Meta implements [Store].
func (r reads) Meta(name string) ([]byte, error) {
	key := metaKey(name)
	value, ok, err := r.tree.get(key)
	if err != nil || !ok {
		return nil, err
	}
	return readFrame(key, value)
}

// all yields every key and value under prefix; an error is the last thing.
func (r reads) all(prefix []byte) iter.Seq2[write, error] {
	return func(yield func(write, error) bool) {
		c, err := r.tree.scan(prefix)
		if err != nil {
			yield(write{}, err)
			return
		}
		defer c.close()
		for {
			key, value, err := c.next()
			if err == nil && key == nil {
				return
			}
			if !yield(write{key, value}, err) || err != nil {
				return
			}
		}
	}
}
