package node

import (
	"context"
	"testing"

	"gotong/node/api"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// says signs an operation of the household's own, as a command of its would.
func says(t *testing.T, h *Neighbourhood, body roster.Body) {
	t.Helper()
	err := h.sign(t.Context(), func(t *turn) ([]roster.Op, error) {
		op, err := t.signed(body)
		return []roster.Op{op}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	settled(t, h)
}

// settled waits until the owner has done what follows by itself from the
// roster, as making a key.
func settled(t *testing.T, h *Neighbourhood) {
	t.Helper()
	for range 4 { // a new epoch, and keys that bring it
		if err := h.do(context.Background(), func() {}); err != nil {
			t.Fatal(err)
		}
	}
}

func vouches(t *testing.T, by, whom *Neighbourhood, role roster.Role) {
	t.Helper()
	says(t, by, &roster.Vouch{Household: whom.parts.Identity.HouseholdKey(), Role: role})
}

// putsOut revokes a household; what it wrote so far stays.
func putsOut(t *testing.T, by, whom *Neighbourhood) {
	t.Helper()
	id := whom.parts.Identity.HouseholdID()
	var keep []byte
	for _, c := range by.index.ids() {
		if l, ok := by.index.find(c); ok && l.at.Device == whom.parts.Identity.DeviceID() {
			keep = append(keep, c[:]...)
		}
	}
	says(t, by, &roster.Revoke{Kind: roster.TargetHousehold, Target: id[:], Keep: keep})
}

func current(t *testing.T, h *Neighbourhood) cell.Epoch {
	t.Helper()
	e, ok := h.Roster().Current()
	if !ok {
		t.Fatal("no clean epoch")
	}
	return e.Epoch
}

func shows(t *testing.T, h *Neighbourhood, title string) (found bool) {
	t.Helper()
	if err := h.Look(t.Context(), func(v board.View) { found = titled(title)(v) }); err != nil {
		t.Fatal(err)
	}
	return found
}

// Two stewards put out different households while apart, so that each half
// writes under a key of its own. A newcomer let in by a plain member reads all.
func TestNewcomerReadsOldAndForkedEpochs(t *testing.T) {
	s := &street{hoods: make(map[*Neighbourhood]struct{})}
	all := neighbours(t, s, "Bu Sari", "Pak Budi", "Bu Ani", "Pak Joko", "Bu Dewi")
	sari, budi, ani, joko, dewi := all[0], all[1], all[2], all[3], all[4]
	vouches(t, sari, budi, roster.RoleSteward)
	for _, h := range []*Neighbourhood{ani, joko, dewi} {
		vouches(t, sari, h, roster.RoleMember)
	}
	asks(t, sari, "under the first key")
	s.wait.Wait()
	for _, h := range all {
		meet(t, sari, h)
	}

	s.mu.Lock()
	s.cut = true
	s.mu.Unlock()
	putsOut(t, sari, joko)
	putsOut(t, budi, dewi)
	if current(t, sari) == current(t, budi) {
		t.Fatal("both halves made the same key")
	}
	asks(t, sari, "in the one half")
	asks(t, budi, "in the other half")
	for range 3 {
		meet(t, sari, budi)
		settled(t, sari)
		settled(t, budi)
		meet(t, sari, ani)
		settled(t, ani)
	}
	if e := current(t, sari); e != current(t, budi) || e != current(t, ani) {
		t.Fatal("after the halves met they do not agree on a key")
	}

	seed := [16]byte{7}
	if err := ani.grant(t.Context(), seed, api.Terms{Role: roster.RoleMember, Uses: 1}); err != nil {
		t.Fatal(err)
	}
	n := newTestNode(t, s)
	if _, err := n.Join(t.Context(), roster.Invite{Neighbourhood: ani.ID(), Seed: seed}.Text(), "Pak Agus"); err != nil {
		t.Fatal(err)
	}
	agus, _ := n.Neighbourhood(ani.ID())
	meet(t, ani, agus)
	for _, title := range []string{"under the first key", "in the one half", "in the other half"} {
		for _, h := range []*Neighbourhood{sari, budi, ani, agus} {
			if !shows(t, h, title) {
				t.Errorf("%s cannot read what was asked %s", h.parts.Identity.HouseholdID(), title)
			}
		}
	}
}

// A household that was put out goes on holding what it had, and is brought
// what others write: it reads none of it, and none of what it writes counts.
func TestARevokedHouseholdReadsNothingThatIsWrittenAfterwards(t *testing.T) {
	s := &street{hoods: make(map[*Neighbourhood]struct{})}
	all := neighbours(t, s, "Bu Sari", "Pak Budi", "Pak Joko")
	sari, budi, joko := all[0], all[1], all[2]
	vouches(t, sari, budi, roster.RoleMember)
	vouches(t, sari, joko, roster.RoleMember)
	s.wait.Wait()
	meet(t, sari, budi)
	meet(t, sari, joko)
	asks(t, joko, "kept")
	s.wait.Wait()
	meet(t, sari, joko)

	s.mu.Lock()
	s.cut = true
	s.mu.Unlock()
	putsOut(t, sari, joko)
	asks(t, joko, "too late")
	meet(t, sari, budi)
	settled(t, budi)
	asks(t, sari, "for members alone")
	asks(t, budi, "for members too")
	for range 2 {
		meet(t, sari, budi)
		meet(t, budi, joko) // whoever still talks to it brings it everything
	}
	for _, title := range []string{"for members alone", "for members too"} {
		if !shows(t, sari, title) || !shows(t, budi, title) {
			t.Errorf("a member does not see %q", title)
		}
		if shows(t, joko, title) {
			t.Errorf("who was put out reads %q", title)
		}
	}
	for _, h := range []*Neighbourhood{sari, budi} {
		if !shows(t, h, "kept") || shows(t, h, "too late") {
			t.Error("the keep list does not decide what counts of a revoked household")
		}
	}
}
