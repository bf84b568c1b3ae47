package reconcile

import (
	"bytes"
	"iter"
	"slices"

	"gotong/protocol"
)

// Bounds on what is remembered of a neighbour, and on what it can make this
// side do between two calls of Refill (SPEC.md 7, 8).
const (
	maxChanges = 8192 // ids that came since both sides were last equal
	maxRefused = 256  // ids of the neighbour that this side will not take
	scanBudget = 3    // passes over a large set
	listBudget = 1    // full lists of a large set
	smallSet   = 4096 // ids up to which neither is counted
	maxFails   = 2    // CHECKs that may fail before the salt goes
)

// Set is a snapshot of the ids a side holds. It does not change as long as a
// session uses it.
type Set interface {
	Len() int                   // at most MaxSet
	All() iter.Seq[protocol.ID] // each id once, in any order
	Has(protocol.ID) bool
}

// Neighbour is what one side keeps of another between sessions, in memory
// only: the salt and the prefix made with it, and what came since both were
// last equal. Whoever loses it starts again with MEET. It is not safe for
// concurrent use.
type Neighbour struct {
	prefix  *Prefix       // nil: no salt is shared
	refused []protocol.ID // sorted; counted as held towards this neighbour only
	turn    int           // of the newest session
	open    bool          // it is under way

	epoch    uint32   // of the set both sides held when last equal; 0: unknown
	changes  []change // since then, or since the open session began
	torn     bool     // changes were lost while the session was open
	checking bool     // everything was delivered: the next session is CHECK
	before   int      // len(changes) when the delivered session began
	fails    int      // CHECKs that failed in a row

	reached      protocol.ID // where the next full list begins
	scans, lists int         // budget left
}

// change is an id that came or went.
type change struct {
	id   protocol.ID
	came bool
}

// NewNeighbour returns a neighbour that was never met.
func NewNeighbour() *Neighbour { return &Neighbour{scans: scanBudget, lists: listBudget} }

// Insert is told of every id that enters the set, as it enters.
func (n *Neighbour) Insert(id protocol.ID) {
	if !n.recant(id) { // else the prefix holds it already
		n.apply(change{id, true})
	}
}

// Remove is told of every id that leaves the set, as it leaves.
func (n *Neighbour) Remove(id protocol.ID) { n.apply(change{id, false}) }

// Refuse notes an id that this neighbour offered and whose content this side
// will not take: towards this neighbour, and no other, it counts as held, so
// that it is not asked for again. It reports false when there are too many:
// then the neighbour is best left alone.
func (n *Neighbour) Refuse(id protocol.ID) bool {
	i, refused := slices.BinarySearchFunc(n.refused, id, compare)
	if refused || len(n.refused) == maxRefused {
		return refused
	}
	n.refused = slices.Insert(slices.Clone(n.refused), i, id)
	n.apply(change{id, true})
	return true
}

// recant strikes an id off what is refused, if it is there.
func (n *Neighbour) recant(id protocol.ID) bool {
	i, refused := slices.BinarySearchFunc(n.refused, id, compare)
	if refused {
		n.refused = slices.Delete(slices.Clone(n.refused), i, i+1)
	}
	return refused
}

// Relent forgets what was refused, as when the roster has changed.
func (n *Neighbour) Relent() {
	for _, id := range n.refused {
		n.apply(change{id, false})
	}
	n.refused = nil
}

// Rotate drops the salt: the next session agrees on a new one.
func (n *Neighbour) Rotate() { n.prefix, n.epoch = nil, 0 }

// Refill renews what the neighbour may cost. The driver calls it every ten
// minutes or more.
func (n *Neighbour) Refill() { n.scans, n.lists, n.fails = scanBudget, listBudget, 0 }

// Tired reports that CHECK failed even with a new salt. The driver then leaves
// the neighbour alone until Refill.
func (n *Neighbour) Tired() bool { return n.fails > maxFails }

// apply keeps the prefix in step, and the change if it may matter later.
func (n *Neighbour) apply(c change) {
	n.note(c)
	switch {
	case n.prefix == nil:
	case c.came:
		n.prefix.Insert(c.id)
	default:
		n.prefix.Remove(c.id)
	}
}

// note keeps what came since the sides were last equal; during a session also
// what went, for a prefix that is built from the session's snapshot.
func (n *Neighbour) note(c change) {
	switch {
	case n.torn, !n.open && (!c.came || n.epoch == 0 && !n.checking):
	case len(n.changes) == maxChanges:
		n.changes, n.epoch, n.checking, n.torn = nil, 0, false, n.open
	default:
		n.changes = append(n.changes, c)
	}
}

// arrived returns the ids that came with these changes, sorted.
func arrived(changes []change, held func(protocol.ID) bool) (ids []protocol.ID) {
	for _, c := range changes {
		if c.came && held(c.id) {
			ids = append(ids, c.id)
		}
	}
	slices.SortFunc(ids, compare)
	return slices.Compact(ids)
}

// begin makes s the open session; one that was open before is void.
func (n *Neighbour) begin(s *Session) {
	if n.epoch == 0 && !n.checking {
		n.changes = nil
	}
	n.turn++
	n.open, n.torn = true, false
	s.turn, s.start = n.turn, len(n.changes)
}

// meet builds the prefix under a salt from the session's snapshot and what
// changed since, unless that is no longer known.
func (n *Neighbour) meet(salt Salt, s *Session) bool {
	if n.torn {
		return false
	}
	n.Rotate()
	n.prefix = NewPrefix(salt, s.ids())
	s.snapshot()
	for _, c := range n.changes[s.start:] {
		if c.came {
			n.prefix.Insert(c.id)
		} else {
			n.prefix.Remove(c.id)
		}
	}
	return true
}

// settle remembers that both sides held the session's snapshot.
func (n *Neighbour) settle(s *Session) {
	n.fails, n.checking, n.reached = 0, false, protocol.ID{}
	if n.torn {
		return
	}
	n.epoch = s.key.epoch(s.mine[0].sum)
	n.changes = slices.Clone(n.changes[s.start:])
}

// judge holds a CHECK that found a difference against what was delivered: it
// failed if the other still lacks what this side held before.
func (n *Neighbour) judge(s *Session) {
	if !n.checking {
		return
	}
	n.checking = false
	fresh := arrived(n.changes[n.before:], func(protocol.ID) bool { return true })
	for _, id := range s.push {
		if _, late := slices.BinarySearchFunc(fresh, id, compare); !late {
			n.fail()
			return
		}
	}
}

func (n *Neighbour) fail() {
	if n.fails++; n.fails == maxFails {
		n.Rotate()
	}
}

// spend takes one from a budget when the set is large.
func spend(budget *int, size int) bool {
	if size <= smallSet {
		return true
	}
	*budget--
	return *budget >= 0
}

func compare(a, b protocol.ID) int { return bytes.Compare(a[:], b[:]) }
