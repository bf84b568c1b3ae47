package node

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"time"

	"gotong/node/store"
	"gotong/protocol/cell"
)

// patience is for how long a node has to run, by its own count and with a
// trusted clock, after the hold of a cell was over, before it erases a payload.
// A clock that is wrong for a day, or a neighbour that lies, erases nothing.
const patience = 7 * 24 * time.Hour

// beat is how often a node counts its running time and looks for what has to
// go; ageName is where it keeps the count.
const (
	beat    = time.Hour
	ageName = "running-time"
)

// seen is a day that the trusted clock showed, and the running time when it
// first did.
type seen struct {
	day cell.Day
	ran time.Duration
}

// age counts the running time of this node under a trusted clock, over all its
// starts, and remembers by it which days are over for how long. What is lost by
// a power cut, up to a beat, only makes it wait longer.
type age struct {
	mu    sync.RWMutex
	ran   time.Duration
	days  []seen // ascending; at most one of them ripe
	store store.Store
}

func openAge(s store.Store) (*age, error) {
	a := &age{store: s}
	b, err := s.Meta(ageName)
	if err != nil {
		return a, fmt.Errorf("node: running time: %w", err)
	}
	if len(b) < 8 || (len(b)-8)%12 != 0 {
		return a, nil
	}
	a.ran = time.Duration(binary.BigEndian.Uint64(b))
	for b = b[8:]; len(b) > 0; b = b[12:] {
		a.days = append(a.days, seen{cell.Day(binary.BigEndian.Uint32(b)), time.Duration(binary.BigEndian.Uint64(b[4:]))})
	}
	return a, nil
}

// pass counts time that the node ran while a trusted clock showed today, and
// makes the count durable.
func (a *age) pass(ctx context.Context, ran time.Duration, today cell.Day) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ran += ran
	a.days = slices.DeleteFunc(a.days, func(s seen) bool { return s.day > today }) // seen by a clock that was ahead
	if len(a.days) == 0 || a.days[len(a.days)-1].day < today {
		a.days = append(a.days, seen{today, a.ran})
	}
	for len(a.days) > 1 && a.ran-a.days[1].ran >= patience {
		a.days = a.days[1:]
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(a.ran))
	for _, s := range a.days {
		b = binary.BigEndian.AppendUint32(b, uint32(s.day))
		b = binary.BigEndian.AppendUint64(b, uint64(s.ran))
	}
	if err := a.store.PutMeta(ctx, ageName, b); err != nil {
		return fmt.Errorf("node: running time: %w", err)
	}
	return nil
}

// ripe reports whether what was to be kept until hold may go. A hold of a time
// when nobody wrote here comes from a clock that was never set, and never is.
func (a *age) ripe(hold cell.Day) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return hold >= firstDay && len(a.days) > 0 && a.days[0].day > hold && a.ran-a.days[0].ran >= patience
}

// keepTime counts the running time, beat by beat, until the node is closed, and
// has every neighbourhood look for what has to go.
func (n *Node) keepTime() {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-n.stop:
			return
		case <-ticker.C:
			n.beat()
		case <-n.budget.short:
			n.relieve()
		}
	}
}

func (n *Node) beat() {
	if n.parts.Trusted != nil && n.parts.Trusted() {
		if err := n.age.pass(context.Background(), beat, cell.DayAt(n.parts.Now().UnixMilli())); err != nil {
			n.parts.Log.Warn("running time", "err", err)
		}
	}
	for _, id := range n.Neighbourhoods() {
		if h, ok := n.Neighbourhood(id); ok {
			h.sweep()
			n.tidyPhotos(h)
			if err := n.partOut(h); err != nil {
				n.parts.Log.Warn("a neighbourhood that put this hub out", "err", err)
			}
		}
	}
}
