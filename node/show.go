package node

import (
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
)

// show makes a turn's synced write visible: to readers, to the watchers and to
// the neighbours. It cannot fail.
func (h *Neighbourhood) show(t *turn) {
	h.showRoster(t)
	var changes []board.Change
	for _, at := range t.order {
		changes = append(changes, h.place(at, t.slots[at])...)
	}
	h.watchers.tell(h.id, changes)
	h.stirred = true
	if own := append(t.ownOps, raws(t.own)...); len(own) > 0 {
		h.logOwn(own)
		h.link.Publish(own)
	}
}

func raws(cells []cell.Cell) [][]byte {
	var all [][]byte
	for _, c := range cells {
		all = append(all, c.Raw())
	}
	return all
}

// place sets what a place keeps: the index of ids and the board follow.
func (h *Neighbourhood) place(at board.Place, k cell.Kept) []board.Change {
	before, after := h.held[at], heldOf(k)
	came, went := h.index.replace(at, before, after)
	if after.n == 0 {
		delete(h.held, at)
	} else {
		h.held[at] = after
	}
	h.link.Moved(came, went)
	if !h.ours(at.Device) {
		h.budget.moved(h.id, before.payloads(), after.payloads())
	}
	if at.Device == h.parts.Identity.DeviceID() {
		h.count(came, went)
	}
	return h.fold(at, k.Shown())
}

// count begins and ceases to count who stores own cells.
func (h *Neighbourhood) count(came, went []protocol.ID) {
	for _, id := range came {
		h.reach.track(id)
	}
	for _, id := range went {
		h.reach.drop(id)
	}
}

// fold puts the fact of the cell that is to be shown on the board, or takes what
// was there away. A cell that no key here opens is kept in the dark until one
// does.
func (h *Neighbourhood) fold(at board.Place, shown *cell.Cell) []board.Change {
	delete(h.dark, at)
	if shown == nil {
		return h.board.Remove(at) // nothing counts, or only a stub is here
	}
	body, err := cell.Decrypt(h.id, *shown, h.keys[shown.Epoch])
	if err != nil {
		h.dark[at] = struct{}{}
		return h.board.Remove(at)
	}
	fact, err := board.FactOf(*shown, body)
	if err != nil {
		return h.board.Remove(at) // a member sealed nonsense: carried, not shown
	}
	return h.board.Apply(fact)
}

// addKey makes an epoch's payloads readable from now on.
func (h *Neighbourhood) addKey(secret [32]byte) {
	key := cell.NewKey(h.id, secret)
	h.keys[key.Epoch] = key
	h.secrets[key.Epoch] = secret
}

// lighten folds the cells that were in the dark, after a key arrived.
func (h *Neighbourhood) lighten() {
	var changes []board.Change
	members := h.roster.Load()
	for at := range h.dark {
		if k, err := h.read(at, members); err == nil {
			changes = append(changes, h.fold(at, k.Shown())...)
		}
	}
	h.watchers.tell(h.id, changes)
}
