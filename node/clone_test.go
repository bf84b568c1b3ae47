package node

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// card is what a node can be started from again and again: its keys and a disk
// that can be copied.
type card struct {
	me   identity.Identity
	keys memoryKeys
	disk *store.Disk
	now  func() time.Time
}

func newCard(t *testing.T) *card {
	t.Helper()
	me, err := identity.Dir(t.TempDir()).Load()
	if err != nil {
		t.Fatal(err)
	}
	return &card{me, memoryKeys{}, new(store.Disk), time.Now}
}

// copy is a card with the same content, in a machine that is started when the
// floor of stamps on the card is past.
func (c *card) copy() *card { return &card{c.me, c.keys, c.disk.Copy(), later} }

// ticks makes later show another millisecond whenever it is asked.
var ticks atomic.Int64

func later() time.Time {
	return time.Now().Add(2*floorAhead + time.Duration(ticks.Add(1))*time.Millisecond)
}

func (c *card) start(t *testing.T, s *street) *Node {
	t.Helper()
	disk, err := c.disk.Open()
	if err != nil {
		t.Fatal(err)
	}
	n, err := Assemble(Parts{Identity: c.me, Keys: c.keys, Store: disk, Now: c.now, Log: slog.New(slog.DiscardHandler)}, s.connect)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() }) // a crashed disk has nothing to say any more
	return n
}

// onACard is a neighbourhood of two on a street that is cut, the first of them
// on a card.
func onACard(t *testing.T) (s *street, c *card, h, neighbour *Neighbourhood) {
	t.Helper()
	s = &street{hoods: make(map[*Neighbourhood]struct{})}
	c = newCard(t)
	n := c.start(t, s)
	id, err := n.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	h, _ = n.Neighbourhood(id)
	other := newTestNode(t, s)
	if _, err := other.Join(t.Context(), invited(t, n, id), "Pak Budi"); err != nil {
		t.Fatal(err)
	}
	neighbour, _ = other.Neighbourhood(id)
	meet(t, h, neighbour)
	s.wait.Wait()
	meet(t, h, neighbour)
	s.cut = true
	return s, c, h, neighbour
}

func hoodOf(t *testing.T, n *Node, id protocol.NeighbourhoodID) *Neighbourhood {
	t.Helper()
	h, ok := n.Neighbourhood(id)
	if !ok {
		t.Fatal("the neighbourhood is gone")
	}
	h.recalled() // nobody is there to be asked
	return h
}

func titles(t *testing.T, h *Neighbourhood) (all []string) {
	t.Helper()
	if err := h.Look(t.Context(), func(v board.View) {
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			all = append(all, i.Request().Title)
		}
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// Two nodes run with one card's keys, the power of which was cut. Each writes;
// once they hear of one another through a neighbour, at least one stops, which suffices once it has
// other keys; and what both wrote is on all boards.
func TestClonedCardAlarm(t *testing.T) {
	s, c, _, neighbour := onACard(t)
	one, two := c.copy().start(t, s), c.copy().start(t, s)
	first, second := hoodOf(t, one, neighbour.ID()), hoodOf(t, two, neighbour.ID())
	second.begin = first.begin // the worst of chances: they write into the same slots
	asks(t, first, "a")
	asks(t, first, "b")
	asks(t, second, "c")
	asks(t, second, "d")
	for range 3 {
		meet(t, first, neighbour)
		meet(t, second, neighbour)
	}
	stopped := alarmed(t, one, two)
	for _, h := range []*Neighbourhood{first, second, neighbour} {
		if got := titles(t, h); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
			t.Errorf("the board shows %v", got)
		}
	}
	err := hoodOf(t, stopped, neighbour.ID()).Edit(t.Context(), protocol.RecordID{}, func(proto.Message) error { return nil })
	if !errors.Is(err, ErrCloned) {
		t.Errorf("after the alarm: %v, want ErrCloned", err)
	}
	if !stopped.Renewable() {
		t.Error("there is no seat for another device")
	}
}

// alarmed returns one of two nodes whose alarm was raised.
func alarmed(t *testing.T, one, two *Node) *Node {
	t.Helper()
	select {
	case <-one.Cloned():
		return one
	case <-two.Cloned():
		return two
	default:
		t.Fatal("no alarm")
		return nil
	}
}

// The alarm stays across a restart until the device has another key; then it is
// said for some days that it had to get one.
func TestTheAlarmStaysUntilTheDeviceHasAnotherKey(t *testing.T) {
	s, c, _, neighbour := onACard(t)
	card, twin := c.copy(), c.copy()
	one, two := card.start(t, s), twin.start(t, s)
	first, second := hoodOf(t, one, neighbour.ID()), hoodOf(t, two, neighbour.ID())
	asks(t, first, "a")
	asks(t, second, "b")
	meet(t, second, neighbour)
	meet(t, first, neighbour)
	meet(t, second, neighbour)
	again := card.copy()
	if alarmed(t, one, two) == two {
		again = twin.copy()
	}
	select {
	case <-again.start(t, s).Cloned():
	default:
		t.Error("the alarm is forgotten")
	}
	var err error
	if again.me, err = again.me.Renewed(); err != nil {
		t.Fatal(err)
	}
	renewed := again.copy().start(t, s)
	select {
	case <-renewed.Cloned():
		t.Error("the new key has the old one's alarm")
	default:
	}
	if !renewed.alarm.lately() {
		t.Error("nobody is told")
	}
	h := hoodOf(t, renewed, neighbour.ID())
	meet(t, h, neighbour)
	asks(t, h, "c")
	meet(t, h, neighbour)
	if got := titles(t, neighbour); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("the neighbour shows %v", got)
	}
}

