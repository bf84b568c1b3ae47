package roster

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"gotong/protocol"
	"gotong/protocol/cell"
)

func TestAHouseholdJoinsByAnInvitationAndIsVouchedFor(t *testing.T) {
	v := newVillage(t, "Sari")
	v.grant("Sari", "slip", RoleMember, 2)
	v.join("slip", "Budi")
	v.device("Budi", "Budi's phone")
	v.want(v.judge(), "Sari", Full)
	v.want(v.judge(), "Budi", Probation)
	v.vouch("Sari", "Budi", RoleMember)
	r := v.judge()
	v.want(r, "Budi", Full)
	if m, _ := r.Member(house("Budi")); m.Inviter != house("Sari") || m.Voucher != house("Sari") || m.Role != RoleMember {
		t.Errorf("Budi: %+v", m)
	}
}

// SlotAboveGrantThenVouched: a cell above the newcomer's slots is stored and
// does not count; the vouch makes it count without being sent again.
func TestACellAboveTheGrantCountsOnceTheHouseholdIsVouchedFor(t *testing.T) {
	v := newVillage(t, "Sari")
	v.grant("Sari", "slip", RoleMember, 1)
	v.join("slip", "Budi")
	v.device("Budi", "Budi's phone")
	low, high, beyond := v.cell("Budi's phone", 63, 1), v.cell("Budi's phone", 64, 1), v.cell("Budi's phone", 256, 1)
	r := v.judge()
	v.counts(r, low, true)
	v.counts(r, high, false)
	kept := cell.Kept{}.Keep(r.Counts, high)
	if kept.Newest == nil || kept.Counting != nil {
		t.Fatal("the cell must be stored and not count")
	}
	v.vouch("Sari", "Budi", RoleMember)
	r = v.judge()
	if kept = kept.Keep(r.Counts); kept.Counting == nil {
		t.Error("the stored cell must count after the vouch")
	}
	v.counts(r, beyond, false)
}

// UnknownDeviceThenRoster: a cell of a device nobody heard of is ignored, not
// rejected; after the roster it opens.
func TestACellOfAnUnknownDeviceOpensAfterTheRoster(t *testing.T) {
	v := newVillage(t, "Sari")
	early := v.judge()
	v.member("Sari", "Budi", RoleMember)
	c := v.cell("Budi's phone", 1, 1)
	_, err := cell.Open(v.n, c.Raw(), early.DeviceKey)
	if protocol.VerdictOf(err) != protocol.Ignore {
		t.Errorf("before the roster: %v", err)
	}
	if _, err := cell.Open(v.n, c.Raw(), v.judge().DeviceKey); err != nil {
		t.Errorf("after the roster: %v", err)
	}
}

// PhotographedInvite: somebody photographs the slip of paper and joins too,
// with ids ground to be the lowest.
func TestAPhotographedInviteMakesAllWaitAndAVouchIsNeverDisplaced(t *testing.T) {
	v := newVillage(t, "Sari")
	v.grant("Sari", "slip", RoleMember, 1)
	genuine := v.join("slip", "Budi")
	v.device("Budi", "Budi's phone")
	for thief := range surplusJoins + 10 {
		v.join("slip", lowerThan(v, genuine, thief))
	}
	r := v.judge()
	v.want(r, "Budi", 0) // flooded out of what is kept, to come again
	for _, m := range r.Members() {
		if m.ID != house("Sari") && m.Standing != Waiting {
			t.Errorf("somebody is in by a lucky id: %+v", m)
		}
	}
	v.vouch("Sari", "Budi", RoleMember)
	r = v.judge()
	v.want(r, "Budi", Full)
	v.counts(r, v.cell("Budi's phone", 200, 1), true)
	in := 0
	for _, m := range r.Members() {
		if m.In() {
			in++
		}
	}
	if in != 2 {
		t.Errorf("%d households are in, want Sari and Budi", in)
	}
}

// lowerThan finds a name whose join has a lower id, as an attacker would.
func lowerThan(v *village, than Op, round int) string {
	for try := 0; ; try++ {
		name := fmt.Sprintf("thief %d %d", round, try)
		key, limit := keyOf(name), than.ID()
		op := v.at("slip", 0, &Join{Household: key[:]})
		if low := op.ID(); string(low[:]) < string(limit[:]) {
			return name
		}
	}
}

