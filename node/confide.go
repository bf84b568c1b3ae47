package node

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// confiding is the task that makes what is sealed what it should be, after
// anything changed: a pledge was accepted or withdrawn, a helper's device came
// or was revoked, the time in which a contact is needed is over.
func (h *Neighbourhood) confiding() []task {
	if !h.stirred || len(h.contacts) == 0 {
		return nil
	}
	h.stirred = false
	return []task{new(confiding)}
}

type confiding struct{ h *Neighbourhood }

func (c *confiding) decide(t *turn) bool {
	c.h = t.h
	if t.changedRoster() || len(t.slots) > 0 {
		return false // it has to see what the others in this turn make of the board
	}
	me, _, err := t.writer()
	if err != nil {
		return true
	}
	for _, id := range slices.SortedFunc(maps.Keys(t.h.contacts), compareRecords) {
		if err := t.confide(me, id, t.h.contacts[id]); err != nil {
			t.h.log.Warn("a contact was not sealed", "err", err)
		}
	}
	return true
}

func compareRecords(a, b protocol.RecordID) int { return bytes.Compare(a[:], b[:]) }

func (c *confiding) settle(err error) {
	if err != nil {
		c.h.log.Warn("contacts were not sealed", "err", err)
	}
}

// confide brings the cells of one contact up to date.
func (t *turn) confide(me protocol.HouseholdID, id protocol.RecordID, own *ownContact) error {
	now := t.h.board.At(t.h.parts.Now().UnixMilli())
	r, ok := now.Record(id)
	if !ok || r.Owner != me {
		return nil
	}
	wanted := t.readersOf(now, id, me, own)
	sealed := make(map[protocol.HouseholdID]bool)
	for _, stands := range now.Contacts(id) {
		m := stands.Content.(*record.Contact)
		to := protocol.HouseholdID(m.Household)
		devices := wanted[to]
		if sealed[to] {
			devices = nil // an older one beside it
		}
		sealed[to] = true
		if err := t.reseal(r.Birth, stands, devices, own); err != nil {
			return err
		}
	}
	for to, devices := range wanted {
		if !sealed[to] && own.known() {
			if err := t.sealNew(r.Birth, to, devices, own); err != nil {
				return err
			}
		}
	}
	return nil
}

// readersOf returns the devices that may read a contact now, by household: of
// accepted helpers and, where the author wants it, of stewards.
func (t *turn) readersOf(now board.View, id protocol.RecordID, me protocol.HouseholdID, own *ownContact) map[protocol.HouseholdID][]roster.DeviceState {
	wanted := make(map[protocol.HouseholdID][]roster.DeviceState)
	if own.takenBack() {
		return wanted
	}
	for _, helper := range now.Helpers(id) {
		wanted[helper.Household] = t.devicesOf(helper.Household)
	}
	if _, open := now.Confides(id); open && own.Stewards {
		for _, m := range t.roster.Members() {
			if t.roster.Steward(m.ID) {
				wanted[m.ID] = t.devicesOf(m.ID)
			}
		}
	}
	delete(wanted, me)
	for household, devices := range wanted {
		if len(devices) == 0 {
			delete(wanted, household)
		}
	}
	return wanted
}

// devicesOf returns the current devices of a household that may be told a
// contact: one that somebody vouched for, and that reads. A stranger with a
// photographed invitation can pledge, but is told nothing.
func (t *turn) devicesOf(id protocol.HouseholdID) []roster.DeviceState {
	m, ok := t.roster.Member(id)
	if !ok || !m.Vouched() || m.Role == roster.RoleHub {
		return nil
	}
	var devices []roster.DeviceState
	for _, d := range m.Devices {
		if state, ok := t.roster.Device(d); ok && state.Serve && !state.Revoked && state.Household == id {
			devices = append(devices, state)
		}
	}
	return devices
}

// sealNew begins the cell of one household.
func (t *turn) sealNew(target protocol.Birth, to protocol.HouseholdID, devices []roster.DeviceState, own *ownContact) error {
	content := &record.Contact{Target: record.BirthOf(target), Household: to[:], Set: uint64(own.Set)}
	for _, d := range devices {
		s, err := t.sealTo(target, d, own)
		if err != nil {
			return err
		}
		content.Sealed = append(content.Sealed, s)
	}
	id := target.Record()
	common := &record.Common{Origin: "contact/" + id.String() + "/" + to.String()}
	_, err := t.begin(&writing{content: content, common: common, ctx: context.Background()})
	return err
}

// reseal makes a standing cell one for these devices, with as little change as
// that takes. Without the contact at hand, or with an earlier one than another
// device of the household has, it can only take devices off.
func (t *turn) reseal(target protocol.Birth, stands *board.Record, devices []roster.DeviceState, own *ownContact) error {
	was := stands.Content.(*record.Contact)
	newer := own.Set > crdt.Stamp(was.Set)
	changed := newer && len(was.Sealed) > 0
	var all []*record.Sealed
	for _, d := range devices {
		at := slices.IndexFunc(was.Sealed, func(s *record.Sealed) bool { return bytes.Equal(s.Device, d.ID[:]) })
		if at >= 0 && !newer {
			all = append(all, was.Sealed[at])
		} else if own.known() && own.Set >= crdt.Stamp(was.Set) {
			s, err := t.sealTo(target, d, own)
			if err != nil {
				return err
			}
			all, changed = append(all, s), true
		}
	}
	if !changed && len(all) == len(was.Sealed) {
		return nil
	}
	return t.edit(&writing{id: stands.ID, ctx: context.Background(), change: func(content proto.Message, _ *record.Common) error {
		m := content.(*record.Contact)
		m.Sealed, m.Set = all, max(m.Set, uint64(own.Set))
		return nil
	}})
}

// sealTo seals the contact to one device.
func (t *turn) sealTo(target protocol.Birth, d roster.DeviceState, own *ownContact) (*record.Sealed, error) {
	plain, err := own.private().Pad()
	if err != nil {
		return nil, err
	}
	sealed, err := identity.SealTo(d.Seal[:], record.PrivateInfo(t.h.id, target, d.ID), plain)
	if err != nil {
		return nil, err
	}
	return &record.Sealed{Device: d.ID[:], Sealed: sealed}, nil
}
