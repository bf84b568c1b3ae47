package node

import (
	"context"
	"errors"

	"gotong/node/store"
)

// task is something the owner of a board does in one of its turns.
type task interface {
	// decide runs before the turn's write. What it wants stored it adds to the
	// turn. It reports false to be served in the next turn instead.
	decide(t *turn) bool
	// settle runs after the write and tells the caller what came of it.
	settle(err error)
}

// maxTurn bounds how many tasks share one write.
const maxTurn = 256

// run serves tasks until the neighbourhood is closed. Everything that reads or
// changes the board happens here.
func (h *Neighbourhood) run() {
	defer close(h.stopped)
	var waiting []task
	for {
		batch := h.gather(waiting)
		if batch == nil {
			return
		}
		waiting = h.serve(batch)
	}
}

// gather returns those that waited and all who stand at the door; with nobody
// there it waits for one. After closing it returns nil.
func (h *Neighbourhood) gather(batch []task) []task {
	if len(batch) == 0 {
		select {
		case first := <-h.door:
			batch = append(batch, first)
		case <-h.closing:
			return nil
		}
	}
	for len(batch) < maxTurn {
		select {
		case next := <-h.door:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// serve takes one turn and returns the tasks that have to wait for the next.
func (h *Neighbourhood) serve(batch []task) (waiting []task) {
	t := newTurn(h)
	var served []task
	for _, next := range batch {
		if next.decide(t) {
			served = append(served, next)
		} else {
			waiting = append(waiting, next)
		}
	}
	err := t.commit()
	for _, s := range served {
		s.settle(err)
	}
	if err != nil && !errors.Is(err, store.ErrFull) {
		h.fail(err)
	}
	waiting = append(waiting, h.introduction()...)
	waiting = append(waiting, h.rekeying()...)
	return append(waiting, h.confiding()...)
}

// enter hands a task to the owner; ErrClosed after closing.
func (h *Neighbourhood) enter(ctx context.Context, t task) error {
	select {
	case h.door <- t:
		return nil
	case <-h.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// await enters a task and waits for its result.
func await[T any](ctx context.Context, h *Neighbourhood, t task, result <-chan T) (T, error) {
	var none T
	if err := h.enter(ctx, t); err != nil {
		return none, err
	}
	select {
	case r := <-result:
		return r, nil
	case <-h.stopped:
		return none, ErrClosed
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// look is a task that only reads.
type look struct {
	read func()
	done chan struct{}
}

func (l *look) decide(*turn) bool { l.read(); return true }
func (l *look) settle(error)      { close(l.done) }

// do runs read on the owner's goroutine, between two turns.
func (h *Neighbourhood) do(ctx context.Context, read func()) error {
	l := &look{read, make(chan struct{})}
	_, err := await(ctx, h, l, l.done)
	return err
}
