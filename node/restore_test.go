package node

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// backupOf returns a node's backup.
func backupOf(t *testing.T, n *Node) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := n.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// restored starts a node from a backup in a new directory.
func restored(t *testing.T, backup []byte, peers ...string) *Node {
	t.Helper()
	saved, err := ReadBackup(bytes.NewReader(backup))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := saved.Restore(dir); err != nil {
		t.Fatal(err)
	}
	return newRealNode(t, dir, peers...)
}

// pair is Bu Sari, who founded a neighbourhood, and Pak Budi, who is in it.
func pairOf(t *testing.T) (sari, budi *Node, atSari, atBudi *Neighbourhood) {
	t.Helper()
	sari = newRealNode(t, t.TempDir())
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	atSari, _ = sari.Neighbourhood(id)
	budi = newRealNode(t, t.TempDir(), sari.Addrs()...)
	if _, err := budi.Join(t.Context(), invited(t, sari, id), "Pak Budi"); err != nil {
		t.Fatal(err)
	}
	atBudi, _ = budi.Neighbourhood(id)
	eventually(t, atSari, "Pak Budi is there", func(v board.View) bool { return v.Counts()[record.Kind_KIND_HOUSEHOLD] == 2 })
	return sari, budi, atSari, atBudi
}

func invited(t *testing.T, n *Node, id protocol.NeighbourhoodID) string {
	t.Helper()
	text, err := n.Invite(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func retitle(t *testing.T, h *Neighbourhood, id protocol.RecordID, title string) {
	t.Helper()
	err := h.Edit(t.Context(), id, func(m proto.Message) error {
		m.(*record.Request).Title = title
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// With nobody there, a restored household reads its board, carries its records
// on under their ids and writes new ones, as a new device.
func TestRestoredCardMovesRecord(t *testing.T) {
	sari, _, atSari, _ := pairOf(t)
	asked := asks(t, atSari, "water")
	again := restored(t, backupOf(t, sari))
	if again.Identity().DeviceID() == sari.Identity().DeviceID() {
		t.Fatal("the restored device has the old one's key")
	}
	h, _ := again.Neighbourhood(atSari.ID())
	eventually(t, h, "the record is there", titled("water"))
	retitle(t, h, asked, "more water")
	eventually(t, h, "the record was moved", titled("more water"))
	asks(t, h, "rice")
	err := h.Look(t.Context(), func(v board.View) {
		r, ok := v.Record(asked)
		if !ok || r.Birth.Device != sari.Identity().DeviceID() {
			t.Errorf("the record has another birth: %v, %v", r, ok)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What the household said after the backup was made, and what it says after it
// was restored, are both on every board in the end.
func TestRestoredBackupKeepsBothSides(t *testing.T) {
	sari, budi, atSari, atBudi := pairOf(t)
	asked := asks(t, atBudi, "water")
	eventually(t, atSari, "the request is at Bu Sari's", titled("water"))
	backup := backupOf(t, budi)
	invited(t, budi, atBudi.ID()) // a place in the roster that the backup does not know of
	retitle(t, atBudi, asked, "much water")
	asks(t, atBudi, "after the backup")
	eventually(t, atSari, "what came after the backup", titled("after the backup"))
	eventually(t, atSari, "the correction", titled("much water"))
	if err := budi.Close(); err != nil {
		t.Fatal(err)
	}
	again := restored(t, backup, sari.Addrs()...)
	h, _ := again.Neighbourhood(atSari.ID())
	asks(t, h, "after the restore")
	for _, at := range []*Neighbourhood{h, atSari} {
		for _, title := range []string{"much water", "after the backup", "after the restore"} {
			eventually(t, at, title, titled(title))
		}
	}
	// The invitation took the place that comes next; the restored device claimed
	// one from the end.
	if got := len(atSari.Roster().Equivocations()); got != 0 {
		t.Errorf("%d places were signed twice", got)
	}
}

// Twelve words and an invitation bring a household back: the same one, in its
// old role, with its old records.
func TestWordsAndAnInvitationBringAHouseholdBack(t *testing.T) {
	sari, budi, atSari, atBudi := pairOf(t)
	asked := asks(t, atBudi, "water")
	eventually(t, atSari, "the request is at Bu Sari's", titled("water"))
	words, err := budi.Identity().Words()
	if err != nil {
		t.Fatal(err)
	}
	if err := budi.Close(); err != nil {
		t.Fatal(err)
	}
	me, err := identity.FromWords(strings.Join(words, " "), 1_795_507_200)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := identity.Dir(dir).Save(me); err != nil {
		t.Fatal(err)
	}
	again := newRealNode(t, dir, sari.Addrs()...)
	if _, err := again.Join(t.Context(), invited(t, sari, atSari.ID()), "Pak Budi"); err != nil {
		t.Fatal(err)
	}
	h, _ := again.Neighbourhood(atSari.ID())
	eventually(t, h, "the old request arrives", titled("water"))
	retitle(t, h, asked, "more water")
	eventually(t, atSari, "the correction arrives", titled("more water"))
}

// Where neighbours refuse a restored device because its place is taken by what
// it has not heard of, it tries another.
func TestADeviceWhosePlaceIsTakenClaimsAnother(t *testing.T) {
	sari, _, atSari, _ := pairOf(t)
	saved, err := ReadBackup(bytes.NewReader(backupOf(t, sari)))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := saved.Restore(dir); err != nil {
		t.Fatal(err)
	}
	again := newRealNode(t, dir)
	h, _ := again.Neighbourhood(atSari.ID())
	claim := h.keptClaims(h.Roster())
	if len(claim) != 1 {
		t.Fatalf("%d claims", len(claim))
	}
	key := identity.Identity{Household: sari.Identity().Household}
	other, err := roster.Sign(h.ID(), key.Household, claim[0].Place, &roster.Vouch{Household: make([]byte, 32), Role: roster.RoleMember})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := atSari.Ingest(t.Context(), [][]byte{other.Raw()}); err != nil {
		t.Fatal(err)
	}
	if _, err := atSari.Ingest(t.Context(), h.Credentials()); err != nil {
		t.Fatal(err)
	}
	if atSari.Roster().Serve(again.Identity().DeviceID()) {
		t.Fatal("the claim put out what the household had said at its place")
	}
	h.refused()
	if _, err := atSari.Ingest(t.Context(), h.Credentials()); err != nil {
		t.Fatal(err)
	}
	if !atSari.Roster().Serve(again.Identity().DeviceID()) {
		t.Fatal("the second claim was refused too")
	}
}

func TestABackupThatIsNotWholeIsRefused(t *testing.T) {
	sari, _, _, _ := pairOf(t)
	whole := backupOf(t, sari)
	for _, b := range [][]byte{nil, []byte("no backup"), whole[:len(whole)/2], bytes.Replace(whole, []byte("gotong-key-1 "), []byte("gotong-key-1 0"), 1)} {
		if _, err := ReadBackup(bytes.NewReader(b)); !errors.Is(err, ErrBackup) {
			t.Errorf("%d bytes: %v, want ErrBackup", len(b), err)
		}
	}
}

// Whatever keys chance gives to a restored device, it finds a place among those
// that the household has used, and can write with nobody there.
func TestARestoredDeviceFindsAPlaceAmongThoseUsed(t *testing.T) {
	sari := newRealNode(t, t.TempDir())
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		invited(t, sari, id)
	}
	saved, err := ReadBackup(bytes.NewReader(backupOf(t, sari)))
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		dir := t.TempDir()
		if _, err := saved.Restore(dir); err != nil {
			t.Fatal(err)
		}
		n, err := Offline(Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		h, _ := n.Neighbourhood(id)
		if !h.Roster().Serve(n.Identity().DeviceID()) {
			t.Errorf("device %v found no place", n.Identity().DeviceID())
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestADeviceFromPaperDisplacesNoneFromABackup: from the words alone a device
// does not know what its household said; whatever it claims first, a device
// that came back from a file keeps its place, and its records count.
func TestADeviceFromPaperDisplacesNoneFromABackup(t *testing.T) {
	sari := newRealNode(t, t.TempDir())
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	saved, err := ReadBackup(bytes.NewReader(backupOf(t, sari)))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := saved.Restore(dir); err != nil {
		t.Fatal(err)
	}
	n, err := Offline(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	h, _ := n.Neighbourhood(id)
	known := make(map[uint16]bool)
	for _, op := range h.keptClaims(h.Roster()) {
		known[op.Place] = true
	}
	if len(known) == 0 {
		t.Fatal("the device from the file claimed nothing")
	}
	for _, place := range roster.Judge(id, nil).SparePlaces(n.Identity().HouseholdID()) {
		if known[place] {
			t.Errorf("place %d, which a device from paper may claim", place)
		}
	}
}

func body(t *testing.T, h *Neighbourhood, id protocol.RecordID, text string) {
	t.Helper()
	err := h.Edit(t.Context(), id, func(m proto.Message) error {
		m.(*record.Request).Body = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What only this household knows beside its records comes back too: its
// contacts, and whom it mutes.
func TestABackupBringsContactsAndMutedHouseholdsBack(t *testing.T) {
	sari, budi, atSari, _ := pairOf(t)
	asked := asks(t, atSari, "water")
	if err := atSari.Confide(t.Context(), asked, Contact{Contact: "0812-3456-7890", Place: "the green fence"}); err != nil {
		t.Fatal(err)
	}
	noisy := budi.Identity().HouseholdID()
	if err := (Backend{Node: sari}).Mute(t.Context(), atSari.ID(), noisy, true); err != nil {
		t.Fatal(err)
	}
	again := restored(t, backupOf(t, sari))
	h, _ := again.Neighbourhood(atSari.ID())
	if err := h.do(t.Context(), func() {
		if c := h.contacts[asked]; c == nil || c.Contact.Contact != "0812-3456-7890" {
			t.Errorf("the contact is %v", c)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if muted, err := (Backend{Node: again}).Muted(atSari.ID()); err != nil || !muted[noisy] {
		t.Errorf("muted: %v, %v", muted, err)
	}
}
