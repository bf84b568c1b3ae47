package sneakernet

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gotong/protocol/bundle"
)

func TestAHostileStickIsReadInBounds(t *testing.T) {
	dir := t.TempDir()
	newHouse("sari", "\x01a").bring(t, dir)
	in := func(name string) string { return filepath.Join(dir, folder, name) }
	secret := filepath.Join(t.TempDir(), "secret")
	whole := newHouse("x", "\x01stolen").all(bundle.Salt{})
	if err := errors.Join(
		os.WriteFile(secret, whole.Bytes(), 0o644),
		os.Symlink(secret, in("away.gotong")),
		os.Symlink("stick", in("inside.gotong")),
		os.Symlink("/dev/zero", in("endless.gotong")),
		syscall.Mkfifo(in("fifo.gotong"), 0o644),
		os.Mkdir(in("folder.gotong"), 0o755),
		os.WriteFile(in("garbage.gotong"), []byte("not a bundle"), 0o644),
		os.WriteFile(in("empty.gotong"), nil, 0o644),
		os.WriteFile(in("half.gotong"), whole.Bytes()[:20], 0o644),
		os.WriteFile(in("later.gotong"), []byte("GOTONG\n\x09 and more of it here"), 0o644),
		os.WriteFile(in("giant.gotong"), whole.Bytes(), 0o644), os.Truncate(in("giant.gotong"), 1<<40),
		os.WriteFile(in("zeros.gotong"), nil, 0o644), os.Truncate(in("zeros.gotong"), 1<<20),
	); err != nil {
		t.Fatal(err)
	}
	budi := newHouse("budi")
	fresh, skipped := budi.fetch(t, dir)
	want := map[string]error{
		"away.gotong": ErrNotFile, "inside.gotong": ErrNotFile, "endless.gotong": ErrNotFile, "fifo.gotong": ErrNotFile,
		"folder.gotong": ErrNotFile, "garbage.gotong": bundle.ErrNotBundle, "empty.gotong": bundle.ErrNotBundle,
		"half.gotong": bundle.ErrDamaged, "later.gotong": bundle.ErrVersion, "giant.gotong": ErrTooLarge, "zeros.gotong": bundle.ErrNotBundle,
	}
	if fresh != 1 || !budi.has["\x01a"] || budi.has["\x01stolen"] || len(skipped) != len(want) {
		t.Errorf("%d new, %d of %d skipped", fresh, len(skipped), len(want))
	}
	for _, s := range skipped {
		if !errors.Is(s.Err, want[s.Name]) {
			t.Errorf("%s: %v, want %v", s.Name, s.Err, want[s.Name])
		}
	}
	budi.bring(t, dir) // and writing goes on as well
	if text, err := os.ReadFile(secret); err != nil || !bytes.Equal(text, whole.Bytes()) {
		t.Error("a file outside the stick was changed")
	}
}

func TestAFolderThatLeadsElsewhereIsRefused(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(dir, folder)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrNotFile) {
		t.Errorf("got %v", err)
	}
	if _, err := Open(filepath.Join(dir, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestWritingFollowsNoLink: a link that stands where a file is to be written is
// replaced, not followed.
func TestWritingFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	sari := newHouse("sari", "\x01a")
	sari.bring(t, dir)
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name := range contents(t, dir) {
		path := filepath.Join(dir, folder, name)
		if err := errors.Join(os.Remove(path), os.Symlink(victim, path), os.Symlink(victim, path+partEnd)); err != nil {
			t.Fatal(err)
		}
	}
	sari.bring(t, dir)
	if text, err := os.ReadFile(victim); err != nil || string(text) != "mine" {
		t.Errorf("the file outside is %q, %v", text, err)
	}
}

func TestAListThatIsNotWholeHidesNothing(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	if err := errors.Join(s.Prepare(nil), s.writeList("x.list", []trace{3, 1, 2, 3})); err != nil {
		t.Fatal(err)
	}
	text := contents(t, dir)["x.list"]
	got, err := parseList([]byte(text))
	if err != nil || len(got) != 3 || !got.has(2) {
		t.Fatalf("%v, %v", got, err)
	}
	for at := range len(text) {
		altered := []byte(text)
		altered[at] ^= 1
		if _, err := parseList(altered); err == nil {
			t.Errorf("byte %d altered: not noticed", at)
		}
		if _, err := parseList([]byte(text[:at])); err == nil {
			t.Errorf("cut at %d: not noticed", at)
		}
	}
}

// TestAPlaceWhoseListIsDamagedIsBroughtEverything: that the others have it all
// does not count then.
func TestAPlaceWhoseListIsDamagedIsBroughtEverything(t *testing.T) {
	dir := t.TempDir()
	houses := []*house{newHouse("sari", "\x01a", "\x01b"), newHouse("budi"), newHouse("ani")}
	for range 2 {
		for _, h := range houses {
			h.fetch(t, dir)
			h.bring(t, dir)
		}
	}
	s := opened(t, dir)
	name := s.place(bundle.TagOf(s.salt, street), houses[2].place) + listEnd
	if sent := houses[0].bring(t, dir); sent.Items != 1 {
		t.Errorf("all have all, and %+v travels", sent)
	}
	if err := os.Truncate(filepath.Join(dir, folder, name), 20); err != nil {
		t.Fatal(err)
	}
	if sent := houses[0].bring(t, dir); sent.Items != 3 {
		t.Errorf("with the list damaged %+v travels", sent)
	}
}

func FuzzList(f *testing.F) {
	f.Add([]byte(listMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if all, err := parseList(b); err == nil && len(all)*traceSize > len(b) {
			t.Fatal("more than there is")
		}
	})
}

func TestSticksAreFoundWhereTheyAreMounted(t *testing.T) {
	const table = `22 28 0:20 / /proc rw,nosuid shared:12 - proc proc rw
28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
101 28 8:17 / /media/sari/GOTONG rw,nosuid shared:50 - vfat /dev/sdb1 rw
102 28 8:33 / /run/media/sari/FLASH\040DISK rw - exfat /dev/sdc1 rw
103 28 8:49 / /mnt rw master:1 shared:2 - vfat /dev/sdd1 rw
104 28 0:55 / /mnt/share rw - tmpfs tmpfs rw
105 28 8:65 / /media-old rw - ext4 /dev/sde1 rw
106 28 8:81 / /home rw - ext4 /dev/sdf1 rw
broken line
107 - vfat /dev/sdg1
`
	got, err := sticksIn(strings.NewReader(table))
	want := []string{"/media/sari/GOTONG", "/run/media/sari/FLASH DISK", "/mnt"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}
