package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing/synctest"
	"time"

	"gotong/node"
	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// settle ends all faults: everything on, connected, no message lost. Twins are
// put away. Then time passes until all boards are equal, or far longer than it
// should take.
func (w *world) settle() {
	w.loss = 0
	for _, twin := range w.houses[households:] {
		if twin.up() {
			w.fall(twin, 0)
		}
	}
	w.houses = w.houses[:households]
	for _, h := range w.houses {
		if h.up() && h.rotted(w) {
			w.fall(h, 0) // it notices when it starts again
		}
		if !h.up() {
			w.revive(h)
		}
	}
	for i, a := range w.houses {
		for _, b := range w.houses[:i] {
			w.link(a, b, true)
		}
	}
	for range 90 {
		time.Sleep(time.Minute)
		synctest.Wait()
		if w.divergence() == "" && w.starved() == "" {
			return
		}
	}
}

// view is what a house shows.
type view struct {
	board, roster [32]byte
}

func (w *world) view(h *house) (v view) {
	hood := h.hood(w.n)
	v.roster = hood.Roster().Hash()
	w.must(hood.Do(context.Background(), func(b *board.Board) { v.board = b.Hash() }))
	return v
}

// divergence says which houses differ after all is connected again, or "".
func (w *world) divergence() string {
	want := w.view(w.houses[0])
	for _, h := range w.houses[1:] {
		got := w.view(h)
		switch {
		case got.roster != want.roster:
			return fmt.Sprintf("%s has another roster than %s", h.name, w.houses[0].name)
		case got.board != want.board:
			return fmt.Sprintf("%s has another board than %s", h.name, w.houses[0].name)
		}
	}
	return ""
}

// verdict says what is wrong in the end, or "".
func (w *world) verdict() string {
	if d := w.divergence(); d != "" {
		return d
	}
	for _, h := range w.houses {
		if wrong := w.refold(h); wrong != "" {
			return wrong
		}
	}
	if lack := w.starved(); lack != "" {
		return lack
	}
	return w.missing()
}

// starved says which house knows a cell by name only while another has it whole,
// or "". What a card that was put back forgot may be whole nowhere.
func (w *world) starved() string {
	for _, h := range w.houses {
		for _, id := range h.hood(w.n).Exchange().Missing() {
			for _, other := range w.houses {
				if other.hood(w.n).Here(id) {
					return fmt.Sprintf("%s knows %v by name only, and %s has it", h.name, id, other.name)
				}
			}
		}
	}
	return ""
}

// lack is how many cells a house knows by name only.
func (w *world) lack(h *house) int { return w.standing(h).Lacking }

// standing is how a house's node says that it stands.
func (w *world) standing(h *house) api.NeighbourhoodStatus {
	for _, n := range (node.Backend{Node: h.node}).Status(context.Background()).Neighbourhoods {
		if n.ID == w.n {
			return n
		}
	}
	return api.NeighbourhoodStatus{}
}

// missing says which acknowledged write of an honest house is not on every
// board, by its content, or "".
func (w *world) missing() string {
	for _, a := range w.asked {
		if !a.by.honest {
			continue
		}
		for _, h := range w.houses {
			if got := w.title(h, a.id); got != a.title {
				return fmt.Sprintf("%s was told that %q is saved; %s shows %q", a.by.name, a.title, h.name, got)
			}
		}
	}
	return ""
}

func (w *world) title(h *house, id protocol.RecordID) (title string) {
	w.must(h.hood(w.n).Look(context.Background(), func(v board.View) {
		if r, ok := v.Record(id); ok {
			if m, ok := r.Content.(*record.Request); ok {
				title = m.Title
			}
		}
	}))
	return title
}

// refold folds what a house keeps from the start, in another order and without
// its node's help, and says if that gives another board.
func (w *world) refold(h *house) string {
	var ops []roster.Op
	for stored, err := range h.store.Ops(w.n) {
		w.must(err)
		op, err := roster.Open(w.n, stored.Raw)
		w.must(err)
		ops = append(ops, op)
	}
	members := roster.Judge(w.n, ops)
	facts, whole := w.facts(h, members)
	if !whole {
		return "" // its disk rotted since it last looked; it shows more than the disk holds
	}
	rand.New(rand.NewPCG(w.seed, 7)).Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
	if board.Fold(members, facts).Hash() != w.view(h).board {
		return fmt.Sprintf("%s shows another board than its facts add up to", h.name)
	}
	return ""
}

// facts returns what counts of a house's cells, decrypted; false if some of
// them rotted.
func (w *world) facts(h *house, members *roster.Roster) ([]board.Fact, bool) {
	rings, _ := h.keys.Keyrings()
	keys := make(map[cell.Epoch]cell.Key)
	for _, secret := range rings[w.n].Secrets {
		key := cell.NewKey(w.n, secret)
		keys[key.Epoch] = key
	}
	var facts []board.Fact
	for slot, err := range h.store.Slots(w.n) {
		if err != nil {
			return nil, false
		}
		kept := cell.Kept{}.Keep(members.Counts, slot.Cells...)
		shown := kept.Shown()
		if shown == nil {
			continue
		}
		body, err := cell.Decrypt(w.n, *shown, keys[shown.Epoch])
		if err != nil {
			continue
		}
		if fact, err := board.FactOf(*shown, body); err == nil {
			facts = append(facts, fact)
		}
	}
	return facts, true
}
