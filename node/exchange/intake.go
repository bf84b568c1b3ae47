package exchange

import (
	"slices"
	"sync"
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
	batches  chan batch
	waiting  sync.WaitGroup // batches not yet taken in
	done     chan struct{}
	expected int // items that may still come; of the goroutine that calls put
	received atomic.Int64

	// Of the goroutine of run, and of others once done is closed.
	fresh, fruitless   int
	aside              int // items that stand in for stubs: nobody announced them
	unclaimed, allowed int // items that nobody asked for
	bad                int
	refused            []protocol.ID
}

// batch is items of a frame. From a peer that need not offer, some may be of
// those that nobody could ask for.
type batch struct {
	raws  [][]byte
	blind bool
}

func newIntake(t *transfer) *intake {
	return &intake{
		transfer: t, expected: t.ops.coming + t.cells.coming, allowed: t.ops.coming,
		batches: make(chan batch, 4), done: make(chan struct{}),
	}
}

// count counts items of the peer. More than were announced are its fault, but
// for what comes along with stubs: at most as many again.
func (in *intake) count(n int) error {
	if in.expected -= n; in.expected < -in.cells.coming-len(in.asked) {
		return malformed("more items than announced")
	}
	return nil
}

// pass acknowledges, in their turn, items that will not come.
func (in *intake) pass(n int) error {
	if err := in.count(n); err != nil {
		return err
	}
	in.waiting.Wait()
	return in.out.reply(ack(make([]bool, n)))
}

// put hands items over; it waits while more than enough are waiting.
func (in *intake) put(raws [][]byte) error {
	if err := in.count(len(raws)); err != nil {
		return err
	}
	in.waiting.Add(1)
	in.batches <- batch{raws, in.shelf.claims.blind(in.session)}
	return nil
}

// run takes in until batches is closed: also what came before a cut, since it
// need not come again.
func (in *intake) run() {
	defer close(in.done)
	for first := range in.batches {
		raws, n := in.gather(first)
		if err := in.take(raws); err != nil {
			in.fail(err)
		}
		in.waiting.Add(-n)
	}
}

// gather adds what else has come meanwhile, and says how many batches it is.
func (in *intake) gather(b batch) (raws [][]byte, n int) {
	for more := true; more; n++ {
		raws = append(raws, b.raws...)
		if b.blind {
			in.allowed += len(b.raws)
		}
		if more = len(raws) < maxIngest; more {
			select {
			case b, more = <-in.batches:
			default:
				more = false
			}
		}
	}
	return raws, n
}

// take passes items through the door and acknowledges them.
func (in *intake) take(raws [][]byte) error {
	taken, err := in.shelf.Ingest(in.x.ctx, raws, in.peer)
	if err != nil {
		return err
	}
	kept := make([]bool, len(taken))
	for i, t := range taken {
		in.judge(judged{t, raws[i][0] > 0x7f})
		kept[i] = t.Verdict == protocol.Accept
	}
	if slices.ContainsFunc(taken, func(t Taken) bool { return t.New }) {
		in.x.Spread(in.shelf.ID(), in.peer)
	}
	in.received.Add(int64(len(taken)))
	in.report()
	if err := in.out.reply(ack(kept)); err != nil {
		return err
	}
	return in.enough()
}

// judged is what became of an item: a cell or a roster operation.
type judged struct {
	Taken
	op bool
}

// judge counts what an item says about the peer.
func (in *intake) judge(t judged) {
	switch claimed := in.shelf.claims.arrived(in.session, t.ID); {
	case claimed:
	case t.Verdict == protocol.Accept && len(in.shelf.lacking([]protocol.ID{t.ID})) > 0 && !t.op:
		in.aside++
	default:
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
	case in.unclaimed > in.allowed:
		return malformed("items that were not asked for")
	case in.bad > maxBad:
		return malformed("forged items")
	case in.fruitless > in.fresh+maxFruitless:
		return malformed("items that are here already")
	}
	return nil
}
