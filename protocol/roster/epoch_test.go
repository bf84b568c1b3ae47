package roster

import (
	"testing"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// mint has name announce an epoch that follows all heads of r.
func (v *village) mint(r *Roster, name string, secret byte) Op {
	v.t.Helper()
	return v.says(name, r.NextEpoch(epochOf(v, secret)))
}

func epochOf(v *village, secret byte) cell.Epoch { return cell.NewKey(v.n, [32]byte{secret}).Epoch }

func (v *village) wantCurrent(r *Roster, secret byte) {
	v.t.Helper()
	current, ok := r.Current()
	if !ok || current.Epoch != epochOf(v, secret) {
		v.t.Errorf("current epoch %v (clean %v), want that of secret %d", current, ok, secret)
	}
}

func TestARevocationMakesEveryOlderEpochUnclean(t *testing.T) {
	v := newVillage(t, "Sari")
	v.mint(v.judge(), "Sari", 1)
	v.member("Sari", "Budi", RoleMember)
	v.wantCurrent(v.judge(), 1)
	v.retire("Budi", "Budi's phone")
	if _, ok := v.judge().Current(); ok {
		t.Error("an epoch that the stolen phone can read is still current")
	}
	v.mint(v.judge(), "Budi", 2) // the household itself, with nobody else about
	r := v.judge()
	v.wantCurrent(r, 2)
	if current, _ := r.Current(); current.Number != 2 || len(current.Parents) != 1 {
		t.Errorf("current: %+v", current)
	}
}

// EpochForkCleanWins: one steward rekeys without knowing of the revocation and
// twice, so that this fork has the higher number; the clean one wins.
func TestOfAForkTheCleanEpochWinsOverTheHigherOne(t *testing.T) {
	v := newVillage(t, "Sari")
	v.mint(v.judge(), "Sari", 1)
	v.member("Sari", "Wayan", RoleSteward)
	v.member("Sari", "Budi", RoleMember)
	apart := v.judge()
	v.putOut("Sari", "Budi")
	clean := v.at("Sari", v.next["Sari"], v.judge().NextEpoch(epochOf(v, 2)))
	v.next["Sari"]++
	first := v.at("Wayan", 10, apart.NextEpoch(epochOf(v, 3)))
	onTop := Judge(v.n, append(apart.Keep(), first))
	second := v.at("Wayan", 11, onTop.NextEpoch(epochOf(v, 4)))
	v.ops = append(v.ops, clean, first, second)
	r := v.judge()
	v.wantCurrent(r, 2)
	epochs := r.Epochs()
	if last := epochs[len(epochs)-1]; last.Epoch != epochOf(v, 4) || last.Number != 3 || last.Clean {
		t.Errorf("the unclean fork: %+v", last)
	}
	v.mint(r, "Sari", 5) // joins both
	r = v.judge()
	v.wantCurrent(r, 5)
	if current, _ := r.Current(); current.Number != 4 || len(current.Parents) != 2 {
		t.Errorf("joined: %+v", current)
	}
}

func TestOfTwoCleanEpochsOfOneNumberTheLowerIdIsCurrentEverywhere(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	apart := v.judge()
	a, b := v.mint(apart, "Sari", 1), v.mint(apart, "Wayan", 2)
	low, high := a.ID(), b.ID()
	if string(low[:]) > string(high[:]) {
		low = high
	}
	if current, _ := v.judge().Current(); current.Op != low {
		t.Errorf("current is %v, want %v", current.Op, low)
	}
}

func TestANodeWritesUnderTheBestCleanEpochItHolds(t *testing.T) {
	v := newVillage(t, "Sari")
	v.mint(v.judge(), "Sari", 1)
	v.mint(v.judge(), "Sari", 2)
	held, ok := v.judge().CurrentOf(func(e cell.Epoch) bool { return e == epochOf(v, 1) })
	if !ok || held.Epoch != epochOf(v, 1) {
		t.Errorf("held: %+v", held)
	}
}

// A steward who was put out announces an epoch afterwards, naming even the
// revocation against him: it is not kept, so it is not clean.
func TestAnEpochOfARevokedStewardIsNeverClean(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Wayan", RoleSteward)
	v.mint(v.judge(), "Sari", 1)
	v.putOut("Sari", "Wayan")
	v.mint(v.judge(), "Wayan", 2)
	if current, ok := v.judge().Current(); ok {
		t.Errorf("current: %+v", current)
	}
}

// An epoch's maker must not follow one that names a revocation it has not
// heard of: it would seal to the one put out and yet seem to know.
func TestAnEpochDoesNotInheritWhatItsMakerHasNotHeard(t *testing.T) {
	v := newVillage(t, "Sari")
	v.mint(v.judge(), "Sari", 1)
	v.member("Sari", "Wayan", RoleSteward)
	v.member("Sari", "Budi", RoleMember)
	before := v.ops
	v.putOut("Sari", "Budi")
	knowing := v.mint(v.judge(), "Sari", 2)
	unheard := Judge(v.n, append(before[:len(before):len(before)], knowing)) // the revocation is still on its way
	v.ops = append(v.ops, v.at("Wayan", 10, unheard.NextEpoch(epochOf(v, 3))))
	r := v.judge()
	for _, e := range r.Epochs() {
		if e.Epoch == epochOf(v, 3) && (e.Clean || len(e.Parents) != 0) {
			t.Errorf("%+v", e)
		}
	}
	v.wantCurrent(r, 2)
}

func TestPuttingOutAHubNeedsNoNewKey(t *testing.T) {
	v := newVillage(t, "Sari")
	v.mint(v.judge(), "Sari", 1)
	v.vouch("Sari", "hub", RoleHub)
	v.putOut("Sari", "hub")
	v.wantCurrent(v.judge(), 1)
}

func TestALeakedInviteNeedsANewKeyAndAnOrdinaryClosingDoesNot(t *testing.T) {
	v := newVillage(t, "Sari")
	v.mint(v.judge(), "Sari", 1)
	g := v.grant("Sari", "slip", RoleMember, 1)
	v.close("Sari", g)
	v.wantCurrent(v.judge(), 1)
	id := g.ID()
	v.says("Sari", &Revoke{Kind: TargetOperation, Target: id[:], Rekey: true})
	if _, ok := v.judge().Current(); ok {
		t.Error("whoever photographed the invitation can read on")
	}
}

func TestKeysAreReplacedByThoseOfALaterEpoch(t *testing.T) {
	v := newVillage(t, "Sari")
	v.device("Sari", "Sari's phone")
	to := phone("Sari's phone")
	keys := func(epoch Op, sealed string) Op {
		id := epoch.ID()
		op := v.at("Sari", 0, &Keys{EpochOp: id[:], Recipients: []*Recipient{{Device: to[:], Sealed: []byte(sealed)}}})
		v.ops = append(v.ops, op)
		return op
	}
	keys(v.mint(v.judge(), "Sari", 1), "first")
	keys(v.mint(v.judge(), "Sari", 2), "second")
	r := v.judge()
	secrets := r.Secrets(to)
	if len(secrets) != 1 || string(secrets[0].GetSealed()) != "second" || cell.Epoch(secrets[0].GetEpoch()) != epochOf(v, 2) {
		t.Errorf("secrets: %v", secrets)
	}
	if free := r.FreeKeyPlaces(house("Sari")); free[0] == 0 || len(free) != keyPlacesSteward || free[len(free)-1] != 0 {
		t.Errorf("the place in use must come last: %v ...", free[:3])
	}
}

func TestStraysAreSharedUnderTheEpochThatLeadsToThem(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	id := v.mint(v.judge(), "Sari", 1).ID()
	lost := cell.Epoch{7}
	op := v.at("Budi", 0, &Keys{EpochOp: id[:], Strays: []*Sealed{{Epoch: lost[:], Sealed: []byte("under the first")}}})
	v.ops = append(v.ops, op)
	strays := v.judge().Strays()
	if len(strays) != 1 || strays[0].Under != epochOf(v, 1) || cell.Epoch(strays[0].GetEpoch()) != lost {
		t.Errorf("strays: %v", strays)
	}
}

func TestKeysOfAnUnknownEpochAreForgottenAndComeAgain(t *testing.T) {
	v := newVillage(t, "Sari")
	unknown := protocol.ID{9}
	v.ops = append(v.ops, v.at("Sari", 0, &Keys{EpochOp: unknown[:]}))
	if got := len(v.judge().Keep()); got != 1 {
		t.Errorf("%d operations kept, want genesis alone", got)
	}
}

func TestAnEpochAfterManyRevocationsFitsAndBecomesCleanInSteps(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	for range maxKnows + 10 {
		v.putOut("Sari", "Budi")
	}
	v.mint(v.judge(), "Sari", 1)
	if _, ok := v.judge().Current(); ok {
		t.Error("an epoch that names only some revocations is clean")
	}
	v.mint(v.judge(), "Sari", 2)
	v.wantCurrent(v.judge(), 2)
}
