package node

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node/api"
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

var saris = Contact{Contact: "0812-3456-7890 (Bu Sari)", Place: "gang ketiga, pagar hijau"}

// accepted founds a street on which Sari asks with a contact, Budi pledges and
// Sari accepts; Wati looks on.
func accepted(t *testing.T, s *street) (sari, budi, wati *Neighbourhood, request, pledge protocol.RecordID) {
	t.Helper()
	sari, budi, wati = threeHomes(t, s)
	request = mustWrite(t, sari, &record.Request{Title: "Air minum", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4_000}}})
	if err := sari.Confide(t.Context(), request, saris); err != nil {
		t.Fatal(err)
	}
	s.settle()
	target := birthOf(t, sari, request)
	amounts := []*record.Amount{{Line: 1, Quantity: 4_000}}
	pledge = mustWrite(t, budi, &record.Pledge{Target: target, Amounts: amounts, State: record.PledgeState_PLEDGE_STATE_OFFERED})
	s.settle()
	mustWrite(t, sari, &record.Acceptance{Request: target, Pledge: birthOf(t, sari, pledge), Amounts: amounts})
	s.settle()
	return sari, budi, wati, request, pledge
}

func threeHomes(t *testing.T, s *street) (sari, budi, wati *Neighbourhood) {
	t.Helper()
	all := neighbours(t, s, "Bu Sari", "Pak Budi", "Bu Wati")
	meet(t, all[1], all[2])
	vouch(t, s, all[0], all[1], all[2])
	return all[0], all[1], all[2]
}

// vouch lifts households out of probation.
func vouch(t *testing.T, s *street, by *Neighbourhood, whom ...*Neighbourhood) {
	t.Helper()
	for _, h := range whom {
		vouches(t, by, h, roster.RoleMember)
		s.settle()
		meet(t, by, h)
	}
	s.settle()
}

// settle waits until nothing is on its way and every owner has looked around.
func (s *street) settle() {
	for range 3 {
		synctest.Wait()
		s.wait.Wait()
	}
}

func mustWrite(t *testing.T, h *Neighbourhood, content proto.Message) protocol.RecordID {
	t.Helper()
	id, err := h.Write(t.Context(), content, nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// told returns what a household reads of a contact, "" for nothing.
func told(t *testing.T, h *Neighbourhood, id protocol.RecordID) string {
	t.Helper()
	c, found, err := h.Contact(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		return ""
	}
	return c.Contact.Contact
}

// story runs one in a bubble of its own time.
func story(t *testing.T, tell func(t *testing.T, s *street)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))) // a bubble begins in a year when no clock was set
		tell(t, &street{hoods: make(map[*Neighbourhood]struct{})})
	})
}

func TestOnlyTheAcceptedHelperReadsAContact(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request, _ := accepted(t, s)
		if got := told(t, sari, request); got != saris.Contact {
			t.Errorf("Sari reads %q", got)
		}
		if got := told(t, budi, request); got != saris.Contact {
			t.Errorf("Budi reads %q", got)
		}
		if got := told(t, wati, request); got != "" {
			t.Errorf("Wati reads %q", got)
		}
		nowhereInTheClear(t, []*Neighbourhood{sari, budi, wati}, "0812-3456-7890", "pagar hijau")
	})
}

// nowhereInTheClear looks through everything that nodes keep and pass on, also
// below the neighbourhood's own encryption.
func nowhereInTheClear(t *testing.T, homes []*Neighbourhood, secrets ...string) {
	t.Helper()
	found := 0
	for _, h := range homes {
		for _, raw := range everything(t, h) {
			plain := raw
			if c, err := cell.Parse(h.id, raw); err == nil {
				body, err := cell.Decrypt(h.id, c, h.keys[c.Epoch])
				if err != nil {
					t.Errorf("a cell that a member cannot open: %v", err)
				}
				plain = slices.Concat(raw, body)
				if bytes.Contains(body, []byte("Air minum")) {
					found++
				}
			}
			for _, secret := range secrets {
				if bytes.Contains(plain, []byte(secret)) {
					t.Errorf("%q lies in the clear", secret)
				}
			}
		}
	}
	if found == 0 {
		t.Error("not even what all may read was found: the search finds nothing")
	}
}

