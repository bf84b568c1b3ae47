package gossip

import (
	"sync"
	"time"
)

// limiter is a bucket of tokens per key: full with burst tokens at first,
// filled at rate tokens a second. Time is an argument.
type limiter[K comparable] struct {
	rate, burst float64

	mu     sync.Mutex
	levels map[K]level
}

// level is what was in a bucket at a moment. No level means a full bucket.
type level struct {
	tokens float64
	at     time.Time
}

// maxLevels is how many buckets are remembered before the full ones go.
const maxLevels = 1024

func newLimiter[K comparable](rate, burst float64) *limiter[K] {
	return &limiter[K]{rate: rate, burst: burst, levels: map[K]level{}}
}

// has reports whether key has n tokens left.
func (l *limiter[K]) has(key K, n int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens(key, now) >= float64(n)
}

// take takes n tokens, or none if there are fewer.
func (l *limiter[K]) take(key K, n int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := l.tokens(key, now) - float64(n)
	if left < 0 {
		return false
	}
	l.forgetFull(now)
	l.levels[key] = level{left, now}
	return true
}

// takeAll takes the tokens that each key needs, or none at all.
func (l *limiter[K]) takeAll(need map[K]int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, n := range need {
		if l.tokens(key, now) < float64(n) {
			return false
		}
	}
	l.forgetFull(now)
	for key, n := range need {
		l.levels[key] = level{l.tokens(key, now) - float64(n), now}
	}
	return true
}

// tokens is what key's bucket holds now. The caller holds the lock.
func (l *limiter[K]) tokens(key K, now time.Time) float64 {
	at, ok := l.levels[key]
	if !ok {
		return l.burst
	}
	// A clock that steps back gives nothing and takes nothing.
	gained := max(0, now.Sub(at.at).Seconds()) * l.rate
	return min(l.burst, at.tokens+gained)
}

// forgetFull keeps the memory bounded: a full bucket is as good as none.
func (l *limiter[K]) forgetFull(now time.Time) {
	if len(l.levels) < maxLevels {
		return
	}
	for key := range l.levels {
		if l.tokens(key, now) >= l.burst {
			delete(l.levels, key)
		}
	}
}
