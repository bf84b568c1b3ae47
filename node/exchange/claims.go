package exchange

import (
	"context"
	"sync"
	"time"

	"gotong/protocol"
)

// claims says which cells are on their way here, and from whom, so that none
// is fetched twice. A claim ends when the cell comes, or with its session.
//
// A peer that pushes to us alone need not say beforehand what it pushes. Such
// a session is blind if we do not know either. When a second one begins, the
// peers of both are told to offer ids first, and offers are answered once no
// session is blind any more.
type claims struct {
	mu       sync.Mutex
	by       map[protocol.ID]*session
	sessions map[*session]bool // in their transfer; true: blind
	seeing   chan struct{}     // closed when a session stops being blind
}

func newClaims() *claims {
	return &claims{by: map[protocol.ID]*session{}, sessions: map[*session]bool{}, seeing: make(chan struct{})}
}

// enter begins a session's transfer, in which wants come and perhaps more that
// is unknown. It reports whether the peer has to offer first, as it has in a
// crowd; peers of blind sessions are told to begin to.
func (c *claims) enter(s *session, wants []protocol.ID, more, crowd bool) (offer bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	offer = crowd
	for other, blind := range c.sessions {
		offer = true
		if blind {
			// A session that cannot say it has failed already.
			_ = other.out.reply([]byte{kindDiscern})
		}
	}
	c.sessions[s] = more && !offer
	if !offer {
		c.add(s, wants)
	}
	return offer
}

// add claims those ids that nobody else has claimed. The caller holds the lock.
func (c *claims) add(s *session, ids []protocol.ID) (claimed []protocol.ID) {
	for _, id := range ids {
		if owner, ok := c.by[id]; !ok || owner == s {
			c.by[id] = s
			claimed = append(claimed, id)
		}
	}
	return claimed
}

// claim is add for whoever does not hold the lock.
func (c *claims) claim(s *session, ids []protocol.ID) []protocol.ID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.add(s, ids)
}

// patience bounds how long an offer waits for blind sessions: beyond it, to
// get a cell twice is better than not to get it.
const patience = 5 * time.Second

// waitSeeing waits until no other session is blind.
func (c *claims) waitSeeing(ctx context.Context, s *session) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		seeing, blind := c.othersBlind(s)
		if !blind {
			return
		}
		select {
		case <-seeing:
		case <-ctx.Done():
			return
		}
	}
}

func (c *claims) othersBlind(s *session) (seeing <-chan struct{}, blind bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other, b := range c.sessions {
		blind = blind || b && other != s
	}
	return c.seeing, blind
}

// sees notes that a session is blind no more.
func (c *claims) sees(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions[s] {
		c.sessions[s] = false
		c.wake()
	}
}

// wake lets those who wait look again. The caller holds the lock.
func (c *claims) wake() {
	close(c.seeing)
	c.seeing = make(chan struct{})
}

// blind reports whether what comes in a session is unknown beforehand.
func (c *claims) blind(s *session) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions[s]
}

// arrived ends the claim on an id and reports whether s had one.
func (c *claims) arrived(s *session, id protocol.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by[id] != s {
		return false
	}
	delete(c.by, id)
	return true
}

// leave ends a session's transfer and returns what it had claimed and did not
// get.
func (c *claims) leave(s *session) (left []protocol.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, owner := range c.by {
		if owner == s {
			left = append(left, id)
			delete(c.by, id)
		}
	}
	if blind := c.sessions[s]; blind {
		c.wake()
	}
	delete(c.sessions, s)
	return left
}
