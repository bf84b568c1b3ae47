package netlab

import (
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