func TestNobodyReadsAContactBeforeAnAcceptance(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _ := threeHomes(t, s)
		request := mustWrite(t, sari, &record.Request{Title: "Air minum", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4_000}}})
		if err := sari.Confide(t.Context(), request, saris); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, budi, &record.Pledge{Target: birthOf(t, sari, request), Amounts: []*record.Amount{{Line: 1, Quantity: 1_000}}})
		s.settle()
		if got := told(t, budi, request); got != "" {
			t.Errorf("Budi reads %q", got)
		}
		if n := len(contactsOf(t, budi, request)); n != 0 {
			t.Errorf("%d contacts were sealed", n)
		}
	})
}

// contactsOf returns the contacts of a request as a household has them.
func contactsOf(t *testing.T, h *Neighbourhood, id protocol.RecordID) (all []*record.Contact) {
	t.Helper()
	if err := h.Look(t.Context(), func(v board.View) {
		for _, r := range v.Contacts(id) {
			all = append(all, r.Content.(*record.Contact))
		}
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func sealedFor(t *testing.T, h *Neighbourhood, id protocol.RecordID) (n int) {
	t.Helper()
	for _, m := range contactsOf(t, h, id) {
		n += len(m.Sealed)
	}
	return n
}

func TestWhoAcceptsTheirOwnPledgeReadsNothing(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, _, wati, request, _ := accepted(t, s)
		amounts := []*record.Amount{{Line: 1, Quantity: 1_000}}
		pledge := mustWrite(t, wati, &record.Pledge{Target: birthOf(t, wati, request), Amounts: amounts})
		mustWrite(t, wati, &record.Acceptance{Request: birthOf(t, wati, request), Pledge: birthOf(t, wati, pledge), Amounts: amounts})
		s.settle()
		if got := told(t, wati, request); got != "" || sealedFor(t, sari, request) != 1 {
			t.Errorf("Wati reads %q; sealed to %d devices", got, sealedFor(t, sari, request))
		}
	})
}

func TestAnAuthorWhoIsAStewardSealsNothingToThemselves(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, _, _ := threeHomes(t, s)
		request := mustWrite(t, sari, &record.Request{Title: "Air minum", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4_000}}})
		c := saris
		c.Stewards = true
		if err := sari.Confide(t.Context(), request, c); err != nil {
			t.Fatal(err)
		}
		s.settle()
		if n := sealedFor(t, sari, request); n != 0 {
			t.Errorf("sealed to %d devices", n)
		}
	})
}

func TestAWithdrawnPledgeTakesTheContactWithIt(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request, pledge := accepted(t, s)
		err := budi.Edit(t.Context(), pledge, func(m proto.Message) error {
			m.(*record.Pledge).State = record.PledgeState_PLEDGE_STATE_WITHDRAWN
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.settle()
		if got := told(t, budi, request); got != "" {
			t.Errorf("Budi still reads %q", got)
		}
		for _, h := range []*Neighbourhood{sari, budi, wati} {
			if n := sealedFor(t, h, request); n != 0 {
				t.Errorf("the next cell still carries %d", n)
			}
		}
	})
}

// The author's node may be off: then the helper's hides what it still has.
func TestAHelperWhoWithdrewIsShownNothingThoughTheCellIsStillThere(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		_, budi, _, request, pledge := accepted(t, s)
		s.mu.Lock()
		s.cut = true
		s.mu.Unlock()
		if err := budi.Edit(t.Context(), pledge, func(m proto.Message) error {
			m.(*record.Pledge).State = record.PledgeState_PLEDGE_STATE_WITHDRAWN
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := told(t, budi, request); got != "" || sealedFor(t, budi, request) != 1 {
			t.Errorf("Budi reads %q of %d", got, sealedFor(t, budi, request))
		}
	})
}

