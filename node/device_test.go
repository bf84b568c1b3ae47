package node

import (
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node/api"
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// newStoredNode is a node with keys and facts on a real disk, and no wire.
func newStoredNode(t *testing.T, s *street) *Node {
	t.Helper()
	dir := t.TempDir()
	me, err := identity.Dir(dir).Load()
	if err != nil {
		t.Fatal(err)
	}
	disk, err := openStore(Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	n, err := Assemble(Parts{
		Identity: me, Keys: identity.Dir(dir), Store: disk, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}, s.connect)
	if err != nil {
		t.Fatal(err)
	}
	return untilTheEnd(t, n)
}

// pairWith makes one node a further device of another's household, as the two
// commands do.
func pairWith(t *testing.T, first, second *Node, id protocol.NeighbourhoodID) *Neighbourhood {
	t.Helper()
	house := roster.House{Neighbourhood: id, Household: roster.Key(first.Identity().HouseholdKey())}
	body, err := second.Pair(t.Context(), house)
	if err != nil {
		t.Fatal(err)
	}
	desk := api.Desk{Backend: Backend{Node: first}, Now: time.Now}
	if _, err := desk.AddDevice(t.Context(), api.Adding{Code: body.Text()}); err != nil {
		t.Fatal(err)
	}
	h, _ := second.Neighbourhood(id)
	return h
}

func edit(t *testing.T, h *Neighbourhood, id protocol.RecordID, change func(*record.Request)) {
	t.Helper()
	err := h.Edit(t.Context(), id, func(m proto.Message) error {
		change(m.(*record.Request))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// SecondDeviceEditsTitle: while apart the tablet corrects the title and the
// phone the urgency; both edits survive, on both.
func TestTwoDevicesOfAHouseholdEditOneRecordWhileApart(t *testing.T) {
	s := apart()
	phone, tablet := newStoredNode(t, s), newStoredNode(t, s)
	id, err := phone.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	atPhone, _ := phone.Neighbourhood(id)
	asked := asks(t, atPhone, "water")
	atTablet := pairWith(t, phone, tablet, id)
	meet(t, atPhone, atTablet)
	if me, ok := atTablet.Me(); !ok || me != phone.Identity().HouseholdID() {
		t.Fatalf("the tablet is of %v, %v", me, ok)
	}
	edit(t, atTablet, asked, func(r *record.Request) { r.Title = "drinking water" })
	edit(t, atPhone, asked, func(r *record.Request) { r.Urgency = record.Urgency_URGENCY_CRITICAL })
	meet(t, atPhone, atTablet)
	sameBoards(t, []*Neighbourhood{atPhone, atTablet})
	for _, h := range []*Neighbourhood{atPhone, atTablet} {
		err := h.Look(t.Context(), func(v board.View) {
			item, _ := v.Item(asked)
			if r := item.Request(); r.GetTitle() != "drinking water" || r.GetUrgency() != record.Urgency_URGENCY_CRITICAL {
				t.Errorf("it reads %v", r)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFurtherDeviceSignsNothingForTheHousehold(t *testing.T) {
	s := apart()
	nodes, id := founded(t, s, "Bu Sari")
	tablet := newTestNode(t, s)
	atTablet := pairWith(t, nodes[0], tablet, id)
	first, _ := nodes[0].Neighbourhood(id)
	meet(t, first, atTablet)
	if _, err := tablet.Invite(t.Context(), id, 1); !errors.Is(err, ErrHouseholdKey) {
		t.Errorf("it invites: %v", err)
	}
	err := Backend{Node: tablet}.Sign(t.Context(), id, func(api.Pen) error { return nil })
	if !errors.Is(err, api.ErrHouseholdKey) {
		t.Errorf("it signs: %v", err)
	}
	if _, err := tablet.Pair(t.Context(), roster.House{Neighbourhood: id, Household: roster.Key{1}}); !errors.Is(err, ErrJoined) {
		t.Errorf("it joins another household: %v", err)
	}
}

// A tablet has a household key of its own, which is nobody's here: it claims no
// place with it, not even made anew, which is when a device looks for one.
func TestAFurtherDeviceClaimsNoPlaceForAHousehold(t *testing.T) {
	s := apart()
	nodes, id := founded(t, s, "Bu Sari")
	atTablet := pairWith(t, nodes[0], newTestNode(t, s), id)
	first, _ := nodes[0].Neighbourhood(id)
	meet(t, first, atTablet)
	for _, incarnation := range []uint64{1, 2} {
		atTablet.parts.Identity.Incarnation = incarnation
		atTablet.refused()
		if claims := atTablet.claims(atTablet.Roster()); len(claims) != 0 {
			t.Errorf("incarnation %d claims %d places", incarnation, len(claims))
		}
	}
}

// A member whose tablet is stolen need not wait for a steward: its own node
// makes the new key, and the thief reads nothing written after it.
func TestAMemberWhoRetiresADeviceMakesTheNewKeyItself(t *testing.T) {
	s := apart()
	nodes, id := founded(t, s, "Bu Sari", "Pak Budi")
	hoods := hoodsOf(t, nodes, id)
	meet(t, hoods[0], hoods[1])
	meet(t, hoods[0], hoods[1])
	sari := api.Desk{Backend: Backend{Node: nodes[0]}, Now: time.Now}
	budi := api.Desk{Backend: Backend{Node: nodes[1]}, Now: time.Now}
	if _, err := sari.Vouch(t.Context(), api.Vouching{Who: nodes[1].Identity().HouseholdID().String()}); err != nil {
		t.Fatal(err)
	}
	meet(t, hoods[0], hoods[1])
	tablet := newTestNode(t, s)
	atTablet := pairWith(t, nodes[1], tablet, id)
	meet(t, hoods[1], atTablet)
	asks(t, atTablet, "from the tablet")
	meet(t, hoods[1], atTablet)
	stolen := tablet.Identity().DeviceID()
	doc, err := budi.Revoke(t.Context(), api.Revoking{What: stolen.String(), Own: true})
	if err != nil || !doc.Rekey || doc.Keep.Kept != 1 {
		t.Fatalf("%+v, %v", doc.Keep, err)
	}
	asks(t, hoods[1], "after the theft")
	meet(t, hoods[0], hoods[1])
	meet(t, hoods[0], atTablet)
	if !shows(t, hoods[0], "after the theft") || !shows(t, hoods[0], "from the tablet") {
		t.Error("the neighbour does not read what came after, or lost what came before")
	}
	if shows(t, atTablet, "after the theft") {
		t.Error("the stolen tablet reads on")
	}
}

// BackdatedAfterRevoke on real nodes: what whoever was put out writes after it,
// with any stamp, counts nowhere, also where it arrives before the revocation.
func TestWhatIsWrittenByWhoWasPutOutCountsNowhere(t *testing.T) {
	nodes, id := founded(t, apart(), "Bu Sari", "Pak Budi", "Bu Ani")
	hoods := hoodsOf(t, nodes, id)
	for range 2 {
		meet(t, hoods[0], hoods[1])
		meet(t, hoods[0], hoods[2])
	}
	asks(t, hoods[1], "before")
	meet(t, hoods[0], hoods[1])
	sari := api.Desk{Backend: Backend{Node: nodes[0]}, Now: time.Now}
	if _, err := sari.Revoke(t.Context(), api.Revoking{What: nodes[1].Identity().HouseholdID().String()}); err != nil {
		t.Fatal(err)
	}
	asks(t, hoods[1], "after") // it has not heard
	meet(t, hoods[1], hoods[2])
	if !shows(t, hoods[2], "after") {
		t.Fatal("who has not heard either shows it until it hears")
	}
	meet(t, hoods[0], hoods[2])
	meet(t, hoods[0], hoods[2])
	sameBoards(t, []*Neighbourhood{hoods[0], hoods[2]})
	for i, h := range []*Neighbourhood{hoods[0], hoods[2]} {
		if !shows(t, h, "before") || shows(t, h, "after") {
			t.Errorf("node %d shows before: %v, after: %v", i, shows(t, h, "before"), shows(t, h, "after"))
		}
	}
}

// PhotographedInvite on real nodes: an invitation that is used up is closed by
// its inviter's node, so that whoever photographed it displaces nobody.
func TestAUsedUpInvitationIsClosedBeforeItsPhotographHarms(t *testing.T) {
	sari := newTestNode(t, apart())
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	text, err := sari.Invite(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := sari.Neighbourhood(id)
	var joined []*Node
	for _, name := range []string{"Pak Budi", "a stranger"} {
		n := newTestNode(t, apart())
		if _, err := n.Join(t.Context(), text, name); err != nil {
			t.Fatal(err)
		}
		h, _ := n.Neighbourhood(id)
		meet(t, first, h)
		meet(t, first, h)
		joined = append(joined, n)
	}
	for i, want := range []roster.Standing{roster.Probation, roster.Waiting} {
		if m, _ := first.Roster().Member(joined[i].Identity().HouseholdID()); m.Standing != want {
			t.Errorf("household %d stands at %d, want %d", i, m.Standing, want)
		}
	}
	if i := first.Roster().InvitationsOf(sari.Identity().HouseholdID()); len(i) != 1 || !i[0].Closed {
		t.Errorf("%+v", i)
	}
}

// Who comes by an invitation that is over waits for a vouch; who came in time stays.
func TestAnInvitationThatIsOverLetsNobodyElseIn(t *testing.T) {
	s, begun := apart(), time.Now()
	var passed atomic.Int64
	sari := newTestNodeAt(t, s, func() time.Time { return begun.Add(time.Duration(passed.Load())) })
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	text, err := sari.InviteAs(t.Context(), id, api.Terms{Role: roster.RoleMember, Uses: 5, Expires: begun.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := sari.Neighbourhood(id)
	for i, want := range []roster.Standing{roster.Probation, roster.Waiting} {
		n := newTestNode(t, s)
		if _, err := n.Join(t.Context(), text, "somebody"); err != nil {
			t.Fatal(err)
		}
		h, _ := n.Neighbourhood(id)
		meet(t, first, h)
		meet(t, first, h)
		if m, _ := first.Roster().Member(n.Identity().HouseholdID()); m.Standing != want {
			t.Errorf("household %d stands at %d, want %d", i, m.Standing, want)
		}
		passed.Store(int64(2 * time.Hour))
	}
}
