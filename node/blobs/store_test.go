package blobs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// shelf is a store with a clock that tests move.
type shelf struct {
	*Store
	t   *testing.T
	dir string
	now time.Time
}

func newShelf(t *testing.T, budget int64) *shelf {
	s := &shelf{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	s.reopen(budget)
	return s
}

func (s *shelf) reopen(budget int64) {
	s.t.Helper()
	store, err := Open(s.dir, Options{Budget: budget, Now: func() time.Time { return s.now }})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Store = store
}

// brings puts a photo into the store as if a neighbour had sent it.
func (s *shelf) brings(n protocol.NeighbourhoodID, seed byte, size int) (blob.Address, error) {
	s.t.Helper()
	content := bytes.Repeat([]byte{seed}, size)
	other, err := Open(s.t.TempDir(), Options{Budget: 1 << 30})
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := other.Put(n, blob.Key{seed}, content)
	if err != nil {
		s.t.Fatal(err)
	}
	from, err := other.take(id{n, a})
	if err != nil {
		s.t.Fatal(err)
	}
	defer from.f.Close()
	p, err := s.begin(id{n, a}, from.m)
	if err != nil {
		return a, err
	}
	for i := range from.m.Chunks() {
		sealed, err := from.chunk(i)
		if err == nil {
			err = p.put(i, sealed)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.now = s.now.Add(2 * touchEvery)
	return a, p.close()
}

func (s *shelf) mustBring(n protocol.NeighbourhoodID, seed byte, size int) blob.Address {
	s.t.Helper()
	a, err := s.brings(n, seed, size)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *shelf) opens(n protocol.NeighbourhoodID, a blob.Address) {
	s.t.Helper()
	b, err := s.take(id{n, a})
	if err != nil {
		s.t.Fatal(err)
	}
	b.f.Close()
}

var rw = protocol.NeighbourhoodID{4}

func TestTheLongestUnopenedGoesFirstAndOwnOnesNever(t *testing.T) {
	s := newShelf(t, 100_000)
	own, err := s.Put(rt, blob.Key{99}, photo(90_000))
	if err != nil || s.Show(rt, own) != nil {
		t.Fatal(err)
	}
	first, second, third := s.mustBring(rt, 1, 30_000), s.mustBring(rt, 2, 30_000), s.mustBring(rt, 3, 30_000)
	s.opens(rt, first)
	s.reopen(100_000) // it is remembered
	fourth := s.mustBring(rt, 4, 30_000)
	for a, want := range map[blob.Address]bool{own: true, first: true, second: false, third: true, fourth: true} {
		if got := s.Held(rt, a).Whole; got != want {
			t.Errorf("%s is here: %v", a, got)
		}
	}
	if brought, _ := s.Use(); brought > 100_000 {
		t.Errorf("%d bytes are held against 100,000", brought)
	}
	if _, err := s.brings(rt, 5, 200_000); !errors.Is(err, ErrRoom) {
		t.Errorf("one beyond the whole budget: %v", err)
	}
	if !s.Held(rt, fourth).Whole {
		t.Error("what could not come pushed something out")
	}
}

func TestAHubDoesNotBringBackWhatItGaveAway(t *testing.T) {
	s := newShelf(t, 50_000)
	first := s.mustBring(rt, 1, 30_000)
	second := s.mustBring(rt, 2, 30_000)
	for range 2 {
		if s.wants(rt, first) || s.wants(rt, second) || !s.wants(rt, blob.Address{1}) {
			t.Error("what was given away for room is wanted again: it would come and go for ever")
		}
		s.reopen(50_000)
	}
	if again := s.mustBring(rt, 1, 30_000); again != first || !s.Held(rt, first).Whole {
		t.Error("what somebody opens does not come")
	}
}

func TestAHubThatGaveAwayMoreThanItRemembersBringsNothingUntilItForgot(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari := s.house(1)
		hub := s.move(2, t.TempDir(), Options{Budget: 1 << 30})
		for i := range maxGone {
			hub.files[id{rt, blob.Address{1, byte(i), byte(i >> 8)}}] = &file{state: stateGone, opened: time.Now()}
		}
		a := sari.shown(photo(700))
		if err := hub.Gather(ctx, rt, s.sources(hub)[0]); err != nil || hub.Held(rt, a).Whole {
			t.Errorf("it brings on and on: %v", err)
		}
		time.Sleep(forgiven + time.Hour)
		sari.shown(photo(800))
		if err := hub.Own(rt, nil); err != nil {
			t.Fatal(err)
		}
		if err := hub.Gather(ctx, rt, s.sources(hub)[0]); err != nil || !hub.Held(rt, a).Whole {
			t.Errorf("it never brings anything again: %v", err)
		}
	})
}

func TestANeighbourhoodThatTakesTheMostGivesFirst(t *testing.T) {
	s := newShelf(t, 200_000)
	quiet := s.mustBring(rw, 1, 30_000) // the oldest of all
	for seed := range byte(20) {
		s.mustBring(rt, 10+seed, 30_000)
	}
	if !s.Held(rw, quiet).Whole {
		t.Error("one neighbourhood pushed out another's photo")
	}
}

func TestADiskWithoutRoomTakesNothing(t *testing.T) {
	s := newShelf(t, 1<<30)
	s.opt.Room = func() bool { return false }
	if _, err := s.Put(rt, blob.Key{1}, photo(10)); !errors.Is(err, ErrRoom) {
		t.Errorf("an own photo: %v", err)
	}
	if _, err := s.brings(rt, 1, 10); !errors.Is(err, ErrRoom) {
		t.Errorf("a neighbour's: %v", err)
	}
}

func TestWhatNobodyShowedGoesAfterADay(t *testing.T) {
	s := newShelf(t, 1<<30)
	a, err := s.Put(rt, blob.Key{1}, photo(10))
	if err != nil {
		t.Fatal(err)
	}
	os.Chtimes(s.path(id{rt, a}, stateNew), s.now, s.now)
	s.reopen(1 << 30)
	if !s.Held(rt, a).Whole {
		t.Error("it was gone at once")
	}
	s.now = s.now.Add(25 * time.Hour)
	s.reopen(1 << 30)
	if s.Held(rt, a).Whole {
		t.Error("it stays for ever")
	}
	if err := s.Show(rt, a); !errors.Is(err, ErrAbsent) {
		t.Errorf("shown: %v", err)
	}
}

func TestWhatNobodyShowedGoesWithoutARestart(t *testing.T) {
	s := newShelf(t, 1<<30)
	a, err := s.Put(rt, blob.Key{1}, photo(10))
	if err != nil {
		t.Fatal(err)
	}
	path := s.path(id{rt, a}, stateNew)
	for _, gone := range []bool{false, true} {
		if err := s.Own(rt, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); gone != errors.Is(err, os.ErrNotExist) {
			t.Errorf("gone: %v, but %v", gone, err)
		}
		s.now = s.now.Add(25 * time.Hour)
	}
}

// TestAMachineWithTooManyOpenFilesLosesNoPhoto stands a folder that nobody may
// enter for the limit on open files: opening fails, and the file is sound.
func TestAMachineWithTooManyOpenFilesLosesNoPhoto(t *testing.T) {
	s := newShelf(t, 1<<30)
	a, err := s.Put(rt, blob.Key{1}, photo(100))
	if err == nil {
		err = s.Show(rt, a)
	}
	if err != nil {
		t.Fatal(err)
	}
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	_, refused := s.Read(rt, a, blob.Key{1}, 100)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(refused, ErrAbsent) {
		t.Errorf("with no file to be had: %v", refused)
	}
	r, err := s.Read(rt, a, blob.Key{1}, 100)
	if err != nil {
		t.Fatalf("an own photo is lost: %v", err)
	}
	r.Close()
}

func TestAPartThatFindsNoRoomStaysAPart(t *testing.T) {
	from := newShelf(t, 1<<30)
	a := from.mustBring(rt, 1, 100_000)
	whole, err := from.take(id{rt, a})
	if err != nil {
		t.Fatal(err)
	}
	defer whole.f.Close()
	s := newShelf(t, 1<<30)
	for range 2 { // each with the same part, which takes its room all the while
		p, err := s.begin(id{rt, a}, whole.m)
		if err == nil {
			err = p.close()
		}
		if err != nil {
			t.Fatal(err)
		}
		s.opt.Room = func() bool { return false }
		if _, err := s.begin(id{rt, a}, whole.m); !errors.Is(err, ErrRoom) {
			t.Errorf("without room: %v", err)
		}
		if used, _ := s.Use(); used == 0 {
			t.Error("a part on the disk is counted no longer")
		}
		s.opt.Room = func() bool { return true }
	}
}

func TestAMarkOfWhatWasGivenAwayOutlivesAFullDisk(t *testing.T) {
	s := newShelf(t, 50_000)
	first := s.mustBring(rt, 1, 30_000)
	s.mustBring(rt, 2, 30_000)
	s.opt.Room = func() bool { return false }
	if _, err := s.brings(rt, 1, 30_000); !errors.Is(err, ErrRoom) {
		t.Errorf("without room: %v", err)
	}
	if s.wants(rt, first) {
		t.Error("a hub brings back what it gave away")
	}
}

func TestACopyLeavesNoPartBehind(t *testing.T) {
	s := newShelf(t, 1<<30)
	a, err := s.Put(rt, blob.Key{1}, photo(100_000))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := s.take(id{rt, a})
	if err != nil {
		t.Fatal(err)
	}
	defer whole.f.Close()
	for _, coming := range []bool{false, true} {
		p, err := s.begin(id{rw, a}, whole.m)
		if err != nil {
			t.Fatal(err)
		}
		if !coming {
			p.close()
		}
		if err := s.Copy(rt, rw, a); err != nil {
			t.Fatal(err)
		}
		if coming {
			p.close()
		}
		if left, _ := os.ReadDir(s.folder(rw)); len(left) != 1 || !s.Held(rw, a).Whole {
			t.Errorf("while it was coming %v: %v", coming, left)
		}
		s.Leave(rw)
	}
}

// TestAPowerCutLeavesNothingThatIsTakenForWhole cuts files as a power cut can.
func TestAPowerCutLeavesNothingThatIsTakenForWhole(t *testing.T) {
	s := newShelf(t, 1<<30)
	a := s.mustBring(rt, 1, 50_000)
	path := s.path(id{rt, a}, stateKept)
	whole, _ := os.ReadFile(path)
	for _, n := range []int{0, 3, 4, 40, len(whole) - 1} {
		os.WriteFile(path, whole[:n], 0o600)
		s.reopen(1 << 30)
		if s.Held(rt, a).Whole {
			t.Errorf("%d of %d bytes pass for all", n, len(whole))
		}
	}
	os.WriteFile(filepath.Join(s.folder(rt), "write-1.tmp"), whole, 0o600)
	s.reopen(1 << 30)
	if left, _ := os.ReadDir(s.folder(rt)); len(left) != 0 {
		t.Errorf("%v were left", left)
	}
}

func TestARottenPhotoIsNotShownButFetchedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, budi := s.house(1), s.house(2)
		content := photo(50_000)
		a := sari.shown(content)
		if err := budi.Fetch(ctx, rt, a, 50_000, nil); err != nil {
			t.Fatal(err)
		}
		path := budi.path(id{rt, a}, stateKept)
		b, _ := os.ReadFile(path)
		b[30_000] ^= 1
		os.WriteFile(path, b, 0o600)
		r, err := budi.Read(rt, a, blob.Key{7}, 50_000)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadAll(r); !errors.Is(err, ErrAbsent) {
			t.Errorf("rotten bytes were read: %v", err)
		}
		again := 0
		sari.counting(func(uint32) { again++ })
		if err := budi.Fetch(ctx, rt, a, 50_000, nil); err != nil {
			t.Fatal(err)
		}
		budi.reads(a, content)
		if again != 1 {
			t.Errorf("%d chunks came again, and one was rotten", again)
		}
	})
}

