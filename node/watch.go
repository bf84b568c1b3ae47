package node

import (
	"sync"

	"gotong/protocol/board"
)

// watchQueue bounds what a slow watcher has waiting; beyond it the watcher is
// told to look at everything anew.
const watchQueue = 256

// Happening is what a watcher is told: changes of records, that the roster
// changed, or, to one who was too slow, that it missed something.
type Happening struct {
	Changes []board.Change
	Roster  bool
	Missed  bool
}

// watchers hands the board's changes to whoever watches. Nobody who watches
// can hold up the owner.
type watchers struct {
	mu   sync.Mutex
	all  map[chan Happening]*bool // whether it missed something
	done bool
}

func newWatchers() *watchers { return &watchers{all: make(map[chan Happening]*bool)} }

// tell passes changes of records on.
func (w *watchers) tell(changes []board.Change) {
	if len(changes) > 0 {
		w.pass(Happening{Changes: changes})
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

// Watch returns what happens on the board from now on, and how to end it. The
// channel is closed then, and when the node closes.
func (h *Neighbourhood) Watch() (<-chan Happening, func()) { return h.watchers.add() }
