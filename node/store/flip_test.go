package store_test

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotong/node/store"
	"gotong/node/store/storetest"
)

var flips = flag.Int("flips", 24, "rounds of TestAFlippedBitNeverShowsAWrongCell")

// readIn, in the environment, makes this test binary a node that opens the
// store in that directory and reports everything in it.
const readIn = "STORE_TEST_READ_IN"

// readAll reports on standard output each address with a hash of its cell, or
// with "bad", and at the end "whole" if nothing broke off the scan.
func readAll(dir string) {
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "open:", err)
		os.Exit(1)
	}
	end := "whole"
	for got, err := range s.Slots(home) {
		switch {
		case errors.Is(err, store.ErrBadValue):
			fmt.Println(address(got), "bad")
		case err != nil:
			end = "broken"
		default:
			fmt.Println(address(got), cellSum(got))
		}
	}
	fmt.Println(end)
	s.Close()
	os.Exit(0)
}

func address(s storetest.Slot) string { return fmt.Sprintf("%v/%d", s.Device, s.Slot) }
func cellSum(s storetest.Slot) string { return fmt.Sprintf("%x", sha256.Sum256(s.Cells[0].Raw())) }

// TestAFlippedBitNeverShowsAWrongCell flips one bit in one of the files, a
// written table or the log of what was still in memory. Whatever it breaks, no
// cell may come out changed; and what cannot be opened any more can be set
// aside.
func TestAFlippedBitNeverShowsAWrongCell(t *testing.T) {
	whole, want := spoiledStore(t)
	counts := map[string]int{}
	for range *flips {
		dir := filepath.Join(t.TempDir(), "store")
		run(t, "cp", "-a", "--sparse=always", whole, dir)
		file := flipIn(t, dir)
		lines, err := readChild(dir)
		for at, sum := range lines {
			switch sum {
			case "bad":
				counts["reported"]++
			case want[at]:
				counts["right"]++
			default:
				t.Errorf("a flip in %s shows a wrong cell at %s", file, at)
			}
		}
		counts["missing"] += len(want) - len(lines)
		if err != nil {
			counts["not opened"]++
			opensAgain(t, dir)
		}
	}
	t.Logf("of %d cells in each of %d rounds: %v", len(want), *flips, counts)
}

// spoiledStore leaves a store as a crash does, half in a table and half in a
// log, and returns what a reader must see.
func spoiledStore(t *testing.T) (dir string, want map[string]string) {
	t.Helper()
	dir, want = t.TempDir(), map[string]string{}
	slots := manySlots(1000)
	s := openIn(t, dir, store.Options{})
	must(t, s.Append(t.Context(), home, store.Change{Slots: slots[:500]}))
	must(t, s.Close())
	s = openIn(t, dir, store.Options{})
	must(t, s.Append(t.Context(), home, store.Change{Slots: slots[500:]}))
	crashed := filepath.Join(t.TempDir(), "crashed")
	run(t, "cp", "-a", "--sparse=always", dir, crashed)
	for _, slot := range slots {
		want[address(slot)] = cellSum(slot)
	}
	return crashed, want
}

// flipIn flips a bit of a random file of the tree, where there is something.
func flipIn(t *testing.T, dir string) string {
	t.Helper()
	var files []string
	must(t, filepath.WalkDir(filepath.Join(dir, store.TreeName), func(path string, e fs.DirEntry, err error) error {
		if info, _ := e.Info(); err == nil && !e.IsDir() && info.Size() > 0 {
			files = append(files, path)
		}
		return err
	}))
	path := files[rand.IntN(len(files))]
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	info, err := f.Stat()
	must(t, err)
	b := make([]byte, 1)
	var at int64
	for range 1000 {
		at = rand.Int64N(info.Size())
		_, err = f.ReadAt(b, at)
		must(t, err)
		if b[0] != 0 {
			break
		}
	}
	b[0] ^= 1 << rand.IntN(8)
	_, err = f.WriteAt(b, at)
	must(t, err)
	return filepath.Base(path)
}

// readChild has another process read the store in dir, since Badger may end it.
func readChild(dir string) (lines map[string]string, err error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), readIn+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines = map[string]string{}
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		var at, sum string
		if n, _ := fmt.Sscan(scanner.Text(), &at, &sum); n == 2 {
			lines[at] = sum
		}
	}
	io.Copy(io.Discard, out)
	return lines, cmd.Wait()
}

// opensAgain does what a supervisor does with a store that cannot be opened.
func opensAgain(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, store.TreeName)); err == nil {
		_, err := store.SetAside(dir)
		must(t, err)
	}
	if lines, err := readChild(dir); err != nil || len(lines) != 0 {
		t.Errorf("set aside and opened again: %d cells, %v", len(lines), err)
	}
}
