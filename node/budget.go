package node

import (
	"sync"
	"time"

	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// budget is how much this node keeps for others: payloads that it can do
// without. A hub can do without any, since it shows none; a household without
// what others wrote that is not urgent. Names (stubs) are never given up.
//
// All neighbourhoods share one limit. While there is room anyone may use it.
// When it is short, whoever has more than its equal share puts payloads down
// until all fit, so that one that floods takes nothing from the others. Within
// a neighbourhood the least urgent class goes first, then the largest.
//
// What was put down is asked for again, but only once there is clearly room:
// between the marks below nothing moves, so nothing goes to and fro.
type budget struct {
	set   int64 // bytes, as a person wants it; 0: what the disk allows for
	usage func() (store.Usage, error)
	now   func() time.Time
	short chan struct{} // yields when payloads have to go

	mu     sync.Mutex
	free   int64     // bytes on the disk
	looked time.Time // when that was so
	easing bool      // the limit was passed, and all is not yet down to its mark
	loads  map[protocol.NeighbourhoodID]*load
}

// load is the bytes of payloads that one neighbourhood has here, own ones left
// out, by class; those of class least and less urgent ones may go.
type load struct {
	bytes [cell.Bulk + 1]int64
	least cell.Class
}

// The marks, in hundredths of the limit: down to what is put down when the limit
// is passed, below what payloads are asked for again, and up to what.
const (
	downTo   = 90
	askBelow = 80
	askUpTo  = 85
)

// lookEvery is how often the disk is asked how much room there is.
const lookEvery = 30 * time.Second

func newBudget(p Parts) *budget {
	return &budget{
		set: p.Room, usage: p.Store.Usage, now: p.Now, short: make(chan struct{}, 1),
		loads: make(map[protocol.NeighbourhoodID]*load),
	}
}

// of returns the load of a neighbourhood. The caller holds the lock.
func (b *budget) of(n protocol.NeighbourhoodID) *load {
	l := b.loads[n]
	if l == nil {
		l = &load{least: cell.Normal}
		b.loads[n] = l
	}
	return l
}

// spare is how many bytes of a load may go.
func (l *load) spare() (bytes int64) {
	for _, of := range l.bytes[l.least:] {
		bytes += of
	}
	return bytes
}

// carries says from which class on a neighbourhood's payloads may go.
func (b *budget) carries(n protocol.NeighbourhoodID, least cell.Class) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(n).least = least
}

// moved counts what came to and went from the payloads of a neighbourhood.
func (b *budget) moved(n protocol.NeighbourhoodID, before, after []entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.of(n)
	for _, e := range before {
		l.bytes[e.class] -= int64(e.size)
	}
	for _, e := range after {
		l.bytes[e.class] += int64(e.size)
	}
	if b.total() > b.most() {
		select {
		case b.short <- struct{}{}:
		default:
		}
	}
}

// left forgets a neighbourhood that is carried no longer.
func (b *budget) left(n protocol.NeighbourhoodID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.loads, n)
}

// total is how much may go, of all neighbourhoods. The caller holds the lock.
func (b *budget) total() (bytes int64) {
	for _, l := range b.loads {
		bytes += l.spare()
	}
	return bytes
}

// most is the limit: what was set, and never more than two fifths of what is
// here and free, since tidying up a store takes more than as much room again.
// Where that much is not there any longer, because somebody else filled the
// disk, nothing has to go: it would free nothing. The caller holds the lock.
func (b *budget) most() int64 {
	if now := b.now(); now.Sub(b.looked).Abs() >= lookEvery {
		b.looked = now
		if u, err := b.usage(); err == nil {
			b.free = u.Free
		}
	}
	total := b.total()
	room := (b.free + total) / 5 * 2
	if b.free < total/5*6 {
		room = max(room, total)
	}
	if b.set > 0 {
		return min(b.set, room)
	}
	return room
}

// share is an equal part of the limit. The caller holds the lock.
func (b *budget) share() int64 {
	return b.most() / int64(max(1, len(b.loads)))
}

// admits says whether a payload may be taken in that makes a neighbourhood so
// many bytes larger: there is room, it has less than its share, or something
// less urgent of its own can go.
func (b *budget) admits(n protocol.NeighbourhoodID, c cell.Class, more int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.of(n)
	if more <= 0 || c < l.least || b.total()+more <= b.most() || l.spare()+more <= b.share() {
		return true
	}
	for _, of := range l.bytes[c+1:] {
		if of > 0 {
			return true
		}
	}
	return false
}

// excess is how many bytes a neighbourhood has to put down now: what it has
// above the level at which all together fit.
func (b *budget) excess(n protocol.NeighbourhoodID) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	total, down := b.total(), b.most()*downTo/100
	if b.easing = total > b.most() || b.easing && total > down; !b.easing {
		return 0
	}
	return max(0, b.of(n).spare()-b.level(down))
}

// level returns the most that each may have so that all have no more than
// target. The caller holds the lock.
func (b *budget) level(target int64) int64 {
	low, high := int64(0), target
	for low < high {
		middle := (low + high + 1) / 2
		sum := int64(0)
		for _, l := range b.loads {
			sum += min(l.spare(), middle)
		}
		if sum <= target {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// asks is how many bytes of payloads a neighbourhood may ask for: what fits
// below the marks, or into its share.
func (b *budget) asks(n protocol.NeighbourhoodID) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	total, most := b.total(), b.most()
	bytes := b.share()*askBelow/100 - b.of(n).spare()
	if total < most*askBelow/100 {
		bytes = max(bytes, most*askUpTo/100-total)
	}
	return max(0, bytes)
}
