package node

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// place is what a camera wrote into a picture.
const place = "S 6.1944 E 106.8229 Jl. Melati 7"

// photographed is a picture of noise with a place in it.
func photographed(t *testing.T, side int) []byte {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range p.Pix {
		p.Pix[i] = byte(i*i>>3) ^ byte(i>>9)*37
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00" + place
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(head, b.Bytes()[2:]...)
}

// asksWithAPhoto has a node ask for something with a photo, and returns the reference.
func asksWithAPhoto(t *testing.T, n *Node, h *Neighbourhood, title string, photo []byte) *record.BlobRef {
	t.Helper()
	b := Backend{Node: n}
	ref, err := b.Attach(t.Context(), h.id, "IMG_2041.jpg", bytes.NewReader(photo))
	if err == nil {
		err = b.KeepPhotos(h.id, []*record.BlobRef{ref})
	}
	if err == nil {
		_, err = h.Write(t.Context(), &record.Request{Title: title, Photos: []*record.BlobRef{ref},
			Lines: []*record.Line{{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}}}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// bringsPhoto fetches a photo and returns its content.
func bringsPhoto(t *testing.T, n *Node, h *Neighbourhood, ref *record.BlobRef, small bool) []byte {
	t.Helper()
	b := Backend{Node: n}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.FetchPhoto(ctx, h.id, ref, small, nil); err != nil {
		t.Fatal(err)
	}
	r, err := b.OpenPhoto(h.id, ref, small)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// newPair is two households in a neighbourhood, connected.
func newPair(t *testing.T, dirs ...string) (sari, budi *Node, atSari, atBudi *Neighbourhood) {
	t.Helper()
	sari = newRealNode(t, dirs[0])
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	atSari, _ = sari.Neighbourhood(id)
	budi, atBudi = joins(t, sari, atSari, dirs[1], roster.RoleMember)
	return sari, budi, atSari, atBudi
}

// joins lets a node in as a role.
func joins(t *testing.T, sari *Node, atSari *Neighbourhood, dir string, role roster.Role) (*Node, *Neighbourhood) {
	t.Helper()
	n := newRealNode(t, dir, sari.Addrs()...)
	terms := api.Terms{Uses: 1, Role: role}
	if role == roster.RoleHub {
		key := roster.Key(n.Identity().HouseholdKey())
		says(t, atSari, &roster.Vouch{Household: key[:], Role: role})
	}
	invite, err := sari.InviteAs(t.Context(), atSari.id, terms)
	if err == nil {
		_, err = n.Join(t.Context(), invite, "Pak "+filepath.Base(dir))
	}
	if err != nil {
		t.Fatal(err)
	}
	h, _ := n.Neighbourhood(atSari.id)
	return n, h
}

func TestAPhotoGoesWithARequestAndComesWhenItIsOpened(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir()}
	sari, budi, atSari, atBudi := newPair(t, dirs...)
	ref := asksWithAPhoto(t, sari, atSari, "Atap bocor", photographed(t, 1200))
	eventually(t, atBudi, "the request arrives", titled("Atap bocor"))
	if (Backend{Node: budi}).PhotoHere(atBudi.id, ref, false) {
		t.Error("it came before anybody opened it")
	}
	small, whole := bringsPhoto(t, budi, atBudi, ref, true), bringsPhoto(t, budi, atBudi, ref, false)
	if len(small) == 0 || len(small) > protocol.MaxThumbnail || len(whole) != int(ref.Size) || !bytes.Equal(whole, bringsPhoto(t, sari, atSari, ref, false)) {
		t.Errorf("%d and %d bytes came", len(small), len(whole))
	}
	for name, content := range map[string][]byte{"thumbnail": small, "photo": whole} {
		if _, err := jpeg.Decode(bytes.NewReader(content)); err != nil || bytes.Contains(content, []byte("Melati")) {
			t.Errorf("the %s: %v", name, err)
		}
	}
	for _, dir := range dirs {
		if found := search(t, dir, []byte("Melati"), whole[:64], small[len(small)-64:]); found != "" {
			t.Errorf("%s holds what nobody should find on a disk", found)
		}
	}
}

// search returns the first file below a folder that holds one of these.
func search(t *testing.T, dir string, secrets ...[]byte) (found string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		seen += len(content)
		for _, secret := range secrets {
			if bytes.Contains(content, secret) {
				found = path
			}
		}
		return err
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d bytes searched, %v", seen, err)
	}
	return found
}

// TestAHubKeepsAPhotoAheadOfTimeAndCannotSeeIt: its author goes, and a neighbour
// still gets it.
func TestAHubKeepsAPhotoAheadOfTimeAndCannotSeeIt(t *testing.T) {
	sari := newRealNode(t, t.TempDir())
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	atSari, _ := sari.Neighbourhood(id)
	hubDir := t.TempDir()
	hub, atHub := joins(t, sari, atSari, hubDir, roster.RoleHub)
	ref := asksWithAPhoto(t, sari, atSari, "Atap bocor", photographed(t, 1200))
	until(t, "the hub has the photo", func() bool {
		b := Backend{Node: hub}
		return b.PhotoHere(id, ref, false) && b.PhotoHere(id, ref, true)
	})
	whole := bringsPhoto(t, sari, atSari, ref, false)
	budi := newRealNode(t, t.TempDir(), hub.Addrs()...)
	invite, err := sari.InviteAs(t.Context(), id, api.Terms{Uses: 1, Role: roster.RoleMember})
	if err == nil {
		_, err = budi.Join(t.Context(), invite, "Pak Budi")
	}
	if err != nil {
		t.Fatal(err)
	}
	atBudi, _ := budi.Neighbourhood(id)
	eventually(t, atBudi, "the request arrives", titled("Atap bocor"))
	until(t, "the hub knows the newcomer", func() bool { return atHub.Roster().Serve(budi.Identity().DeviceID()) })
	if err := sari.Close(); err != nil {
		t.Fatal(err)
	}
	if got := bringsPhoto(t, budi, atBudi, ref, false); !bytes.Equal(got, whole) {
		t.Error("something else came from the hub")
	}
	if found := search(t, hubDir, []byte("Melati"), whole[:64], whole[len(whole)-64:], ref.Key); found != "" {
		t.Errorf("%s on the hub holds what it must not see", found)
	}
}

// until waits for what no change of a board tells.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("%s: it did not happen", what)
}

func TestADeviceThatWasPutOutGetsNoPhoto(t *testing.T) {
	sari, budi, atSari, atBudi := newPair(t, t.TempDir(), t.TempDir())
	first := asksWithAPhoto(t, sari, atSari, "Atap bocor", photographed(t, 300))
	eventually(t, atBudi, "the request arrives", titled("Atap bocor"))
	bringsPhoto(t, budi, atBudi, first, false)
	key := roster.Key(budi.Identity().HouseholdKey())
	target := key.Household()
	says(t, atSari, &roster.Revoke{Kind: roster.Target_TARGET_HOUSEHOLD, Target: target[:]})
	second := asksWithAPhoto(t, sari, atSari, "Tikar", photographed(t, 310))
	err := (Backend{Node: budi}).FetchPhoto(t.Context(), atBudi.id, second, false, nil)
	if !errors.Is(err, api.ErrPhotoElsewhere) {
		t.Errorf("put out, with the reference in hand, it got it: %v", err)
	}
}

func TestANeighbourhoodThatIsLeftTakesItsPhotosAlong(t *testing.T) {
	dir := t.TempDir()
	sari := newRealNode(t, dir)
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := sari.Neighbourhood(id)
	asksWithAPhoto(t, sari, h, "Atap", photographed(t, 100))
	if err := sari.Leave(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, photosDir)); err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}

func TestAnOwnPhotoIsHeldAsLongAsARecordShowsIt(t *testing.T) {
	dir := t.TempDir()
	sari := newRealNode(t, dir)
	id, err := sari.Create(t.Context(), "RT 03", "Bu Sari")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := sari.Neighbourhood(id)
	b := Backend{Node: sari}
	shown := asksWithAPhoto(t, sari, h, "Atap", photographed(t, 100))
	dropped := asksWithAPhoto(t, sari, h, "Tikar", photographed(t, 110))
	var tikar protocol.RecordID
	if err := h.Look(t.Context(), func(v board.View) {
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			if i.Request().Title == "Tikar" {
				tikar = i.ID
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.Edit(t.Context(), tikar, func(m proto.Message) error { m.(*record.Request).Photos = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	sari.tidyPhotos(h)
	brought, own := sari.parts.Photos.Use()
	if !b.PhotoHere(id, shown, false) || !b.PhotoHere(id, dropped, false) || brought == 0 || own == 0 {
		t.Errorf("%d bytes may go, %d may not", brought, own)
	}
	if err := h.Edit(t.Context(), tikar, func(m proto.Message) error {
		m.(*record.Request).Photos = []*record.BlobRef{dropped}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	sari.tidyPhotos(h)
	if brought, _ := sari.parts.Photos.Use(); brought != 0 {
		t.Errorf("%d bytes of what is shown may go", brought)
	}
}
