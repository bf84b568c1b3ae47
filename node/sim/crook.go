package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gotong/node/api"
	"gotong/node/exchange"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// crook is what is wrong with a hub: its node is sound, and what it says in
// exchanges is not. A nil crook is an honest hub, or no hub at all.
type crook struct {
	mu    sync.Mutex
	how   int
	salt  uint64
	old   map[protocol.ID][]byte // by a cell's id, an older one of its slot
	last  map[[20]byte][]byte    // by slot, what came last
	other []byte                 // a cell of another neighbourhood
}

// The ways of a hostile hub.
const (
	sound     = iota
	withholds // half of what it has is gone when it comes to it
	stubsOnly // payloads it never gives
	replays   // older cells instead of newer ones
	mixes     // cells of another neighbourhood instead of those
	claims    // it has what nobody wrote
	denies    // it has nothing, whatever it is given
	forgets   // it acknowledges everything, and keeps the names
	babbles   // half of what it says is somebody else's
	ways
)

func newCrook() *crook {
	return &crook{old: make(map[protocol.ID][]byte), last: make(map[[20]byte][]byte)}
}

func (c *crook) honest() bool { return c == nil || c.way() == sound }

func (c *crook) way() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.how
}

// turn changes its ways.
func (c *crook) turn(rng *rand.Rand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.how, c.salt = 1+rng.IntN(ways-1), rng.Uint64()
}

// half picks half of all ids, another half with another salt.
func (c *crook) half(id protocol.ID) bool { return (uint64(id[7])^c.salt)&1 == 0 }

// wrap puts the crook between a hub's node and its exchanges.
func (c *crook) wrap(p *port, n exchange.Neighbourhood) exchange.Neighbourhood {
	if c == nil {
		return n
	}
	return lying{n, c, p}
}

type lying struct {
	exchange.Neighbourhood
	c *crook
	p *port
}

// Raw implements [exchange.Neighbourhood].
func (l lying) Raw(id protocol.ID) ([]byte, bool) {
	raw, ok := l.Neighbourhood.Raw(id)
	if !ok || raw[0] == roster.Version {
		return raw, ok
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	switch l.c.how {
	case withholds:
		return raw, !l.c.half(id)
	case stubsOnly, forgets:
		if parsed, err := cell.Parse(l.ID(), raw); err == nil {
			return cell.StubOf(parsed), true
		}
	case replays:
		if older := l.c.old[id]; older != nil {
			return older, true
		}
	case mixes:
		if l.c.other != nil && l.c.half(id) {
			return l.c.other, true
		}
	case babbles:
		for other, older := range l.c.old {
			if l.c.half(other) {
				return older, true
			}
		}
	}
	return raw, true
}

// Here implements [exchange.Neighbourhood].
func (l lying) Here(id protocol.ID) bool {
	return l.c.way() == claims || l.Neighbourhood.Here(id)
}

// Ingest implements [exchange.Neighbourhood].
func (l lying) Ingest(ctx context.Context, raws [][]byte, from protocol.DeviceID) ([]exchange.Taken, error) {
	how := l.c.way()
	for i, raw := range raws {
		parsed, err := cell.Parse(l.ID(), raw)
		if err != nil {
			continue
		}
		l.remember(parsed)
		if how == forgets {
			raws[i] = cell.StubOf(parsed)
		}
	}
	taken, err := l.Neighbourhood.Ingest(ctx, raws, from)
	for i := range taken {
		if how == forgets {
			taken[i].Verdict = protocol.Accept
		}
	}
	l.pretend(how, taken)
	return taken, err
}

// remember keeps what came before in a slot, to be said again later.
func (l lying) remember(c cell.Cell) {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	at := [20]byte(append(c.Device[:], byte(c.Slot>>24), byte(c.Slot>>16), byte(c.Slot>>8), byte(c.Slot)))
	if before := l.c.last[at]; before != nil && len(l.c.old) < 1000 {
		l.c.old[c.ID()] = before
	}
	l.c.last[at] = c.Raw()
}

// pretend tells the exchange that the hub holds other things than it does.
func (l lying) pretend(how int, taken []exchange.Taken) {
	var came, went []protocol.ID
	for _, t := range taken {
		switch how {
		case claims:
			invented := t.ID
			invented[0] ^= 0x55
			came = append(came, invented)
		case denies:
			went = append(went, t.ID)
		}
	}
	if len(came)+len(went) > 0 {
		l.p.exchange.Changed(l.ID(), came, went)
	}
}

// settleHub gives the world a hub, which every house can reach.
func (w *world) settleHub(c *crook) {
	name := "hub"
	if w.hub != nil {
		name = "second hub"
	}
	h := newHouse(w.seed, name)
	h.crook = c
	w.hub = h
	w.must(h.start(w))
	founder := w.houses[0]
	text, err := founder.node.InviteAs(context.Background(), w.n, api.Terms{Role: roster.RoleHub, Uses: 1})
	w.must(err)
	_, err = h.node.Join(context.Background(), text, h.name)
	w.must(err)
	w.say(founder, &roster.Vouch{Household: h.me.HouseholdKey(), Role: roster.RoleHub})
	for _, other := range w.houses {
		w.connect(h, other)
	}
	w.until("the hub carries", func() bool { return h.hood(w.n).Roster().Serve(h.me.DeviceID()) })
	time.Sleep(time.Minute)
}

// turnHub: the hub thinks of another lie; now and then its power goes.
func (w *world) turnHub(rng *rand.Rand) {
	if w.hub == nil || w.hub.crook == nil {
		return
	}
	w.hub.crook.turn(rng)
	w.count(fmt.Sprintf("hub's lie %d", w.hub.crook.way()))
	if h := w.one(rng); h != nil {
		if key, ok := w.key(h); ok {
			w.hub.crook.fetch(w, key, rng)
		}
	}
	if rng.IntN(4) == 0 {
		w.fall(w.hub, rng.IntN(3))
		w.revive(w.hub)
	}
}

// fetch makes a cell of a neighbourhood that is another one.
func (c *crook) fetch(w *world, key cell.Key, rng *rand.Rand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := w.n
	n[3] ^= 1
	var nonce cell.Nonce
	nonce[0] = byte(rng.Uint32())
	draft := cell.Draft{Slot: uint32(rng.IntN(60)), Stamp: 1 << 40, Hold: 30000, Class: cell.Normal, Body: []byte("from elsewhere")}
	if other, err := cell.Seal(n, draft, w.liar.me.Device, key, nonce); err == nil {
		c.other = other.Raw()
	}
}
