package roster

import (
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
)

// What May says of a vouch or a revocation is what Judge makes of it once it
// is signed.
func TestWhatMaySaysIsWhatJudgeDoes(t *testing.T) {
	v := newVillage(t, "Sari")
	v.device("Sari", "Sari's phone")
	v.member("Sari", "Ani", RoleSteward)
	v.member("Sari", "Tono", RoleSteward)
	v.member("Ani", "Budi", RoleMember)
	v.member("Ani", "Posko", RolePartner)
	v.member("Sari", "Hub", RoleHub)
	v.putOut("Sari", "Tono")
	names := []string{"Sari", "Ani", "Tono", "Budi", "Posko", "Hub"}
	rapid.Check(t, func(t *rapid.T) {
		by, of := rapid.SampledFrom(names).Draw(t, "by"), rapid.SampledFrom(names).Draw(t, "of")
		r := Judge(v.n, v.ops)
		id := house(of)
		op := v.at(by, 60, &Revoke{Kind: TargetHousehold, Target: id[:]})
		before := len(r.Revokers(TargetHousehold, id))
		after := len(Judge(v.n, append(r.Keep(), op)).Revokers(TargetHousehold, id))
		if may := r.MayRevoke(house(by), TargetHousehold, id); may != (after > before) {
			t.Fatalf("%s may revoke %s: %v, and it does: %v", by, of, may, after > before)
		}
		newcomer := keyOf("Joko")
		role := rapid.SampledFrom([]Role{RoleMember, RoleSteward, RolePartner, RoleHub}).Draw(t, "role")
		vouch := v.at(by, 60, &Vouch{Household: newcomer[:], Role: role})
		m, _ := Judge(v.n, append(r.Keep(), vouch)).Member(newcomer.Household())
		if may := r.MayVouch(house(by), role); may != m.Vouched() {
			t.Fatalf("%s may vouch as %v: %v, and it does: %v", by, role, may, m.Vouched())
		}
	})
}

func TestOfThreeFoundersTwoVotesPutOneOut(t *testing.T) {
	v := newVillage(t, "Sari", "Ani", "Tono")
	if r := v.judge(); !r.MayVote(house("Sari"), house("Tono")) || r.MayVote(house("Sari"), house("Sari")) {
		t.Error("a founder has a vote against another, and none against itself")
	}
	v.putOut("Sari", "Tono")
	if r := v.judge(); r.MayVote(house("Sari"), house("Ani")) || len(r.Revokers(TargetHousehold, house("Tono"))) != 0 {
		t.Error("one vote is cast, and does nothing alone")
	}
	v.putOut("Ani", "Tono")
	if r := v.judge(); len(r.Revokers(TargetHousehold, house("Tono"))) != 2 {
		t.Error("two votes put a founder out")
	}
}

func TestAPairingReadsBackAndAWrongCharacterShows(t *testing.T) {
	v := newVillage(t, "Sari")
	h := House{Neighbourhood: v.n, Household: keyOf("Sari")}
	if got, err := ParseHouse(h.Text()); err != nil || got != h {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseKey(keyOf("Sari").Text()); err != nil || got != keyOf("Sari") {
		t.Errorf("%v, %v", got, err)
	}
	d := NewDevice(v.n, keyOf("Sari"), private("tablet"), [32]byte{5}, 3)
	got, err := ParseDevice(d.Text())
	if err != nil || !got.For(h) || got.GetIncarnation() != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	if got.For(House{Neighbourhood: v.n, Household: keyOf("Budi")}) {
		t.Error("it agreed to another household too")
	}
	text := []byte(d.Text())
	for group := range groupsFor(deviceSize) {
		at := len(devicePrefix) + 1 + group*(groupData+2)
		wrong := append([]byte{}, text...)
		wrong[at] = alphabet[(bytesIndex(alphabet, wrong[at])+1)%32]
		if _, err := ParseDevice(string(wrong)); err != (ErrInviteGroup{group + 1}) {
			t.Errorf("group %d: %v", group+1, err)
		}
	}
}

func bytesIndex(in string, c byte) int {
	for i := range in {
		if in[i] == c {
			return i
		}
	}
	return -1
}

func TestAHouseholdHasRoomForEightDevices(t *testing.T) {
	v := newVillage(t, "Sari")
	for i := range protocol.MaxDevices {
		if !v.judge().Room(house("Sari")) {
			t.Fatalf("no room for device %d", i+1)
		}
		v.device("Sari", string(rune('a'+i)))
	}
	if v.judge().Room(house("Sari")) {
		t.Error("room for a ninth")
	}
	v.retire("Sari", "a")
	if !v.judge().Room(house("Sari")) {
		t.Error("a retired one makes no room")
	}
}
