package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"gotong/protocol"
)

// Exchange talks to every connected peer about every neighbourhood: when the
// peer comes, when it hints, and at intervals.
type Exchange struct {
	self   protocol.DeviceID
	events Events

	drawing sync.Mutex
	random  io.Reader

	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
	out  chan struct{} // sessions begun here

	mu      sync.Mutex
	serving map[protocol.DeviceID]int // sessions that peers began
	shelves map[protocol.NeighbourhoodID]*shelf
	links   map[protocol.DeviceID]Open
	visits  map[pair]*visit
}

// pair is a peer in a neighbourhood.
type pair struct {
	n    protocol.NeighbourhoodID
	peer protocol.DeviceID
}

// Open opens a stream for an exchange to one connected peer.
type Open func(context.Context) (Stream, error)

// How many sessions there may be at once: begun by one peer, in its several
// neighbourhoods, by all peers, and here.
const (
	maxFrom = 8
	maxIn   = 64
	maxOut  = 16
)

// New returns an Exchange for the device self. random is a source of secret
// random bytes, as crypto/rand.Reader.
func New(self protocol.DeviceID, random io.Reader, events Events) *Exchange {
	ctx, stop := context.WithCancel(context.Background())
	return &Exchange{
		self: self, random: random, events: events,
		ctx: ctx, stop: stop,
		out:     make(chan struct{}, maxOut),
		serving: map[protocol.DeviceID]int{},
		shelves: map[protocol.NeighbourhoodID]*shelf{},
		links:   map[protocol.DeviceID]Open{},
		visits:  map[pair]*visit{},
	}
}

// Close ends all sessions and waits for them.
func (x *Exchange) Close() error {
	x.mu.Lock()
	x.stop()
	x.mu.Unlock()
	x.work.Wait()
	return nil
}

// Join begins exchanges about a neighbourhood. cells are the ids of all cells
// here, stubs included: the set that is reconciled (protocol/SPEC.md, Join).
// Every later change of it is said with Changed.
func (x *Exchange) Join(n Neighbourhood, cells []protocol.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.shelves[n.ID()] = newShelf(n, cells)
	for peer := range x.links {
		x.begin(n.ID(), peer)
	}
}

// Leave ends exchanges about a neighbourhood.
func (x *Exchange) Leave(n protocol.NeighbourhoodID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f := x.shelves[n]
	if f == nil {
		return
	}
	delete(x.shelves, n)
	for p, v := range x.visits {
		if p.n == n {
			v.cancel()
			delete(x.visits, p)
		}
	}
	f.close()
}

// Changed notes which cells entered and left the set of a neighbourhood. The
// node calls it in the order in which the set changed; it returns at once. An
// id that is in both enters.
func (x *Exchange) Changed(n protocol.NeighbourhoodID, inserted, removed []protocol.ID) {
	if f := x.shelf(n); f != nil {
		f.changed(inserted, removed)
	}
}

// RosterChanged notes that the set of roster operations, or what it means, is
// another one now.
func (x *Exchange) RosterChanged(n protocol.NeighbourhoodID) {
	if f := x.shelf(n); f != nil {
		f.rosterChanged()
		x.relent(n)
	}
}

// relent tries peers again at once that did not know this device, or that this
// side did not know: they may now.
func (x *Exchange) relent(n protocol.NeighbourhoodID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for peer := range x.links {
		x.begin(n, peer)
	}
	for p, v := range x.visits {
		if p.n == n && v.refused.Load() {
			v.relent()
		}
	}
}

// Connected notes that a peer can be reached with open.
func (x *Exchange) Connected(peer protocol.DeviceID, open Open) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.links[peer] != nil || peer == x.self {
		return
	}
	x.links[peer] = open
	for n := range x.shelves {
		x.begin(n, peer)
	}
}

// Disconnected notes that a peer is gone.
func (x *Exchange) Disconnected(peer protocol.DeviceID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.links, peer)
	for p, v := range x.visits {
		if p.peer == peer {
			v.cancel()
			delete(x.visits, p)
		}
	}
}

// Hint asks for an exchange with a connected peer at once.
func (x *Exchange) Hint(n protocol.NeighbourhoodID, peer protocol.DeviceID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if v := x.visits[pair{n, peer}]; v != nil {
		v.kick()
	}
}

// Spread asks for exchanges at once with everybody connected but one peer, who
// brought what is new here. Gossip says only what is said now: what an exchange
// or a stick brings goes on from neighbour to neighbour by this.
func (x *Exchange) Spread(n protocol.NeighbourhoodID, but protocol.DeviceID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for p, v := range x.visits {
		if p.n == n && p.peer != but {
			v.kick()
		}
	}
}

