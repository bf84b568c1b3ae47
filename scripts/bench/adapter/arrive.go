package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gotong/node"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// arrivals notes when records changed on the board, as a screen is told.
type arrivals struct {
	mu     sync.Mutex
	at     map[protocol.RecordID]time.Time // the first time since arm
	first  time.Time
	last   time.Time
	missed bool
	poke   chan struct{}
}

func watch(h *node.Neighbourhood) *arrivals {
	a := &arrivals{at: make(map[protocol.RecordID]time.Time), poke: make(chan struct{}, 1)}
	happened, _ := h.Watch() // until the node closes
	go func() {
		for what := range happened {
			a.note(what, time.Now())
		}
	}()
	return a
}

func (a *arrivals) note(what node.Happening, now time.Time) {
	a.mu.Lock()
	a.missed = a.missed || what.Missed
	for _, c := range what.Changes {
		if _, had := a.at[c.ID]; c.Kind != record.Kind_KIND_REQUEST || had {
			continue
		}
		if len(a.at) == 0 {
			a.first = now
		}
		a.at[c.ID], a.last = now, now
	}
	a.mu.Unlock()
	select {
	case a.poke <- struct{}{}:
	default:
	}
}

func (a *arrivals) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.at)
	a.first, a.last, a.missed = time.Time{}, time.Time{}, false
}

// state is all records at one moment, but those of the latency test.
type state struct {
	n      int
	digest string
	at     time.Time
}

func (b *bench) digest() (state, error) {
	var rows []string
	var s state
	err := b.hood.Look(context.Background(), func(v board.View) {
		s.at = time.Now()
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			if k := i.Common.Origin; !strings.HasPrefix(k, latency) {
				rows = append(rows, k+"\n"+i.Request().Body+"\n")
			}
		}
	})
	slices.Sort(rows)
	sum := sha256.New()
	for _, r := range rows {
		sum.Write([]byte(r))
	}
	s.n, s.digest = len(rows), fmt.Sprintf("%x", sum.Sum(nil))
	return s, err
}

// lookAnyway is how often wait looks although too few records arrived: the
// watcher may have been too slow to be told of all.
const lookAnyway = 2 * time.Second

// wait waits until enough records arrived and all records together are those
// that the bench expects. The moment is that at which the board was read.
func (b *bench) wait(c command) (answer, error) {
	end := time.After(time.Duration(c.TimeoutS * float64(time.Second)))
	anyway := time.NewTicker(lookAnyway)
	defer anyway.Stop()
	look := c.Count == 0
	for {
		if seen := b.arrived.seen(); look || seen >= c.Count {
			s, err := b.digest()
			if err != nil || s.digest == c.Digest {
				return b.waited(err == nil, s), err
			}
		}
		look = false
		select {
		case <-b.arrived.poke:
		case <-anyway.C:
			look = true
		case <-end:
			s, err := b.digest()
			return b.waited(false, s), err
		}
	}
}

func (a *arrivals) seen() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at)
}

func (b *bench) waited(ok bool, s state) answer {
	a := b.arrived
	a.mu.Lock()
	defer a.mu.Unlock()
	return answer{"ok": ok, "n": s.n, "seen": len(a.at), "hooks": len(a.at), "first_ns": nanos(a.first), "last_ns": nanos(a.last), "conv_ns": nanos(s.at)}
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// latency begins the keys of the latency test.
const latency = "lat-"

// latPut writes records whose keys hold the moment before the write.
func (b *bench) latPut(c command) error {
	for i := range c.Count {
		k := fmt.Sprintf("%s%s-%d-%d", latency, c.Prefix, i, time.Now().UnixNano())
		content, common := entry{k, strings.Repeat("x", 300)}.content()
		if _, err := b.hood.Write(context.Background(), content, common); err != nil {
			return err
		}
		time.Sleep(time.Duration(c.GapMs) * time.Millisecond)
	}
	return nil
}

// latGet returns, in milliseconds, how long each such record took to show here.
func (b *bench) latGet() (answer, error) {
	a := b.arrived
	lats := []float64{}
	err := b.hood.Look(context.Background(), func(v board.View) {
		a.mu.Lock()
		defer a.mu.Unlock()
		for id, at := range a.at {
			r, ok := v.Record(id)
			if !ok || !strings.HasPrefix(r.Common.Origin, latency) {
				continue
			}
			written, err := strconv.ParseInt(r.Common.Origin[strings.LastIndex(r.Common.Origin, "-")+1:], 10, 64)
			if err == nil {
				lats = append(lats, float64(at.UnixNano()-written)/1e6)
			}
		}
	})
	return answer{"lats": lats}, err
}
