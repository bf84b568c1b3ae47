package mesh

import (
	"math/rand/v2"
	"time"
)

// rhythm is how often things are tried and how long they may take. It is the
// same for everybody; only tests have less time.
type rhythm struct {
	tick       time.Duration // between looks at who is due
	eager      time.Duration // between tries when somebody was lost lately
	eagerFor   time.Duration // how long that is
	slow, idle time.Duration // between tries later; between questions when nobody is missing
	yield      time.Duration // head start of the smaller peer id, so that one side dials
	dial       time.Duration // for one try
	guestStay  time.Duration // a stranger's time
	guestPause time.Duration // and how long it stays out then
	strange    time.Duration // between visits to the same stranger, doubling up to maxStrange
}

var usual = rhythm{
	tick:       500 * time.Millisecond,
	eager:      3 * time.Second,
	eagerFor:   2 * time.Minute,
	slow:       15 * time.Second, // up to four times that
	idle:       time.Minute,      // up to twice that
	yield:      750 * time.Millisecond,
	dial:       5 * time.Second,
	guestStay:  30 * time.Second,
	guestPause: 30 * time.Second,
	strange:    time.Minute,
}

const maxStrange = time.Hour

// bursts are the moments after a change at which this node announces itself
// and asks, unasked: multicast gets lost, and a switch needs a moment to learn
// who listens.
var bursts = []time.Duration{0, time.Second, 3 * time.Second}

// retry says when something is tried again: often for a while after soon, then
// less and less regularly.
type retry struct {
	since, next time.Time
	busy        bool // a try is under way
}

func (r *retry) soon(now time.Time) { r.since, r.next = now, now }

func (r *retry) due(now time.Time) bool { return !r.busy && !now.Before(r.next) }

func (r *retry) later(now time.Time, how rhythm) {
	if now.Sub(r.since) < how.eagerFor {
		r.next = now.Add(how.eager)
		return
	}
	r.next = now.Add(how.slow + rand.N(3*how.slow))
}
