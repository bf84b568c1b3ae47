package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gotong/protocol"
)

// How an exchange can end without either side being at fault, or with the
// peer's: that is protocol.ErrMalformed too.
var (
	// ErrUnknown: the peer does not know the neighbourhood.
	ErrUnknown = errors.New("exchange: the peer does not know the neighbourhood")
	// ErrRefused: one side's device is not in the other's roster.
	ErrRefused = errors.New("exchange: not in the roster")
	// ErrTurnedAway is the ErrRefused of the side whose device is not known.
	ErrTurnedAway = fmt.Errorf("%w of the peer", ErrRefused)
	// ErrBusy: another exchange with this peer is under way.
	ErrBusy = errors.New("exchange: another one is under way")
	// ErrLater: a side has spent what it is willing to do for the other for now.
	ErrLater = errors.New("exchange: not for some minutes")
	// ErrStalled: the peer is there but nothing moves.
	ErrStalled = errors.New("exchange: stalled")
	// ErrClosed: the Exchange has ended, or the neighbourhood was left.
	ErrClosed = errors.New("exchange: closed")
)

// errLong: the hour is over. The next exchange goes on from here.
var errLong = errors.New("exchange: an hour has passed")

// Bounds on the time that one session takes.
const (
	greetingTime = 30 * time.Second // until both have admitted one another
	stallTime    = 5 * time.Minute  // without one item or answer
	sessionTime  = time.Hour        // in all
)

// session is one exchange with one peer: one goroutine reads and decides, one
// writes, and during a transfer one takes in.
type session struct {
	x         *Exchange
	shelf     *shelf
	neighbour *neighbour
	peer      protocol.DeviceID
	dialer    bool
	begun     bool // it has the peer's place; guarded by shelf.mu, as is greeted
	greeted   bool // the peer has answered

	ctx    context.Context
	fail   context.CancelCauseFunc // the first reason stays
	wire   *wire
	out    *outbox
	stall  *time.Timer
	polite bool // the reason was said to the peer, which may read it

	roster      int      // its version when the digest was made
	sender      *sender  // of the last round, nil before
	mustOffer   bool     // the peer wants to choose what is pushed
	aside       int      // frames that said nothing of their own
	digest      [16]byte // of the roster here, as it was said to the peer
	theirDigest [16]byte
	proved      bool // the peer asked for a proof and got it
	later       bool // the peer is best left alone for some minutes
	bad         int  // items of the peer that were malformed, forged, unasked or missing
}

// newSession prepares one side of an exchange over a stream.
func (x *Exchange) newSession(ctx context.Context, peer protocol.DeviceID, dialer bool) *session {
	s := &session{x: x, peer: peer, dialer: dialer, out: newOutbox()}
	s.ctx, s.fail = context.WithCancelCause(ctx)
	return s
}

// run talks over a stream until talk returns or the session fails, and closes
// the stream. It returns why the session failed.
func (s *session) run(stream Stream, talk func() error) error {
	s.wire = newWire(stream)
	stop := context.AfterFunc(s.ctx, func() { abort(stream) })
	s.stall = time.AfterFunc(greetingTime, func() { s.fail(ErrStalled) })
	end := time.AfterFunc(sessionTime, func() { s.fail(errLong) })
	written := make(chan struct{})
	go func() {
		defer close(written)
		if err := s.out.run(s.wire.write); err != nil {
			s.fail(err)
		}
	}()
	err := talk()
	if err != nil && !s.polite {
		s.fail(err)
	}
	s.out.close()
	<-written
	s.stall.Stop()
	end.Stop()
	if stop() {
		_ = stream.Close() // all was written; what else it says helps nobody
		return err
	}
	return s.cause()
}

// cause is why the session failed, nil if it did not.
func (s *session) cause() error {
	err := context.Cause(s.ctx)
	if errors.Is(err, context.Canceled) {
		return ErrClosed
	}
	return err
}

// moved notes that the exchange gets on.
func (s *session) moved() { s.stall.Reset(stallTime) }

// maxAside bounds the frames of a session that say nothing of their own: more
// than an ALIVE each second.
const maxAside = 2 * int(sessionTime/time.Second)

// read returns the peer's next frame, other than those that may come anywhere.
func (s *session) read() (kind byte, body []byte, err error) {
	for ; s.aside < maxAside; s.aside++ {
		kind, body, err = s.wire.read()
		switch {
		case err != nil:
			return 0, nil, err
		case kind == kindRefused:
			return 0, nil, s.turnedAway(body)
		case kind == kindDiscern:
			s.discern()
		case kind != kindAlive:
			return kind, body, nil
		}
	}
	return 0, nil, malformed("too many frames that say nothing")
}

// discern makes this side offer from now on.
func (s *session) discern() {
	s.mustOffer = true
	if s.sender != nil {
		s.sender.discern()
	}
}

// expect returns the body of the peer's next frame, which must be of a kind.
func (s *session) expect(kind byte) ([]byte, error) {
	got, body, err := s.read()
	if err == nil && got != kind {
		err = malformed("frame out of turn")
	}
	return body, err
}

// decline says why the session ends, and ends it.
func (s *session) decline(kind byte, why error) error {
	s.polite = true
	return errors.Join(why, s.out.reply([]byte{kind}))
}

// takeDigest makes the digest of the roster here, to be said to the peer. What
// both have said decides whether rosters are compared, whatever comes between.
func (s *session) takeDigest() [16]byte {
	dialer, listener := s.x.self, s.peer
	if !s.dialer {
		dialer, listener = listener, dialer
	}
	s.roster = s.shelf.rosterVersion() // first: a change meanwhile is a change
	s.digest = s.shelf.digest(dialer, listener)
	return s.digest
}

// maxRounds bounds a session in which the roster changes again and again.
const maxRounds = 6

// rounds makes both sides equal, and looks once more if something had to be
// moved or the roster changed meanwhile (SPEC.md 4).
func (s *session) rounds() error {
	for number := 1; number <= maxRounds; number++ {
		moved, err := s.round()
		if err != nil {
			return err
		}
		changed := s.shelf.rosterVersion() != s.roster
		again, err := s.swap(changed || moved && number == 1)
		if err != nil {
			return err
		}
		if !again {
			break
		}
	}
	return s.verdict()
}

// swap says and hears whether another round is wanted, and the rosters' digests.
func (s *session) swap(want bool) (again bool, err error) {
	var mine byte
	if want {
		mine = flagAgain
	}
	if err := s.out.reply(round(mine, s.takeDigest())); err != nil {
		return false, err
	}
	body, err := s.expect(kindRound)
	if err != nil {
		return false, err
	}
	theirs, digest, err := parseRound(body)
	s.theirDigest = digest
	return mine|theirs == flagAgain, err
}

// verdict is what is to be said of a peer after a session that came to its
// end. The peer may read what it has not read yet.
func (s *session) verdict() error {
	s.polite = true
	if s.later || s.neighbour.tired() {
		return ErrLater
	}
	return nil
}

// errBadItems is joined to how a session ended in which the peer was at fault.
var errBadItems = malformed("items that were forged, unasked or missing")
