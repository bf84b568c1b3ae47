package node

import (
	"bytes"
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

const day = 24 * time.Hour

// trust lets all nodes of a story have a clock that is kept right.
func trust(homes ...*Neighbourhood) {
	for _, h := range homes {
		h.parts.Trusted = func() bool { return true }
	}
}

// contactCells returns the cells of contacts that a household's node keeps.
func contactCells(t *testing.T, h *Neighbourhood, id protocol.RecordID) (whole, stubs int) {
	t.Helper()
	if err := h.do(t.Context(), func() {
		for at := range h.held {
			s, err := h.store.Slot(h.id, at.Device, at.Slot)
			if err != nil {
				t.Error(err)
			}
			for _, c := range s.Cells {
				if c.Stub() {
					stubs++
				} else if _, kind, _ := h.board.Standing(at); kind == record.Kind_KIND_CONTACT {
					whole++
				}
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	return whole, stubs
}

// parted is the story in which Sari's node is gone after she accepted: nobody
// takes the contact back, so that time alone has to erase it.
func parted(t *testing.T, s *street) (sari, budi, wati *Neighbourhood, request protocol.RecordID) {
	t.Helper()
	sari, budi, wati, request, _ = accepted(t, s)
	s.mu.Lock()
	s.cut = true
	s.mu.Unlock()
	if whole, _ := contactCells(t, wati, request); whole != 1 {
		t.Fatalf("Wati carries %d contacts", whole)
	}
	return sari, budi, wati, request
}

func TestEveryNodeErasesAContactByItselfAndTheStubStays(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request := parted(t, s)
		trust(budi, wati)
		ids := len(wati.index.ids())
		time.Sleep(17*day + time.Hour) // a request of this urgency expires after 14 days, and its contact three days later
		if got := told(t, budi, request); got != "" {
			t.Errorf("the view still shows %q", got)
		}
		if whole, _ := contactCells(t, budi, request); whole != 1 {
			t.Errorf("erased before its time: %d", whole)
		}
		time.Sleep(9 * day)
		for _, h := range []*Neighbourhood{budi, wati} {
			if whole, stubs := contactCells(t, h, request); whole != 0 || stubs != 1 {
				t.Errorf("%d contacts and %d stubs are left", whole, stubs)
			}
		}
		if len(wati.index.ids()) != ids || len(wati.missing()) != 0 {
			t.Errorf("%d ids of %d, %d asked for", len(wati.index.ids()), ids, len(wati.missing()))
		}
		meet(t, sari, wati) // the zombie: Sari's node, of which nobody trusts the clock, still has it
		if whole, stubs := contactCells(t, wati, request); whole != 0 || stubs != 1 {
			t.Errorf("it came back: %d, %d", whole, stubs)
		}
		sameBoards(t, []*Neighbourhood{sari, wati})
	})
}

// ColludingClocksEraseNothing: without a trusted source the hands of the clock
// may stand anywhere.
func TestAClockThatNobodyTrustsErasesNothing(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		_, budi, wati, request := parted(t, s)
		time.Sleep(90 * day)
		for _, h := range []*Neighbourhood{budi, wati} {
			if whole, _ := contactCells(t, h, request); whole != 1 {
				t.Errorf("%d contacts are left", whole)
			}
			if got := told(t, h, request); got != "" {
				t.Errorf("shown: %q", got)
			}
		}
	})
}

func TestWhatTheNeighbourhoodReadsIsNeverErased(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request := parted(t, s)
		trust(budi, wati)
		late := mustWrite(t, sari, &record.Request{Title: "Tenda", Lines: []*record.Line{{Line: 1, Category: "shelter.tent", Quantity: 1_000}}})
		time.Sleep(230 * day)
		if _, stubs := contactCells(t, wati, request); stubs != 1 {
			t.Errorf("%d payloads were erased", stubs)
		}
		birthOf(t, wati, request)
		meet(t, sari, wati) // also what comes when its hold is long over
		birthOf(t, wati, late)
	})
}

