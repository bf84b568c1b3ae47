package web

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"
)

// pass lets one phone in: by the code that a person types or by the token of a
// link.
type pass struct {
	code, token string
	name        string
	role        Role
	until       time.Time // zero: while the node runs
}

// door knows the passes, and slows down whoever guesses.
type door struct {
	mu     sync.Mutex
	now    func() time.Time
	passes []pass
	wrong  int
	shut   time.Time // no code is taken before it
}

const (
	passTime  = 15 * time.Minute // that a link for another phone is good
	freeTries = 5
	firstWait = time.Minute
	maxWait   = 15 * time.Minute
	maxPasses = 16
)

func newDoor(now func() time.Time) *door {
	d := &door{now: now}
	d.passes = []pass{newPass("", owner, time.Time{})}
	return d
}

func newPass(name string, role Role, until time.Time) pass {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic("web: " + err.Error()) // crypto/rand never fails
	}
	return pass{code: fmt.Sprintf("%06d", n), token: randomHex(16), name: name, role: role, until: until}
}

// first is the pass of whoever runs the node: it is shown where it runs, and a
// new one takes its place when it was used.
func (d *door) first() pass {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passes[0]
}

// open makes a pass for one more phone.
func (d *door) open(name string, role Role) pass {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep()
	p := newPass(name, role, d.now().Add(passTime))
	d.passes = append(d.passes, p)
	if len(d.passes) > maxPasses {
		d.passes = slices.Delete(d.passes, 1, 2)
	}
	return p
}

func (d *door) sweep() {
	d.passes = slices.DeleteFunc(d.passes, func(p pass) bool { return !p.until.IsZero() && d.now().After(p.until) })
}

// byToken uses up the pass of a link.
func (d *door) byToken(token string) (pass, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.use(func(p pass) bool { return subtle.ConstantTimeCompare([]byte(p.token), []byte(token)) == 1 })
}

// byCode uses up the pass of a code. After a few wrong ones the door stays shut
// for longer and longer; wait says until when.
func (d *door) byCode(code string) (p pass, ok bool, wait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if wait := d.shut.Sub(d.now()); wait > 0 {
		return pass{}, false, wait
	}
	p, ok = d.use(func(p pass) bool { return subtle.ConstantTimeCompare([]byte(p.code), []byte(code)) == 1 })
	if ok {
		d.wrong = 0
		return p, true, 0
	}
	if d.wrong++; d.wrong >= freeTries {
		wait = min(firstWait<<min(d.wrong-freeTries, 10), maxWait)
		d.shut = d.now().Add(wait)
	}
	return pass{}, false, wait
}

// use takes away the pass that fits; the first gets a successor.
func (d *door) use(fits func(pass) bool) (pass, bool) {
	d.sweep()
	i := slices.IndexFunc(d.passes, fits)
	if i < 0 {
		return pass{}, false
	}
	p := d.passes[i]
	if i == 0 {
		d.passes[0] = newPass(p.name, p.role, time.Time{})
	} else {
		d.passes = slices.Delete(d.passes, i, i+1)
	}
	return p, true
}
