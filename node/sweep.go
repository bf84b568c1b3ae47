package node

import (
	"context"
	"slices"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// firstDay is the first on which anybody wrote here.
var firstDay = cell.DayAt(protocol.Began)

// sweep erases the payloads that may go and the own contacts that nobody needs
// any longer, takes back what ended long ago, and has the sealed ones looked after: time alone may have ended
// who may read them.
func (h *Neighbourhood) sweep() {
	err := h.enter(context.Background(), new(sweeping))
	if err != nil {
		h.log.Debug("sweeping", "err", err)
	}
}

type sweeping struct{ h *Neighbourhood }

func (s *sweeping) decide(t *turn) bool {
	s.h = t.h
	if t.changedRoster() || len(t.slots) > 0 {
		return false
	}
	t.h.stirred = true
	for at, held := range t.h.held {
		if t.h.mayGo(at, held) {
			if err := t.erase(at); err != nil {
				t.h.log.Warn("a payload was not erased", "err", err)
			}
		}
	}
	t.h.forgetContacts()
	t.forgetEnded()
	return true
}

func (s *sweeping) settle(err error) {
	if err != nil {
		s.h.log.Warn("payloads were not erased", "err", err)
	}
}

// mayGo says, from what memory holds of a place, whether something there is to
// be erased: a contact, or what this node carries and cannot read.
func (h *Neighbourhood) mayGo(at board.Place, is held) bool {
	_, dark := h.dark[at]
	_, kind, _ := h.board.Standing(at)
	if !dark && kind != record.Kind_KIND_CONTACT && is.n < 2 && is.whole.id == (protocol.ID{}) {
		return false
	}
	return slices.ContainsFunc(is.payloads(), func(e entry) bool { return h.age.ripe(e.hold) })
}

// erase leaves of the cells in a place, where their time is over, the stubs:
// the ids that nodes compare stay the same, and nothing comes back.
func (t *turn) erase(at board.Place) error {
	k, err := t.kept(at)
	if err != nil {
		return err
	}
	after := t.h.trimmed(cell.Kept{Newest: t.h.spare(k.Newest), Counting: t.h.spare(k.Counting), Whole: k.Whole})
	if !same(k, after) {
		t.set(at, after)
	}
	return nil
}

// spare returns a cell as it may be kept: as a stub where it is an erasable one
// whose time is over.
func (h *Neighbourhood) spare(c *cell.Cell) *cell.Cell {
	if c == nil || c.Stub() || !h.age.ripe(c.Hold) || !h.erasable(*c) {
		return c
	}
	return h.stubOf(c)
}

// trimmed returns what may be kept of a place: nothing stands in for a stub that
// is one because its time is over, and nothing does whose own time is over.
func (h *Neighbourhood) trimmed(k cell.Kept) cell.Kept {
	if k.Whole == nil {
		return k
	}
	stub := k.Counting
	if stub == nil {
		stub = k.Newest
	}
	if h.age.ripe(stub.Hold) || h.spare(k.Whole).Stub() {
		k.Whole = nil
	}
	return k
}

// erasable reports whether a cell holds a contact, or what no key here opens.
// What the whole neighbourhood reads is archived, never erased.
func (h *Neighbourhood) erasable(c cell.Cell) bool {
	body, err := cell.Decrypt(h.id, c, h.keys[c.Epoch])
	if err != nil {
		return true
	}
	part, err := record.Decode(c.Header, body)
	return err == nil && part.Kind == record.Kind_KIND_CONTACT
}

// erased reports whether a payload is gone from here on purpose, so that it is
// neither asked for nor taken in again.
func (h *Neighbourhood) erased(l located) bool { return l.stub && h.age.ripe(l.hold) }

// forgetContacts erases the own contacts of what is gone or was over long ago.
func (h *Neighbourhood) forgetContacts() {
	now := h.board.At(h.parts.Now().UnixMilli())
	for id, own := range h.contacts {
		until, open := now.Confides(id)
		_, here := now.Record(id)
		if own.Set == 0 || open || here && !h.age.ripe(cell.DayAt(until)) {
			continue
		}
		if err := h.keepContact(h.ctx, id, new(ownContact)); err != nil {
			h.log.Warn("a contact was not erased", "err", err)
		}
	}
}