// others reports whether this side could meanwhile be brought something of a
// neighbourhood by another peer.
func (x *Exchange) others(f *shelf, but protocol.DeviceID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for p := range x.visits {
		if p.n == f.ID() && p.peer != but {
			return true
		}
	}
	return false
}

// kickOthers asks for exchanges with everybody but one peer, which left off.
// It does so seldom, or a peer could make all others talk by leaving off.
func (x *Exchange) kickOthers(f *shelf, but protocol.DeviceID) {
	if f.mayKick(time.Now()) {
		x.Spread(f.ID(), but)
	}
}

// Serve answers an exchange that a peer began, and closes the stream.
func (x *Exchange) Serve(peer protocol.DeviceID, stream Stream) error {
	if err := x.enterFrom(peer); err != nil {
		abort(stream)
		return err
	}
	defer x.leaveFrom(peer)
	s := x.newSession(x.ctx, peer, false)
	defer s.fail(nil) // frees the context
	return x.ended(s, s.run(stream, s.listen))
}

// enterFrom counts a session that a peer begins, if there is room for it.
func (x *Exchange) enterFrom(peer protocol.DeviceID) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := 0
	for _, n := range x.serving {
		all += n
	}
	switch {
	case x.ctx.Err() != nil:
		return ErrClosed
	case all >= maxIn, x.serving[peer] >= maxFrom:
		return ErrBusy
	}
	x.serving[peer]++
	x.work.Add(1)
	return nil
}

func (x *Exchange) leaveFrom(peer protocol.DeviceID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.serving[peer]--; x.serving[peer] == 0 {
		delete(x.serving, peer)
	}
	x.work.Done()
}

func (s *session) listen() error {
	if err := s.greetAsListener(); err != nil {
		return err
	}
	return s.rounds()
}

// Visit has an exchange with a peer over a stream that open opens. It is what
// the Exchange does by itself with those that are Connected.
func (x *Exchange) Visit(ctx context.Context, n protocol.NeighbourhoodID, peer protocol.DeviceID, open Open) error {
	f := x.shelf(n)
	if f == nil || !x.enter() {
		return ErrClosed
	}
	defer x.work.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(x.ctx, cancel)()
	s := x.newSession(ctx, peer, true)
	defer s.fail(nil) // frees the context
	if s.shelf = f; f.begin(s) != nil {
		return ErrBusy
	}
	stream, err := s.connect(open)
	if err == nil {
		err = s.run(stream, s.dial)
	}
	return x.ended(s, err)
}

func (s *session) connect(open Open) (Stream, error) {
	ctx, cancel := context.WithTimeout(s.ctx, silence)
	defer cancel()
	stream, err := open(ctx)
	if err != nil {
		return nil, fmt.Errorf("exchange: open: %w", err)
	}
	return stream, nil
}

func (s *session) dial() error {
	if err := s.greetAsDialer(); err != nil {
		return err
	}
	return s.rounds()
}

// ended gives the peer's place free, tells the node and returns how it ended.
func (x *Exchange) ended(s *session, err error) error {
	if s.bad > 0 && !errors.Is(err, protocol.ErrMalformed) {
		err = errors.Join(errBadItems, err)
	}
	if s.shelf == nil || !s.begun {
		return err
	}
	s.shelf.end(s, err)
	x.met(s, err)
	if err == nil && s.shelf.rosterVersion() != s.roster {
		x.Hint(s.shelf.ID(), s.peer) // it changed after this side's last word
	}
	if x.events.Ended != nil && !errors.Is(err, ErrBusy) {
		x.events.Ended(s.shelf.ID(), s.peer, err)
	}
	return err
}

// enter counts work that Close waits for; false once closed.
func (x *Exchange) enter() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ctx.Err() != nil {
		return false
	}
	x.work.Add(1)
	return true
}

func (x *Exchange) shelf(n protocol.NeighbourhoodID) *shelf {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.shelves[n]
}

// shelfOf finds the neighbourhood that a dialer's tag means.
func (x *Exchange) shelfOf(tag [16]byte, dialer protocol.DeviceID) *shelf {
	x.mu.Lock()
	defer x.mu.Unlock()
	for n, f := range x.shelves {
		if protocol.Tag(n, dialer, x.self) == tag {
			return f
		}
	}
	return nil
}
