package sim

import (
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"time"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// key returns the key that a house writes under, if it has one.
func (w *world) key(h *house) (cell.Key, bool) {
	rings, _ := h.keys.Keyrings()
	current, ok := h.hood(w.n).Roster().Current()
	for _, secret := range rings[w.n].Secrets {
		if key := cell.NewKey(w.n, secret); ok && key.Epoch == current.Epoch {
			return key, true
		}
	}
	return cell.Key{}, false
}

// lie seals a request in the liar's name.
func (w *world) lie(key cell.Key, slot uint32, stamp crdt.Stamp, title string, rng *rand.Rand) []byte {
	device := w.liar.me.DeviceID()
	fields, err := record.FieldsOf(stamp, &record.Request{
		Title: title, Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}},
	})
	w.must(err)
	part := record.Part{Birth: protocol.Birth{Device: device, Slot: slot, Stamp: stamp}, Kind: record.Kind_KIND_REQUEST, Fields: fields}
	body, err := part.Encode(device, slot, stamp)
	w.must(err)
	var nonce cell.Nonce
	for i := range nonce {
		nonce[i] = byte(rng.Uint32())
	}
	c, err := cell.Seal(w.n, cell.Draft{Slot: slot, Stamp: stamp, Hold: 30000, Class: cell.Normal, Body: body}, w.liar.me.Device, key, nonce)
	w.must(err)
	return c.Raw()
}

// equivocate: the liar says two things in one slot at one stamp, each to
// another house; in slots it may not use, and at times that are not now, too.
func (w *world) equivocate(rng *rand.Rand) {
	a, b := w.two(rng)
	if !a.up() || !b.up() {
		return
	}
	key, ok := w.key(a)
	if !ok {
		return
	}
	slot := uint32(rng.IntN(protocol.SlotsHousehold + 8)) // some beyond what it was granted
	if rng.IntN(4) == 0 {
		slot = protocol.SlotsHousehold
	}
	stamp := crdt.StampAt(time.Now().Add(time.Duration(rng.IntN(3)-1) * 1000 * time.Hour).UnixMilli())
	w.count("equivocation")
	w.give(a, w.lie(key, slot, stamp, fmt.Sprintf("to %s", a.name), rng))
	w.give(b, w.lie(key, slot, stamp, fmt.Sprintf("to %s", b.name), rng))
}

// forge: bytes that nobody signed reach a house.
func (w *world) forge(rng *rand.Rand) {
	h := w.one(rng)
	if h == nil {
		return
	}
	key, ok := w.key(h)
	if !ok {
		return
	}
	w.count("forgery")
	raw := w.lie(key, uint32(rng.IntN(64)), crdt.StampAt(time.Now().UnixMilli()), "forged", rng)
	switch rng.IntN(3) {
	case 0: // somebody else's name
		copy(raw[1:17], w.houses[rng.IntN(len(w.houses))].me.Device.Public().(ed25519.PublicKey))
	case 1: // a bit
		raw[rng.IntN(len(raw))] ^= 1 << rng.IntN(8)
	default: // the end is missing
		raw = raw[:rng.IntN(len(raw))]
	}
	w.give(h, raw)
}

// rosterChange: somebody with the right to is heard on who belongs: the liar
// is put out, with a keep list of what is known of it, or let in again under
// no other key; the steward is made and unmade, and with it what it said.
func (w *world) rosterChange(rng *rand.Rand) {
	founder, steward := w.houses[0], w.houses[1]
	by := founder
	if rng.IntN(2) == 0 {
		by = steward
	}
	if !by.up() || !by.honest {
		return
	}
	switch rng.IntN(4) {
	case 0:
		w.count("revocation of a device")
		id := w.liar.me.DeviceID()
		w.say(by, &roster.Revoke{Kind: roster.TargetDevice, Target: id[:], Keep: roster.Pack(w.keeps(by, rng)...)})
	case 1:
		w.count("vouch")
		w.say(by, &roster.Vouch{Household: w.liar.me.HouseholdKey(), Role: roster.RoleMember})
	case 2:
		if by == founder {
			w.unvouch(founder)
		}
	default:
		w.reverse(founder, rng)
	}
}

// keeps returns some of the liar's cells that a house has.
func (w *world) keeps(by *house, rng *rand.Rand) []protocol.ID {
	var keep []protocol.ID
	for slot, err := range by.store.Slots(w.n) {
		if err != nil || slot.Device != w.liar.me.DeviceID() {
			continue
		}
		for _, c := range slot.Cells {
			if rng.IntN(3) > 0 && len(keep) < 100 {
				keep = append(keep, c.ID())
			}
		}
	}
	return keep
}

// unvouch withdraws the founder's own vouch for the liar.
func (w *world) unvouch(founder *house) {
	for _, op := range founder.hood(w.n).Roster().Keep() {
		v, ok := op.Body().(*roster.Vouch)
		if !ok || op.Signer != roster.Key(founder.me.HouseholdKey()) || roster.Key(v.Household) != roster.Key(w.liar.me.HouseholdKey()) {
			continue
		}
		w.count("vouch withdrawn")
		id := op.ID()
		w.say(founder, &roster.Revoke{Kind: roster.TargetOperation, Target: id[:]})
		return
	}
}

// reverse: the founder withdraws the steward's office; what the steward said
// of others falls with it, unless the founder keeps it.
func (w *world) reverse(founder *house, rng *rand.Rand) {
	if !founder.up() || !founder.honest {
		return
	}
	for _, op := range founder.hood(w.n).Roster().Keep() {
		v, ok := op.Body().(*roster.Vouch)
		if !ok || v.Role != roster.RoleSteward {
			continue
		}
		w.count("office withdrawn")
		id := op.ID()
		w.retire(w.houses[1])
		w.say(founder, &roster.Revoke{Kind: roster.TargetOperation, Target: id[:], Keep: roster.Pack(w.sayings(rng)...)})
		return
	}
}

// sayings returns some of the operations that the steward signed.
func (w *world) sayings(rng *rand.Rand) []protocol.ID {
	var ids []protocol.ID
	for _, op := range w.houses[0].hood(w.n).Roster().Keep() {
		if op.Signer == roster.Key(w.houses[1].me.HouseholdKey()) && rng.IntN(2) == 0 {
			ids = append(ids, op.ID())
		}
	}
	return ids
}

// retire: what a house wrote may cease to count.
func (w *world) retire(h *house) { h.honest = false }
