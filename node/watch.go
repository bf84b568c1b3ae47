package node

import (
	"sync"

	"gotong/protocol"
	"gotong/protocol/board"
)

// watchQueue bounds what a slow watcher has waiting; beyond it the watcher is
// told to look at everything anew.
const watchQueue = 256

// Happening is what a watcher is told: changes of a neighbourhood's records,
// that own records got further, that its roster changed, that a peer came or
// went, or, to a watcher who was too slow, that it missed something.
type Happening struct {
	Neighbourhood protocol.NeighbourhoodID
	Changes       []board.Change
	Reached       []protocol.RecordID
	Roster        bool
	Peer          *Peer
	Missed        bool
}

// watchers hands what happens on a node to whoever watches. Nobody who watches
// can hold up the node.
type watchers struct {
	mu   sync.Mutex
	all  map[chan Happening]*bool // whether it missed something
	done bool
}

func newWatchers() *watchers { return &watchers{all: make(map[chan Happening]*bool)} }

// tell passes changes of a neighbourhood's records on.
func (w *watchers) tell(n protocol.NeighbourhoodID, changes []board.Change) {
	if len(changes) > 0 {
		w.pass(Happening{Neighbourhood: n, Changes: changes})
	}
}

func (w *watchers) pass(what Happening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch, missed := range w.all {
		send := what
		if *missed {
			send = Happening{Missed: true}
		}
		select {
		case ch <- send:
			*missed = false
		default:
			*missed = true
		}
	}
}

// add returns a channel of changes and how to end it. The channel is closed
// then, and when the node closes.
func (w *watchers) add() (<-chan Happening, func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := make(chan Happening, watchQueue)
	if w.done {
		close(ch)
		return ch, func() {}
	}
	w.all[ch] = new(bool)
	return ch, func() { w.remove(ch) }
}

func (w *watchers) remove(ch chan Happening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.all[ch]; ok {
		delete(w.all, ch)
		close(ch)
	}
}

func (w *watchers) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	for ch := range w.all {
		delete(w.all, ch)
		close(ch)
	}
}

// Watch returns what happens on the node from now on, and how to end it. The
// channel is closed then, and when the node closes.
func (n *Node) Watch() (<-chan Happening, func()) { return n.watchers.add() }

// Watch is the same as the node's.
func (h *Neighbourhood) Watch() (<-chan Happening, func()) { return h.watchers.add() }
