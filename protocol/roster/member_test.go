package roster

import "testing"

func TestAHouseholdJoinsByAnInvitationAndIsVouchedFor(t *testing.T) {
	v := newVillage(t, "Sari")
	v.device("Sari", "Sari's phone")
	g := v.grant("Sari", "slip", RoleMember, 2)
	v.join(g, "slip", "Budi")
	v.device("Budi", "Budi's phone")
	r := v.judge()
	v.want(r, "Sari", Full)
	v.want(r, "Budi", Probation)
	v.counts(r, v.cell("Budi's phone", 63, 1), true)
	v.counts(r, v.cell("Budi's phone", 64, 1), false)
	v.vouch("Sari", "Budi", RoleMember)
	r = v.judge()
	v.want(r, "Budi", Full)
	v.counts(r, v.cell("Budi's phone", 255, 1), true)
	v.counts(r, v.cell("Budi's phone", 256, 1), false)
	if m, _ := r.Member(house("Budi")); m.Inviter != house("Sari") || m.Voucher != house("Sari") || m.Role != RoleMember {
		t.Errorf("Budi: %+v", m)
	}
}
