package roster

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"gotong/protocol"
)

func TestAnOperationThatIsTouchedIsRefused(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	v.grant("Sari", "slip", RoleMember, 1)
	v.join("slip", "Tono")
	random := rand.New(rand.NewPCG(1, 2))
	for range 4_000 {
		op := v.ops[random.IntN(len(v.ops))]
		raw := bytes.Clone(op.Raw())
		raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
		if _, err := Open(v.n, raw); protocol.VerdictOf(err) != protocol.Reject {
			t.Fatalf("kind %d: %v", op.Kind, err)
		}
	}
}

func TestAnOperationOfAnotherNeighbourhoodIsForged(t *testing.T) {
	v := newVillage(t, "Sari")
	v.vouch("Sari", "Budi", RoleMember)
	other := protocol.NeighbourhoodID{1}
	for _, op := range v.ops {
		if _, err := Open(other, op.Raw()); !errors.Is(err, protocol.ErrForged) {
			t.Errorf("kind %d: %v", op.Kind, err)
		}
	}
}

func TestTheNeighbourhoodsNameIsItsGenesis(t *testing.T) {
	v := newVillage(t, "Sari")
	if protocol.NeighbourhoodID(v.ops[0].ID()) != v.n {
		t.Error("the id of genesis is not the neighbourhood's")
	}
	other, _, err := NewGenesis([32]byte{2}, keyOf("Sari"))
	if err != nil || other == v.n {
		t.Errorf("another nonce, the same neighbourhood: %v", err)
	}
}

func TestWhatIsBeyondTheLimitsIsMalformed(t *testing.T) {
	v := newVillage(t, "Sari")
	key, id := keyBytes("Budi"), make([]byte, 16)
	for name, body := range map[string]Body{
		"a keep list beyond the size":   &Revoke{Kind: TargetHousehold, Target: id, Keep: make([]byte, protocol.MaxOp)},
		"half an id in a keep list":     &Revoke{Kind: TargetHousehold, Target: id, Keep: make([]byte, 8)},
		"a short target":                &Revoke{Kind: TargetHousehold, Target: id[:15]},
		"a short household key":         &Vouch{Household: key[:31], Role: RoleMember},
		"more slots than there are":     &Vouch{Household: key, Role: RoleMember, Slots: protocol.MaxSlots + 1},
		"half a former household":       &Vouch{Household: key, Role: RoleMember, Formerly: id[:3]},
		"an invitation of no use":       &Grant{Invite: key, Role: RoleMember},
		"an invitation for a town":      &Grant{Invite: key, Role: RoleMember, Uses: maxUsesSteward + 1},
		"a long epoch":                  &Grant{Invite: key, Role: RoleMember, Uses: 1, Secrets: []*Sealed{{Epoch: id}}},
		"no household":                  &Join{},
		"one more founder":              &Founders{Founders: [][]byte{key}},
		"the same founder twice":        &Founders{Founders: [][]byte{key, key}},
		"an adoption of nothing":        &Adopt{},
		"an epoch without a name":       &Epoch{},
		"a parent of another size":      &Epoch{Epoch: id[:8], Parents: [][]byte{id[:8]}},
		"keys for no epoch":             &Keys{},
		"keys for half a device":        &Keys{EpochOp: id, Recipients: []*Recipient{{Device: id[:8]}}},
		"a stray of a long epoch":       &Keys{EpochOp: id, Strays: []*Sealed{{Epoch: id}}},
		"a device without a proof":      &Device{Key: key, Seal: key},
		"a genesis of unknown rules":    &Genesis{Rules: 2, Nonce: key, Founders: [][]byte{key}},
		"a genesis signed by somebody":  &Genesis{Rules: 1, Nonce: key, Founders: [][]byte{key}},
		"a genesis with no founder":     &Genesis{Rules: 1, Nonce: key},
		"a genesis with a short nonce":  &Genesis{Rules: 1, Nonce: id, Founders: [][]byte{key}},
		"a genesis with half a founder": &Genesis{Rules: 1, Nonce: key, Founders: [][]byte{id}},
	} {
		if _, err := Sign(v.n, private("Sari"), 0, body); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Sign(v.n, private("slip"), 1, &Join{Household: key}); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("a join at a numbered place: %v", err)
	}
}

