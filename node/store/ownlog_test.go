package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gotong/node/store"
	"gotong/node/store/storetest"
	"gotong/protocol"
)

// inLog opens the log at path and returns it with what it replayed.
func inLog(t testing.TB, path string) (*store.OwnLog, []string) {
	t.Helper()
	var all []string
	l, err := store.OpenOwnLog(path, func(n protocol.NeighbourhoodID, raw []byte) {
		all = append(all, fmt.Sprintf("%v %s", n, raw))
	})
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l, all
}

// entries appends n short entries to l and returns how they are replayed.
func entries(t testing.TB, l *store.OwnLog, n int) (all []string) {
	t.Helper()
	for i := range n {
		where, raw := storetest.Neighbourhood(uint32(i%2)), bytes.Repeat([]byte{byte('a' + i)}, 3+i)
		must(t, l.Append(where, raw))
		all = append(all, fmt.Sprintf("%v %s", where, raw))
	}
	return all
}

func TestTheOwnLogIsReplayedInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.log")
	l, none := inLog(t, path)
	want := entries(t, l, 5)
	must(t, l.Sync())
	must(t, l.Close())
	l, got := inLog(t, path)
	if len(none) != 0 || !slices.Equal(got, want) {
		t.Errorf("got %v, then %v, want %v", none, got, want)
	}
	want = append(want, entries(t, l, 2)...)
	must(t, l.Close())
	if _, got := inLog(t, path); !slices.Equal(got, want) {
		t.Errorf("after appending again: got %v, want %v", got, want)
	}
}

func TestATornEndCostsOnlyTheEntryItTears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.log")
	l, _ := inLog(t, path)
	var ends []int64
	var want []string
	for range 3 {
		want = append(want, entries(t, l, 1)...)
		ends = append(ends, l.Size())
	}
	must(t, l.Close())
	whole, err := os.ReadFile(path)
	must(t, err)

	for cut := range whole {
		must(t, os.WriteFile(path, whole[:cut], 0o600))
		l, got := inLog(t, path)
		complete, _ := slices.BinarySearch(ends, int64(cut)+1)
		added := append(slices.Clone(want[:complete]), entries(t, l, 1)...)
		must(t, l.Close())
		_, again := inLog(t, path)
		if !slices.Equal(got, want[:complete]) || !slices.Equal(again, added) {
			t.Fatalf("cut at %d: got %v, and after one more %v", cut, got, again)
		}
	}
}

func TestAFlippedBitCostsOnlyTheEntryItHits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.log")
	l, _ := inLog(t, path)
	want := entries(t, l, 4)
	must(t, l.Close())
	whole, err := os.ReadFile(path)
	must(t, err)

	for bit := range 8 * len(whole) {
		flipped := bytes.Clone(whole)
		flipped[bit/8] ^= 1 << (bit % 8)
		must(t, os.WriteFile(path, flipped, 0o600))
		l, got := inLog(t, path)
		must(t, l.Close())
		lost := slices.DeleteFunc(slices.Clone(want), func(e string) bool { return slices.Contains(got, e) })
		if len(got) != 3 || len(lost) != 1 {
			t.Fatalf("bit %d: got %v", bit, got)
		}
	}
}

func TestTrimmingKeepsWhatIsStillNeeded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.log")
	l, _ := inLog(t, path)
	all := entries(t, l, 6)
	before := l.Size()
	must(t, l.Trim(func(n protocol.NeighbourhoodID, raw []byte) bool { return len(raw)%2 == 0 }))
	if l.Size() >= before {
		t.Errorf("%d bytes before, %d after", before, l.Size())
	}
	want := append([]string{all[1], all[3], all[5]}, entries(t, l, 1)...)
	must(t, l.Close())
	if _, got := inLog(t, path); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestACrashWhileTrimmingLeavesTheOldLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.log")
	l, _ := inLog(t, path)
	want := entries(t, l, 2)
	must(t, l.Close())
	must(t, os.WriteFile(path+".new", []byte("half of it"), 0o600))
	l, got := inLog(t, path)
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	must(t, l.Trim(func(protocol.NeighbourhoodID, []byte) bool { return true }))
	must(t, l.Close())
	if _, got := inLog(t, path); !slices.Equal(got, want) {
		t.Errorf("trimmed: got %v", got)
	}
}

func FuzzOwnLogReplay(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.log")
	l, _ := inLog(f, path)
	entries(f, l, 3)
	must(f, l.Close())
	seed, err := os.ReadFile(path)
	must(f, err)
	f.Add(seed)
	f.Add(append([]byte{0, 0, 0}, seed...))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "own.log")
		must(t, os.WriteFile(path, b, 0o600))
		l, first := inLog(t, path)
		if l.Size() > int64(len(b)) {
			t.Errorf("%d bytes of %d", l.Size(), len(b))
		}
		must(t, l.Close())
		if _, again := inLog(t, path); !slices.Equal(first, again) {
			t.Errorf("first %q, again %q", first, again)
		}
	})
}