func TestAnAcceptanceTakenBackTakesTheContactWithIt(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _, request, _ := accepted(t, s)
		if err := sari.Edit(t.Context(), acceptanceOf(t, sari, request), func(m proto.Message) error {
			m.(*record.Acceptance).TakenBack = true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		s.settle()
		if got := told(t, budi, request); got != "" || sealedFor(t, budi, request) != 0 {
			t.Errorf("Budi still reads %q", got)
		}
	})
}

func acceptanceOf(t *testing.T, h *Neighbourhood, request protocol.RecordID) (id protocol.RecordID) {
	t.Helper()
	if err := h.do(t.Context(), func() {
		for _, f := range h.board.Facts(h.parts.Identity.DeviceID()) {
			if f.Part.Kind == record.Kind_KIND_ACCEPTANCE {
				id = f.Part.Birth.Record()
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAChangedContactReachesTheHelperAndOneTakenBackIsGone(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _, request, _ := accepted(t, s)
		if err := sari.Confide(t.Context(), request, Contact{Contact: "021 7654321"}); err != nil {
			t.Fatal(err)
		}
		s.settle()
		if got := told(t, budi, request); got != "021 7654321" {
			t.Errorf("Budi reads %q", got)
		}
		if err := sari.Confide(t.Context(), request, Contact{}); err != nil {
			t.Fatal(err)
		}
		s.settle()
		if got := told(t, budi, request); got != "" || sealedFor(t, budi, request) != 0 {
			t.Errorf("Budi still reads %q", got)
		}
	})
}

// A restart must find the contact again; the store holds it sealed.
func TestAContactOutlivesARestart(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, _, _, request, _ := accepted(t, s)
		kept, err := sari.store.Meta(contactName + request.String())
		if err != nil || len(kept) == 0 || bytes.Contains(kept, []byte("3456")) {
			t.Fatalf("kept %q, %v", kept, err)
		}
		if err := sari.do(t.Context(), func() {
			clear(sari.contacts)
			if err := sari.loadContacts(); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if got := told(t, sari, request); got != saris.Contact {
			t.Errorf("after a restart Sari reads %q", got)
		}
	})
}

func TestARevokedHelperIsSealedNothingNew(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request, _ := accepted(t, s)
		gone := budi.parts.Identity.HouseholdID()
		if err := sari.sign(t.Context(), func(tr *turn) ([]roster.Op, error) {
			op, err := tr.signed(&roster.Revoke{Kind: roster.TargetHousehold, Target: gone[:]})
			return []roster.Op{op}, err
		}); err != nil {
			t.Fatal(err)
		}
		s.settle()
		meet(t, sari, wati)
		if err := sari.Confide(t.Context(), request, Contact{Contact: "021 7654321"}); err != nil {
			t.Fatal(err)
		}
		s.settle()
		if n := sealedFor(t, wati, request); n != 0 {
			t.Errorf("the contact is sealed to %d devices", n)
		}
	})
}

func TestAHelperOnProbationIsToldOnceVouchedFor(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request, _ := accepted(t, s)
		cici := neighbour(t, s, sari, "Ibu Cici")
		meet(t, budi, cici)
		meet(t, wati, cici)
		pledge := mustWrite(t, cici, &record.Pledge{Target: birthOf(t, cici, request), Amounts: []*record.Amount{{Line: 1, Quantity: 1_000}}})
		s.settle()
		mustWrite(t, sari, &record.Acceptance{Request: birthOf(t, sari, request), Pledge: birthOf(t, sari, pledge), Amounts: []*record.Amount{{Line: 1, Quantity: 1_000}}})
		s.settle()
		own, _, err := sari.Contact(t.Context(), request)
		if got := told(t, cici, request); got != "" || err != nil || len(own.Waiting) != 1 || len(own.Readers) != 1 {
			t.Errorf("a stranger reads %q; readers %d, waiting %d, %v", got, len(own.Readers), len(own.Waiting), err)
		}
		vouch(t, s, sari, cici)
		if got := told(t, cici, request); got != saris.Contact {
			t.Errorf("vouched for, she reads %q", got)
		}
	})
}

