package netlab

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotong/protocol"
)

var canaries = flag.Int("canaries", 50, "secrets to let out in TestACanaryNeverLeaves")

// flock is the secrets of one story. All that was written in words shares one
// beginning that stands nowhere else, all that was given as a contact another:
// whoever finds neither finds none of them.
type flock struct {
	words   string // in what the whole neighbourhood reads
	contact string // in what accepted helpers read alone
	numbers string // in numbers that are moved from a text to the contact
	names   string // in names of households, each with the household's own behind it
	n       int
}

func newFlock(t *testing.T) *flock {
	t.Helper()
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		t.Fatal(err)
	}
	return &flock{
		words: fmt.Sprintf("kenari%x", b[:3]), contact: fmt.Sprintf("murai%x", b[3:6]),
		names:   fmt.Sprintf("gelatik%x", b[3:6]),
		numbers: fmt.Sprintf("0899-%04d-", (int(b[6])<<8|int(b[7]))%10_000),
	}
}

// name is what a household calls itself. Its own node keeps that, in the clear,
// to write it down once it is a member.
func (f *flock) name(h *household) string { return f.names + h.name }

// word, secret and number return one more of each.
func (f *flock) word() string   { f.n++; return fmt.Sprintf("%s%d", f.words, f.n) }
func (f *flock) secret() string { f.n++; return fmt.Sprintf("%s%d", f.contact, f.n) }
func (f *flock) number() string { f.n++; return fmt.Sprintf("%s%04d", f.numbers, f.n) }

// forms returns how a secret can lie somewhere: as it is, in hexadecimal, in
// base64 at any of its three offsets, and with two bytes for a character.
func forms(secret string) [][]byte {
	b := []byte(secret)
	all := [][]byte{b, []byte(hex.EncodeToString(b)), []byte(strings.Join(strings.Split(secret, ""), "\x00"))}
	for shift := range 3 {
		whole := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), b...))
		all = append(all, []byte(whole[(shift*8+5)/6:len(whole)-1]))
	}
	return all
}

// in reports whether any form of a secret is in data.
func in(data []byte, secret string) bool {
	for _, form := range forms(secret) {
		if bytes.Contains(data, form) {
			return true
		}
	}
	return false
}

// none fails for every secret that is in data.
func none(t *testing.T, where string, data []byte, secrets ...string) {
	t.Helper()
	if len(data) == 0 {
		t.Errorf("%s: nothing was searched", where)
	}
	for _, secret := range secrets {
		if in(data, secret) {
			t.Errorf("%s: found %q", where, secret)
		}
	}
}

