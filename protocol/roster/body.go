package roster

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

// Rules is the version of the rules that this package judges by.
const Rules = 1

// Kind says what an operation does. Numbers are part of the format and only
// ever added; kinds of later versions are kept and offered on, and do nothing.
type Kind uint8

// The kinds; each has a message of the same name in roster.proto.
const (
	KindGenesis  Kind = 1
	KindFounders Kind = 2
	KindGrant    Kind = 3
	KindJoin     Kind = 4
	KindDevice   Kind = 5
	KindVouch    Kind = 6
	KindRevoke   Kind = 7
	KindAdopt    Kind = 8
	KindEpoch    Kind = 9
	KindKeys     Kind = 10
)

// Roles by short names; authority flows downward from founder to steward to
// member. RoleNone is that of a household nobody admitted.
const (
	RoleNone    = Role_ROLE_NONE
	RoleMember  = Role_ROLE_MEMBER
	RoleSteward = Role_ROLE_STEWARD
	RolePartner = Role_ROLE_PARTNER
	RoleHub     = Role_ROLE_HUB
	RoleFounder = Role_ROLE_FOUNDER
)

// What a revocation can be about.
const (
	TargetHousehold = Target_TARGET_HOUSEHOLD
	TargetDevice    = Target_TARGET_DEVICE
	TargetOperation = Target_TARGET_OPERATION
)

// Body is what an operation says: a pointer to one of the messages of
// roster.proto.
type Body interface {
	proto.Message
	kind() Kind
	fits() bool // lengths and numbers are within the limits of SPEC.md, Bodies
}

func (*Genesis) kind() Kind  { return KindGenesis }
func (*Founders) kind() Kind { return KindFounders }
func (*Grant) kind() Kind    { return KindGrant }
func (*Join) kind() Kind     { return KindJoin }
func (*Device) kind() Kind   { return KindDevice }
func (*Vouch) kind() Kind    { return KindVouch }
func (*Revoke) kind() Kind   { return KindRevoke }
func (*Adopt) kind() Kind    { return KindAdopt }
func (*Epoch) kind() Kind    { return KindEpoch }
func (*Keys) kind() Kind     { return KindKeys }

// newBody returns an empty message of a kind, nil for one of a later version.
func newBody(k Kind) Body {
	switch k {
	case KindGenesis:
		return new(Genesis)
	case KindFounders:
		return new(Founders)
	case KindGrant:
		return new(Grant)
	case KindJoin:
		return new(Join)
	case KindDevice:
		return new(Device)
	case KindVouch:
		return new(Vouch)
	case KindRevoke:
		return new(Revoke)
	case KindAdopt:
		return new(Adopt)
	case KindEpoch:
		return new(Epoch)
	case KindKeys:
		return new(Keys)
	}
	return nil
}

func decodeBody(k Kind, encoded []byte) (Body, error) {
	body := newBody(k)
	if body == nil {
		return nil, nil
	}
	if err := proto.Unmarshal(encoded, body); err != nil || !body.fits() {
		return nil, fmt.Errorf("roster: body of kind %d: %w", k, protocol.ErrMalformed)
	}
	return body, nil
}

func (b *Genesis) fits() bool {
	n := len(b.GetFounders())
	return b.GetRules() == Rules && len(b.GetNonce()) == 32 && (n == 1 || n == 3) && distinctKeys(b.GetFounders())
}

func (b *Founders) fits() bool {
	return len(b.GetFounders()) == 2 && distinctKeys(b.GetFounders())
}

func (b *Grant) fits() bool {
	return len(b.GetInvite()) == keySize && b.GetUses() > 0 && b.GetUses() <= maxUsesSteward &&
		b.GetSlots() <= protocol.MaxSlots && sealedFit(b.GetSecrets())
}

func (b *Join) fits() bool {
	return len(b.GetHousehold()) == keySize
}

func (b *Device) fits() bool {
	return len(b.GetKey()) == keySize && len(b.GetSeal()) == keySize &&
		len(b.GetProof()) == sigSize && sealedFit(b.GetSecrets())
}

func (b *Vouch) fits() bool {
	formerly := len(b.GetFormerly())
	return len(b.GetHousehold()) == keySize && b.GetSlots() <= protocol.MaxSlots &&
		(formerly == 0 || formerly == idSize)
}

func (b *Revoke) fits() bool {
	return len(b.GetTarget()) == idSize && len(b.GetKeep())%idSize == 0
}

func (b *Adopt) fits() bool {
	return len(b.GetRevocation()) == idSize && len(b.GetIds())%idSize == 0
}

func (b *Epoch) fits() bool {
	for _, p := range b.GetParents() {
		if len(p) != idSize {
			return false
		}
	}
	return len(b.GetEpoch()) == epochSize && len(b.GetKnows())%idSize == 0 && sealedFit(b.GetOlder())
}

func (b *Keys) fits() bool {
	for _, r := range b.GetRecipients() {
		if len(r.GetDevice()) != idSize {
			return false
		}
	}
	return len(b.GetEpochOp()) == idSize && sealedFit(b.GetStrays())
}

func sealedFit(secrets []*Sealed) bool {
	for _, s := range secrets {
		if len(s.GetEpoch()) != epochSize {
			return false
		}
	}
	return true
}

func distinctKeys(keys [][]byte) bool {
	seen := make(map[Key]bool, len(keys))
	for _, k := range keys {
		if len(k) != keySize || seen[Key(k)] {
			return false
		}
		seen[Key(k)] = true
	}
	return true
}

// domainProof keeps a device's consent from serving as any other signature.
const domainProof = "gotong/device-proof/1\x00"

// NewDevice returns the body that adds a device to a household. The device
// signs it too, so that nobody claims another household's device. seal is the
// device's X25519 public key, incarnation counts restores from paper.
func NewDevice(n protocol.NeighbourhoodID, household Key, device ed25519.PrivateKey, seal [32]byte, incarnation uint32) *Device {
	d := &Device{Key: device.Public().(ed25519.PublicKey), Seal: seal[:], Incarnation: incarnation}
	d.Proof = ed25519.Sign(device, d.claim(n, household))
	return d
}

func (b *Device) proven(n protocol.NeighbourhoodID, household Key) bool {
	return ed25519.Verify(b.GetKey(), b.claim(n, household), b.GetProof())
}

// claim is what a device signs to belong to a household.
func (b *Device) claim(n protocol.NeighbourhoodID, household Key) []byte {
	c := append([]byte(domainProof), n[:]...)
	c = append(c, household[:]...)
	c = append(c, b.GetSeal()...)
	return binary.BigEndian.AppendUint32(c, b.GetIncarnation())
}

// id returns the device's id.
func (b *Device) id() protocol.DeviceID { return protocol.DeviceOf(b.GetKey()) }

// Pack joins ids into the packed form of keep lists.
func Pack(ids ...protocol.ID) []byte {
	packed := make([]byte, 0, len(ids)*idSize)
	for _, id := range ids {
		packed = append(packed, id[:]...)
	}
	return packed
}

// unpack is the inverse of Pack; fits has checked the length.
func unpack(packed []byte) []protocol.ID {
	ids := make([]protocol.ID, 0, len(packed)/idSize)
	for ; len(packed) > 0; packed = packed[idSize:] {
		ids = append(ids, protocol.ID(packed))
	}
	return ids
}

// MaxKeep is how many ids one operation can keep or adopt; longer lists
// continue in adopt operations.
const MaxKeep = 500
