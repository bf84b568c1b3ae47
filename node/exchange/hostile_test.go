package exchange

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// crook speaks the protocol by hand to a house that serves it: with the key of
// a member, but not with a member's node.
type crook struct {
	t      *testing.T
	as, to *house
	wire   *wire
	served chan error
	begun  time.Time
}

// approach opens a stream to a house in the name of another.
func approach(t *testing.T, as, to *house) *crook {
	near, far := net.Pipe()
	c := &crook{t: t, as: as, to: to, wire: newWire(near), served: make(chan error, 1), begun: time.Now()}
	go func() { c.served <- to.x.Serve(as.device(), far) }()
	t.Cleanup(func() { near.Close() })
	return c
}

func (c *crook) say(kind byte, body ...byte) error {
	return c.wire.write(append([]byte{kind}, body...))
}

// hear returns the next frame that is of a kind.
func (c *crook) hear(kind byte) []byte {
	c.t.Helper()
	for {
		got, body, err := c.wire.read()
		if err != nil {
			c.t.Fatalf("waiting for kind %d: %v, %v", kind, err, <-c.served)
		}
		if got == kind {
			return body
		}
	}
}

// greet says HELLO as a member would and hears the answer.
func (c *crook) greet() {
	h := hello{tag: protocol.Tag(c.to.n, c.as.device(), c.to.device())}
	h.digest = c.to.x.shelf(c.to.n).digest(c.as.device(), c.to.device())
	if err := c.wire.write(h.frame()); err != nil {
		c.t.Fatal(err)
	}
	c.hear(kindHello)
}

// announce brings a crook that holds nothing, or says it holds so many cells,
// to where items may be sent.
func (c *crook) announce(cells int) {
	meet := append([]byte{1, 1}, make([]byte, 16)...) // MEET of protocol/reconcile
	must(c.t, c.say(kindCells, binary.AppendUvarint(meet, uint64(cells))...))
	c.hear(kindCells) // its MEET: who of the two holds nothing is said with it
	c.hear(kindReady)
	must(c.t, c.say(kindReady, 0))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// end returns how the house saw it end, and after how long.
func (c *crook) end() (time.Duration, error) {
	err := <-c.served
	return time.Since(c.begun), err
}

// drain reads what the house says, without an end.
func (c *crook) drain() {
	go func() {
		for {
			if _, _, err := c.wire.read(); err != nil {
				return
			}
		}
	}()
}

// bubble runs a story in virtual time with two acquainted houses.
func bubble(t *testing.T, story func(t *testing.T, v *village, crook, victim *house)) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, 3)
		v.acquaint()
		story(t, v, v.houses[1], v.houses[2])
		v.close()
	})
}

func TestAPeerThatNeverSpeaksIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		if after, err := approach(t, as, to).end(); err == nil || after > silence {
			t.Errorf("before HELLO: %v after %v", err, after)
		}
		c := approach(t, as, to)
		c.greet()
		if after, err := c.end(); err == nil || after > silence {
			t.Errorf("after HELLO: %v after %v", err, after)
		}
	})
}

func TestAPeerThatOnlySaysItIsAliveIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		for _, greeted := range []bool{false, true} {
			c, most := approach(t, as, to), greetingTime
			if greeted {
				c.greet()
				most = stallTime
			}
			c.drain()
			for c.say(kindAlive) == nil {
				time.Sleep(time.Second)
			}
			if after, err := c.end(); err == nil || after > most+time.Second {
				t.Errorf("greeted %v: %v after %v", greeted, err, after)
			}
		}
	})
}

func TestAPeerThatSendsForEverIsLeft(t *testing.T) {
	known := func(as, to *house) []byte { return to.raws[to.write(1, cell.Normal, "known")] }
	forged := func(as, to *house) []byte {
		raw := bytes.Clone(as.seal(1, cell.Normal, "forged").Raw())
		raw[len(raw)-1] ^= 1
		return raw
	}
	for name, make := range map[string]func(as, to *house) []byte{"known": known, "forged": forged} {
		bubble(t, func(t *testing.T, _ *village, as, to *house) {
			raw := make(as, to)
			to.x.Changed(to.n, nil, to.holds()) // it says that it holds nothing
			c := approach(t, as, to)
			c.greet()
			c.announce(1 << 20)
			c.drain()
			items := 0
			for ; c.say(kindItems, protocol.AppendItem(nil, raw)...) == nil; items++ {
			}
			if _, err := c.end(); !errors.Is(err, protocol.ErrMalformed) || items > 3*maxFruitless {
				t.Errorf("%s: %v after %d items", name, err, items)
			}
		})
	}
}

