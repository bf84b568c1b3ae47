package node

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"gotong/crdt"
	"gotong/node/exchange"
	"gotong/protocol"
)

// A disk can go back in time: a card restored from an image, one that said
// "synced" and was not. Its neighbours then know what this device wrote and
// the device does not. So after a start it hears one of them out before it
// writes, if there is one.
const (
	aloneTime   = 3 * time.Second  // until it writes with nobody there
	meetingTime = 15 * time.Second // until it writes though an exchange does not end
)

// recall is when a device knows what it wrote before it was started.
type recall struct {
	once  sync.Once
	done  chan struct{}
	since atomic.Uint64 // the stamp after which only this run writes; 0 before
}

// recalled ends the waiting: what is heard from now on was either written
// before or is written elsewhere.
func (h *Neighbourhood) recalled() {
	h.recall.once.Do(func() {
		h.recall.since.Store(uint64(h.clock.present()))
		close(h.recall.done)
	})
}

// Met notes how an exchange with a peer ended: well, so that both hold the same
// now, or with the peer not knowing this device.
func (h *Neighbourhood) Met(peer protocol.DeviceID, err error) {
	switch {
	case err == nil:
		h.met.note(peer, h.parts.Now())
		h.recalled()
	case errors.Is(err, exchange.ErrTurnedAway):
		h.met.turnAway()
		h.refused()
	}
}

// recollect waits for the first exchange after a start, as long as it makes
// sense.
func (h *Neighbourhood) recollect(peers func() []Peer) {
	for _, patience := range []time.Duration{aloneTime, meetingTime - aloneTime} {
		if !h.stillWaits(patience) {
			return
		}
		if !h.someone(peers()) {
			break
		}
	}
	h.recalled()
}

// stillWaits waits that long; false if there is nothing to wait for any more.
func (h *Neighbourhood) stillWaits(patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-h.recall.done:
	case <-h.closing:
	}
	return false
}

// someone reports whether a device of the neighbourhood is connected.
func (h *Neighbourhood) someone(peers []Peer) bool {
	for _, p := range peers {
		if p.Connected && h.Roster().Serve(p.Device) {
			return true
		}
	}
	return false
}

// remember returns once this device knows what it wrote before.
func (h *Neighbourhood) remember(ctx context.Context) error {
	select {
	case <-h.recall.done:
		return nil
	case <-h.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// beginAnywhere chooses by chance where this run begins to look for free slots.
// Two copies of one disk, or one that forgot its last minutes and nobody there
// to ask, thus seldom write into the same slot, where one of two would give way.
func (h *Neighbourhood) beginAnywhere(random io.Reader) error {
	var b [4]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return fmt.Errorf("node: random bytes: %w", err)
	}
	h.begin = binary.BigEndian.Uint32(b[:]) % protocol.MaxSlots
	return nil
}

// lately reports whether a stamp was given after this run began to write.
func (h *Neighbourhood) lately(s crdt.Stamp) bool {
	since := crdt.Stamp(h.recall.since.Load())
	return since > 0 && s > since
}