func TestTheLongestKeepListFits(t *testing.T) {
	v := newVillage(t, "Sari")
	ids := make([]protocol.ID, MaxKeep)
	v.putOut("Sari", "Budi", ids...)
	op := v.says("Sari", &Adopt{Revocation: ids[0][:], Ids: Pack(ids...)})
	if len(op.Raw()) > protocol.MaxOp {
		t.Error(len(op.Raw()))
	}
	v.ops = nil
	parents := make([][]byte, maxParents)
	older := make([]*Sealed, maxParents)
	for i := range parents {
		parents[i], older[i] = ids[i][:], &Sealed{Epoch: make([]byte, 8), Sealed: make([]byte, 80)}
	}
	v.says("Sari", &Epoch{Epoch: make([]byte, 8), Parents: parents, Knows: Pack(ids[:maxKnows]...), Older: older})
}

// An operation of a kind that a later version adds fills its place, is kept and
// offered on, and does nothing.
func TestAnOperationOfALaterVersionIsKeptAndDoesNothing(t *testing.T) {
	v := newVillage(t, "Sari")
	before := v.judge().Hash()
	op, err := Open(v.n, later(v.n, "Sari", 3))
	if err != nil {
		t.Fatal(err)
	}
	v.ops = append(v.ops, op)
	r := v.judge()
	if len(r.Keep()) != 2 || r.Hash() != before || op.Body() != nil {
		t.Error("the operation must be kept and change nothing")
	}
}

// later signs an operation of kind 200 whose body no version knows.
func later(n protocol.NeighbourhoodID, name string, place uint16) []byte {
	key := keyOf(name)
	b := append([]byte{Version, 200}, key[:]...)
	b = binary.BigEndian.AppendUint16(b, place)
	b = binary.BigEndian.AppendUint16(b, 3)
	b = append(b, 0xff, 0xff, 0xff)
	return append(b, ed25519.Sign(private(name), message(n, b))...)
}

func TestTheSameFieldsOfALaterVersionKeepTheirUnknownOnes(t *testing.T) {
	v := newVillage(t, "Sari")
	body := &Vouch{Household: keyBytes("Budi"), Role: RoleMember}
	body.ProtoReflect().SetUnknown([]byte{0xa0, 0x06, 0x01}) // field 100, varint 1
	op := v.says("Sari", body)
	again, err := Open(v.n, bytes.Clone(op.Raw()))
	if err != nil || !bytes.Contains(again.Raw(), []byte{0xa0, 0x06, 0x01}) {
		t.Errorf("unknown field: %v", err)
	}
	v.want(v.judge(), "Budi", Full)
}

// FuzzOpen: no bytes make Open or Judge panic, and what opens reads the same
// again.
func FuzzOpen(f *testing.F) {
	v := newVillage(f, "Sari")
	v.member("Sari", "Budi", RoleMember)
	v.grant("Sari", "slip", RoleMember, 1)
	v.join("slip", "Tono")
	v.adopt("Sari", v.putOut("Sari", "Budi"))
	v.mint(v.judge(), "Sari", 1)
	for _, op := range v.ops {
		f.Add(op.Raw())
	}
	f.Add(later(v.n, "Sari", 3))
	f.Fuzz(func(t *testing.T, raw []byte) {
		op, err := Parse(v.n, raw)
		if _, openErr := Open(v.n, raw); openErr == nil && err != nil {
			t.Fatalf("opens but does not parse: %v", err)
		}
		if err != nil {
			if protocol.VerdictOf(err) != protocol.Reject {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		r := Judge(v.n, append(v.ops[:len(v.ops):len(v.ops)], op)) // as if its signature were right
		if again := Judge(v.n, r.Keep()); again.Hash() != r.Hash() {
			t.Fatal("what is kept gives another verdict")
		}
	})
}