func TestANewcomerWhoWasInWaitsWhenAnotherUsesTheSameInvite(t *testing.T) {
	v := newVillage(t, "Sari")
	g := v.grant("Sari", "slip", RoleMember, 1)
	first := v.join("slip", "Budi")
	v.want(v.judge(), "Budi", Probation)
	v.join("slip", "thief")
	r := v.judge()
	v.want(r, "Budi", Waiting)
	v.want(r, "thief", Waiting)
	v.close("Sari", g, first.ID()) // the inviter knows whom she gave the slip to
	r = v.judge()
	v.want(r, "Budi", Probation)
	v.want(r, "thief", Waiting)
}

func TestAJoinNamedByTheInviterIsNotFloodedOut(t *testing.T) {
	v := newVillage(t, "Sari")
	v.vouch("Sari", "Wayan", RoleMember)
	g := v.grant("Wayan", "slip", RoleMember, 1)
	genuine := v.join("slip", "Budi")
	v.close("Wayan", g, genuine.ID())
	for thief := range surplusJoins + 10 {
		v.join("slip", lowerThan(v, genuine, thief))
	}
	v.want(v.judge(), "Budi", Probation)
}

func TestNewcomersCannotInviteSoOneSlipGrowsNoTree(t *testing.T) {
	v := newVillage(t, "Sari")
	v.grant("Sari", "slip", RoleMember, 2)
	v.join("slip", "Budi")
	v.grant("Budi", "slip 2", RoleMember, 2)
	v.join("slip 2", "Budi's puppet")
	v.want(v.judge(), "Budi's puppet", 0)
	v.vouch("Sari", "Budi", RoleMember)
	v.want(v.judge(), "Budi's puppet", Probation)
}

func TestAnInviteForStewardsGivesNoOfficeUntilAFounderVouches(t *testing.T) {
	v := newVillage(t, "Sari")
	v.vouch("Sari", "Wayan", RoleSteward)
	v.grant("Sari", "slip", RoleSteward, 1)
	v.join("slip", "Budi")
	v.member("Sari", "Tono", RoleMember)
	v.putOut("Budi", "Tono")
	r := v.judge()
	v.want(r, "Tono", Full)
	if m, _ := r.Member(house("Budi")); m.Role != RoleMember || m.Offered != RoleSteward {
		t.Errorf("Budi: %+v", m)
	}
	v.vouch("Wayan", "Budi", RoleSteward) // not hers to give
	v.want(v.judge(), "Tono", Full)
	v.vouch("Sari", "Budi", RoleSteward)
	v.want(v.judge(), "Tono", Revoked)
}

func TestOnlyThoseAboveVouch(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	v.grant("Budi", "slip", RoleMember, 1)
	v.join("slip", "Tono")
	v.vouch("Budi", "Tono", RoleMember)
	v.vouch("Tono", "Tono", RoleSteward)
	v.want(v.judge(), "Tono", Probation)
}

func TestAMemberInvitesMembersOnly(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	v.grant("Budi", "slip", RoleHub, 1)
	v.join("slip", "hub")
	v.device("hub", "hub's box")
	r := v.judge()
	v.want(r, "hub", Waiting)
	if r.Serve(phone("hub's box")) {
		t.Error("a hub that no steward invited is served")
	}
	v.vouch("Sari", "hub", RoleHub)
	r = v.judge()
	if !r.Serve(phone("hub's box")) {
		t.Error("a hub that the founder vouches for must be served")
	}
	v.counts(r, v.cell("hub's box", 0, 1), false)
}

func TestASeventeenthOpenInviteAdmitsNobodyUntilOneIsClosed(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	var grants []Op
	for i := range protocol.MaxOpenInvites + 1 {
		grants = append(grants, v.grant("Budi", fmt.Sprint("slip ", i), RoleMember, 2))
	}
	v.join(fmt.Sprint("slip ", protocol.MaxOpenInvites), "Tono")
	v.want(v.judge(), "Tono", Waiting)
	v.close("Budi", grants[0])
	v.want(v.judge(), "Tono", Probation)
}

