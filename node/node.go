package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gotong/node/blobs"
	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
)

// Parts are what a node is assembled from. The real ones come from [New], the
// simulator brings its own.
type Parts struct {
	Identity identity.Identity
	Keys     Keys
	Store    store.Store
	Own      *ownLog      // nil: no second copy
	Photos   *blobs.Store // nil: there are none
	Now      func() time.Time
	Trusted  func() bool // that Now is kept right by a trusted source; nil: never
	Log      *slog.Logger
	Random   io.Reader // nil: the system's
	Seams    Seams     // none, but in the simulator
	Room     int64     // bytes of others' payloads to keep; 0: what the disk allows for
}

// Keys keeps the keyrings; identity.Dir is the real one.
type Keys interface {
	Keyrings() (map[protocol.NeighbourhoodID]identity.Keyring, error)
	SaveKeyring(protocol.NeighbourhoodID, identity.Keyring) error
	RemoveKeyring(protocol.NeighbourhoodID) error
}

// Node is a running node: its neighbourhoods over one identity, one store, one
// clock and one network.
type Node struct {
	parts    *Parts
	clock    *clock
	alarm    *alarm
	age      *age
	budget   *budget
	stop     chan struct{} // closed when the node is
	loops    sync.WaitGroup
	network  Network
	failed   chan error
	blocks   blocks
	started  time.Time
	watchers *watchers
	closed   sync.Once
	closing  error      // what Close returned
	muting   sync.Mutex // held while what is muted changes

	mu    sync.RWMutex
	hoods map[protocol.NeighbourhoodID]*Neighbourhood
}

// Assemble starts a node over its parts and opens every neighbourhood it has a
// keyring for. connect makes its network once the node can answer.
func Assemble(p Parts, connect func(*Node) (Network, error)) (*Node, error) {
	if p.Random == nil {
		p.Random = rand.Reader
	}
	c, err := newClock(p.Store, p.Now, p.Random)
	if err != nil {
		return nil, err
	}
	a, err := openAge(p.Store)
	if err != nil {
		return nil, err
	}
	n := &Node{parts: &p, clock: c, age: a, budget: newBudget(p), stop: make(chan struct{}), failed: make(chan error, 1), started: p.Now(), watchers: newWatchers(), hoods: make(map[protocol.NeighbourhoodID]*Neighbourhood)}
	if n.alarm, err = newAlarm(p); err != nil {
		return nil, err
	}
	if err := n.openAll(); err != nil {
		return nil, err
	}
	if err := n.trim(); err != nil {
		n.closeHoods()
		return nil, err
	}
	if n.network, err = connect(n); err != nil {
		n.closeHoods()
		return nil, err
	}
	for _, h := range n.hoods {
		if err := n.join(h); err != nil {
			return nil, errors.Join(err, n.Close())
		}
	}
	n.loops.Go(n.keepTime)
	return n, nil
}

// openAll loads the neighbourhoods from the store.
func (n *Node) openAll() error {
	rings, err := n.parts.Keys.Keyrings()
	if err != nil {
		return err
	}
	for id, ring := range rings {
		if _, err := n.open(id, ring, true); err != nil {
			n.closeHoods()
			return err
		}
	}
	return nil
}

// open loads one neighbourhood and starts its owner, not yet linked. One that
// was there before this start may have said what this disk forgot.
func (n *Node) open(id protocol.NeighbourhoodID, ring identity.Keyring, before bool) (*Neighbourhood, error) {
	h := newNeighbourhood(id, n, ring)
	if err := errors.Join(h.load(), h.recover()); err != nil {
		return nil, err
	}
	if !before {
		h.recalled()
	} else if err := h.beginAnywhere(n.parts.Random); err != nil {
		return nil, err
	}
	h.start()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hoods[id] = h
	return h, nil
}

// join links a neighbourhood to the network. It happens on the owner's
// goroutine, so that no cell comes or goes meanwhile.
func (n *Node) join(h *Neighbourhood) error {
	var failed error
	err := h.do(context.Background(), func() {
		link, err := n.network.Join(h, h.index.ids())
		if err != nil {
			failed = fmt.Errorf("node: join: %w", err)
			return
		}
		h.link = link
	})
	go h.recollect(n.network.Peers)
	return errors.Join(failed, err)
}

// fail stops the node: a store that failed once is not written to again.
func (n *Node) fail(err error) {
	select {
	case n.failed <- err:
	default:
	}
}

// Failed yields the error that the node cannot go on after.
func (n *Node) Failed() <-chan error { return n.failed }

// Neighbourhood returns one of the node's neighbourhoods.
func (n *Node) Neighbourhood(id protocol.NeighbourhoodID) (*Neighbourhood, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	h, ok := n.hoods[id]
	return h, ok
}

// Neighbourhoods returns the ids of the node's neighbourhoods, in order.
func (n *Node) Neighbourhoods() []protocol.NeighbourhoodID {
	n.mu.RLock()
	defer n.mu.RUnlock()
	var ids []protocol.NeighbourhoodID
	for id := range n.hoods {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b protocol.NeighbourhoodID) int { return slices.Compare(a[:], b[:]) })
	return ids
}

// Knows reports whether any neighbourhood's roster has the device.
func (n *Node) Knows(d protocol.DeviceID) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, h := range n.hoods {
		if h.Roster().Serve(d) {
			return true
		}
	}
	return false
}

// Identity returns who the node is.
func (n *Node) Identity() identity.Identity { return n.parts.Identity }

// Addrs returns where the node can be reached.
func (n *Node) Addrs() []string { return n.network.Addrs() }

// Close ends the links, then the owners, then the store. It is bounded: each
// part ends within seconds. Closed again, it says the same again.
func (n *Node) Close() error {
	n.closed.Do(func() { n.closing = n.close() })
	return n.closing
}

func (n *Node) close() error {
	close(n.stop)
	n.loops.Wait()
	var errs []error
	if n.network != nil {
		errs = append(errs, n.network.Close())
	}
	n.closeHoods()
	n.watchers.close()
	n.rest()
	return errors.Join(append(errs, n.parts.Own.Close(), n.parts.Store.Close())...)
}

// rest keeps where the stamps ended, unless the store is what failed.
func (n *Node) rest() {
	if err := n.clock.rest(context.Background()); err != nil {
		n.parts.Log.Debug("the stamp floor stays ahead", "err", err)
	}
}

func (n *Node) closeHoods() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.hoods {
		h.stop()
	}
}