// A carrier that has no key cannot tell a contact from anything else: it goes by
// the hold alone.
func TestACarrierWithoutAKeyErasesWhatItsHoldAllows(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		_, _, wati, request := parted(t, s)
		trust(wati)
		if err := wati.do(t.Context(), func() {
			clear(wati.keys)
			for at := range wati.held {
				if k, err := wati.read(at, wati.roster.Load()); err == nil {
					wati.fold(at, k.Counting)
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * day)
		if _, stubs := contactCells(t, wati, request); stubs != 1 {
			t.Errorf("%d payloads are erased after a month", stubs)
		}
	})
}

func TestTheAuthorsNodeTakesTheContactBackByItself(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, wati, request, _ := accepted(t, s)
		trust(sari)
		if err := sari.Edit(t.Context(), request, func(m proto.Message) error {
			m.(*record.Request).Disposition = record.Disposition_DISPOSITION_CLOSED
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(74 * time.Hour)
		s.settle()
		for _, h := range []*Neighbourhood{sari, budi, wati} {
			if n := sealedFor(t, h, request); n != 0 {
				t.Errorf("still sealed to %d", n)
			}
		}
		time.Sleep(9 * day)
		kept, err := sari.store.Meta(contactName + request.String())
		if err != nil || len(kept) != 0 {
			t.Errorf("the own contact is still kept: %d bytes, %v", len(kept), err)
		}
	})
}

func TestAHelperWhoIsSlowLosesAContactAfterThirtyDays(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _, request, _ := accepted(t, s)
		for range 4 { // Sari still needs it, again and again
			time.Sleep(8 * day)
			if err := sari.Edit(t.Context(), request, func(m proto.Message) error {
				m.(*record.Request).ConfirmedAt = time.Now().UnixMilli()
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			s.settle()
		}
		if got := told(t, budi, request); got != "" || sealedFor(t, budi, request) != 0 {
			t.Errorf("after 32 days Budi reads %q", got)
		}
	})
}

// What the count of running time promises, whatever a clock does.
func TestNothingIsRipeBeforeSevenDaysOfRunningPastItsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, d := newAge(t)
		hold := firstDay + cell.Day(rapid.IntRange(0, 30).Draw(t, "hold"))
		past := time.Duration(0) // the node ran with its clock past hold, without a break
		for range rapid.IntRange(0, 400).Draw(t, "beats") {
			today := firstDay + cell.Day(rapid.SampledFrom([]int{0, 5, 29, 30, 31, 32, 40, 60}).Draw(t, "today"))
			if err := a.pass(context.Background(), 12*time.Hour, today); err != nil {
				t.Fatal(err)
			}
			past += 12 * time.Hour
			if today <= hold {
				past = 0
			}
			if a.ripe(hold) && past <= patience {
				t.Fatalf("ripe after %v", past)
			}
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				again, err := openAge(d)
				if err != nil || again.ripe(hold) != a.ripe(hold) {
					t.Fatalf("after a restart another answer, %v", err)
				}
				a = again
			}
		}
	})
}

func newAge(t *rapid.T) (*age, store.Store) {
	d, err := new(store.Disk).Open()
	if err != nil {
		t.Fatal(err)
	}
	a, err := openAge(d)
	if err != nil {
		t.Fatal(err)
	}
	return a, d
}

func TestEverythingIsRipeInTheEndAndTheCountStaysSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, d := newAge(t)
		hold := firstDay + cell.Day(rapid.IntRange(0, 30).Draw(t, "hold"))
		for i := range 24 * 60 {
			if err := a.pass(context.Background(), beat, firstDay+cell.Day(i/24)); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := d.Meta(ageName)
		if err != nil || len(kept) > 200 || !a.ripe(hold) {
			t.Fatalf("%d bytes, ripe %v, %v", len(kept), a.ripe(hold), err)
		}
		if a.ripe(firstDay - 1) {
			t.Fatal("a hold of a clock that was never set is ripe")
		}
	})
}

// The stub of a cell and its payload are told apart wherever they are kept.
func TestAnErasedContactIsGoneFromTheDisk(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		_, budi, _, request := parted(t, s)
		trust(budi)
		sealed := contactsOf(t, budi, request)[0].Sealed[0].Sealed
		time.Sleep(30 * day)
		for _, raw := range everything(t, budi) {
			c, err := cell.Parse(budi.id, raw)
			if err != nil || c.Stub() {
				continue
			}
			if body, err := cell.Decrypt(budi.id, c, budi.keys[c.Epoch]); err == nil && bytes.Contains(body, sealed) {
				t.Error("it is still there")
			}
		}
	})
}

func TestWhatEndedHalfAYearAgoIsTakenBackByItsOwnDevice(t *testing.T) {
	story(t, func(t *testing.T, s *street) {
		sari, budi, _, request, pledge := accepted(t, s)
		trust(sari, budi)
		open := mustWrite(t, sari, &record.Household{Name: "Keluarga Sari"})
		time.Sleep(170 * day)
		meet(t, sari, budi)
		birthOf(t, budi, request) // expired for long, and still there
		birthOf(t, budi, pledge)
		time.Sleep(60 * day)
		meet(t, sari, budi)
		meet(t, budi, sari)
		for _, h := range []*Neighbourhood{sari, budi} {
			for _, id := range []protocol.RecordID{request, pledge} {
				if _, here := h.board.Record(id); here {
					t.Errorf("it is still there")
				}
			}
			birthOf(t, h, open) // what has no end stays
		}
		sameBoards(t, []*Neighbourhood{sari, budi})
		if whole, _ := contactCells(t, budi, request); whole != 0 {
			t.Error("the contact is still there")
		}
	})
}
