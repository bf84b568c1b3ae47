package roster

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gotong/protocol"
	"gotong/protocol/cell"
)

func TestARevokedDeviceCountsOnlyWhatEveryRevokerKeeps(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.member("Sari", "Budi", RoleMember)
	kept, seenByOne, late := v.cell("Budi's phone", 1, 1), v.cell("Budi's phone", 2, 1), v.cell("Budi's phone", 3, 1)
	v.putOut("Sari", "Budi", kept.ID(), seenByOne.ID())
	v.putOut("Wayan", "Budi", kept.ID())
	r := v.judge()
	v.want(r, "Budi", Revoked)
	v.counts(r, kept, true)
	v.counts(r, seenByOne, false)
	v.counts(r, late, false)
}

// TwoRevokersIntersectThenAdopt.
func TestTwoRevokersKeepTheIntersectionUntilOneAdoptsTheRest(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.member("Sari", "Ketut", RoleSteward)
	v.member("Sari", "Budi", RoleMember)
	a, b, both := v.cell("Budi's phone", 1, 1), v.cell("Budi's phone", 2, 1), v.cell("Budi's phone", 3, 1)
	byWayan := v.putOut("Wayan", "Budi", a.ID(), both.ID())
	byKetut := v.putOut("Ketut", "Budi", b.ID(), both.ID())
	r := v.judge()
	v.counts(r, both, true)
	v.counts(r, a, false)
	v.counts(r, b, false)
	v.adopt("Ketut", byKetut, a.ID()) // by its author
	v.adopt("Wayan", byKetut, b.ID()) // not Wayan's to add to
	r = v.judge()
	v.counts(r, a, true)
	v.counts(r, b, false)
	v.adopt("Sari", byWayan, b.ID()) // by somebody above
	v.counts(v.judge(), b, true)
}

// RefusedThenVoidedRevoke: a steward who turned puts a member out; cells are
// refused; then the founder puts the steward out without keeping that, and the
// cells count again from what was stored all along.
func TestCellsCountAgainWhenTheRevocationTurnsOutVoid(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.member("Sari", "Budi", RoleMember)
	early, late := v.cell("Budi's phone", 1, 1), v.cell("Budi's phone", 1, 2)
	kept := cell.Kept{}.Keep(v.judge().Counts, early)
	v.putOut("Wayan", "Budi", early.ID())
	kept = kept.Keep(v.judge().Counts, late)
	if kept.Counting == nil || kept.Counting.ID() != early.ID() || kept.Newest.ID() != late.ID() {
		t.Fatal("while the revocation stands, only the kept cell counts")
	}
	v.putOut("Sari", "Wayan")
	r := v.judge()
	v.want(r, "Budi", Full)
	if kept = kept.Keep(r.Counts); kept.Counting.ID() != late.ID() {
		t.Error("the refused cell must count once the revocation is void")
	}
}

func TestARevokedRevokersRevocationStandsIfItIsKept(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.member("Sari", "Budi", RoleMember)
	out := v.putOut("Wayan", "Budi")
	v.putOut("Sari", "Wayan", out.ID())
	v.want(v.judge(), "Budi", Revoked)
}

// KeptOlderThanForged: the thief of a phone writes over the slot with a later
// stamp; the older cell that was kept is the one that counts.
func TestAKeptCellCountsBehindALaterForgedOne(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	honest, forged := v.cell("Budi's phone", 1, 5), v.cell("Budi's phone", 1, 9)
	v.retire("Budi", "Budi's phone", honest.ID())
	r := v.judge()
	for _, arrival := range [][]cell.Cell{{honest, forged}, {forged, honest}} {
		var kept cell.Kept
		for _, c := range arrival {
			kept = kept.Keep(r.Counts, c)
		}
		if kept.Newest.ID() != forged.ID() || kept.Counting == nil || kept.Counting.ID() != honest.ID() {
			t.Errorf("kept %v", kept)
		}
	}
}

// RevokedStewardsGrants: a steward who turned had invited and vouched; only
// what the founder names stays.
func TestARevokedStewardsGrantsAdmitOnlyWhoIsNamed(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	g := v.grant("Wayan", "slip", RoleMember, 10)
	neighbour := v.join("slip", "Budi")
	vouched := v.vouch("Wayan", "Tono", RoleMember)
	v.vouch("Wayan", "accomplice", RoleMember)
	out := v.putOut("Sari", "Wayan", neighbour.ID(), vouched.ID(), g.ID())
	v.join("slip", "back-dated accomplice")
	r := v.judge()
	v.want(r, "Budi", Probation)
	v.want(r, "Tono", Full)
	v.want(r, "accomplice", Waiting)
	v.want(r, "back-dated accomplice", Waiting)
	late := v.join("slip", "Ani")
	v.adopt("Sari", out, late.ID())
	v.want(v.judge(), "Ani", Probation)
}

