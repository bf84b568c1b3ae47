package exchange

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"gotong/protocol"
	"gotong/protocol/reconcile"
)

// maxNeighbours is how many peers of one neighbourhood are remembered between
// exchanges, at 48 kB each; the least recently used goes first.
const maxNeighbours = 64

// shelf is what the Exchange keeps of one neighbourhood.
type shelf struct {
	Neighbourhood
	claims *claims

	mu         sync.Mutex
	cells      *idSet
	neighbours map[protocol.DeviceID]*neighbour
	running    map[protocol.DeviceID]*session // one for each peer
	roster     int                            // counts its changes
	kicked     time.Time                      // when all peers were last asked at once
}

func newShelf(n Neighbourhood, cells []protocol.ID) *shelf {
	return &shelf{
		Neighbourhood: n,
		claims:        newClaims(),
		cells:         idsOf(cells),
		neighbours:    map[protocol.DeviceID]*neighbour{},
		running:       map[protocol.DeviceID]*session{},
	}
}

// changed notes which cells came and went, here and in every sketch.
func (f *shelf) changed(inserted, removed []protocol.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var changes []change
	for _, id := range removed {
		if f.cells.remove(id) {
			changes = append(changes, change{id: id})
		}
	}
	for _, id := range inserted {
		if f.cells.insert(id) {
			changes = append(changes, change{id: id, came: true})
		}
	}
	for _, n := range f.neighbours {
		n.note(changes...)
	}
}

// rosterChanged makes running exchanges start another round, and lets what was
// refused under the old roster be offered again.
func (f *shelf) rosterChanged() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.roster++
	for _, n := range f.neighbours {
		n.note(change{relent: true})
	}
}

func (f *shelf) rosterVersion() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.roster
}

// kickGap is the time between two moments at which all peers are asked at once.
const kickGap = 10 * time.Second

// mayKick reports whether all peers may be asked at once, and notes it.
func (f *shelf) mayKick(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.kicked) < kickGap {
		return false
	}
	f.kicked = now
	return true
}

// lacking returns those ids that are not here.
func (f *shelf) lacking(ids []protocol.ID) (lack []protocol.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		if !f.cells.Has(id) {
			lack = append(lack, id)
		}
	}
	return lack
}

// begin makes s the one session with its peer. When both have dialed at once
// the dial of the lower device id stays.
func (f *shelf) begin(s *session) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if other := f.running[s.peer]; other != nil {
		if s.dialer || !other.dialer || other.greeted || bytes.Compare(s.x.self[:], s.peer[:]) < 0 {
			return ErrBusy
		}
		other.fail(ErrBusy)
	}
	if n := f.neighbours[s.peer]; n != nil && time.Now().Before(n.shunned) {
		return ErrBusy
	}
	f.running[s.peer], s.begun = s, true
	return nil
}

// adopt gives an admitted session what is remembered of its peer.
func (f *shelf) adopt(s *session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	n, ok := f.neighbours[s.peer]
	if !ok {
		f.makeRoom()
		n = newNeighbour(now)
		f.neighbours[s.peer] = n
	}
	s.neighbour = n
	n.refill(now)
}

// greet notes that the peer has answered s: it stays.
func (f *shelf) greet(s *session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.greeted = true
}

// end gives the peer's place free. A peer at fault is left alone for a while.
func (f *shelf) end(s *session, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running[s.peer] == s {
		delete(f.running, s.peer)
	}
	if s.neighbour != nil {
		s.neighbour.judge(err, time.Now())
	}
}

// close ends the sessions that run.
func (f *shelf) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.running {
		s.fail(ErrClosed)
	}
}

// makeRoom forgets the least recently used neighbour that is not at work.
func (f *shelf) makeRoom() {
	if len(f.neighbours) < maxNeighbours {
		return
	}
	var oldest protocol.DeviceID
	var at time.Time
	for peer, n := range f.neighbours {
		if f.running[peer] == nil && (at.IsZero() || n.used.Before(at)) {
			oldest, at = peer, n.used
		}
	}
	delete(f.neighbours, oldest)
}

// freeze takes a snapshot of the cells and holds the sketch of n at it.
func (f *shelf) freeze(n *neighbour) *idSet {
	f.mu.Lock()
	defer f.mu.Unlock()
	n.hold()
	return f.cells.snapshot()
}

// refuse makes n's sketch count ids as held that this side will not take from
// it; false when there are too many.
func (f *shelf) refuse(n *neighbour, ids []protocol.ID) (ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ok = true
	n.do(func(sketch *reconcile.Neighbour) {
		for _, id := range ids {
			if id != (protocol.ID{}) && !f.cells.Has(id) {
				ok = sketch.Refuse(id) && ok
			}
		}
	})
	return ok
}

// domainRoster makes the digest of a roster (SPEC.md 4).
const domainRoster = "gotong/exchange/roster/1\x00"

// digest stands for all roster operations here, towards one peer.
func (f *shelf) digest(dialer, listener protocol.DeviceID) [16]byte {
	var all []byte
	for _, id := range slices.SortedFunc(slices.Values(f.Ops()), compare) {
		all = append(all, id[:]...)
	}
	n := f.ID()
	return protocol.Hash(domainRoster, n[:], dialer[:], listener[:], all)
}