// TestAPartIsTakenUpWhateverAPowerCutMadeOfIt damages a part in several ways.
func TestAPartIsTakenUpWhateverAPowerCutMadeOfIt(t *testing.T) {
	s := newShelf(t, 1<<30)
	from := newShelf(t, 1<<30)
	a := from.mustBring(rt, 1, 100_000)
	whole, err := from.take(id{rt, a})
	if err != nil {
		t.Fatal(err)
	}
	defer whole.f.Close()
	p, err := s.begin(id{rt, a}, whole.m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		sealed, _ := whole.chunk(i)
		if err := p.put(i, sealed); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	path := s.path(id{rt, a}, statePart)
	here, _ := os.ReadFile(path)
	at, _ := p.place(2)
	for want, damaged := range map[int][]byte{
		4: here, 3: append(append(bytes.Clone(here[:at]), 99), here[at+1:]...), 1: here[:at-10],
		0: {}, -1: append(make([]byte, 10), here[10:]...), // the manifest is written anew
	} {
		os.WriteFile(path, damaged, 0o600)
		s.reopen(1 << 30)
		if s.Held(rt, a).Whole {
			t.Error("a part passes for the whole")
		}
		p, err := s.begin(id{rt, a}, whole.m)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, has := range p.have {
			if has {
				got++
			}
		}
		if want == -1 {
			want = 4
		}
		if got != want {
			t.Errorf("%d chunks were taken up, want %d", got, want)
		}
		if err := p.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnythingMayLieInTheFolder(t *testing.T) {
	s := newShelf(t, 1<<30)
	a := s.mustBring(rt, 1, 10)
	for _, name := range []string{"README", "00", strings.Repeat("z", 32) + "/x.own", strings.Repeat("0", 32) + "/" + strings.Repeat("1", 64) + ".own"} {
		os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o700)
		os.WriteFile(filepath.Join(s.dir, name), []byte("x"), 0o600)
	}
	os.Symlink("/etc", filepath.Join(s.dir, strings.Repeat("a", 32)))
	os.Symlink("/etc/passwd", s.path(id{rt, blob.Address{9}}, stateOwn))
	os.Mkdir(s.path(id{rt, blob.Address{8}}, stateOwn), 0o700)
	s.reopen(1 << 30)
	if !s.Held(rt, a).Whole || len(s.files) != 1 {
		t.Errorf("%d files were taken in", len(s.files))
	}
}

func TestANeighbourhoodThatIsLeftLeavesNothing(t *testing.T) {
	s := newShelf(t, 1<<30)
	a, b := s.mustBring(rt, 1, 10), s.mustBring(rw, 2, 10)
	if err := s.Leave(rt); err != nil {
		t.Fatal(err)
	}
	s.reopen(1 << 30)
	if s.Held(rt, a).Whole || !s.Held(rw, b).Whole {
		t.Error("the wrong ones are left")
	}
}

func TestACopyInAnotherNeighbourhoodOutlivesTheFirst(t *testing.T) {
	s := newShelf(t, 1<<30)
	content := photo(20_000)
	a, err := s.Put(rt, blob.Key{7}, content)
	if err != nil || s.Show(rt, a) != nil || s.Copy(rt, rw, a) != nil || s.Copy(rt, rw, a) != nil || s.Leave(rt) != nil {
		t.Fatal(err)
	}
	s.reopen(1 << 30)
	r, err := s.Read(rw, a, blob.Key{7}, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Error(err)
	}
	if err := s.Copy(rt, rw, blob.Address{5}); !errors.Is(err, ErrAbsent) {
		t.Error(err)
	}
}

func TestAPhotoIsReadFromAnywhereInIt(t *testing.T) {
	s := newShelf(t, 1<<30)
	content := photo(50_000)
	a, err := s.Put(rt, blob.Key{7}, content)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Read(rt, a, blob.Key{7}, 50_000)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, at := range []int64{0, 1, 16383, 16384, 40_000, 49_999, 50_000, 60_000} {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if want := content[min(at, 50_000):]; err != nil || !bytes.Equal(got, want) {
			t.Errorf("from %d on: %d bytes, %v", at, len(got), err)
		}
	}
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Error("before the beginning")
	}
}

// TestTheDiskHoldsNoPicture: neither does a hub's, which keeps the same bytes.
func TestTheDiskHoldsNoPicture(t *testing.T) {
	s := newShelf(t, 1<<30)
	content := bytes.Repeat([]byte("kenari di Jl. Melati 7 "), 5000)
	a, err := s.Put(rt, blob.Key{7}, content)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(s.path(id{rt, a}, stateNew))
	if err != nil || len(b) < len(content) || bytes.Contains(b, []byte("kenari")) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestAHubGathersTheSmallOnesFirstAndThenAsksForNothing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, hub := s.house(1), s.house(2)
		large, small := sari.shown(photo(500_000)), sari.shown(photo(9_000))
		pending, err := sari.Put(rt, blob.Key{1}, photo(70))
		if err != nil {
			t.Fatal(err)
		}
		var order []blob.Address
		honest := sari.serve
		told := 0
		sari.serve = func(peer protocol.DeviceID, l Stream) error {
			return honest(peer, &heard{Stream: l, told: &told, each: func(frame []byte) {
				if frame[0] == kindWant {
					order = append(order, blob.Address(frame[1:]))
				}
			}})
		}
		from := s.sources(hub)[0]
		for range 2 {
			if err := hub.Gather(ctx, rt, from); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(order, []blob.Address{small, large}) || !hub.Held(rt, large).Whole {
			t.Errorf("brought %v", order)
		}
		if err := hub.Fetch(ctx, rt, pending, 0, nil); !errors.Is(err, ErrNobody) || hub.Held(rt, pending).Whole {
			t.Errorf("a photo that no record shows yet was given out: %v", err)
		}
		told = 0
		if err := hub.Gather(ctx, rt, from); err != nil || told > 3 {
			t.Errorf("with nothing new it was told %d bytes: %v", told, err)
		}
	})
}

