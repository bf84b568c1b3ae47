package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// A step is what happens next. Steps are drawn one by one, each from a source
// of its own, so that leaving some out leaves the others as they are.
type step struct {
	weight int
	do     func(w *world, rng *rand.Rand)
}

// steps are all things that happen, with how often. A house that cannot do
// its part passes.
var steps = []step{
	{30, (*world).write},
	{15, (*world).rewrite},
	{8, (*world).help},
	{25, (*world).wait},
	{6, (*world).partition},
	{5, (*world).heal},
	{3, (*world).stutter},
	{4, (*world).crash},
	{6, (*world).restart},
	{3, (*world).jump},
	{3, (*world).weather},
	{3, (*world).forge},
	{4, (*world).equivocate},
	{2, (*world).rot},
	{1, (*world).clone},
	{1, (*world).restore},
	{3, (*world).rosterChange},
}

// hostile are the steps of a schedule with a hub that lies.
var hostile = append(steps[:len(steps):len(steps)], step{8, (*world).turnHub})

// play takes the steps from first to last that are not left out.
func (w *world) play(length int, leftOut func(int) bool) {
	steps, total := steps, 0
	if w.hub != nil {
		steps = hostile
	}
	for _, s := range steps {
		total += s.weight
	}
	for i := range length {
		if leftOut(i) {
			continue
		}
		rng := rand.New(rand.NewPCG(w.seed, uint64(i)+1))
		pick := rng.IntN(total)
		for _, s := range steps {
			if pick -= s.weight; pick < 0 {
				s.do(w, rng)
				break
			}
		}
		synctest.Wait()
		w.renew()
	}
}

// one returns a house that is on, nil if none is.
func (w *world) one(rng *rand.Rand) *house {
	for _, i := range rng.Perm(len(w.houses)) {
		if w.houses[i].up() {
			return w.houses[i]
		}
	}
	return nil
}

func (w *world) two(rng *rand.Rand) (a, b *house) {
	p := rng.Perm(len(w.houses))
	return w.houses[p[0]], w.houses[p[1]]
}

// write: a house asks for something. What it is told is saved must survive.
func (w *world) write(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	title := fmt.Sprintf("request %d", rng.Uint32())
	id, err := h.hood(w.n).Write(context.Background(), &record.Request{
		Title: title, Urgency: record.Urgency(1 + rng.IntN(4)),
		Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 1000 * int64(1+rng.IntN(9)), Unit: record.Unit_UNIT_L}},
	}, nil)
	if err == nil {
		w.count("write")
		w.asked = append(w.asked, asked{h, id, title})
	}
}

// errNotOurs: a house whose card was restored wrote something else at the same
// slot and stamp.
var errNotOurs = errors.New("sim: another record under the same id")

// rewrite: a house corrects a request of its own.
func (w *world) rewrite(rng *rand.Rand) {
	if len(w.asked) == 0 {
		return
	}
	a := &w.asked[rng.IntN(len(w.asked))]
	if !a.by.up() {
		return
	}
	title := fmt.Sprintf("corrected %d", rng.Uint32())
	err := a.by.hood(w.n).Edit(context.Background(), a.id, func(m proto.Message) error {
		r, ok := m.(*record.Request)
		if !ok {
			return errNotOurs
		}
		r.Title = title
		return nil
	})
	if err == nil {
		w.count("edit")
		a.title = title
	}
}

// help: a house pledges for a request that it has heard of.
func (w *world) help(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	var open []board.Item
	_ = h.hood(w.n).Look(context.Background(), func(v board.View) { open = v.Items(record.Kind_KIND_REQUEST) })
	if len(open) == 0 {
		return
	}
	target := open[rng.IntN(len(open))]
	_, err := h.hood(w.n).Write(context.Background(), &record.Pledge{
		Target: record.BirthOf(target.Birth), State: record.PledgeState_PLEDGE_STATE_OFFERED,
		Amounts: []*record.Amount{{Line: 1, Quantity: 1000 * int64(1+rng.IntN(5))}},
	}, nil)
	if err == nil {
		w.count("pledge")
	}
}

func (w *world) wait(rng *rand.Rand) {
	time.Sleep(time.Duration(rng.Int64N(int64(20 * time.Second))))
}

