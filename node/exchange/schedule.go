package exchange

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"gotong/protocol"
)

// When exchanges happen. Each wait is drawn from three quarters to five
// quarters of what is said here, so that nodes that started together drift
// apart.
const (
	interval   = 3 * time.Minute        // between exchanges of two peers
	giveWay    = time.Second            // the higher device id lets the lower one dial first
	hintGap    = 500 * time.Millisecond // between exchanges that hints ask for
	busyGap    = 2 * time.Second        // until another try while one is under way
	failGap    = 5 * time.Second        // after the first failure, doubled with each more
	failMost   = 10 * time.Minute
	strangeGap = 30 * time.Minute // a peer that does not know the neighbourhood
)

// visit is the standing intention to exchange with one connected peer about
// one neighbourhood.
type visit struct {
	cancel  context.CancelFunc
	kicked  chan struct{}
	again   chan struct{} // who was refused may be known now
	refused atomic.Bool   // the last exchange ended because one side's device is unknown
	met     chan error    // how an exchange ended that the peer began
}

func (v *visit) kick() {
	select {
	case v.kicked <- struct{}{}:
	default:
	}
}

func (v *visit) relent() {
	select {
	case v.again <- struct{}{}:
	default:
	}
}

// ended notes how an exchange ended.
func (v *visit) ended(pace *pace, err error) {
	v.refused.Store(errors.Is(err, ErrRefused))
	pace.after(err)
}

// begin starts the visits to a peer. The caller holds x.mu.
func (x *Exchange) begin(n protocol.NeighbourhoodID, peer protocol.DeviceID) {
	p := pair{n, peer}
	if x.visits[p] != nil || x.ctx.Err() != nil || !x.worthwhile(p) {
		return
	}
	ctx, cancel := context.WithCancel(x.ctx)
	v := &visit{cancel: cancel, kicked: make(chan struct{}, 1), again: make(chan struct{}, 1), met: make(chan error, 1)}
	x.visits[p] = v
	open := x.links[peer]
	x.work.Go(func() {
		defer cancel()
		x.keep(ctx, p, v, open)
	})
}

// fewShelves is up to how many neighbourhoods a node asks every peer for each of
// them. Whoever carries more has hundreds of peers, each of one neighbourhood:
// it waits for those that a roster does not have to come by themselves.
const fewShelves = 3

// worthwhile reports whether this side has to begin with a peer. The caller holds
// x.mu.
func (x *Exchange) worthwhile(p pair) bool {
	f := x.shelves[p.n]
	return f == nil || len(x.shelves) <= fewShelves || f.Serves(p.peer) || len(f.Ops()) == 0
}

// keep exchanges with a peer again and again.
func (x *Exchange) keep(ctx context.Context, p pair, v *visit, open Open) {
	var first time.Duration
	if bytes.Compare(p.peer[:], x.self[:]) < 0 {
		first = giveWay
	}
	pace := &pace{x: x}
	pace.in(first)
	for v.wait(ctx, pace) {
		select {
		case x.out <- struct{}{}:
		case <-ctx.Done():
			return
		}
		pace.begun = time.Now()
		err := x.Visit(ctx, p.n, p.peer, open)
		<-x.out
		v.ended(pace, err)
	}
}

// wait returns when it is time for the next exchange; false when ctx is done.
func (v *visit) wait(ctx context.Context, pace *pace) bool {
	for {
		timer := time.NewTimer(time.Until(pace.due))
		select {
		case <-timer.C:
			return true
		case <-v.kicked:
			pace.hinted()
		case <-v.again:
			pace.fails = 0
			pace.hinted()
		case err := <-v.met:
			v.ended(pace, err)
		case <-ctx.Done():
			timer.Stop()
			return false
		}
		timer.Stop()
	}
}

// pace is when to exchange with a peer next, given how it went so far.
type pace struct {
	x          *Exchange
	begun, due time.Time
	fails      int
}

func (p *pace) in(wait time.Duration) { p.due = time.Now().Add(p.x.jitter(wait)) }

// after judges an exchange that ended with err.
func (p *pace) after(err error) {
	switch {
	case err == nil:
		p.fails = 0
		p.in(interval)
	case errors.Is(err, ErrBusy):
		p.in(busyGap)
	case errors.Is(err, ErrUnknown):
		p.in(strangeGap)
	case errors.Is(err, ErrLater):
		p.in(refillEvery)
	default:
		p.in(min(failGap<<min(p.fails, 10), failMost))
		p.fails++
	}
}

// hinted brings the next exchange forward, unless the last one failed: a peer
// that fails does not get around its wait with hints.
func (p *pace) hinted() {
	soon := p.begun.Add(hintGap)
	if p.fails == 0 && soon.Before(p.due) {
		p.due = soon
	}
}

// met tells the visits of an exchange that the peer began.
func (x *Exchange) met(s *session, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	v := x.visits[pair{s.shelf.ID(), s.peer}]
	if v == nil || s.dialer {
		return
	}
	select {
	case v.met <- err:
	default: // the one that waits there will do
	}
}

// draw fills p with random bytes.
func (x *Exchange) draw(p []byte) error {
	x.drawing.Lock()
	defer x.drawing.Unlock()
	if _, err := io.ReadFull(x.random, p); err != nil {
		return fmt.Errorf("exchange: random: %w", err)
	}
	return nil
}

// jitter returns three quarters to five quarters of d.
func (x *Exchange) jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.75 + x.chance()/2))
}

// chance returns a number from 0 to below 1. Without a source of chance it is
// a half: then nodes all meet at once, which only costs time.
func (x *Exchange) chance() float64 {
	var b [8]byte
	if x.draw(b[:]) != nil {
		return 0.5
	}
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}
