package api

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// invited lets a household join by an invitation of the first one's.
func (s *street) invited(name string, by *home) Desk {
	invite := keysOf("invite " + name)
	by.mustSign(&roster.Grant{Invite: invite.public(), Role: roster.RoleMember, Uses: 1})
	h := s.moveIn(name)
	join, err := roster.Sign(s.id, invite.household, 0, &roster.Join{Household: h.public()})
	if err != nil {
		panic(err)
	}
	s.ops = append(s.ops, join)
	h.addDevice(name)
	return Desk{Backend: h, Now: s.time}
}

func TestPeopleShowHowFarTheyBelong(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	s.invited("Keluarga Ani", s.homes[0])
	people := must[People](t)(desks[0].People(ctx, Place{})).People
	if len(people) != 3 || !people[0].Me || people[0].Role != RoleFounder || len(people[0].Devices) != 1 || !people[0].Devices[0].Me {
		t.Fatalf("%+v", people)
	}
	budi, ani := people[1], people[2]
	if budi.Role != RoleMember || budi.Standing != StandingFull || budi.Voucher == nil || !budi.Voucher.Me {
		t.Errorf("Budi: %+v", budi)
	}
	if ani.Standing != StandingNew || ani.Inviter == nil || ani.Slots != 64 {
		t.Errorf("Ani: %+v", ani)
	}
}

func TestAVouchIsTriedFirstAndThenSigned(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	s.invited("Keluarga Ani", s.homes[0])
	ani := s.homes[2].me().String()
	trial := must[Decided](t)(desks[0].Vouch(ctx, Vouching{Who: ani, Preview: true}))
	if trial.Done || trial.Person.Standing != StandingFull || trial.Person.Slots != 256 {
		t.Errorf("the trial: %+v", trial)
	}
	if m, _ := s.members.Member(s.homes[2].me()); m.Vouched() {
		t.Error("the trial was signed")
	}
	done := must[Decided](t)(desks[0].Vouch(ctx, Vouching{Who: ani, Formerly: "Budi"}))
	if m, _ := s.members.Member(s.homes[2].me()); !done.Done || !m.Vouched() || done.Person.Formerly.Name != "Keluarga Budi" {
		t.Errorf("%+v, %+v", done, m)
	}
}