// neighbour joins one more household to the neighbourhood of another.
func neighbour(t *testing.T, s *street, first *Neighbourhood, name string) *Neighbourhood {
	t.Helper()
	seed := [16]byte([]byte(name + "................"))
	if err := first.grant(t.Context(), seed, api.Terms{Uses: 1, Role: roster.RoleMember}); err != nil {
		t.Fatal(err)
	}
	n := newTestNode(t, s)
	text := roster.Invite{Neighbourhood: first.id, Seed: seed}.Text()
	if _, err := n.Join(t.Context(), text, name); err != nil {
		t.Fatal(err)
	}
	h, _ := n.Neighbourhood(first.id)
	meet(t, first, h)
	s.settle()
	return h
}

func TestAHelpersNewDeviceIsSealedToWhenItComes(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _, request, _ := accepted(t, s)
		phone, err := identity.Dir(t.TempDir()).Load()
		if err != nil {
			t.Fatal(err)
		}
		household := roster.Key(budi.parts.Identity.HouseholdKey())
		says(t, budi, roster.NewDevice(budi.id, household, phone.Device, [32]byte(phone.Seal.PublicKey().Bytes()), 2))
		s.settle()
		all := contactsOf(t, sari, request)
		if len(all) != 1 || len(all[0].Sealed) != 2 {
			t.Fatalf("sealed to %d devices", len(all[0].Sealed))
		}
		target, _ := all[0].Target.Place()
		for _, sealed := range all[0].Sealed {
			plain, err := identity.OpenSealed(phone.Seal, record.PrivateInfo(sari.id, target, phone.DeviceID()), sealed.Sealed)
			mine := protocol.DeviceID(sealed.Device) == phone.DeviceID()
			if (err == nil) != mine {
				t.Errorf("device %x opens for the phone: %v", sealed.Device, err)
			}
			if p, _ := record.Unpad(plain); mine && p.GetContact() != saris.Contact {
				t.Errorf("the phone reads %q", p.GetContact())
			}
		}
	})
}

func TestStewardsReadAContactOnlyWhereTheAuthorTicksIt(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati := threeHomes(t, s)
		request := mustWrite(t, budi, &record.Request{Title: "Air minum", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4_000}}})
		for _, ticked := range []bool{false, true, false} {
			c := saris
			c.Stewards = ticked
			if err := budi.Confide(t.Context(), request, c); err != nil {
				t.Fatal(err)
			}
			s.settle()
			if got := told(t, sari, request); (got != "") != ticked {
				t.Errorf("ticked %v: the steward reads %q", ticked, got)
			}
			if got := told(t, wati, request); got != "" {
				t.Errorf("ticked %v: a member reads %q", ticked, got)
			}
		}
	})
}

func TestAContactIsHiddenThreeDaysAfterTheRequestClosed(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _, request, _ := accepted(t, s)
		if err := sari.Edit(t.Context(), request, func(m proto.Message) error {
			m.(*record.Request).Disposition = record.Disposition_DISPOSITION_CLOSED
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(71 * time.Hour)
		if got := told(t, budi, request); got != saris.Contact {
			t.Errorf("after 71 hours Budi reads %q", got)
		}
		time.Sleep(2 * time.Hour)
		if got := told(t, budi, request); got != "" {
			t.Errorf("after 73 hours Budi reads %q", got)
		}
	})
}
