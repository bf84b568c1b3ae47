package store_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotong/node/store"
)

func TestADirectoryInUseByAnotherProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writeIn+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	bufio.NewScanner(out).Scan() // it has written, so it has the store open
	if s, err := store.Open(dir, store.Options{}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened: %v, %v", s, err)
	}
	must(t, cmd.Process.Kill())
	cmd.Wait()
	openIn(t, dir, store.Options{})
}

func TestADirectoryThatCannotBeMadeSaysWhy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a-file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err := store.Open(filepath.Join(file, "store"), store.Options{})
	if !errors.Is(err, syscall.ENOTDIR) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

func TestADirectoryThatCannotBeWrittenIsReadOnly(t *testing.T) {
	dir := readOnlyDir(t)
	for _, dir := range []string{dir, filepath.Join(dir, "store")} {
		_, err := store.Open(dir, store.Options{})
		if !errors.Is(err, store.ErrReadOnly) || errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), dir) {
			t.Errorf("got %v", err)
		}
	}
}

// readOnlyDir returns a directory that this process cannot write: by its
// permissions or, for root, on a disk mounted so.
func readOnlyDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if os.Getuid() != 0 {
		must(t, os.Chmod(dir, 0o500))
		return dir
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("root can write everywhere and may not mount: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	return dir
}

func TestADamagedTreeIsSetAsideAndNeverDeleted(t *testing.T) {
	dir := t.TempDir()
	for round := range 2 {
		s := openIn(t, dir, store.Options{})
		must(t, put(t, s, true, 1))
		must(t, s.Close())
		manifest := filepath.Join(dir, store.TreeName, "MANIFEST")
		must(t, os.WriteFile(manifest, []byte("nonsense"), 0o600))

		var damaged *store.DamagedError
		_, err := store.Open(dir, store.Options{})
		if !errors.As(err, &damaged) || !errors.Is(err, store.ErrDamaged) {
			t.Fatalf("round %d: %v", round, err)
		}
		if b, err := os.ReadFile(filepath.Join(damaged.Aside, "MANIFEST")); string(b) != "nonsense" {
			t.Errorf("round %d: what was set aside: %q, %v", round, b, err)
		}
	}
	s := openIn(t, dir, store.Options{})
	if got, err := s.Slot(home, ana.Device, 1); err != nil || len(got.Cells) != 0 {
		t.Errorf("the new tree has %v, %v", got, err)
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "*damaged*")); len(aside) != 2 {
		t.Errorf("set aside: %v", aside)
	}
}

func TestNothingIsSetAsideForTheMachinesFaults(t *testing.T) {
	dir := t.TempDir()
	must(t, openIn(t, dir, store.Options{}).Close())
	var before, none syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))
	open, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	none = syscall.Rlimit{Cur: uint64(len(open)) + 1, Max: before.Max} // the lock and no more
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none))
	_, err = store.Open(dir, store.Options{})
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before))
	if err == nil || errors.Is(err, store.ErrDamaged) {
		t.Errorf("without a file to be had: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, store.TreeName)); errors.Is(err, fs.ErrNotExist) {
		t.Error("the tree is gone")
	}
	openIn(t, dir, store.Options{})
}

func TestClosingWaitsForReaders(t *testing.T) {
	s := openIn(t, t.TempDir(), store.Options{})
	must(t, put(t, s, true, 1))
	must(t, put(t, s, true, 2))
	isClosed := make(chan error)
	read := 0
	for _, err := range s.Slots(home) {
		must(t, err)
		if read++; read > 1 {
			continue
		}
		go func() { isClosed <- s.Close() }()
		for err == nil { // until closing has begun
			_, err = s.Meta("anything")
		}
		select {
		case <-isClosed:
			t.Fatal("closed under a reader")
		case <-time.After(100 * time.Millisecond):
		}
	}
	must(t, <-isClosed)
	if read != 2 {
		t.Errorf("read %d slots of 2", read)
	}
}