func TestARevokedStewardCannotFloodOutWhoWasNamed(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.grant("Wayan", "slip", RoleMember, 1)
	neighbour := v.join("slip", "Budi")
	v.putOut("Sari", "Wayan", neighbour.ID())
	for thief := range surplusJoins + 10 {
		v.join("slip", lowerThan(v, neighbour, thief))
	}
	v.want(v.judge(), "Budi", Probation)
}

// Whoever was put out retires its own phone afterwards, keeping nothing, to
// take along what the steward kept.
func TestWhoWasPutOutCannotEraseWhatWasKept(t *testing.T) {
	before := 0
	for i := range 20 { // with ids on either side of Wayan's
		name := fmt.Sprint("house ", i)
		if a, b := house(name), house("Wayan"); string(a[:]) < string(b[:]) {
			before++
		}
		v := newVillage(t, "Sari")
		v.member("Sari", "Wayan", RoleSteward)
		v.member("Sari", name, RoleMember)
		kept := v.cell(name+"'s phone", 1, 1)
		v.putOut("Wayan", name, kept.ID())
		v.retire(name, name+"'s phone")
		v.counts(v.judge(), kept, true)
	}
	if before == 0 || before == 20 {
		t.Errorf("%d of 20 households are before Wayan", before)
	}
}

func TestAnEndedOfficeLeavesTheHouseholdAMember(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleMember)
	v.vouch("Sari", "Tono", RoleMember)
	office := v.vouch("Sari", "Wayan", RoleSteward)
	during := v.vouch("Wayan", "Budi", RoleMember)
	v.close("Sari", office, during.ID())
	v.putOut("Wayan", "Tono")
	v.vouch("Wayan", "Ani", RoleMember)
	r := v.judge()
	v.want(r, "Wayan", Full)
	v.want(r, "Budi", Full)
	v.want(r, "Tono", Full)
	v.want(r, "Ani", Waiting)
	if m, _ := r.Member(house("Wayan")); m.Role != RoleMember || m.Slots != protocol.SlotsHousehold {
		t.Errorf("Wayan: %+v", m)
	}
}

func TestNobodyPutsOutAnEqualOrSomebodyAbove(t *testing.T) {
	v := newVillage(t, "Sari")
	for _, s := range []string{"Wayan", "Ketut"} {
		v.member("Sari", s, RoleSteward)
	}
	v.member("Sari", "Budi", RoleMember)
	v.member("Sari", "Tono", RoleMember)
	v.putOut("Wayan", "Ketut")
	v.putOut("Ketut", "Wayan")
	v.putOut("Wayan", "Sari")
	v.putOut("Budi", "Tono")
	v.putOut("Budi", "Budi")
	v.retire("Budi", "Tono's phone")
	r := v.judge()
	for _, name := range []string{"Sari", "Wayan", "Ketut", "Budi", "Tono"} {
		v.want(r, name, Full)
	}
	v.counts(r, v.cell("Tono's phone", 1, 1), true)
}

// TwoFounders: with two founders, either could remove the other. So there are
// one or three, and the two who stay after a removal cannot go on.
func TestANeighbourhoodNeverHasTwoFoundersWhoCanRemoveOneAnother(t *testing.T) {
	if _, _, err := NewGenesis([32]byte{}, keyOf("Sari"), keyOf("Made")); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("two founders: %v", err)
	}
	v := newVillage(t, "Sari", "Made", "Ketut")
	v.putOut("Sari", "Ketut")
	v.want(v.judge(), "Ketut", Full) // one vote of two
	v.putOut("Made", "Ketut")
	v.want(v.judge(), "Ketut", Revoked)
	v.putOut("Sari", "Made")
	v.putOut("Made", "Sari")
	v.putOut("Ketut", "Made")
	v.putOut("Ketut", "Sari")
	r := v.judge()
	v.want(r, "Sari", Full)
	v.want(r, "Made", Full)
	v.want(r, "Ketut", Revoked)
}

