package sim

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node/exchange"
	"gotong/protocol"
	"gotong/protocol/record"
)

var mutations = flag.Int("mutations", 2000, "how many messages TestMutatedMessagesStopNoNode mutates")

// mumbler is a member whose node is sound, and whose messages are mutated on
// their way: they get as deep into the victim as sound ones would.
type mumbler struct {
	*house
	w      *world
	victim *house
	rng    *rand.Rand
	armed  int // of the frames to come, which is mutated; below 0: none
	last   []byte
	met    map[byte]int // mutated frames by kind
}

// mangled is the crook's end of a pipe. Every Write is one frame.
type mangled struct {
	net.Conn
	c *mumbler
}

func (m mangled) Write(frame []byte) (int, error) {
	c := m.c
	sent := frame
	if c.armed == 0 {
		_, size := binary.Uvarint(frame)
		c.met[frame[size]]++
		sent = c.mutate(frame)
	}
	c.armed--
	c.last = append(c.last[:0], frame...)
	if _, err := m.Conn.Write(sent); err != nil {
		return 0, err
	}
	return len(frame), nil
}

// mutate changes a frame: what it says, how long it is, how long it says it
// is, or which one it is.
func (c *mumbler) mutate(frame []byte) []byte {
	body := append([]byte(nil), frame...)
	at := c.rng.IntN(len(body))
	switch c.rng.IntN(8) {
	case 0:
		body[at] ^= 1 << c.rng.IntN(8)
	case 1:
		body[at] = byte(c.rng.Uint32())
	case 2: // anything, of the length it says
		for i := at; i < len(body); i++ {
			body[i] = byte(c.rng.Uint32())
		}
	case 3: // cut short, with the right length
		_, size := binary.Uvarint(body)
		if at <= size {
			at = size + 1
		}
		return append(binary.AppendUvarint(nil, uint64(at-size)), body[size:at]...)
	case 4: // longer than it should be
		_, size := binary.Uvarint(body)
		more := make([]byte, c.rng.IntN(300))
		return append(append(binary.AppendUvarint(nil, uint64(len(body)-size+len(more))), body[size:]...), more...)
	case 5: // a length that never ends, or is enormous
		return append(binary.AppendUvarint(nil, c.rng.Uint64()), body...)
	case 6: // twice
		return append(body, frame...)
	case 7: // the one before in its stead
		if len(c.last) > 0 {
			return append([]byte(nil), c.last...)
		}
		body[at] ^= 0xff
	}
	return body
}

// talk has one exchange in which one frame of the crook's is mutated, and then
// a sound one, after the time for which the victim leaves it alone.
func (c *mumbler) talk() {
	for _, armed := range []int{c.rng.IntN(7), -1} {
		from, to := c.house, c.victim
		if c.rng.IntN(2) == 0 {
			from, to = to, from
		}
		c.armed = armed
		_ = from.port().exchange.Visit(context.Background(), c.w.n, to.me.DeviceID(), func(context.Context) (exchange.Stream, error) {
			return c.w.open(from, to)
		})
		c.armed = -1
		synctest.Wait()
		time.Sleep(31 * time.Second) // a first fault costs half a minute
	}
}

// gossip says something mutated by gossip as well.
func (c *mumbler) gossip(raw []byte) {
	message := protocol.AppendItem(nil, raw)
	c.met[0]++
	c.victim.port().receive(c.w.n, c.mutate(message), c.me.DeviceID())
}

// retitle changes a request, so that there is something to bring.
func (w *world) retitle(h *house, id protocol.RecordID, title string) {
	w.must(h.hood(w.n).Edit(context.Background(), id, func(m proto.Message) error {
		m.(*record.Request).Title = title
		return nil
	}))
}

func (w *world) ask(h *house, title string) protocol.RecordID {
	id, err := h.hood(w.n).Write(context.Background(), &record.Request{
		Title: title, Urgency: record.Urgency(2),
		Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 1000, Unit: record.Unit_UNIT_L}},
	}, nil)
	w.must(err)
	return id
}

// TestMutatedMessagesStopNoNode lets a member say things that are almost right,
// -mutations of them. The node it says them to goes on serving its neighbour,
// shows what it should, and does not grow.
func TestMutatedMessagesStopNoNode(t *testing.T) {
	cryptotest.SetGlobalRandom(t, *firstSeed)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, *firstSeed, nil)
		defer w.end()
		w.found()
		for _, h := range w.houses[3:] {
			w.fall(h, 0)
		}
		w.loss = 1 // exchanges carry everything
		c := &mumbler{
			w: w, victim: w.houses[0], house: w.houses[1], armed: -1, met: make(map[byte]int),
			rng: rand.New(rand.NewPCG(*firstSeed, 99)),
		}
		c.tongue = func(pipe net.Conn) exchange.Stream { return mangled{pipe, c} }
		c.attack(t, w.houses[2])
	})
}

func (c *mumbler) attack(t *testing.T, honest *house) {
	w := c.w
	theirs, mine, his := w.ask(c.victim, "0"), w.ask(c.house, "0"), w.ask(honest, "0")
	raw := c.ownCell()
	var early, late uint64
	for i := 0; c.said() < *mutations; i++ {
		switch i % 10 {
		case 1, 4, 7:
			w.retitle(c.house, mine, fmt.Sprint(i))
		case 2:
			w.retitle(c.victim, theirs, fmt.Sprint(i))
		case 5: // it has forgotten whom it met
			w.must(c.stop())
			w.revive(c.house)
		}
		c.talk()
		c.gossip(raw)
		if i%pause != 0 {
			continue
		}
		w.retitle(honest, his, fmt.Sprint("alive ", i))
		w.until("the victim serves its neighbour", func() bool { return w.title(c.victim, his) == fmt.Sprint("alive ", i) })
		if late = inUse(); c.said() < *mutations/5 {
			early = late
		}
	}
	t.Logf("%d mutations, by kind of frame (0: gossip): %v", c.said(), c.met)
	t.Logf("in use after a fifth of them %d KiB, at the end %d KiB", early>>10, late>>10)
	if late > early+early/4 {
		t.Error("the node grows")
	}
	w.settle()
	if wrong := w.verdict(); wrong != "" {
		t.Error(wrong)
	}
}

// pause is after how many rounds the victim is looked at.
const pause = 200

// said returns how many messages were mutated.
func (c *mumbler) said() (n int) {
	for _, met := range c.met {
		n += met
	}
	return n
}

// ownCell returns a cell that the crook wrote.
func (c *mumbler) ownCell() []byte {
	for slot, err := range c.store.Slots(c.w.n) {
		c.w.must(err)
		if slot.Device == c.me.DeviceID() && len(slot.Cells) > 0 {
			return slot.Cells[0].Raw()
		}
	}
	c.w.fail("the crook wrote nothing")
	return nil
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
