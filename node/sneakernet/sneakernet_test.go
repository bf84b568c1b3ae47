package sneakernet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"gotong/protocol"
	"gotong/protocol/bundle"
)

var street = protocol.NeighbourhoodID{3}

// house is a place with items; what an item says it is itself.
type house struct {
	place Place
	has   map[string]bool
}

func newHouse(name string, has ...string) *house {
	h := &house{PlaceOf(name), make(map[string]bool)}
	for _, x := range append(has, "\x81 the roster") {
		h.has[x] = true
	}
	return h
}

// raw is an item of which only the first byte and the text count.
func raw(text string) []byte { return append([]byte(text), make([]byte, 200-len(text))...) }

func textOf(raw []byte) string { return string(bytes.TrimRight(raw, "\x00")) }

// all is what the house's node gives out.
func (h *house) all(s bundle.Salt) *bytes.Buffer {
	var names []string
	for x := range h.has {
		names = append(names, x)
	}
	slices.Sort(names)
	slices.Reverse(names) // the roster first
	var out bytes.Buffer
	w := bundle.NewWriter(&out, s)
	w.Section(bundle.TagOf(s, street))
	for _, x := range names {
		w.Item(raw(x))
	}
	w.Close()
	return &out
}

// fetch takes in what is on the stick and returns how many items were new.
func (h *house) fetch(t *testing.T, dir string) (fresh int, skipped []Skipped) {
	t.Helper()
	s := opened(t, dir)
	skipped, err := s.Import(func(_, _ int, _ int64, r io.Reader) error {
		b, err := bundle.NewReader(r)
		for err == nil {
			var item []byte
			if _, item, err = b.Next(); err == nil && !h.has[textOf(item)] {
				h.has[textOf(item)] = true
				fresh++
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrNothing) {
		t.Fatal(err)
	}
	return fresh, skipped
}

func opened(t *testing.T, dir string) *Stick {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (h *house) bring(t *testing.T, dir string) Sent {
	t.Helper()
	sent, err := h.tryBring(opened(t, dir), false)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func (h *house) tryBring(s *Stick, all bool) (Sent, error) {
	if err := s.Prepare([]byte("page")); err != nil {
		return Sent{}, err
	}
	return s.Export(h.place, h.all(s.Salt()), all)
}

func TestTheNextCarrierBringsOnlyNews(t *testing.T) {
	dir := t.TempDir()
	sari, budi := newHouse("sari", "\x01a", "\x01b", "\x01c"), newHouse("budi", "\x01d")
	if sent := sari.bring(t, dir); sent.New != 4 || sent.Items != 4 {
		t.Errorf("the first export brought %+v", sent)
	}
	if fresh, _ := budi.fetch(t, dir); fresh != 3 {
		t.Errorf("budi got %d", fresh)
	}
	if sent := budi.bring(t, dir); sent.New != 1 || sent.Items != 2 {
		t.Errorf("budi brought %+v: its news is d, and the roster goes along", sent)
	}
	if fresh, _ := sari.fetch(t, dir); fresh != 1 {
		t.Errorf("sari got %d", fresh)
	}
	sari.has["\x01e"] = true
	if sent := sari.bring(t, dir); sent.New != 1 || sent.Items != 2 {
		t.Errorf("the second export brought %+v", sent)
	}
	if sent := sari.bring(t, dir); sent.New != 0 || sent.Items != 2 {
		t.Errorf("once more: %+v; e still waits for budi", sent)
	}
}

func TestANewcomerGetsTheRestWithTheNextRoundOrAtOnceWithAll(t *testing.T) {
	dir := t.TempDir()
	sari, budi := newHouse("sari", "\x01a", "\x01b"), newHouse("budi")
	for range 2 {
		sari.bring(t, dir)
		budi.fetch(t, dir)
		budi.bring(t, dir)
	}
	ani := newHouse("ani")
	if fresh, _ := ani.fetch(t, dir); fresh != 0 {
		t.Errorf("everybody has everything, yet %d travel", fresh)
	}
	ani.bring(t, dir)
	sari.bring(t, dir)
	if fresh, _ := ani.fetch(t, dir); fresh != 2 {
		t.Errorf("the next round brought ani %d", fresh)
	}
	dedi, whole := newHouse("dedi"), t.TempDir()
	if _, err := sari.tryBring(opened(t, whole), true); err != nil {
		t.Fatal(err)
	}
	if fresh, _ := dedi.fetch(t, whole); fresh != 2 {
		t.Errorf("all brought dedi %d", fresh)
	}
}

// TestAStickGoingRoundAnyWayMakesAllEqual: whatever the order of the visits, two
// more rounds bring everything everywhere.
func TestAStickGoingRoundAnyWayMakesAllEqual(t *testing.T) {
	for seed := range uint64(6) {
		luck := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		houses := []*house{newHouse("a"), newHouse("b"), newHouse("c"), newHouse("d")}
		for n := range 40 {
			h := houses[luck.IntN(len(houses))]
			h.has[fmt.Sprintf("\x01%d", n)] = true
			if luck.IntN(2) == 0 {
				h.fetch(t, dir)
				h.bring(t, dir)
			}
		}
		for range 3 {
			for _, h := range houses {
				h.fetch(t, dir)
				h.bring(t, dir)
			}
		}
		for _, h := range houses {
			if len(h.has) != 41 {
				t.Fatalf("seed %d: a house has %d of 41", seed, len(h.has))
			}
		}
	}
}

// contents returns the files of the folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	names, err := filepath.Glob(filepath.Join(dir, folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	return files
}

// room lets so many bytes through to a stick, and then it is full.
type room struct {
	w    io.Writer
	left *int
}

func (r room) Write(b []byte) (int, error) {
	if len(b) > *r.left {
		n, _ := r.w.Write(b[:*r.left])
		*r.left = 0
		return n, &os.PathError{Op: "write", Path: "stick", Err: syscall.ENOSPC}
	}
	*r.left -= len(b)
	return r.w.Write(b)
}

func TestAFullStickSaysSoAndKeepsWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	sari, budi := newHouse("sari", "\x01a", "\x01b"), newHouse("budi", "\x01c")
	sari.bring(t, dir)
	budi.fetch(t, dir)
	budi.bring(t, dir)
	sari.has["\x01d"] = true
	before := contents(t, dir)
	for left := 0; left < 400; left += 9 {
		s := opened(t, dir)
		rest := left
		s.through = func(w io.Writer) io.Writer { return room{w, &rest} }
		if _, err := sari.tryBring(s, false); !errors.Is(err, ErrFull) {
			t.Fatalf("room for %d bytes: %v", left, err)
		}
		if after := contents(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Fatalf("room for %d bytes: the stick has changed", left)
		}
	}
	if sent := sari.bring(t, dir); sent.New != 1 {
		t.Errorf("with room again: %+v", sent)
	}
}

func TestAnEmptyStickThatIsFullStaysUsable(t *testing.T) {
	for left := 0; left < 300; left += 13 {
		dir := t.TempDir()
		s := opened(t, dir)
		rest := left
		s.through = func(w io.Writer) io.Writer { return room{w, &rest} }
		if _, err := newHouse("sari", "\x01a").tryBring(s, false); !errors.Is(err, ErrFull) {
			t.Fatalf("room for %d bytes: %v", left, err)
		}
		if sent := newHouse("sari", "\x01a").bring(t, dir); sent.Items != 2 {
			t.Fatalf("after room for %d bytes: %+v", left, sent)
		}
	}
}

// TestAStickPulledOutInTheMiddleHarmsNothing: whatever half of a file is left,
// everybody gets everything in the end.
func TestAStickPulledOutInTheMiddleHarmsNothing(t *testing.T) {
	for seed := range uint64(20) {
		luck := rand.New(rand.NewPCG(seed, 2))
		dir := t.TempDir()
		sari, budi := newHouse("sari", "\x01a", "\x01b"), newHouse("budi", "\x01c")
		sari.bring(t, dir)
		budi.fetch(t, dir)
		budi.bring(t, dir)
		sari.has["\x01d"] = true
		breakOne(t, luck, dir)
		for _, h := range []*house{sari, budi, sari, budi, sari} {
			h.fetch(t, dir)
			h.bring(t, dir)
		}
		if len(sari.has) != 5 || len(budi.has) != 5 {
			t.Fatalf("seed %d: %d and %d of 5", seed, len(sari.has), len(budi.has))
		}
	}
}

// breakOne cuts one file of the stick somewhere, or leaves half a draft.
func breakOne(t *testing.T, luck *rand.Rand, dir string) {
	t.Helper()
	files := contents(t, dir)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	name := names[luck.IntN(len(names))]
	half := files[name][:luck.IntN(len(files[name])+1)]
	if luck.IntN(3) == 0 {
		name += partEnd
	}
	if err := os.WriteFile(filepath.Join(dir, folder, name), []byte(half), 0o644); err != nil {
		t.Fatal(err)
	}
}
