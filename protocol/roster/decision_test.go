package roster

import (
	"slices"
	"testing"

	"gotong/protocol"
)

func TestADecisionIsCarriedOutByWhatNamesItAndCounts(t *testing.T) {
	v := newVillage(t, "founder")
	v.member("founder", "steward", RoleSteward)
	decision, other := protocol.RecordID{1}, protocol.RecordID{2}
	budi, citra := keyOf("budi"), keyOf("citra")
	lifted := v.says("steward", &Vouch{Household: budi[:], Role: RoleMember, Decision: decision[:]})
	v.says("steward", &Vouch{Household: citra[:], Role: RoleMember, Decision: other[:]})
	v.says("budi", &Vouch{Household: citra[:], Role: RoleMember, Decision: decision[:]})
	id := house("citra")
	out := v.says("founder", &Revoke{Kind: TargetHousehold, Target: id[:], Decision: decision[:]})
	for _, odd := range [][]byte{nil, {1}, append(decision[:], 0)} {
		if op := v.says("steward", &Vouch{Household: budi[:], Role: RolePartner, Decision: odd}); op.Body() == nil {
			t.Fatal("a reference that names nothing made it malformed")
		}
	}
	got := v.judge().CarriedOut(decision)
	ids := func(want ...Op) bool {
		return len(got) == len(want) && !slices.ContainsFunc(want, func(op Op) bool {
			return !slices.ContainsFunc(got, func(c Carried) bool { return c.Op == op.ID() })
		})
	}
	if !ids(lifted, out) {
		t.Errorf("carried out by %+v", got)
	}
	v.close("steward", lifted)
	if got = v.judge().CarriedOut(decision); !ids(out) {
		t.Errorf("once the vouch was withdrawn: %+v", got)
	}
	if got = v.judge().CarriedOut(protocol.RecordID{}); len(got) != 0 {
		t.Errorf("no decision is carried out by %+v", got)
	}
}

func TestWhoHasAVoteBelongsAndWasVouchedFor(t *testing.T) {
	v := newVillage(t, "founder")
	v.member("founder", "steward", RoleSteward)
	v.member("steward", "budi", RoleMember)
	v.member("steward", "pmi", RolePartner)
	v.member("steward", "hub", RoleHub)
	v.grant("budi", "invite", RoleMember, 2)
	v.join("invite", "joko")
	v.member("steward", "citra", RoleMember)
	v.putOut("founder", "citra")
	r := v.judge()
	for name, want := range map[string]bool{"founder": true, "steward": true, "budi": true, "pmi": false, "hub": false, "joko": false, "citra": false, "nobody": false} {
		if r.Votes(house(name)) != want || slices.Contains(r.Voters(), house(name)) != want {
			t.Errorf("%s has a vote: %v, want %v", name, r.Votes(house(name)), want)
		}
	}
	if !r.Founder(house("founder")) || r.Founder(house("steward")) {
		t.Error("who is a founder?")
	}
	if !slices.IsSortedFunc(r.Voters(), func(a, b protocol.HouseholdID) int { return slices.Compare(a[:], b[:]) }) {
		t.Error("voters are out of order")
	}
}
