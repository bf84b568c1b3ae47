package blobs

import (
	"os"
	"time"

	"gotong/protocol"
)

// maxGone bounds how many blobs a hub remembers to have given away for room, and
// forgiven for how long. One that remembers so many brings nothing ahead of time:
// what it forgot it would bring, give away and bring again.
const (
	maxGone  = 4096
	forgiven = 30 * 24 * time.Hour
)

// reserve makes room for a file of so many bytes, by taking away what was not
// opened for longest: first of the neighbourhood that takes the most room, so
// that one cannot push out the others. Own blobs stay, and so does what was
// opened since then; where the rest is not enough nothing goes. The caller holds
// the lock.
func (s *Store) reserve(size int64, then time.Time) error {
	use := make(map[protocol.NeighbourhoodID]int64)
	var all, may int64
	for at, f := range s.files {
		if f.state.counts() {
			use[at.n] += f.size
			all += f.size
		}
		if f.mayGo(then) {
			may += f.size
		}
	}
	budget := s.opt.Budget
	if s.opt.Free != nil {
		budget = min(budget, (s.opt.Free()+all)/4)
	}
	if size > budget || size > 0 && all-may+size > budget {
		return ErrRoom
	}
	for all+size > budget {
		at, f := s.leastNeeded(use, then)
		if f == nil {
			return ErrRoom
		}
		use[at.n], all = use[at.n]-f.size, all-f.size
		s.give(at, f)
	}
	if !s.opt.Room() {
		return ErrRoom
	}
	return nil
}

// Shrink gives away what the disk has no room for any longer: others may have
// filled it.
func (s *Store) Shrink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.reserve(0, s.always()) // what cannot go stays
}

// always is a time before which everything was opened.
func (s *Store) always() time.Time { return s.opt.Now().Add(100 * 365 * 24 * time.Hour) }

// mayGo reports whether a file may make room for others.
func (f *file) mayGo(then time.Time) bool {
	return f.state.counts() && !f.active && f.opened.Before(then)
}

// leastNeeded returns what is to go first.
func (s *Store) leastNeeded(use map[protocol.NeighbourhoodID]int64, then time.Time) (at id, least *file) {
	for x, f := range s.files {
		if !f.mayGo(then) {
			continue
		}
		if least == nil || use[x.n] > use[at.n] || x.n == at.n && f.opened.Before(least.opened) {
			at, least = x, f
		}
	}
	return at, least
}

// give takes a file away and remembers it by an empty one, so that a hub does
// not bring back at once what it has no room for.
func (s *Store) give(at id, f *file) {
	whole := f.state == stateKept
	s.remove(at, f)
	if !whole || s.goneCount() >= maxGone {
		return
	}
	if mark, err := os.OpenFile(s.path(at, stateGone), os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_ = mark.Close() // nothing was written
		s.files[at] = &file{state: stateGone, opened: s.opt.Now()}
	}
}

// laden reports whether a hub has given away so much that it is to bring nothing
// ahead of time.
func (s *Store) laden() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.goneCount() >= maxGone
}

func (s *Store) goneCount() int {
	n := 0
	for _, f := range s.files {
		if f.state == stateGone {
			n++
		}
	}
	return n
}