func TestAHouseholdHasEightDevicesAndARetiredOneMakesRoom(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	for i := range protocol.MaxDevices {
		v.device("Budi", fmt.Sprint("phone ", i))
	}
	ninth := v.cell(fmt.Sprint("phone ", protocol.MaxDevices-1), 0, 1)
	v.counts(v.judge(), ninth, false)
	old := v.cell("Budi's phone", 0, 1)
	v.retire("Budi", "Budi's phone", old.ID())
	r := v.judge()
	v.counts(r, ninth, true)
	v.counts(r, old, true)
	v.counts(r, v.cell("Budi's phone", 0, 2), false)
	if r.Serve(phone("Budi's phone")) {
		t.Error("a retired phone is served")
	}
}

func TestNobodyClaimsAnotherHouseholdsDevice(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	stolen := NewDevice(v.n, keyOf("Budi"), private("Budi's phone"), [32]byte{1}, 0)
	op, err := Sign(v.n, private("thief"), 0, stolen)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(v.n, op.Raw()); !errors.Is(err, protocol.ErrForged) {
		t.Errorf("a claim signed for another household: %v", err)
	}
}

func TestARevokedDeviceStaysRevokedWhenAnotherHouseholdClaimsIt(t *testing.T) {
	for _, accomplice := range []string{"Tono", "Ani", "Joko", "Rina"} { // ids on either side
		v := newVillage(t, "Sari")
		v.member("Sari", "Budi", RoleMember)
		v.member("Sari", accomplice, RoleMember)
		kept := v.cell("Budi's phone", 1, 1)
		v.putOut("Sari", "Budi", kept.ID())
		v.device(accomplice, "Budi's phone")
		r := v.judge()
		v.counts(r, kept, true)
		v.counts(r, v.cell("Budi's phone", 2, 1), false)
		if r.Serve(phone("Budi's phone")) {
			t.Error("the phone of a household that was put out is served")
		}
	}
}

func TestAHouseholdThatLostItsKeyContinuesAsANewOne(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleSteward)
	key, former := keyOf("Budi again"), house("Budi")
	v.says("Sari", &Vouch{Household: key[:], Role: RoleMember, Formerly: former[:]})
	r := v.judge()
	again, _ := r.Member(house("Budi again"))
	if again.Formerly != house("Budi") || again.Role != RoleMember {
		t.Errorf("Budi again: %+v", again)
	}
	v.want(r, "Budi", Full) // nothing retires by itself
}

// RosterPlacesBounded: whatever a household signs, others keep no more than its
// places, and lower ids do not add up.
func TestPlacesBoundWhatAHouseholdCanMakeOthersKeep(t *testing.T) {
	for _, c := range []struct {
		role  Role
		want  int
		vouch bool
	}{{RoleNone, placesNewcomer, false}, {RoleMember, protocol.MaxPlaces, true}, {RoleSteward, protocol.MaxPlaces + 20, true}} {
		v := newVillage(t, "Sari")
		v.grant("Sari", "slip", RoleMember, 1)
		v.join("slip", "Budi")
		if c.vouch {
			v.vouch("Sari", "Budi", c.role)
		}
		before := len(v.judge().Keep())
		for place := range uint16(protocol.MaxPlaces + 20) {
			for again := range 3 {
				v.ops = append(v.ops, v.at("Budi", place, &Adopt{Revocation: make([]byte, 16), Ids: make([]byte, 16*again)}))
			}
		}
		if got := len(v.judge().Keep()) - before; got != c.want {
			t.Errorf("%v: %d operations kept, want %d", c.role, got, c.want)
		}
	}
}

func TestTwoOperationsAtOnePlaceAreShown(t *testing.T) {
	v := newVillage(t, "Sari")
	a := v.at("Sari", 5, &Adopt{Revocation: make([]byte, 16)})
	b := v.at("Sari", 5, &Adopt{Revocation: make([]byte, 16), Ids: make([]byte, 16)})
	v.ops = append(v.ops, a, b)
	pairs := v.judge().Equivocations()
	if len(pairs) != 1 || pairs[0].Kept.ID() == pairs[0].Dropped.ID() {
		t.Fatalf("pairs: %v", pairs)
	}
	kept, dropped := pairs[0].Kept.ID(), pairs[0].Dropped.ID()
	if string(kept[:]) > string(dropped[:]) {
		t.Error("the lower id must stay")
	}
}