func TestWhoMayNotIsToldWhy(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi", "Warung Budi", "Keluarga Ani")
	sari, budi := desks[0], desks[1]
	must[Decided](t)(sari.Vouch(ctx, Vouching{Who: "Ani", Role: RoleSteward}))
	ani := desks[3]
	joko := s.invited("Keluarga Joko", s.homes[0])
	for _, c := range []struct {
		name string
		do   func() error
		want error
	}{
		{"a member vouches", func() error { _, err := budi.Vouch(ctx, Vouching{Who: "Joko"}); return err }, ErrStewards},
		{"a steward makes a steward", func() error { _, err := ani.Vouch(ctx, Vouching{Who: "Keluarga Budi", Role: RoleSteward}); return err }, ErrRank},
		{"a steward puts out a founder", func() error { _, err := ani.Revoke(ctx, Revoking{What: "Sari"}); return err }, ErrRank},
		{"a member puts out a member", func() error { _, err := budi.Revoke(ctx, Revoking{What: "Ani"}); return err }, ErrStewards},
		{"somebody puts out itself", func() error { _, err := ani.Revoke(ctx, Revoking{What: "Ani"}); return err }, ErrOwnHousehold},
		{"again the same role", func() error { _, err := sari.Vouch(ctx, Vouching{Who: "Keluarga Budi"}); return err }, ErrVouched},
		{"nobody of that name", func() error { _, err := sari.Vouch(ctx, Vouching{Who: "Tono"}); return err }, ErrNobody},
		{"no name at all", func() error { _, err := sari.Revoke(ctx, Revoking{}); return err }, ErrNobody},
		{"a newcomer invites", func() error { _, err := joko.Invite(ctx, Inviting{}); return err }, ErrMayNotInvite},
		{"a member invites a hub", func() error { _, err := budi.Invite(ctx, Inviting{Role: RoleHub}); return err }, ErrMayNotInvite},
		{"the own household muted", func() error { _, err := sari.Mute(ctx, Muting{Who: "Sari"}); return err }, ErrOwnHousehold},
	} {
		if err := c.do(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	var which *Ambiguous
	if _, err := sari.Vouch(ctx, Vouching{Who: "Budi", Role: RoleSteward}); !errors.As(err, &which) || len(which.Candidates) != 2 {
		t.Errorf("two are called Budi: %v", err)
	}
	if _, err := sari.Vouch(ctx, Vouching{Who: "Joko", Role: "raja"}); ProblemOf(err).Field != "role" {
		t.Errorf("a role that is none: %v", err)
	}
}

func TestARevocationTellsWhatStaysBeforeItIsSigned(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	sari, budi := desks[0], desks[1]
	first := must[Written](t)(budi.Ask(ctx, water(4)))
	must[Written](t)(budi.Ask(ctx, water(2)))
	all := must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Budi", Preview: true}))
	if k := all.Keep; all.Done || k.Facts != 3 || k.Kept != 3 || k.Items != 2 || k.ItemsKept != 2 {
		t.Errorf("keeping all: %+v", all.Keep)
	}
	none := must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Budi", Keep: KeepNone, Preview: true}))
	if k := none.Keep; k.Kept != 0 || k.ItemsKept != 0 {
		t.Errorf("keeping nothing: %+v", k)
	}
	some := must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Budi", Keep: KeepSome, Records: []string{first.ID}}))
	if k := some.Keep; !some.Done || k.Kept != 2 || k.ItemsKept != 1 { // the record and the profile
		t.Errorf("keeping one: %+v", k)
	}
	if m, _ := s.members.Member(s.homes[1].me()); m.Standing != roster.Revoked {
		t.Errorf("Budi is %+v", m)
	}
	if _, err := sari.Revoke(ctx, Revoking{What: "Budi"}); !errors.Is(err, ErrPutOut) {
		t.Errorf("again: %v", err)
	}
}

func TestPuttingOutAStewardTakesNobodyElsesPlaceUnlessAsked(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Ani")
	sari, ani := desks[0], desks[1]
	must[Decided](t)(sari.Vouch(ctx, Vouching{Who: "Ani", Role: RoleSteward}))
	s.moveIn("Keluarga Joko")
	joko := s.homes[2]
	s.homes[1].mustSign(&roster.Vouch{Household: joko.public(), Role: roster.RoleMember})
	joko.addDevice("Keluarga Joko")
	lost := must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Ani", Keep: KeepNone, Preview: true}))
	if len(lost.Keep.Lost) != 1 || lost.Keep.Lost[0].ID != joko.me().String() {
		t.Errorf("keeping nothing loses %+v", lost.Keep.Lost)
	}
	kept := must[Decided](t)(sari.Revoke(ctx, Revoking{What: "Ani"}))
	if m, _ := s.members.Member(joko.me()); !m.Vouched() || len(kept.Keep.Lost) != 0 {
		t.Errorf("Joko is %+v", m)
	}
	if _, err := ani.Invite(ctx, Inviting{}); !errors.Is(err, ErrOut) {
		t.Errorf("who was put out invites: %v", err)
	}
}

// A longer list than one operation holds goes on in adoptions.
func TestALongKeepListGoesOnInAdoptions(t *testing.T) {
	s, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	s.homes[0].mustSign(&roster.Vouch{Household: s.homes[1].public(), Role: roster.RoleSteward})
	galon := &record.Request{Title: "galon", Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}}}
	for range 2*roster.MaxKeep + 100 {
		s.homes[1].mustWrite(galon)
	}
	before := len(s.ops)
	doc := must[Decided](t)(desks[0].Revoke(ctx, Revoking{What: "Budi"}))
	if doc.Keep.Kept != 2*roster.MaxKeep+101 || len(s.ops)-before != 3 {
		t.Errorf("%+v in %d operations", doc.Keep, len(s.ops)-before)
	}
}

func TestInvitationsAreListedAndClosed(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	sari := desks[0]
	must[Invited](t)(sari.Invite(ctx, Inviting{Uses: 2, Expires: begun.Add(time.Hour)}))
	s.invited("Keluarga Ani", s.homes[0])
	list := must[InvitationList](t)(sari.Invitations(ctx, Place{})).Invitations
	if len(list) != 2 || list[0].State != InviteOpen || list[0].Uses != 2 || list[1].State != InviteUsed || list[1].Joined != 1 {
		t.Fatalf("%+v", list)
	}
	s.pass(2 * time.Hour)
	closed := must[Decided](t)(sari.Revoke(ctx, Revoking{What: list[1].ID}))
	if closed.Invitation.State != InviteClosed || closed.Invitation.Joined != 1 || closed.Rekey {
		t.Errorf("%+v", closed)
	}
	if m, _ := s.members.Member(s.homes[1].me()); !m.In() {
		t.Error("who had come by it is out")
	}
	if again := must[InvitationList](t)(sari.Invitations(ctx, Place{})).Invitations; again[0].State != InviteExpired || again[1].State != InviteClosed {
		t.Errorf("%+v", again)
	}
	for range 15 {
		must[Invited](t)(sari.Invite(ctx, Inviting{}))
	}
	if _, err := sari.Invite(ctx, Inviting{}); !errors.Is(err, ErrInvites) {
		t.Errorf("a seventeenth open one: %v", err)
	}
	if _, err := sari.Invite(ctx, Inviting{Expires: begun}); ProblemOf(err).Field != "expires" {
		t.Errorf("one that is over: %v", err)
	}
}

