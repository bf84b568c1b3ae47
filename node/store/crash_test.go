package store_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gotong/crdt"
	"gotong/node/store"
	"gotong/node/store/storetest"
	"gotong/protocol"
)

var (
	kills     = flag.Int("kills", 12, "rounds of TestAKilledNodeLosesNothingAcknowledged")
	powerCuts = flag.Int("powercuts", 3, "rounds of TestAPowerCutLosesNothingAcknowledged")
)

// writeIn, in the environment, makes this test binary a node that writes into
// that directory until it is killed.
const writeIn = "STORE_TEST_WRITE_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writeIn); dir != "" {
		writeUntilKilled(dir)
	}
	if dir := os.Getenv(readIn); dir != "" {
		readAll(dir)
	}
	os.Exit(m.Run())
}

const (
	crashWriters = 4
	crashSlots   = 200 // of each writer; they are rewritten over and over
)

// writeUntilKilled reports each write on standard output once it is
// acknowledged: writer, slot and stamp.
func writeUntilKilled(dir string) {
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "open:", err)
		os.Exit(1)
	}
	for w := range uint32(crashWriters) {
		go writeAs(s, w)
	}
	select {}
}

func writeAs(s store.Store, w uint32) {
	a := storetest.NewAuthor(w)
	base := crdt.Stamp(time.Now().UnixNano()) // above those of the rounds before
	for i := uint32(0); ; {
		var c store.Change
		first, size := i, []int{30, 300, protocol.MaxBody}[rand.IntN(3)]
		for n := rand.IntN(3)*rand.IntN(30) + 1; n > 0; n, i = n-1, i+1 {
			slot := i % crashSlots
			c.Slots = append(c.Slots, a.Slot(slot, a.Cell(home, slot, base+crdt.Stamp(i), size)))
		}
		if err := s.Append(context.Background(), home, c); err != nil {
			fmt.Fprintln(os.Stderr, "append:", err)
			return
		}
		for ; first < i; first++ {
			fmt.Printf("%d %d %d\n", w, first%crashSlots, uint64(base)+uint64(first))
		}
	}
}

// acked is the newest acknowledged stamp of each writer's slots.
type acked map[[2]uint32]crdt.Stamp

// child runs a node in dir that is ended by cut after a while, counted from its
// start or from its first acknowledgement, and adds what it acknowledged until
// then. What it says later, while the disk goes away
// under it, no neighbour could have heard: ext4 lets some syncs succeed while
// it is being shut down.
func (a acked) child(t *testing.T, dir string, fromStart bool, after time.Duration, cut func(*os.Process)) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writeIn+"="+dir)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	first, isCut, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	if fromStart {
		close(first)
	}
	go func() {
		defer close(done)
		<-first
		<-time.After(after)
		close(isCut)
		cut(cmd.Process)
	}()
	for lines := bufio.NewScanner(out); lines.Scan() && !isClosed(isCut); {
		if !isClosed(first) {
			close(first)
		}
		var w, slot uint32
		var stamp crdt.Stamp
		if n, _ := fmt.Sscan(lines.Text(), &w, &slot, &stamp); n == 3 {
			a[[2]uint32{w, slot}] = max(a[[2]uint32{w, slot}], stamp)
		}
	}
	io.Copy(io.Discard, out)
	cmd.Wait() // however it ended
	if !isClosed(first) || !isClosed(isCut) {
		t.Fatalf("the child ended by itself: %v: %s", cmd.ProcessState, said.String())
	}
	<-done
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// check opens the store in dir and looks for everything acknowledged.
func (a acked) check(t *testing.T, dir string) {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	must(t, err)
	lost := 0
	for at, stamp := range a {
		author := storetest.NewAuthor(at[0])
		got, err := s.Slot(home, author.Device, at[1])
		if err != nil || len(got.Cells) != 1 || got.Cells[0].Stamp < stamp {
			lost++
			t.Logf("writer %d, slot %d: want stamp %v, got %d cells, %v", at[0], at[1], stamp, len(got.Cells), err)
		}
	}
	must(t, s.Close())
	if aside, _ := filepath.Glob(filepath.Join(dir, "*damaged*")); len(aside) > 0 {
		t.Errorf("taken for damaged: %v", aside)
	}
	if lost > 0 {
		t.Fatalf("lost %d of %d acknowledged cells", lost, len(a))
	}
}

func TestAKilledNodeLosesNothingAcknowledged(t *testing.T) {
	dir, all := t.TempDir(), acked{}
	for round := range *kills {
		all.child(t, dir, round%2 == 0, upTo(400*time.Millisecond), func(p *os.Process) { p.Kill() })
		all.check(t, dir)
	}
	if len(all) == 0 {
		t.Error("nothing was ever acknowledged")
	}
	t.Logf("%d kills, %d cells to look for at the end", *kills, len(all))
}

func upTo(limit time.Duration) time.Duration { return time.Duration(rand.Int64N(int64(limit))) }

// shutdownNow is FS_IOC_SHUTDOWN with FS_GOING_FLAGS_NOLOGFLUSH: the file
// system stops where it is and forgets what the disk has not got yet.
func shutdownNow(mount string) error {
	dir, err := os.Open(mount)
	if err != nil {
		return err
	}
	defer dir.Close()
	return unix.IoctlSetPointerInt(int(dir.Fd()), 0x8004587d, 2)
}

func TestAPowerCutLosesNothingAcknowledged(t *testing.T) {
	image := filepath.Join(t.TempDir(), "disk")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 512<<20))
	if out, err := exec.Command("mkfs.ext4", "-q", image).CombinedOutput(); err != nil {
		t.Skipf("needs mkfs.ext4: %v: %s", err, out)
	}
	mount := t.TempDir()
	if out, err := exec.Command("mount", "-o", "loop", image, mount).CombinedOutput(); err != nil {
		t.Skipf("needs the right to mount: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", mount).Run() })

	dir, all := filepath.Join(mount, "store"), acked{}
	for round := range *powerCuts {
		all.child(t, dir, round%2 == 1, upTo(700*time.Millisecond), func(p *os.Process) {
			if err := shutdownNow(mount); err != nil {
				t.Error(err)
			}
			p.Kill()
		})
		run(t, "umount", mount)
		run(t, "mount", "-o", "loop", image, mount)
		all.check(t, dir)
	}
	t.Logf("%d power cuts, %d cells to look for at the end", *powerCuts, len(all))
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}