func TestASingleFounderAddsTwoOnce(t *testing.T) {
	v := newVillage(t, "Sari")
	v.says("Sari", &Founders{Founders: [][]byte{keyBytes("Made"), keyBytes("Ketut")}})
	v.says("Sari", &Founders{Founders: [][]byte{keyBytes("puppet"), keyBytes("puppet 2")}})
	v.putOut("Sari", "Made")
	r := v.judge()
	for _, name := range []string{"Sari", "Made", "Ketut"} {
		if m, _ := r.Member(house(name)); m.Role != RoleFounder || m.Standing != Full {
			t.Errorf("%s: %+v", name, m)
		}
	}
	v.want(r, "puppet", 0)
}

func TestARemovedFoundersVouchesNeedBothVoters(t *testing.T) {
	v := newVillage(t, "Sari", "Made", "Ketut")
	both, one := v.vouch("Ketut", "Wayan", RoleSteward), v.vouch("Ketut", "Budi", RoleMember)
	v.putOut("Sari", "Ketut", both.ID(), one.ID())
	second := v.putOut("Made", "Ketut", both.ID())
	r := v.judge()
	v.want(r, "Wayan", Full)
	v.want(r, "Budi", Waiting)
	v.adopt("Sari", second, one.ID()) // an equal cannot add to Made's list
	v.want(v.judge(), "Budi", Waiting)
	v.adopt("Made", second, one.ID())
	v.want(v.judge(), "Budi", Full)
}

// BackdatedAfterRevoke: 100 nodes hear in 100 orders of a revocation, of what
// it keeps and of cells and operations written afterwards with early stamps.
func TestBackDatedWritesCountOnNoneOfAHundredNodes(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.device("Wayan", "Wayan's laptop")
	vouched := v.vouch("Wayan", "Budi", RoleMember)
	v.device("Budi", "Budi's phone")
	honest := []cell.Cell{v.cell("Wayan's phone", 1, 10), v.cell("Wayan's phone", 2, 10), v.cell("Budi's phone", 1, 3)}
	v.putOut("Sari", "Wayan", honest[0].ID(), honest[1].ID(), vouched.ID())
	v.vouch("Wayan", "accomplice", RoleMember)
	v.device("Wayan", "new phone")
	v.putOut("Wayan", "Budi")
	forged := []cell.Cell{v.cell("Wayan's phone", 1, 99), v.cell("Wayan's phone", 2, 1), v.cell("Wayan's phone", 3, 1),
		v.cell("new phone", 1, 1), v.cell("Wayan's laptop", 0, 5)}
	cells := slices.Concat(honest, forged)
	want := ""
	for node := range 100 {
		if got := end(v, cells, uint64(node)); want == "" {
			want = got
		} else if got != want {
			t.Fatalf("node %d ended at\n%s, others at\n%s", node, got, want)
		}
	}
	r := v.judge()
	v.want(r, "accomplice", Waiting)
	v.want(r, "Budi", Full)
	for _, c := range forged {
		v.counts(r, c, false)
	}
	for _, c := range honest {
		v.counts(r, c, true)
	}
}

// end returns what a node keeps and counts after it heard everything in an
// order of its own, each roster operation and each cell until it is quiet.
func end(v *village, cells []cell.Cell, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 1))
	ops := slices.Clone(v.ops)
	random.Shuffle(len(ops), func(i, j int) { ops[i], ops[j] = ops[j], ops[i] })
	order := random.Perm(len(cells))
	kept := make(map[string]cell.Kept)
	r := Judge(v.n, nil)
	for quiet := false; !quiet; {
		before := r.Hash()
		for _, op := range ops {
			r = Judge(v.n, append(r.Keep(), op))
			if random.IntN(4) == 0 {
				hearCells(v, r, kept, cells, order[:random.IntN(len(order))])
			}
		}
		quiet = r.Hash() == before
	}
	hearCells(v, r, kept, cells, order)
	return fmt.Sprintf("%x %v", r.Hash(), describe(kept))
}

func hearCells(v *village, r *Roster, kept map[string]cell.Kept, cells []cell.Cell, which []int) {
	for place, k := range kept {
		kept[place] = k.Keep(r.Counts)
	}
	for _, i := range which {
		c, err := cell.Open(v.n, cells[i].Raw(), r.DeviceKey)
		if err != nil {
			continue
		}
		place := fmt.Sprint(c.Device, c.Slot)
		kept[place] = kept[place].Keep(r.Counts, c)
	}
}

func describe(kept map[string]cell.Kept) []string {
	var lines []string
	for place, k := range kept {
		line := place
		for _, c := range k.Cells() {
			line += " " + c.ID().String()
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
