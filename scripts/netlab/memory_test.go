package netlab

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// processes is where the lab's own processes are listed, by their numbers in
// the lab. The system's /proc knows them by others.
const processes = labRoot + "/proc"

// memory returns what a node's program takes, all and what is its own.
func (h *household) memory(t *testing.T) string {
	t.Helper()
	lines, err := os.ReadFile(filepath.Join(processes, strconv.Itoa(h.node.Process.Pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(lines)) {
		if name, size, ok := strings.Cut(line, ":"); ok && (name == "VmRSS" || name == "RssAnon") {
			out = append(out, name+" "+strings.TrimSpace(size))
		}
	}
	return strings.Join(out, ", ")
}

// dump returns all that a node's program has written into its memory: every
// private mapping that it may write to.
func (h *household) dump(t *testing.T) []byte {
	t.Helper()
	of := filepath.Join(processes, strconv.Itoa(h.node.Process.Pid))
	maps, err := os.Open(filepath.Join(of, "maps"))
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	memory, err := os.Open(filepath.Join(of, "mem"))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	var all []byte
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to int64
		var may string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &may); err != nil || !strings.HasPrefix(may, "rw") {
			continue
		}
		part := make([]byte, to-from)
		if n, err := memory.ReadAt(part, from); err == nil || n > 0 {
			all = append(all, part[:n]...)
		}
	}
	return all
}

// handles returns how many files and sockets a node's program has open.
func (h *household) handles(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir(filepath.Join(processes, strconv.Itoa(h.node.Process.Pid), "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

// resident returns a line of a node's memory in kB.
func (h *household) resident(t *testing.T, line string) int {
	t.Helper()
	for _, part := range strings.Split(h.memory(t), ", ") {
		if size, ok := strings.CutPrefix(part, line+" "); ok {
			kB, err := strconv.Atoi(strings.TrimSuffix(size, " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return kB
		}
	}
	t.Fatalf("no %s in %q", line, h.memory(t))
	return 0
}