func TestThePathAloneMakesADeviceKnown(t *testing.T) {
	v := newVillage(t, "Sari")
	v.says("Sari", &Founders{Founders: [][]byte{keyBytes("Made"), keyBytes("Ketut")}})
	v.member("Made", "Wayan", RoleSteward)
	v.member("Wayan", "Budi", RoleMember)
	v.grant("Budi", "slip", RoleMember, 1)
	v.join("slip", "Tono")
	v.device("Tono", "Tono's phone")
	r := v.judge()
	for _, d := range r.Devices() {
		path := r.Path(d.ID)
		if _, ok := Judge(v.n, path).DeviceKey(d.ID); !ok {
			t.Errorf("%d operations do not lead to %v", len(path), d.ID)
		}
	}
	if got := len(r.Path(phone("Tono's phone"))); got != 7 {
		t.Errorf("path of %d operations; want genesis, founders, steward, member, grant, join, device", got)
	}
}

func keyBytes(name string) []byte {
	key := keyOf(name)
	return key[:]
}

func TestDevicesOfOneHouseholdStartAtDifferentPlaces(t *testing.T) {
	v := newVillage(t, "Sari")
	v.member("Sari", "Budi", RoleMember)
	v.device("Budi", "Budi's laptop")
	r := v.judge()
	a, _ := r.FreePlace(house("Budi"), phone("Budi's phone"))
	b, _ := r.FreePlace(house("Budi"), phone("Budi's laptop"))
	if a == b {
		t.Errorf("both start at %d", a)
	}
	for range protocol.MaxPlaces {
		place, ok := v.judge().FreePlace(house("Budi"), phone("Budi's phone"))
		if !ok {
			break
		}
		v.ops = append(v.ops, v.at("Budi", place, &Adopt{Revocation: make([]byte, 16)}))
	}
	if got := len(v.judge().households[house("Budi")].ops); got != protocol.MaxPlaces {
		t.Errorf("%d places filled", got)
	}
}

// Where a restored device claims its place, the device that was lost has not
// signed anything that the backup does not know of, unless it signed very much;
// and what the two sign next they sign at different places.
func TestARestoredDeviceKeepsAwayFromWhatTheLostOneSigned(t *testing.T) {
	for _, vouched := range []bool{false, true} {
		v := newVillage(t, "Sari")
		if vouched {
			v.vouch("Sari", "Budi", RoleMember)
		} else {
			v.grant("Sari", "invite", RoleMember, 1)
			v.join("invite", "Budi")
		}
		v.device("Budi", "Budi's phone")
		backup := v.judge()
		var signed []uint16
		for range protocol.MaxDevices - 1 {
			place, _ := v.judge().FreePlace(house("Budi"), phone("Budi's phone"))
			signed = append(signed, place)
			v.ops = append(v.ops, v.at("Budi", place, &Adopt{Revocation: make([]byte, 16)}))
		}
		for _, claim := range backup.SparePlaces(house("Budi"))[:protocol.MaxDevices] {
			if slices.Contains(signed, claim) {
				t.Errorf("vouched %v: both sign for place %d", vouched, claim)
			}
		}
	}
}

func TestARestoredDeviceDoesNotTakeTheFirstOnesTurn(t *testing.T) {
	for i := range 8 {
		v := newVillage(t, "Sari")
		v.member("Sari", "Budi", RoleMember)
		before, _ := v.judge().FreePlace(house("Budi"), phone("Budi's phone"))
		restored := fmt.Sprint("Budi's restored phone ", i)
		v.next["Budi"] = 60 // where a device that was made anew claims its place
		v.device("Budi", restored)
		if place, _ := v.judge().FreePlace(house("Budi"), phone(restored)); place == before {
			t.Errorf("%s: both sign for place %d", restored, place)
		}
	}
}