// files returns everything in a folder, one file after the other.
func files(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(append(all, '\n'), content...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ids are what the story needs of a document.
type ids struct {
	ID   string
	Item struct{ ID string }
}

func (h *household) write(t *testing.T, args ...string) string {
	t.Helper()
	var doc ids
	h.read(t, &doc, args...)
	return doc.ID
}

// village is who takes part: the author, the helper, a third member, a hub that
// holds no key, and a stranger on the same wire.
type village struct{ sari, budi, wati, hub, stranger *household }

func newVillage(t *testing.T, l *lab, f *flock) village {
	t.Helper()
	v := village{sari: l.plug(t, west), wati: l.plug(t, west), budi: l.plug(t, east), hub: l.plug(t, east), stranger: l.plug(t, west)}
	for _, h := range l.households {
		h.flags = []string{"--verbose"}
		if h == v.hub {
			h.flags = append(h.flags, "--hub")
		}
		h.start(t)
	}
	v.sari.gotong(t, "create", "RT "+f.word(), "--household", f.name(v.sari))
	helper := "member"
	if *canaries > 200 {
		helper = "steward" // who has room for all it writes
	}
	for _, c := range []struct {
		h    *household
		role string
	}{{v.budi, "member"}, {v.wati, "member"}, {v.hub, "hub"}} {
		var invited struct{ Invite string }
		v.sari.read(t, &invited, "invite", "--role", c.role)
		c.h.gotong(t, "join", invited.Invite, "--household", f.name(c.h), "--yes")
		waitFor(t, 30*time.Second, c.h.name+" is a member", func() bool { return c.h.member(t) })
	}
	v.sari.gotong(t, "vouch", f.name(v.budi), "--role", helper, "--yes")
	v.sari.vouchForAll(t)
	return v
}

func (h *household) member(t *testing.T) bool {
	s := h.status(t)
	return len(s.Neighbourhoods) == 1 && s.Neighbourhoods[0].Member
}

// vouchForAll has a founder vouch for every household on probation; a hub stays
// what it is.
func (h *household) vouchForAll(t *testing.T) {
	t.Helper()
	var people struct {
		People []struct {
			ID, Role, Standing string
		}
	}
	h.read(t, &people, "people")
	for _, p := range people.People {
		if p.Standing == "probation" && p.Role != "hub" {
			h.gotong(t, "vouch", p.ID, "--yes")
		}
	}
}

// tale writes secrets on every path on which something can be written, and
// returns the requests whose contact the helper may read.
func (v village) tale(t *testing.T, f *flock) (asked []string) {
	t.Helper()
	for f.n < *canaries {
		id := v.sari.write(t, "ask", "Air "+f.word(), "--body", f.word(), "--at", f.word(), "--qty", "4",
			"--contact", f.secret(), "--place-exact", f.secret())
		v.sari.gotong(t, "comment", id, "siapa "+f.word())
		moved := v.sari.write(t, "ask", "Obat, WA "+f.number(), "--move-numbers")
		v.sari.gotong(t, "comment", moved, "atau "+f.number(), "--move-numbers")
		for _, x := range []string{id, moved} {
			waitFor(t, 30*time.Second, "budi has the request", func() bool { return v.budi.command("show", x).Run() == nil })
			pledge := v.budi.write(t, "pledge", x, "--note", f.word())
			waitFor(t, 30*time.Second, "sari has the pledge", func() bool { return v.sari.command("accept", x, pledge).Run() == nil })
			asked = append(asked, x)
		}
		v.budi.gotong(t, "comment", id, "saya "+f.word())
		v.sari.gotong(t, "arrived", id, "--qty", "1", "--note", f.word())
		v.budi.gotong(t, "offer", "Nasi "+f.word(), "--body", f.word(), "--contact", f.secret())
	}
	v.report(t, f)
	v.photo(t, f)
	sheet := filepath.Join(v.sari.dir + ".csv")
	text := fmt.Sprintf("judul;keterangan;telepon;alamat\nTikar %s;%s;%s;%s\nSelimut, hubungi %s;;;\n", f.word(), f.word(), f.secret(), f.secret(), f.number())
	if err := os.WriteFile(sheet, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v.sari.gotong(t, "import", sheet)
	return asked
}

// report writes secrets on the paths that a household takes once.
func (v village) report(t *testing.T, f *flock) {
	t.Helper()
	v.sari.gotong(t, "checkin", "ok", "--note", f.word(), "--at", f.word())
	v.sari.gotong(t, "talk", "Bicara "+f.word(), "--contact", f.secret())
	v.sari.gotong(t, "visit", "Nenek "+f.word(), "Tolong tengok "+f.word(), "--person", "--place-exact", f.secret())
	v.sari.gotong(t, "notice", "send", "Air naik "+f.word())
	v.sari.gotong(t, "thank", f.name(v.budi), "Terima kasih "+f.word())
	v.sari.gotong(t, "rollcall", "Latihan "+f.word(), "--drill")
}

// inMemory looks through all that a running node has in its memory, its own name
// left out. That the search sees anything is shown by the path of its folder,
// which it was started with.
func (h *household) inMemory(t *testing.T, f *flock, secrets ...string) (searched int) {
	t.Helper()
	memory := h.dump(t)
	if !in(memory, h.dir) {
		t.Errorf("memory of %s: not even its folder was found in %d kB", h.name, len(memory)>>10)
	}
	memory = bytes.ReplaceAll(memory, []byte(f.name(h)), nil)
	none(t, "memory of "+h.name, memory, secrets...)
	return len(memory)
}

// photo has a photo go round whose file tells where it was taken: to the helper
// who opens it, and to the hub, which keeps it unseen.
func (v village) photo(t *testing.T, f *flock) {
	t.Helper()
	path := v.sari.dir + ".jpg"
	photographed(t, path, f.secret())
	id := v.sari.write(t, "ask", "Atap "+f.word(), "--photo", path)
	waitFor(t, 30*time.Second, "budi has the request", func() bool { return v.budi.command("show", id).Run() == nil })
	v.budi.gotong(t, "photo", id, "-o", v.budi.dir+".jpg")
	content, err := os.ReadFile(v.budi.dir + ".jpg")
	if err != nil {
		t.Fatal(err)
	}
	none(t, "the photo that came", content, f.contact)
	waitFor(t, 60*time.Second, "the hub keeps the photo", func() bool {
		kept, _ := filepath.Glob(filepath.Join(v.hub.dir, "blobs", "*", "*.kept"))
		return len(kept) == 2
	})
	none(t, "disk of the hub", files(t, v.hub.dir), string(content[1000:1064]))
	none(t, "disk of the helper", files(t, v.budi.dir), string(content[1000:1064]))
}

// TestACanaryNeverLeaves lets secrets out on every path on which something is
// written, and looks for them wherever they must not be. That the search finds
// what is there is shown each time by what has to be found.
func TestACanaryNeverLeaves(t *testing.T) {
	t.Parallel()
	l, f := newLab(t), newFlock(t)
	tap := l.tap(t)
	v := newVillage(t, l, f)
	asked := v.tale(t, f)
	tap.listenTo(t, l)
	members := []*household{v.sari, v.budi, v.wati}
	untilEqual(t, 60*time.Second, members)
	all := []string{f.words, f.contact, f.numbers, f.names}
	private := []string{f.contact, f.numbers}

	// Who may read it does.
	for _, id := range asked {
		waitFor(t, 30*time.Second, "the helper reads the contact", func() bool {
			shown := v.budi.gotong(t, "show", id, "--json")
			return strings.Contains(shown, f.contact) || strings.Contains(shown, f.numbers)
		})
	}
	for _, h := range members {
		if text := h.gotong(t, "list", "--all", "--json"); strings.Count(text, f.words) < 5 {
			t.Errorf("%s does not read what all may read: the story told nothing", h.name)
		}
	}
	if got := v.hub.status(t).Neighbourhoods[0].Cells; got < 10 {
		t.Errorf("the hub carries %d cells: nothing to find", got)
	}

	searched := v.hub.inMemory(t, f, all...)
	if memory := v.budi.dump(t); !in(memory, f.words) {
		t.Errorf("not even a member's memory holds a word: the search sees nothing")
	}
	hood := v.sari.status(t).Neighbourhoods[0].ID
	v.replies(t, f, asked, all, private)
	v.carried(t, l, all)
	for _, h := range l.households {
		h.stop(t)
		log, err := os.ReadFile(h.logFile())
		if err != nil {
			t.Fatal(err)
		}
		none(t, "log of "+h.name, log, all...)
		disk := files(t, h.dir)
		none(t, "disk of "+h.name, disk, all[:3]...)
		for _, other := range l.households {
			if other != h {
				none(t, "disk of "+h.name, disk, f.name(other))
			}
		}
	}
	heard := tap.heard()
	none(t, "wire", heard, append(all, namesOnTheWire(t, hood)...)...)
	if !in(heard, tap.control) {
		t.Error("wire: not even what was sent in the clear was found")
	}
	v.shown(t, f)
	if !t.Failed() {
		t.Logf("figure: %d secrets on every path, 0 found; %d kB on the wire, %d kB of the hub's memory searched", f.n, len(heard)>>10, searched>>10)
	}
}

// namesOnTheWire returns what would tell a stranger which neighbourhood it is:
// its id, written and as bytes, and the name of its topic.
func namesOnTheWire(t *testing.T, text string) []string {
	t.Helper()
	id, err := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil || len(id) != 16 {
		t.Fatalf("no id: %q, %v", text, err)
	}
	topic := protocol.Topic(protocol.NeighbourhoodID(id))
	return []string{text, string(id[:]), topic, topic[len(topic)-26:]}
}

// replies looks through what the control sockets answer.
func (v village) replies(t *testing.T, f *flock, asked, all, private []string) {
	t.Helper()
	for _, id := range asked {
		none(t, "what the third member is shown", []byte(v.wati.gotong(t, "show", id, "--json")), private...)
	}
	for _, h := range []*household{v.hub, v.stranger} {
		for _, command := range []string{"status", "list", "peers", "people", "show"} {
			args := []string{command, "--json"}
			if command == "show" {
				args = []string{command, asked[0], "--json"}
			}
			out, _ := h.command(args...).CombinedOutput() // some of it fails, as it should
			none(t, h.name+"'s answer to "+command, bytes.ReplaceAll(out, []byte(f.name(h)), nil), all...)
		}
	}
	none(t, "list of the third member", []byte(v.wati.gotong(t, "list", "--all", "--json")), private...)
}

// carried looks through a stick, a bundle and a backup.
func (v village) carried(t *testing.T, l *lab, all []string) {
	t.Helper()
	out := filepath.Join(labRoot, l.name, "out")
	stick := filepath.Join(out, "stick")
	if err := os.MkdirAll(stick, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*household{v.sari, v.wati, v.hub} {
		h.gotong(t, "usb", "--at", stick, "--yes")
	}
	none(t, "stick", files(t, stick), all...)
	bundle := filepath.Join(out, "bundle")
	if err := os.Mkdir(bundle, 0o755); err != nil {
		t.Fatal(err)
	}
	v.sari.gotong(t, "carry", "export", bundle)
	none(t, "bundle", files(t, bundle), all...)
	passphrase := filepath.Join(out, "passphrase")
	if err := os.WriteFile(passphrase, []byte("empat kata yang tidak ditebak\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(out, "backup")
	v.sari.gotong(t, "backup", backup, "--passphrase-file", passphrase)
	content, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	none(t, "backup", content, all...)
}

// shown lets the search find secrets that were put where it looks, in every
// form it knows.
func (v village) shown(t *testing.T, f *flock) {
	t.Helper()
	for i, form := range forms(f.word()) {
		path := filepath.Join(v.wati.dir, "control")
		if err := os.WriteFile(path, append([]byte("x"), form...), 0o600); err != nil {
			t.Fatal(err)
		}
		if !in(files(t, v.wati.dir), f.words) && i < 3 {
			t.Errorf("form %d of a secret is not found", i)
		}
	}
}
