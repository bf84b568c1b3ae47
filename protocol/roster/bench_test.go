package roster

import (
	"fmt"
	"testing"

	"gotong/protocol/cell"
)

// bigVillage has 10,000 devices in 5,000 households under 20 stewards, each
// household invited, joined and vouched for, and 200 of them put out: about
// 25,000 operations.
func bigVillage(t testing.TB) *village {
	if big == nil {
		big = fillVillage(t)
	}
	return big
}

// big is made once: signing it takes seconds.
var big *village

func fillVillage(t testing.TB) *village {
	v := newVillage(t, "Sari")
	v.says("Sari", &Founders{Founders: [][]byte{keyBytes("Made"), keyBytes("Ketut")}})
	for s := range 20 {
		v.member("Made", fmt.Sprint("steward ", s), RoleSteward)
	}
	for h := range 5_000 {
		by, name, slip := fmt.Sprint("steward ", h%20), fmt.Sprint("house ", h), fmt.Sprint("slip ", h)
		v.fill(by, &Grant{Invite: keyBytes(slip), Role: RoleMember, Uses: 1})
		v.fill(slip, &Join{Household: keyBytes(name)})
		v.fill(by, &Vouch{Household: keyBytes(name), Role: RoleMember})
		for d := range 2 {
			v.fill(name, NewDevice(v.n, keyOf(name), private(fmt.Sprint(name, " phone ", d)), [32]byte{1}, 0))
		}
		if h%25 == 0 {
			id := house(name)
			v.fill(by, &Revoke{Kind: TargetHousehold, Target: id[:], Keep: make([]byte, 100*16)})
		}
	}
	return v
}

// fill signs without verifying again.
func (v *village) fill(name string, body Body) {
	place := v.next[name]
	if body.kind() == KindJoin {
		place = 0
	}
	op, err := Sign(v.n, private(name), place, body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.next[name]++
	v.ops = append(v.ops, op)
}

func BenchmarkJudge10000Devices(b *testing.B) {
	v := bigVillage(b)
	b.ReportMetric(float64(len(v.ops)), "operations")
	b.ResetTimer()
	for range b.N {
		if r := Judge(v.n, v.ops); len(r.devices) < 10_000 {
			b.Fatal(len(r.devices))
		}
	}
	b.ReportMetric(float64(len(v.ops)), "operations")
}

func BenchmarkHash10000Devices(b *testing.B) {
	v := bigVillage(b)
	r := Judge(v.n, v.ops)
	b.ResetTimer()
	for range b.N {
		r.Hash()
	}
}

func BenchmarkCounts(b *testing.B) {
	v := bigVillage(b)
	r := Judge(v.n, v.ops)
	cells := []cell.Cell{v.cell("house 7 phone 0", 1, 1), v.cell("house 25 phone 0", 1, 1)}
	b.ResetTimer()
	for i := range b.N {
		r.Counts(cells[i%2])
	}
}

func BenchmarkOpen(b *testing.B) {
	v := newVillage(b, "Sari")
	v.vouch("Sari", "Budi", RoleMember)
	raw := v.ops[1].Raw()
	for range b.N {
		if _, err := Open(v.n, raw); err != nil {
			b.Fatal(err)
		}
	}
}