// partition cuts one pair, or the street into two halves.
func (w *world) partition(rng *rand.Rand) {
	w.count("partition")
	if rng.IntN(2) == 0 {
		a, b := w.two(rng)
		w.link(a, b, false)
		return
	}
	side := rng.Uint32()
	for i, a := range w.houses {
		for j, b := range w.houses[:i] {
			if side>>i&1 != side>>j&1 {
				w.link(a, b, false)
			}
		}
	}
}

// heal connects one pair, or everybody.
func (w *world) heal(rng *rand.Rand) {
	if rng.IntN(3) > 0 {
		a, b := w.two(rng)
		w.link(a, b, true)
		return
	}
	for i, a := range w.houses {
		for _, b := range w.houses[:i] {
			w.link(a, b, true)
		}
	}
}

// stutter cuts exchanges in the middle without cutting the link.
func (w *world) stutter(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	w.count("cut exchange")
	h.port().sever(func(protocol.DeviceID) bool { return true })
}

// crash is a power cut, in the middle of a write as often as not.
func (w *world) crash(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	w.count("crash")
	if rng.IntN(2) == 0 {
		w.count("torn write")
		hood := h.hood(w.n)
		go func() { // nobody is told that this one is saved
			_, _ = hood.Write(context.Background(), &record.Request{
				Title: "torn", Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}},
			}, nil)
		}()
		time.Sleep(time.Duration(rng.Int64N(int64(h.disk.SyncTime))))
	}
	w.fall(h, rng.IntN(3))
}

func (w *world) restart(rng *rand.Rand) {
	for _, i := range rng.Perm(len(w.houses)) {
		if h := w.houses[i]; !h.up() {
			w.revive(h)
			return
		}
	}
}

// jump sets a house's clock anywhere between 1970 and ten years ahead.
func (w *world) jump(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	w.count("clock jump")
	switch rng.IntN(3) {
	case 0:
		h.skew = -time.Duration(time.Now().Unix()) * time.Second // 1970
	case 1:
		h.skew = time.Duration(rng.Int64N(int64(20*365*24*time.Hour))) - 10*365*24*time.Hour
	default:
		h.skew = 0
	}
}

// weather changes how many gossiped messages are lost.
func (w *world) weather(rng *rand.Rand) { w.loss = []float64{0, 0.05, 0.3, 0.9}[rng.IntN(4)] }

// rot flips a bit of what a house keeps.
func (w *world) rot(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	owner := w.houses[rng.IntN(len(w.houses))]
	if owner != h && h.disk.Spoil(w.n, owner.me.DeviceID(), uint32(rng.IntN(20))) {
		w.count("bit rot")
	}
}

// clone starts a second node from a copy of a house's card. Nothing either of
// them writes from then on is promised.
func (w *world) clone(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil || len(w.houses) > households+1 {
		return
	}
	w.count("clone")
	h.honest = false
	twin := &house{name: h.name + " twin", me: h.me, keys: h.keys.copy(), disk: h.disk.Copy(), seams: h.seams}
	w.houses = append(w.houses, twin)
	for _, other := range w.houses {
		w.cut[[2]*house{twin, other}], w.cut[[2]*house{other, twin}] = false, false
	}
	w.link(twin, h, false) // one device does not call itself
	w.revive(twin)
}

// renew gives houses that found a copy of themselves running keys of their own,
// as the program does.
func (w *world) renew() {
	for _, h := range w.houses {
		if !h.up() || !h.cloned() || !h.node.Renewable() {
			continue
		}
		if h.honest {
			w.fail("%s has no copy, and raised the alarm", h.name)
		}
		w.count("renewal")
		w.fall(h, 0)
		renewed, err := h.me.Renewed()
		w.must(err)
		h.me = renewed
		w.revive(h)
	}
}

// restore puts an older copy of its card into a house.
func (w *world) restore(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil || h == w.houses[0] {
		return
	}
	w.count("restore")
	old := h.disk.Copy()
	for range 3 {
		w.write(rng)
		w.wait(rng)
	}
	if !h.up() {
		return
	}
	h.honest = false
	w.fall(h, 0)
	h.disk = old
	w.revive(h)
}
