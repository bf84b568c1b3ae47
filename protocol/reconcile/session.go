package reconcile

import (
	"errors"
	"iter"
	"slices"

	"gotong/protocol"
)

// ErrClosed: a frame for a session that is done, failed or replaced.
var ErrClosed = errors.New("reconcile: session closed")

// Session is one side of one reconciliation: a state machine fed with the
// other side's frames. Frames are at most protocol.MaxFrame bytes; the driver
// delimits them.
type Session struct {
	n       *Neighbour
	set     Set
	nonce   [16]byte
	turn    int           // n.turn, as long as no other session began
	start   int           // len(n.changes) when the snapshot was taken
	refused []protocol.ID // of that moment

	salt   Salt
	key    key
	mine   []symbol      // of the snapshot: the prefix, or more after a pass; nil without a salt
	window []protocol.ID // what came since the epoch, sorted
	epoch  uint32        // 0: windows cannot be used

	expect   kinds
	received int
	out      [][]byte

	saidMeet, met bool
	told          int // symbols the other has of this side
	heard         bool
	theirs        int // ids the other holds
	theirWindow   int
	windows       bool // both windows go back to the same epoch
	asked         int  // symbols that MORE asked for
	decoder       *decoder
	list          listing
	stuck         bool // the sketch did not decode

	push, want           []protocol.ID
	coming               int
	done, settled, later bool
}

// Dial begins a session and returns its first frames. set must be exactly what
// n was told of by Insert and Remove, at this moment. nonce is 16 fresh random
// bytes; they count only if a salt has to be agreed on.
func Dial(n *Neighbour, set Set, nonce [16]byte) (*Session, [][]byte) {
	s := open(n, set, nonce)
	if s.mine != nil {
		s.tell(1)
	} else {
		s.sayMeet()
	}
	return s, s.flush()
}

// Answer begins the other side of a session; its arguments are those of Dial.
func Answer(n *Neighbour, set Set, nonce [16]byte) *Session {
	s := open(n, set, nonce)
	s.expect = kindsOf(kindMeet, kindHello, kindLater)
	return s
}

// Receive takes the other side's next frame and returns what to send. Any
// error ends the session; all but ErrClosed are the other side's doing, and
// are protocol.ErrMalformed too.
func (s *Session) Receive(frame []byte) ([][]byte, error) {
	if !s.n.open || s.n.turn != s.turn {
		return nil, ErrClosed
	}
	if err := s.handle(frame); err != nil {
		s.n.open = false
		if errors.Is(err, ErrPoisoned) {
			s.n.Rotate()
		}
		return nil, err
	}
	return s.flush(), nil
}

// Done reports that nothing more will be said: both sides know what to push.
func (s *Session) Done() bool { return s.done }

// Settled reports that both sides held the same set.
func (s *Session) Settled() bool { return s.settled }

// Later reports that a side has spent what it is willing to do for the other
// for now. Nothing was found out; try again after some minutes.
func (s *Session) Later() bool { return s.later }

// Push is what the other lacks and this side held, sorted: exactly, except
// that a very long list is spread over several sessions. It is complete when
// the session is Done.
func (s *Session) Push() []protocol.ID { return s.push }

// Want is what this side lacks, sorted. Only the side that decoded a sketch
// knows the ids; the other, and after a list both, know how many: Coming.
func (s *Session) Want() []protocol.ID { return s.want }

// Coming is how many ids the other side is going to push.
func (s *Session) Coming() int { return s.coming }

// Delivered is called when all of Push was sent and all that was Coming has
// been taken in or refused, on both sides. It makes the next session CHECK
// (SPEC.md 8), or the continuation of a long list.
func (s *Session) Delivered() {
	if !s.done || s.settled || s.later || s.n.turn != s.turn {
		return
	}
	s.n.reached = s.list.from
	s.n.checking, s.n.before = s.n.reached == protocol.ID{}, s.start
}

func open(n *Neighbour, set Set, nonce [16]byte) *Session {
	s := &Session{n: n, set: set, nonce: nonce, refused: n.refused}
	n.begin(s)
	if n.prefix != nil && n.prefix.Len() != s.size() {
		n.Rotate() // out of step with the set: the driver missed a change
	}
	if n.prefix != nil {
		s.snapshot()
	}
	return s
}

// snapshot takes over what the neighbour's prefix and window are now.
func (s *Session) snapshot() {
	s.told, s.epoch, s.window = 0, 0, nil
	s.salt, s.key = s.n.prefix.salt, s.n.prefix.key
	s.mine = slices.Clone(s.n.prefix.symbols)
	if !s.n.checking {
		s.epoch = s.n.epoch
	}
	if s.epoch != 0 {
		s.window = arrived(s.n.changes[:s.start], s.set.Has)
	}
}

// ids are the ids this side counts as held.
func (s *Session) ids() iter.Seq[protocol.ID] {
	return func(yield func(protocol.ID) bool) {
		for id := range s.set.All() {
			if !yield(id) {
				return
			}
		}
		for _, id := range s.refused {
			if !yield(id) {
				return
			}
		}
	}
}

func (s *Session) holds(id protocol.ID) bool { return s.set.Has(id) || s.refuses(id) }

func (s *Session) refuses(id protocol.ID) bool {
	_, refused := slices.BinarySearchFunc(s.refused, id, compare)
	return refused
}

// size is how many ids this side counts as held.
func (s *Session) size() int { return s.set.Len() + len(s.refused) }

func (s *Session) say(frame []byte) { s.out = append(s.out, frame) }

func (s *Session) flush() [][]byte {
	out := s.out
	s.out = nil
	return out
}

// real returns those of ids that are held and not only refused. That the other
// lacks one says that it does not offer it any more: it need not be refused.
func (s *Session) real(ids []protocol.ID) []protocol.ID {
	return slices.DeleteFunc(ids, func(id protocol.ID) bool {
		refused := s.refuses(id)
		if refused && s.n.recant(id) {
			s.n.apply(change{id, false})
		}
		return refused
	})
}

// finish closes the session and lets the neighbour remember what it showed.
func (s *Session) finish() {
	s.push = s.real(s.push)
	slices.SortFunc(s.push, compare)
	slices.SortFunc(s.want, compare)
	s.done, s.n.open = true, false
	if s.stuck {
		s.n.Rotate()
	}
	switch {
	case s.later:
	case s.settled:
		s.n.settle(s)
	default:
		s.n.judge(s)
	}
}
