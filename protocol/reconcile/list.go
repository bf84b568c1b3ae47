package reconcile

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"gotong/protocol"
)

// listing is what a session knows while ids are listed by their tails, range
// by range of the ids' own order (SPEC.md 5). Both sides hold the same kind of
// list, a window or everything; one tells, the other compares.
type listing struct {
	what   byte
	ids    []protocol.ID // this side's, sorted
	from   protocol.ID   // ids below are dealt with; zero at the beginning and, again, at the end
	told   []listed      // the range under way, by tail
	ranges int
}

type listed struct {
	tail uint64
	id   protocol.ID
}

// startList begins a list, or asks the other for one when it holds less.
func (s *Session) startList(what byte) {
	mine, theirs, from := s.size(), s.theirs, s.n.reached // where the last full list stopped
	if what == listWindow {
		mine, theirs, from = len(s.window), s.theirWindow, protocol.ID{}
	}
	switch {
	case !s.openList(what, from):
		s.sayLater()
	case mine <= theirs:
		s.tellRange()
	default:
		s.say(appendBound([]byte{kindList, what}, from))
		s.expect = kindsOf(kindListed, kindLater)
	}
}

// openList gets this side's ids ready. A full list costs budget, once for all
// the sessions that it takes.
func (s *Session) openList(what byte, from protocol.ID) bool {
	s.list = listing{what: what, from: from, ids: s.window}
	if what == listWindow {
		return true
	}
	continued := from != protocol.ID{} && from == s.n.reached
	if !continued && !spend(&s.n.lists, s.size()) {
		return false
	}
	s.list.ids = slices.SortedFunc(s.ids(), compare)
	return true
}

// LIST{what, from} asks the other to list.
func (s *Session) onList(r *reader) error {
	what, from := r.byte(), r.bound()
	if !r.end() || !s.mayList(what) {
		return malformed("LIST")
	}
	if s.openList(what, from) {
		s.tellRange()
	} else {
		s.sayLater()
	}
	return nil
}

// mayList reports whether this side has such a list.
func (s *Session) mayList(what byte) bool {
	return what == listAll || what == listWindow && s.epoch != 0
}

// LISTED{what, from, to, tails} lists the ids from from to below to, the zero
// bound being the end, by their tails, which rise.
func (s *Session) tellRange() {
	ids := between(s.list.ids, s.list.from, protocol.ID{})
	to := protocol.ID{}
	if len(ids) > maxChunk {
		ids, to = ids[:maxChunk], ids[maxChunk]
	}
	s.list.told = s.byTail(ids)
	frame := appendBound([]byte{kindListed, s.list.what}, s.list.from)
	frame = appendBound(frame, to)
	for _, l := range s.list.told {
		frame = binary.LittleEndian.AppendUint64(frame, l.tail)
	}
	s.say(frame)
	s.list.from = to
	s.list.ranges++
	s.expect = kindsOf(kindBitmap, kindLater)
}

// byTail returns ids in the order of their tails. Of two with the same tail
// one stays unlisted, and CHECK finds it.
func (s *Session) byTail(ids []protocol.ID) []listed {
	all := make([]listed, len(ids))
	for i, id := range ids {
		all[i] = listed{s.key.item(id).tail, id}
	}
	slices.SortFunc(all, func(a, b listed) int { return cmp.Compare(a.tail, b.tail) })
	return slices.CompactFunc(all, func(a, b listed) bool { return a.tail == b.tail })
}

// between returns the part of sorted ids from from to below to, zero being the end.
func between(ids []protocol.ID, from, to protocol.ID) []protocol.ID {
	first, _ := slices.BinarySearchFunc(ids, from, compare)
	last := len(ids)
	if to != (protocol.ID{}) {
		last, _ = slices.BinarySearchFunc(ids, to, compare)
	}
	return ids[first:max(first, last)]
}

func (s *Session) onListed(r *reader) error {
	what, from, to := r.byte(), r.bound(), r.bound()
	tails := r.tails()
	if !r.end() || !s.mayList(what) {
		return malformed("LISTED")
	}
	if s.list.what == 0 && !s.openList(what, from) {
		s.sayLater()
		return nil
	}
	if what != s.list.what || from != s.list.from || to != (protocol.ID{}) && compare(from, to) >= 0 {
		return malformed("LISTED out of order")
	}
	s.compare(tails, to)
	return nil
}

// tails takes the rest of a frame: at most maxChunk tails, rising.
func (r *reader) tails() (tails []uint64) {
	if len(r.rest) > maxChunk*8 {
		r.bad = true
	}
	for r.more() {
		tail := binary.LittleEndian.Uint64(r.bytes(8))
		if n := len(tails); n > 0 && tails[n-1] >= tail {
			r.bad = true
		}
		tails = append(tails, tail)
	}
	return tails
}

// compare pushes what is held in the range and not listed, and answers with
// BITMAP{a bit for each tail}: set where nothing held here has that tail.
func (s *Session) compare(tails []uint64, to protocol.ID) {
	lacking := make([]byte, (len(tails)+7)/8)
	for i := range tails {
		lacking[i/8] |= 1 << (i % 8)
	}
	for _, id := range between(s.list.ids, s.list.from, to) {
		if i, ok := slices.BinarySearch(tails, s.key.item(id).tail); ok {
			lacking[i/8] &^= 1 << (i % 8)
		} else {
			s.push = append(s.push, id)
		}
	}
	for _, b := range lacking {
		s.coming += bits.OnesCount8(b)
	}
	s.say(append([]byte{kindBitmap}, lacking...))
	s.list.from = to
	s.list.ranges++
	s.expect = kindsOf(kindListed, kindLater)
	if s.listOver() {
		s.push = s.real(s.push)
		s.sayDone(doneDiffer)
	}
}

// listOver reports that this session has listed all it will.
func (s *Session) listOver() bool {
	return s.list.from == protocol.ID{} || s.list.ranges == maxChunks
}

func (s *Session) onBitmap(r *reader) error {
	told := s.list.told
	bitmap := r.bytes((len(told) + 7) / 8)
	if !r.end() || len(told)%8 != 0 && bitmap[len(bitmap)-1]>>(len(told)%8) != 0 {
		return malformed("BITMAP")
	}
	for i, l := range told {
		if bitmap[i/8]>>(i%8)&1 == 1 {
			s.push = append(s.push, l.id)
		}
	}
	if s.listOver() {
		s.expect = kindsOf(kindDone)
		return nil
	}
	s.tellRange()
	return nil
}
