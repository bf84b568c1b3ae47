package node

import (
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/record"
)

// SealFlag seals what a flag of this household says to the devices of the
// stewards, of more than fit to the first in the order of the roster. The own
// household is among the readers where it is a steward.
func (h *Neighbourhood) SealFlag(c *record.FlagContent) (*record.Flag, error) {
	me, ok := h.Me()
	if !ok {
		return nil, ErrNotMember
	}
	plain, err := c.Pad()
	if err != nil {
		return nil, err
	}
	f := new(record.Flag)
	for _, device := range h.stewardDevices() {
		if len(f.Sealed) == record.MaxFlagReaders {
			break
		}
		state, _ := h.roster.Load().Device(device)
		sealed, err := identity.SealTo(state.Seal[:], record.FlagInfo(h.id, me, device), plain)
		if err != nil {
			return nil, err
		}
		f.Sealed = append(f.Sealed, &record.Sealed{Device: device[:], Sealed: sealed})
	}
	return f, nil
}

// stewardDevices returns the devices of stewards that read.
func (h *Neighbourhood) stewardDevices() []protocol.DeviceID {
	var all []protocol.DeviceID
	members := h.roster.Load()
	for _, m := range members.Members() {
		if !members.Steward(m.ID) {
			continue
		}
		for _, d := range m.Devices {
			if state, ok := members.Device(d); ok && state.Serve && !state.Revoked && state.Household == m.ID {
				all = append(all, d)
			}
		}
	}
	return all
}

// OpenFlag returns what a household's flag says to this device.
func (h *Neighbourhood) OpenFlag(by protocol.HouseholdID, f *record.Flag) (*record.FlagContent, bool) {
	me := h.parts.Identity
	for _, s := range f.Sealed {
		if protocol.DeviceID(s.Device) != me.DeviceID() {
			continue
		}
		plain, err := identity.OpenSealed(me.Seal, record.FlagInfo(h.id, by, me.DeviceID()), s.Sealed)
		if err != nil {
			return nil, false
		}
		c, err := record.UnpadFlag(plain)
		return c, err == nil
	}
	return nil, false
}
