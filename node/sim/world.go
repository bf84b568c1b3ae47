package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// world is one schedule under way.
type world struct {
	t      *testing.T
	seed   uint64
	rng    *rand.Rand
	mutant *mutant
	n      protocol.NeighbourhoodID
	houses []*house
	liar   *house       // a member whose node is the schedule itself
	hub    *house       // carries what it cannot read; nil: there is none
	sent   atomic.Int64 // bytes, by exchange and gossip
	loss   float64

	mu     sync.Mutex
	cut    map[[2]*house]bool
	counts map[string]int // faults met

	asked []asked
}

// asked is a request of which a house was told that it is saved.
type asked struct {
	by    *house
	id    protocol.RecordID
	title string
}

// households is how many nodes a schedule begins with, besides the liar.
const households = 5

// newWorld sets up the households of one neighbourhood, all connected, all
// vouched for, one of them a steward.
func newWorld(t *testing.T, seed uint64, m *mutant) *world {
	w := &world{
		t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 0)), mutant: m,
		cut: make(map[[2]*house]bool), counts: make(map[string]int),
	}
	for i := range households {
		h := newHouse(seed, fmt.Sprintf("house %d", i))
		m.put(w, h)
		w.houses = append(w.houses, h)
		w.must(h.start(w))
	}
	w.liar = newHouse(seed, "liar")
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.fail("%v", err)
	}
}

// broken carries what went wrong out of a schedule.
type broken string

// fail ends the schedule.
func (w *world) fail(format string, args ...any) { panic(broken(fmt.Sprintf(format, args...))) }

// found makes the neighbourhood and waits until all are in it.
func (w *world) found() {
	ctx := context.Background()
	founder := w.houses[0]
	n, err := founder.node.Create(ctx, "RT 03", founder.name)
	w.must(err)
	w.n = n
	invite, err := founder.node.Invite(ctx, n, households)
	w.must(err)
	for _, h := range w.houses[1:] {
		_, err := h.node.Join(ctx, invite, h.name)
		w.must(err)
	}
	w.bringLiarIn(invite)
	for i, a := range w.houses {
		for _, b := range w.houses[:i] {
			w.connect(a, b)
		}
	}
	w.until("everybody is a member", func() bool { return w.members() == households })
	for i, h := range append(w.houses[1:], w.liar) {
		role := roster.RoleMember
		if i == 0 {
			role = roster.RoleSteward
		}
		w.say(founder, &roster.Vouch{Household: h.me.HouseholdKey(), Role: role})
	}
	time.Sleep(time.Minute)
	synctest.Wait()
}

// bringLiarIn makes the liar's own operations and hands them to the founder.
func (w *world) bringLiarIn(text string) {
	invite, err := roster.ParseInvite(text)
	w.must(err)
	me := w.liar.me
	join, err := roster.Sign(w.n, invite.SignKey(), 0, &roster.Join{Household: me.HouseholdKey()})
	w.must(err)
	body := roster.NewDevice(w.n, roster.Key(me.HouseholdKey()), me.Device, [32]byte(me.Seal.PublicKey().Bytes()), 1)
	device, err := roster.Sign(w.n, me.Household, 0, body)
	w.must(err)
	w.give(w.houses[0], join.Raw(), device.Raw())
}

// members returns how many houses know that they are in and can write.
func (w *world) members() int {
	in := 0
	for _, h := range w.houses {
		members := h.hood(w.n).Roster()
		if _, ok := members.Current(); ok && members.Serve(h.me.DeviceID()) {
			in++
		}
	}
	return in
}

// give brings raw items to a house's door, as if a link had.
func (w *world) give(h *house, raws ...[]byte) {
	_, err := h.hood(w.n).Ingest(context.Background(), raws)
	if err != nil && h.up() {
		w.fail("%v", err)
	}
}

// say signs a roster operation of a house at a free place of its.
func (w *world) say(h *house, body roster.Body) protocol.ID {
	members := h.hood(w.n).Roster()
	place, ok := members.FreePlace(h.me.HouseholdID(), h.me.DeviceID())
	if !ok {
		return protocol.ID{}
	}
	op, err := roster.Sign(w.n, h.me.Household, place, body)
	w.must(err)
	w.give(h, op.Raw())
	return op.ID()
}

// until lets time pass until something holds.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(time.Second)
		synctest.Wait()
	}
	w.fail("it never came that %s", what)
}

func (w *world) count(fault string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[fault]++
}

// linked reports whether two houses are connected.
func (w *world) linked(a, b *house) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.cut[[2]*house{a, b}]
}

// link connects two houses or cuts what is between them.
func (w *world) link(a, b *house, connected bool) {
	w.mu.Lock()
	was := !w.cut[[2]*house{a, b}]
	w.cut[[2]*house{a, b}], w.cut[[2]*house{b, a}] = !connected, !connected
	w.mu.Unlock()
	switch {
	case was && !connected:
		w.disconnect(a, b)
	case connected && a.up() && b.up():
		w.connect(a, b)
	}
}

// all returns the houses, and the hub where there is one.
func (w *world) all() []*house {
	if w.hub == nil {
		return w.houses
	}
	return append(slices.Clone(w.houses), w.hub)
}

// revive turns a house on and connects it with whom it is linked to.
func (w *world) revive(h *house) {
	w.must(h.start(w))
	for _, other := range w.all() {
		if other != h && other.up() && w.linked(h, other) {
			w.connect(h, other)
		}
	}
}

// fall is a power cut in a house; those it was connected with notice.
func (w *world) fall(h *house, survive int) {
	for _, other := range w.all() {
		if other != h && other.up() && w.linked(h, other) {
			w.disconnect(h, other)
		}
	}
	h.crash(survive)
}

// end turns everything off.
func (w *world) end() {
	for _, h := range w.all() {
		if h.up() {
			w.must(h.stop())
		}
	}
}
