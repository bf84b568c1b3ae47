package roster

import (
	"encoding/binary"

	"gotong/protocol"
)

// A household takes in a further device by two texts, neither of which is a
// secret (SPEC.md, Pairing): the first device shows its House, the new one
// answers with a [Device] that agreed to belong there, and the first device
// signs that. Whoever photographs both gains nothing.

// House is what a new device is told: which household of which neighbourhood
// it shall belong to.
type House struct {
	Neighbourhood protocol.NeighbourhoodID
	Household     Key
}

const (
	housePrefix  = "GTH1"
	houseSize    = 16 + keySize
	keyPrefix    = "GTK1"
	devicePrefix = "GTD1"
	deviceSize   = keySize + 32 + 4 + sigSize
)

// Text returns the written form: GTH1 and 20 groups.
func (h House) Text() string {
	return grouped(housePrefix, append(h.Neighbourhood[:], h.Household[:]...))
}

// ParseHouse reads a House as people type it; errors are those of [ParseInvite].
func ParseHouse(text string) (House, error) {
	b, err := ungrouped(housePrefix, houseSize, text)
	if err != nil {
		return House{}, err
	}
	return House{Neighbourhood: protocol.NeighbourhoodID(b[:16]), Household: Key(b[16:])}, nil
}

// Text returns the written form of a device's answer: GTD1 and 53 groups.
func (b *Device) Text() string {
	content := append(append([]byte{}, b.GetKey()...), b.GetSeal()...)
	content = binary.BigEndian.AppendUint32(content, b.GetIncarnation())
	return grouped(devicePrefix, append(content, b.GetProof()...))
}

// ParseDevice reads a device's answer; errors are those of [ParseInvite].
func ParseDevice(text string) (*Device, error) {
	b, err := ungrouped(devicePrefix, deviceSize, text)
	if err != nil {
		return nil, err
	}
	return &Device{Key: b[:32], Seal: b[32:64], Incarnation: binary.BigEndian.Uint32(b[64:]), Proof: b[68:]}, nil
}

// For reports whether the device agreed to belong to this house.
func (b *Device) For(h House) bool { return b.fits() && b.proven(h.Neighbourhood, h.Household) }

// Room reports whether a household can take in another device now.
func (r *Roster) Room(of protocol.HouseholdID) bool {
	h := r.households[of]
	if h == nil {
		return false
	}
	seated := 0
	for _, d := range h.devices {
		if d.seated {
			seated++
		}
	}
	return seated < protocol.MaxDevices
}

// Text returns the written form of a household's key: GTK1 and 13 groups.
func (k Key) Text() string { return grouped(keyPrefix, k[:]) }

// ParseKey reads a household's key; errors are those of [ParseInvite].
func ParseKey(text string) (Key, error) {
	b, err := ungrouped(keyPrefix, keySize, text)
	if err != nil {
		return Key{}, err
	}
	return Key(b), nil
}
