package exchange

import (
	"sync/atomic"

	"gotong/protocol"
)

// Bounds on what a peer can send before the session ends.
const (
	maxIngest    = 1024 // items taken in at once, if as many have come
	maxBad       = 8    // items that no honest peer sends
	maxFruitless = 1024 // items more than new ones that were here already
)

// intake takes in what the peer sends, while the session reads on: in the
// order in which it comes, as many items at once as have come.
type intake struct {
	*transfer
	batches  chan [][]byte
	done     chan struct{}
	expected int // items that may still come
	received atomic.Int64

	// Of the goroutine of run, and of others once done is closed.
	fresh, fruitless int
	unclaimed        int // items that nobody asked for: only operations may be
	bad              int
	refused          []protocol.ID
}

func newIntake(t *transfer) *intake {
	return &intake{
		transfer: t, expected: t.ops.coming + t.cells.coming + maxIDs,
		batches: make(chan [][]byte, 4), done: make(chan struct{}),
	}
}

// put hands items over; it waits while more than enough are waiting. More
// items than were announced are the peer's fault.
func (in *intake) put(raws [][]byte) error {
	if in.expected -= len(raws); in.expected < 0 {
		return malformed("more items than announced")
	}
	select {
	case in.batches <- raws:
		return nil
	case <-in.ctx.Done():
		return in.cause()
	}
}

// run takes in until batches is closed. When the session fails it drains them.
func (in *intake) run() {
	defer close(in.done)
	for raws := range in.batches {
		if in.ctx.Err() != nil {
			continue
		}
		if err := in.take(in.gather(raws)); err != nil {
			in.fail(err)
		}
	}
}

// gather adds what else has come meanwhile.
func (in *intake) gather(raws [][]byte) [][]byte {
	for len(raws) < maxIngest {
		select {
		case more, ok := <-in.batches:
			if !ok {
				return raws
			}
			raws = append(raws, more...)
		default:
			return raws
		}
	}
	return raws
}

// take passes items through the door and acknowledges them.
func (in *intake) take(raws [][]byte) error {
	taken, err := in.shelf.Ingest(in.ctx, raws, in.peer)
	if err != nil {
		return err
	}
	kept := make([]bool, len(taken))
	for i, t := range taken {
		in.judge(t)
		kept[i] = t.Verdict == protocol.Accept
	}
	in.received.Add(int64(len(taken)))
	in.report()
	if err := in.out.reply(ack(kept)); err != nil {
		return err
	}
	return in.enough()
}

// judge counts what an item says about the peer.
func (in *intake) judge(t Taken) {
	if !in.shelf.claims.arrived(in.session, t.ID) {
		in.unclaimed++
	}
	switch {
	case t.New:
		in.fresh++
	case t.Verdict == protocol.Accept:
		in.fruitless++
	default:
		in.refused = append(in.refused, t.ID)
	}
	if t.Verdict == protocol.Reject {
		in.bad++
	}
}

// enough says when the peer has to be left.
func (in *intake) enough() error {
	switch {
	case in.unclaimed > in.ops.coming:
		return malformed("items that were not asked for")
	case in.bad > maxBad:
		return malformed("forged items")
	case in.fruitless > in.fresh+maxFruitless:
		return malformed("items that are here already")
	}
	return nil
}
