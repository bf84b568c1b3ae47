package exchange

import (
	"fmt"
	"slices"
	"time"

	"gotong/protocol"
	"gotong/protocol/reconcile"
)

// surelyWhole is a number of cells that one session of reconcile always deals
// with, so that what it does not name is on both sides.
const surelyWhole = 32_000

// found is what a reconciliation found out.
type found struct {
	push   []protocol.ID // what the peer lacks
	want   []protocol.ID // what this side lacks, as far as it is known
	coming int           // how many items that is in all
}

func (f found) empty() bool { return len(f.push)+f.coming == 0 }

// round finds out what each side lacks, of the roster first and then of the
// cells, and moves it. It reports whether there was anything to move.
func (s *session) round() (moved bool, err error) {
	ops, err := s.reconcileOps()
	if err != nil {
		return false, err
	}
	cells, rec, err := s.reconcileCells()
	if err != nil {
		return false, err
	}
	t := s.newTransfer(ops, cells)
	if err := t.run(); err != nil {
		return false, err
	}
	if t.complete() {
		s.neighbour.do(func(*reconcile.Neighbour) { rec.Delivered() })
	}
	return !ops.empty() || !cells.empty(), nil
}

// reconcileOps compares the rosters if they differ. They seldom do, so nothing
// is kept for it between sessions.
func (s *session) reconcileOps() (found, error) {
	if s.digest == s.theirDigest {
		return found{}, nil
	}
	set := idsOf(s.shelf.Ops())
	n := newNeighbour(time.Time{})
	n.hold()
	rec, err := s.reconcile(kindOps, n, set)
	if err != nil {
		return found{}, err
	}
	return found{rec.Push(), rec.Want(), rec.Coming()}, nil
}

// reconcileCells compares the cells, and hears on the way which own cells the
// peer has.
func (s *session) reconcileCells() (found, *reconcile.Session, error) {
	unreached := s.shelf.Unreached()
	set := s.shelf.freeze(s.neighbour)
	rec, err := s.reconcile(kindCells, s.neighbour, set)
	if err != nil {
		return found{}, nil, err
	}
	if rec.Later() {
		s.later = true
	} else if set.Len() <= surelyWhole {
		s.stored(common(unreached, set, rec.Push()))
	}
	return found{rec.Push(), rec.Want(), rec.Coming()}, rec, nil
}

// common returns those of ids that were in the set and are not in push, which
// is sorted.
func common(ids []protocol.ID, set *idSet, push []protocol.ID) (both []protocol.ID) {
	for _, id := range ids {
		_, lacking := slices.BinarySearchFunc(push, id, compare)
		if set.Has(id) && !lacking {
			both = append(both, id)
		}
	}
	return both
}

// reconcile runs one session of protocol/reconcile to its end. n must be held,
// with its sketch exactly that of set; it is released.
func (s *session) reconcile(kind byte, n *neighbour, set *idSet) (rec *reconcile.Session, err error) {
	rec, out, err := s.open(n, set)
	n.release()
	if err != nil {
		return nil, err
	}
	for {
		if err := s.wrap(kind, out); err != nil {
			return nil, err
		}
		if rec.Done() {
			return rec, nil
		}
		body, err := s.turn(kind)
		if err != nil {
			return nil, err
		}
		n.do(func(*reconcile.Neighbour) { out, err = rec.Receive(body) })
		if err != nil {
			return nil, fmt.Errorf("exchange: %w", err)
		}
		s.moved()
	}
}

func (s *session) open(n *neighbour, set *idSet) (rec *reconcile.Session, out [][]byte, err error) {
	var nonce [16]byte
	if err := s.x.draw(nonce[:]); err != nil {
		return nil, nil, err
	}
	if s.dialer {
		rec, out = reconcile.Dial(n.sketch, set, nonce)
		return rec, out, nil
	}
	return reconcile.Answer(n.sketch, set, nonce), nil, nil
}

// wrap queues frames of reconcile in frames of the exchange.
func (s *session) wrap(kind byte, frames [][]byte) error {
	for _, frame := range frames {
		if err := s.out.reply(append([]byte{kind}, frame...)); err != nil {
			return err
		}
	}
	return nil
}

// turn returns the peer's next frame of reconcile. Before the dialer's first
// one it may ask for a proof.
func (s *session) turn(kind byte) ([]byte, error) {
	got, body, err := s.read()
	if err == nil && got == kindProve && !s.proved {
		s.proved = true
		if err = s.prove(); err == nil {
			got, body, err = s.read()
		}
	}
	if err == nil && got != kind {
		err = malformed("frame out of turn")
	}
	return body, err
}

// lacks tells the node of which cells the peer has the names only: those whose
// payload it asks for.
func (s *session) lacks(ids []protocol.ID) {
	if s.x.events.Lacks != nil && len(ids) > 0 {
		s.x.events.Lacks(s.shelf.ID(), s.peer, ids)
	}
}

// stored tells the node which items the peer has.
func (s *session) stored(ids []protocol.ID) {
	if s.x.events.Stored != nil && len(ids) > 0 {
		s.x.events.Stored(s.shelf.ID(), s.peer, ids)
	}
}