// heard hands on each frame that is read.
type heard struct {
	Stream
	each func(frame []byte)
	told *int // bytes that are written
	seen []byte
}

func (w *heard) Write(p []byte) (int, error) {
	if w.told != nil {
		*w.told += len(p)
	}
	return w.Stream.Write(p)
}

func (w *heard) Read(p []byte) (int, error) {
	n, err := w.Stream.Read(p)
	w.seen = append(w.seen, p[:n]...)
	for len(w.seen) > 0 && len(w.seen) > int(w.seen[0]) {
		w.each(w.seen[1 : 1+int(w.seen[0])])
		w.seen = w.seen[1+int(w.seen[0]):]
	}
	return n, err
}

func (w *heard) Reset() error { return w.Stream.(*line).Reset() }

func TestAListWithoutEndIsTheListersFault(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		joko, hub := s.house(1), s.house(2)
		joko.serve = liar(func(kind byte, _ []byte) [][]byte {
			if kind != kindList {
				return nil
			}
			var all [][]byte
			for range 2 * maxLists {
				all = append(all, has(true, make([]listing, maxHas)))
			}
			return all
		})
		if err := hub.Gather(ctx, rt, s.sources(hub)[0]); !errors.Is(err, protocol.ErrMalformed) || !hub.isBlamed(joko.id) {
			t.Errorf("%v", err)
		}
	})
}

