package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// ErrClosed: the node is shutting down.
var ErrClosed = errors.New("node: closed")

// Neighbourhood is one board and what keeps it. Its owner, a goroutine of its
// own (owner.go), is the only one to change it.
type Neighbourhood struct {
	id     protocol.NeighbourhoodID
	seed   *[16]byte             // of the invitation it was joined by; nil for a founder
	house  *protocol.HouseholdID // whose further device this node is; nil where it holds the key
	parts  *Parts
	store  store.Store
	clock  *clock
	alarm  *alarm
	age    *age
	budget *budget
	log    *slog.Logger
	link   Link // how facts get to the neighbours and back
	fail   func(error)

	door    chan task
	closing chan struct{}
	stopped chan struct{}
	close   sync.Once
	ctx     context.Context

	roster   atomic.Pointer[roster.Roster] // read by anyone
	index    *index                        // read by anyone
	watchers *watchers
	met      *meetings
	reach    *reach
	sights   sights
	claimed  claimed
	recall   recall

	// The owner's.
	ops     map[protocol.ID]roster.Op
	ring    identity.Keyring
	keys    map[cell.Epoch]cell.Key
	secrets map[cell.Epoch][32]byte
	held    map[board.Place]held
	dark    map[board.Place]struct{} // counting cells that no key here opens
	board   *board.Board

	begin  uint32                   // where the search for a free slot begins
	mine   map[protocol.ID]struct{} // cells written in this run
	filled map[uint32]struct{}      // slots that were empty before this run wrote into them

	introduced bool           // its household's profile is written, or was tried
	rekeyed    *roster.Roster // the roster under which keys were last looked after

	contacts map[protocol.RecordID]*ownContact // by the own request or offer; see contact.go
	stirred  bool                              // something changed since contacts were looked after
}

func newNeighbourhood(id protocol.NeighbourhoodID, n *Node, ring identity.Keyring) *Neighbourhood {
	p := n.parts
	h := &Neighbourhood{
		id: id, seed: ring.Invite, house: ring.House, parts: p, store: p.Store, clock: n.clock, alarm: n.alarm, age: n.age, budget: n.budget, log: p.Log, fail: n.fail, ring: ring,
		door: make(chan task), closing: make(chan struct{}), stopped: make(chan struct{}), ctx: context.Background(),
		index: newIndex(), watchers: n.watchers, met: newMeetings(), reach: newReach(),
		ops: make(map[protocol.ID]roster.Op), keys: make(map[cell.Epoch]cell.Key), secrets: make(map[cell.Epoch][32]byte),
		held: make(map[board.Place]held), dark: make(map[board.Place]struct{}),
		contacts: make(map[protocol.RecordID]*ownContact),
		mine:     make(map[protocol.ID]struct{}), filled: make(map[uint32]struct{}),
	}
	h.recall.done = make(chan struct{})
	members := roster.Judge(id, nil)
	h.roster.Store(members)
	h.board = board.New(members)
	for _, secret := range ring.Secrets {
		h.addKey(secret)
	}
	return h
}

// ID returns the neighbourhood's id.
func (h *Neighbourhood) ID() protocol.NeighbourhoodID { return h.id }

// Roster returns the roster as it is now.
func (h *Neighbourhood) Roster() *roster.Roster { return h.roster.Load() }

// Me returns this node's household, and whether the neighbourhood has it.
func (h *Neighbourhood) Me() (protocol.HouseholdID, bool) {
	household, ok := h.roster.Load().Household(h.parts.Identity.DeviceID())
	return household, ok
}

// Look lets read see the board as it is now, by this node's clock. What read
// wants to keep it copies out; records never change.
func (h *Neighbourhood) Look(ctx context.Context, read func(board.View)) error {
	return h.do(ctx, func() { read(h.board.At(h.parts.Now().UnixMilli())) })
}

// start begins to serve tasks; stop ends it and waits.
func (h *Neighbourhood) start() { go h.run() }

func (h *Neighbourhood) stop() {
	h.close.Do(func() { close(h.closing) })
	<-h.stopped
}

// read fetches what a place keeps under a roster from the store. What rotted
// there counts as missing; an exchange brings it again. Of a device that the
// roster does not know nothing is kept, as nothing would be taken in.
func (h *Neighbourhood) read(at board.Place, members *roster.Roster) (cell.Kept, error) {
	if _, known := members.DeviceKey(at.Device); !known {
		return cell.Kept{}, nil
	}
	s, err := h.store.Slot(h.id, at.Device, at.Slot)
	if err != nil && !errors.Is(err, store.ErrBadValue) {
		return cell.Kept{}, fmt.Errorf("node: read: %w", err)
	}
	return h.trimmed(cell.Kept{}.Keep(h.counting(members), s.Cells...)), nil
}

// Raw returns the bytes of a kept cell or operation.
func (h *Neighbourhood) Raw(id protocol.ID) ([]byte, bool) {
	if op, ok := h.index.op(id); ok {
		return op.Raw(), true
	}
	l, ok := h.index.find(id)
	if !ok {
		return nil, false
	}
	s, err := h.store.Slot(h.id, l.at.Device, l.at.Slot)
	for _, c := range s.Cells {
		if c.ID() == id {
			return h.forward(c.Raw()), true
		}
	}
	if errors.Is(err, store.ErrBadValue) {
		go h.miss(l.at)
	}
	return nil, false
}

// Here reports whether the payload of a cell is here.
func (h *Neighbourhood) Here(id protocol.ID) bool {
	l, ok := h.index.find(id)
	return ok && !l.stub
}

// Instead returns the bytes of the older cell that stands in for one of which
// only a stub is here.
func (h *Neighbourhood) Instead(id protocol.ID) ([]byte, bool) {
	l, ok := h.index.find(id)
	if !ok || !l.stub {
		return nil, false
	}
	k, err := h.read(l.at, h.roster.Load())
	if err != nil || k.Whole == nil {
		return nil, false
	}
	return h.forward(k.Whole.Raw()), true
}

// miss takes what rotted in a place out of the set that is reconciled, so that
// a neighbour brings it again. The board keeps showing it meanwhile.
func (h *Neighbourhood) miss(at board.Place) {
	err := h.do(h.ctx, func() {
		s, err := h.store.Slot(h.id, at.Device, at.Slot)
		if !errors.Is(err, store.ErrBadValue) {
			return // another cell took its place
		}
		good := heldOf(cell.Kept{}.Keep(h.counting(h.roster.Load()), s.Cells...))
		came, went := h.index.replace(at, h.held[at], good)
		if !h.ours(at.Device) {
			h.budget.moved(h.id, h.held[at].payloads(), good.payloads())
		}
		h.held[at] = good
		h.link.Moved(came, went)
	})
	if err != nil {
		h.log.Debug("a rotted value is left until the next start", "err", err)
	}
}

// Do runs read with the board itself, on its owner's goroutine.
func (h *Neighbourhood) Do(ctx context.Context, read func(*board.Board)) error {
	return h.do(ctx, func() { read(h.board) })
}