// Two copies correct different things of one record: both corrections stand.
func TestTwoCopiesOfACardEditOneRecord(t *testing.T) {
	s, c, h, neighbour := onACard(t)
	asked := asks(t, h, "water")
	meet(t, h, neighbour)
	first, second := hoodOf(t, c.copy().start(t, s), neighbour.ID()), hoodOf(t, c.copy().start(t, s), neighbour.ID())
	retitle(t, first, asked, "drinking water")
	body(t, second, asked, "the well is muddy")
	for range 3 {
		meet(t, first, neighbour)
		meet(t, second, neighbour)
	}
	for _, at := range []*Neighbourhood{first, second, neighbour} {
		if err := at.Look(t.Context(), func(v board.View) {
			r, _ := v.Record(asked)
			if m := r.Content.(*record.Request); m.Title != "drinking water" || m.Body != "the well is muddy" {
				t.Errorf("%q, %q", m.Title, m.Body)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// A card that went back in time hears its neighbour out before it writes: no
// alarm, nothing lost, and nothing written where something stood.
func TestADiskThatForgotIsToldBeforeItWrites(t *testing.T) {
	s, c, h, neighbour := onACard(t)
	old := c.copy()
	asks(t, h, "a")
	asks(t, h, "b")
	meet(t, h, neighbour)
	n := old.start(t, s)
	again, _ := n.Neighbourhood(neighbour.ID())
	written := make(chan error, 1)
	go func() {
		_, err := again.Write(context.Background(), &record.Request{
			Title: "c", Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}},
		}, nil)
		written <- err
	}()
	meet(t, again, neighbour)
	again.Met(neighbour.parts.Identity.DeviceID(), nil)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	meet(t, again, neighbour)
	for _, at := range []*Neighbourhood{again, neighbour} {
		if got := titles(t, at); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("the board shows %v", got)
		}
	}
	if n.alarm.on() {
		t.Error("it takes its own past for a copy")
	}
}

// A machine without a battery wakes up in 1970 after every power cut. No stamp
// is given twice, and none goes back.
func TestClockBackAfterReboot(t *testing.T) {
	s, c, h, neighbour := onACard(t)
	id := h.ID()
	var last crdt.Stamp
	for boot := range 5 {
		if boot > 0 {
			c.disk.Crash(0)
			c.now = func() time.Time { return time.UnixMilli(int64(boot)) }
			h = hoodOf(t, c.start(t, s), id)
		}
		for range 3 {
			asked := asks(t, h, "water")
			if err := h.Look(t.Context(), func(v board.View) {
				r, _ := v.Record(asked)
				if r.Birth.Stamp <= last {
					t.Errorf("boot %d: %v after %v", boot, r.Birth.Stamp, last)
				}
				last = r.Birth.Stamp
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ahead := time.Until(time.UnixMilli(last.Millis())); ahead > time.Hour {
		t.Errorf("after five boots stamps are %v ahead", ahead)
	}
	meet(t, h, neighbour)
	if got := titles(t, neighbour); len(got) != 15 {
		t.Errorf("%d of 15 requests are left", len(got))
	}
}