func TestWhatAMutedHouseholdWroteIsNotListedHere(t *testing.T) {
	_, desks := newStreet("Keluarga Sari", "Keluarga Budi")
	must[Written](t)(desks[1].Ask(ctx, water(4)))
	must[MutedDoc](t)(desks[0].Mute(ctx, Muting{Who: "Budi"}))
	if l := must[List](t)(desks[0].List(ctx, Query{})); len(l.Items) != 0 || l.Hidden != 1 {
		t.Errorf("%+v", l)
	}
	if l := must[List](t)(desks[1].List(ctx, Query{})); len(l.Items) != 1 || l.Hidden != 0 {
		t.Errorf("elsewhere: %+v", l)
	}
	must[MutedDoc](t)(desks[0].Mute(ctx, Muting{Who: "Budi", Off: true}))
	if l := must[List](t)(desks[0].List(ctx, Query{})); len(l.Items) != 1 || l.Hidden != 0 {
		t.Errorf("shown again: %+v", l)
	}
}

func TestAHouseholdTakesInEightDevicesAndNoMore(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	sari := desks[0]
	house := must[DeviceList](t)(sari.Devices(ctx, Place{})).House
	code := must[Paired](t)(sari.Pair(ctx, Pairing{House: house})).Code
	trial := must[Decided](t)(sari.AddDevice(ctx, Adding{Code: code, Preview: true}))
	if trial.Done || trial.Device == nil || len(trial.Person.Devices) != 2 {
		t.Errorf("%+v", trial)
	}
	must[Decided](t)(sari.AddDevice(ctx, Adding{Code: code}))
	answer := func(name string, of []byte) string {
		return roster.NewDevice(s.id, roster.Key(of), keysOf(name).household, [32]byte{3}, 1).Text()
	}
	mine := s.homes[0].public()
	for _, name := range []string{"c", "d", "e", "f", "g", "h"} {
		must[Decided](t)(sari.AddDevice(ctx, Adding{Code: answer(name, mine)}))
	}
	for _, c := range []struct {
		code string
		want error
	}{
		{code, ErrDeviceKnown}, {answer("ninth", mine), ErrDevices}, {answer("other", keysOf("Budi").public()), ErrOtherHouse},
		{"GTD1", ErrCode}, {house, ErrCode}, {"", ErrCode},
	} {
		if _, err := sari.AddDevice(ctx, Adding{Code: c.code}); !errors.Is(err, c.want) {
			t.Errorf("%.9s: %v, want %v", c.code, err, c.want)
		}
	}
	retired := must[Decided](t)(sari.Revoke(ctx, Revoking{What: trial.Device.ID, Own: true}))
	if !retired.Device.Retired {
		t.Errorf("%+v", retired.Device)
	}
	must[Decided](t)(sari.AddDevice(ctx, Adding{Code: answer("ninth", mine)}))
	if _, err := sari.AddDevice(ctx, Adding{Code: code}); !errors.Is(err, ErrPutOut) {
		t.Errorf("the retired one again: %v", err)
	}
}

// Whatever is shown as short is enough to be meant.
func TestAShortIdMeansOneHousehold(t *testing.T) {
	s, desks := newStreet("Keluarga Sari")
	for i := range 300 {
		s.homes[0].mustSign(&roster.Vouch{Household: keysOf(fmt.Sprint("house ", i)).public(), Role: roster.RoleMember})
	}
	people := must[People](t)(desks[0].People(ctx, Place{})).People
	for _, p := range people[1:] {
		if doc := must[MutedDoc](t)(desks[0].Mute(ctx, Muting{Who: p.Short})); doc.Person.ID != p.ID {
			t.Errorf("%s means %s, not %s", p.Short, doc.Person.ID, p.ID)
		}
	}
}
