package exchange

import (
	"sync"
	"time"
)

// outbox holds what one session has to write. Whoever reads never writes
// itself: two sides that both wait to be read would wait for ever.
//
// Replies go first, then what source has to give, and when there is nothing
// for some seconds, ALIVE.
type outbox struct {
	mu      sync.Mutex
	replies [][]byte
	source  func() []byte // nil: nothing to give now
	closed  bool
	wake    chan struct{}
}

// maxReplies bounds what a peer can make this side say without listening.
const maxReplies = 256

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

// reply queues frames. Too many unread ones are the peer's fault.
func (o *outbox) reply(frames ...[]byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.replies)+len(frames) > maxReplies {
		return malformed("frames without listening")
	}
	o.replies = append(o.replies, frames...)
	o.poke()
	return nil
}

// draw lets frames be drawn from source from now on.
func (o *outbox) draw(source func() []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.source = source
	o.poke()
}

// close lets run end once the replies are written.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.poke()
}

// poke lets the writer look again whether there is something to write.
func (o *outbox) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// next returns a frame if there is one; over once closed and empty.
func (o *outbox) next() (frame []byte, over bool) {
	o.mu.Lock()
	if len(o.replies) > 0 {
		frame, o.replies = o.replies[0], o.replies[1:]
		o.mu.Unlock()
		return frame, false
	}
	source, closed := o.source, o.closed
	o.mu.Unlock()
	if closed || source == nil {
		return nil, closed
	}
	return source(), false
}

// run writes until the outbox is closed or write fails.
func (o *outbox) run(write func([]byte) error) error {
	quiet := time.NewTimer(aliveEvery)
	defer quiet.Stop()
	for {
		frame, over := o.next()
		if over {
			return nil
		}
		if frame == nil {
			select {
			case <-o.wake:
				continue
			case <-quiet.C:
				frame = []byte{kindAlive}
			}
		}
		if err := write(frame); err != nil {
			return err
		}
		quiet.Reset(aliveEvery)
	}
}
