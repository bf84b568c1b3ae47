package exchange

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// liar is a member whose node gives away what it likes.
type liar struct {
	*house
	raw func(protocol.ID) ([]byte, bool)
}

func (l liar) Raw(id protocol.ID) ([]byte, bool) { return l.raw(id) }

// lie makes a house's node lie, and returns a cell it holds.
func (h *house) lie(cells int, raw func(protocol.ID) ([]byte, bool)) (ids []protocol.ID) {
	for slot := range cells {
		ids = append(ids, h.write(uint32(slot), cell.Normal, "a cell"))
	}
	h.x.Join(liar{h, raw}, ids)
	return ids
}

func TestAPoisonedCellSkipsOnlyItselfAndComesFromAnotherPeer(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, crook, victim *house) {
		var poisoned protocol.ID
		ids := crook.lie(50, func(id protocol.ID) ([]byte, bool) {
			raw, ok := crook.house().Raw(id)
			if ok && id == poisoned {
				raw = bytes.Clone(raw)
				raw[len(raw)-1] ^= 1
			}
			return raw, ok
		})
		poisoned = ids[17]
		honest := v.houses[0]
		honest.must(honest.ingest(crook.everything()...))
		dialed, _ := meet(victim, crook)
		if !errors.Is(dialed, protocol.ErrMalformed) {
			t.Errorf("the peer was not charged: %v", dialed)
		}
		if victim.has(poisoned) || len(victim.holds()) != len(crook.holds())-1 {
			t.Errorf("%d items of %d came", len(victim.holds()), len(crook.holds()))
		}
		if dialed, served := meet(victim, honest); dialed != nil || served != nil || !victim.has(poisoned) {
			t.Errorf("from an honest peer the cell must come: %v, %v", dialed, served)
		}
		time.Sleep(2 * shunLeast)
		if dialed, served := meet(victim, crook); dialed != nil || served != nil {
			t.Errorf("now that it came otherwise nothing differs: %v, %v", dialed, served)
		}
	})
}

func (h *house) house() *house { return h }

func TestAPeerThatAnswersWithSomeoneElsesCellsIsCharged(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, crook, victim *house) {
		other := v.houses[0]
		wrong := other.raws[other.write(9, cell.Normal, "another cell")]
		ids := crook.lie(5, func(id protocol.ID) ([]byte, bool) {
			raw, ok := crook.house().Raw(id)
			if ok && raw[0] != 0x81 {
				raw = wrong
			}
			return raw, ok
		})
		for slot := range uint32(400) { // much in common: then a sketch is worth it
			id := victim.write(slot, cell.Normal, "a cell of the victim")
			crook.must(crook.ingest(victim.raws[id]))
		}
		for slot := range uint32(20) { // whoever holds more decodes, and knows what it wants
			victim.write(500+slot, cell.Normal, "a cell only the victim has")
		}
		dialed, _ := meet(victim, crook)
		if !errors.Is(dialed, protocol.ErrMalformed) {
			t.Errorf("the peer was not charged: %v", dialed)
		}
		for _, id := range ids {
			if victim.has(id) {
				t.Error("a cell came that was never sent")
			}
		}
	})
}

func TestAPeerThatAnnouncesAndDoesNotSendIsCharged(t *testing.T) {
	bubble(t, func(t *testing.T, _ *village, as, to *house) {
		c := approach(t, as, to)
		c.greet()
		c.announce(3)
		c.drain()
		must(t, c.say(kindItems, protocol.AppendItem(nil, as.seal(1, cell.Normal, "one of three").Raw())...))
		must(t, c.say(kindEnd))
		if _, err := c.end(); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestWhatAPeerSaysIsGoneIsNoFault(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, crook, victim *house) {
		crook.lie(5, func(protocol.ID) ([]byte, bool) { return nil, false })
		if dialed, served := meet(victim, crook); dialed != nil || served != nil {
			t.Errorf("ended with %v and %v", dialed, served)
		}
	})
}

func TestACellThatTheHouseWillNotTakeIsNotSentAgain(t *testing.T) {
	bubble(t, func(t *testing.T, v *village, full, empty *house) {
		id := full.write(1, cell.Normal, "no room for this")
		empty.write(2, cell.Normal, "so that it is not empty")
		unwanted := full.raws[id]
		empty.door = func(raw []byte) *Taken {
			if bytes.Equal(raw, unwanted) {
				return &Taken{ID: id, Verdict: protocol.Ignore}
			}
			return nil
		}
		for range 3 {
			if dialed, served := meet(empty, full); dialed != nil || served != nil {
				t.Fatal(dialed, served)
			}
		}
		if empty.came[id] != 1 {
			t.Errorf("it was sent %d times", empty.came[id])
		}
		empty.door = nil
		empty.x.RosterChanged(empty.n)
		if dialed, served := meet(empty, full); dialed != nil || served != nil || !empty.has(id) {
			t.Errorf("under another roster it must come: %v, %v", dialed, served)
		}
	})
}