func TestAPeerThatSendsMoreThanItAnnouncedIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		c := approach(t, as, to)
		c.greet()
		c.announce(3)
		c.drain()
		items := 0
		for ; c.say(kindItems, protocol.AppendItem(nil, as.seal(uint32(items), cell.Normal, "new").Raw())...) == nil; items++ {
		}
		if _, err := c.end(); !errors.Is(err, protocol.ErrMalformed) || items > 8 { // each may bring one along that stands in
			t.Errorf("%v after %d items", err, items)
		}
	})
}

func TestAPeerThatPushesWhatItShouldOfferIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		other := to.x.newSession(context.Background(), protocol.DeviceID{9}, false)
		to.x.shelf(to.n).claims.enter(other, nil, false, false) // another exchange is under way
		c := approach(t, as, to)
		c.greet()
		c.announce(1000)
		c.drain()
		items := 0
		for ; items < 1000 && c.say(kindItems, protocol.AppendItem(nil, as.seal(uint32(items), cell.Normal, "new").Raw())...) == nil; items++ {
		}
		if _, err := c.end(); !errors.Is(err, protocol.ErrMalformed) || items == 1000 {
			t.Errorf("%v after %d items", err, items)
		}
	})
}

func TestAPeerThatAsksWithoutListeningIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		c := approach(t, as, to)
		c.greet()
		c.announce(1 << 24)
		offers := 0
		for ; c.say(kindOffer, make([]byte, 16*maxIDs)...) == nil; offers++ {
		}
		if _, err := c.end(); err == nil || offers > 2*maxReplies {
			t.Errorf("%v after %d offers", err, offers)
		}
	})
}

func TestOnePeerCannotTakeAllThePlaces(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, as, to *house) {
		for range 2 * maxIn {
			approach(t, as, to)
		}
		synctest.Wait()
		if dialed, served := meet(v.houses[0], to); dialed != nil || served != nil {
			t.Errorf("another peer found no place: %v, %v", dialed, served)
		}
	})
}

func TestAPeerThatOffersMoreThanItAnnouncedIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		c := approach(t, as, to)
		c.greet()
		c.announce(5)
		c.drain()
		if err := c.say(kindOffer, make([]byte, 16*6)...); err != nil {
			t.Fatal(err)
		}
		if _, err := c.end(); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestAPeerThatTakesAndNeverAcknowledgesIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		for slot := range uint32(300) {
			to.write(slot, cell.Normal, "take it")
		}
		c := approach(t, as, to)
		c.greet()
		meet := append([]byte{1, 1}, make([]byte, 16)...)
		must(t, c.say(kindCells, append(meet, 0)...)) // it holds nothing
		c.hear(kindReady)
		must(t, c.say(kindReady, 0))
		c.hear(kindEnd)
		must(t, c.say(kindEnd))
		c.drain()
		for c.say(kindAlive) == nil {
			time.Sleep(time.Second)
		}
		if after, err := c.end(); !errors.Is(err, ErrStalled) || after > stallTime+time.Minute {
			t.Errorf("%v after %v", err, after)
		}
		if len(to.stored) != 0 {
			t.Error("what was not acknowledged is not stored")
		}
	})
}

func TestFramesThatNobodyMaySendEndTheExchange(t *testing.T) {
	huge := binary.AppendUvarint(nil, maxFrame+1)
	for name, bytes := range map[string][]byte{
		"an empty frame": {0}, "a frame too long": huge, "a length without end": bytes.Repeat([]byte{0xff}, 11),
		"a kind unknown": {2, 99, 0}, "items before READY": {2, kindItems, 0}, "HELLO again": {1, kindHello},
		"an acknowledgement of nothing": {3, kindAck, 1, 0},
	} {
		bubble(t, func(t *testing.T, _ *village, as, to *house) {
			c := approach(t, as, to)
			c.greet()
			if _, err := c.wire.stream.Write(bytes); err != nil {
				t.Fatal(err)
			}
			c.drain()
			if after, err := c.end(); err == nil || after > time.Second {
				t.Errorf("%s: %v after %v", name, err, after)
			}
		})
	}
}

func TestAPeerAtFaultIsLeftAloneForAWhile(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		for _, wait := range []time.Duration{0, shunLeast - time.Second, 2 * time.Second} {
			time.Sleep(wait)
			dialed, _ := meet(as, to)
			if busy := errors.Is(dialed, ErrBusy); busy != (wait == shunLeast-time.Second) {
				t.Errorf("after %v: %v", wait, dialed)
			}
			if wait == 0 {
				c := approach(t, as, to)
				c.greet()
				must(t, c.say(99))
				c.drain()
				c.end()
			}
		}
	})
}