// TestWhatADeviceListsAndNobodyHasHoldsUpNoneOfTheRest, up to a point.
func TestWhatADeviceListsAndNobodyHasHoldsUpNoneOfTheRest(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		s := newStreet(t)
		sari, hub := s.house(1), s.house(2)
		rotten, sound := sari.shown(photo(700)), sari.shown(photo(90_000))
		from := s.sources(hub)[0]
		os.Remove(sari.path(id{rt, rotten}, stateOwn))
		if err := hub.Gather(ctx, rt, from); err != nil || !hub.Held(rt, sound).Whole {
			t.Errorf("one that rotted holds up the others: %v", err)
		}
		joko := s.house(3)
		joko.serve = liar(func(kind byte, _ []byte) [][]byte {
			var made []listing
			for i := range byte(200) {
				made = append(made, listing{blob.Address{99, i}, 5000})
			}
			switch kind {
			case kindList:
				return [][]byte{has(false, made)}
			case kindHello:
				return nil
			}
			return [][]byte{{kindLack}}
		})
		if err := hub.Gather(ctx, rt, s.sources(hub)[1]); err == nil || !hub.isBlamed(joko.id) {
			t.Errorf("a list that was made up: %v", err)
		}
	})
}

func TestPhotosGiveWayWhereTheDiskFillsUp(t *testing.T) {
	s := newShelf(t, 1<<30)
	free := int64(400_000)
	s.opt.Free = func() int64 { return free }
	first, second, third := s.mustBring(rt, 1, 30_000), s.mustBring(rt, 2, 30_000), s.mustBring(rt, 3, 30_000)
	if !s.Held(rt, first).Whole {
		t.Error("it gives way where there is room")
	}
	free = 100_000 // something else fills the disk: a quarter of 190 kB is left for photos
	s.Shrink()
	for a, want := range map[blob.Address]bool{first: false, second: false, third: true} {
		if s.Held(rt, a).Whole != want {
			t.Errorf("%v is here: %v", a, !want)
		}
	}
	if _, err := s.brings(rt, 4, 100_000); !errors.Is(err, ErrRoom) {
		t.Errorf("more than a quarter of the disk: %v", err)
	}
}
