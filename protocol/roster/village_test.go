package roster

import (
	"crypto/ed25519"
	"crypto/sha256"
	"math/rand/v2"
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// village is a neighbourhood for tests: everybody has a name, from which the
// keys are derived, and writes operations at ever higher places.
type village struct {
	t    testing.TB
	n    protocol.NeighbourhoodID
	ops  []Op
	next map[string]uint16
}

func newVillage(t testing.TB, founders ...string) *village {
	t.Helper()
	var keys []Key
	for _, f := range founders {
		keys = append(keys, keyOf(f))
	}
	n, genesis, err := NewGenesis(sha256.Sum256([]byte("nonce")), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return &village{t: t, n: n, ops: []Op{genesis}, next: make(map[string]uint16)}
}

func private(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func keyOf(name string) Key { return Key(private(name).Public().(ed25519.PublicKey)) }

func house(name string) protocol.HouseholdID { return keyOf(name).Household() }

func phone(name string) protocol.DeviceID {
	key := keyOf(name)
	return protocol.DeviceOf(key[:])
}

// at signs an operation at a given place, without handing it to the village.
func (v *village) at(name string, place uint16, body Body) Op {
	v.t.Helper()
	op, err := Sign(v.n, private(name), place, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := Open(v.n, op.Raw()); err != nil {
		v.t.Fatal(err)
	}
	return op
}

// says signs at the next place of name and hands the operation to the village.
func (v *village) says(name string, body Body) Op {
	v.t.Helper()
	op := v.at(name, v.next[name], body)
	v.next[name]++
	v.ops = append(v.ops, op)
	return op
}

func (v *village) grant(by, invite string, role Role, uses uint32) Op {
	v.t.Helper()
	key := keyOf(invite)
	return v.says(by, &Grant{Invite: key[:], Role: role, Uses: uses})
}

func (v *village) join(invite, name string) Op {
	v.t.Helper()
	key := keyOf(name)
	op := v.at(invite, 0, &Join{Household: key[:]})
	v.ops = append(v.ops, op)
	return op
}

func (v *village) vouch(by, name string, role Role) Op {
	v.t.Helper()
	key := keyOf(name)
	return v.says(by, &Vouch{Household: key[:], Role: role})
}

func (v *village) device(of, name string) Op {
	v.t.Helper()
	return v.says(of, NewDevice(v.n, keyOf(of), private(name), [32]byte{1}, 0))
}

// member brings a vouched household with one device in: name and "name's phone".
func (v *village) member(by, name string, role Role) {
	v.t.Helper()
	v.vouch(by, name, role)
	v.device(name, name+"'s phone")
}

func (v *village) putOut(by, name string, keep ...protocol.ID) Op {
	v.t.Helper()
	id := house(name)
	return v.says(by, &Revoke{Kind: TargetHousehold, Target: id[:], Keep: Pack(keep...)})
}

func (v *village) retire(by, device string, keep ...protocol.ID) Op {
	v.t.Helper()
	id := phone(device)
	return v.says(by, &Revoke{Kind: TargetDevice, Target: id[:], Keep: Pack(keep...)})
}

func (v *village) close(by string, op Op, keep ...protocol.ID) Op {
	v.t.Helper()
	id := op.ID()
	return v.says(by, &Revoke{Kind: TargetOperation, Target: id[:], Keep: Pack(keep...)})
}

func (v *village) adopt(by string, revocation Op, ids ...protocol.ID) Op {
	v.t.Helper()
	id := revocation.ID()
	return v.says(by, &Adopt{Revocation: id[:], Ids: Pack(ids...)})
}

// cell makes a cell of a device at a slot and a stamp.
func (v *village) cell(device string, slot uint32, stamp uint64) cell.Cell {
	v.t.Helper()
	d := cell.Draft{Slot: slot, Stamp: crdt.Stamp(stamp), Class: cell.Normal, Body: []byte("water")}
	c, err := cell.Seal(v.n, d, private(device), cell.NewKey(v.n, [32]byte{1}), cell.Nonce{1})
	if err != nil {
		v.t.Fatal(err)
	}
	return c
}

// judge judges the village's operations, and again shuffled, doubled and
// reduced to what is kept: the verdict must be the same.
func (v *village) judge() *Roster {
	v.t.Helper()
	r := Judge(v.n, v.ops)
	shuffled := append(append([]Op(nil), v.ops...), v.ops...)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, again := range []*Roster{Judge(v.n, shuffled), Judge(v.n, r.Keep())} {
		if again.Hash() != r.Hash() {
			v.t.Fatal("the same operations in another order gave another verdict")
		}
	}
	return r
}

func (v *village) standing(r *Roster, name string) Standing {
	m, _ := r.Member(house(name))
	return m.Standing
}

func (v *village) want(r *Roster, name string, standing Standing) {
	v.t.Helper()
	if got := v.standing(r, name); got != standing {
		v.t.Errorf("%s: standing %d, want %d", name, got, standing)
	}
}

func (v *village) counts(r *Roster, c cell.Cell, want bool) {
	v.t.Helper()
	if r.Counts(c) != want {
		v.t.Errorf("cell in slot %d at %v: counts %v, want %v", c.Slot, c.Stamp, !want, want)
	}
}
