package netlab

import (
	"bufio"
	"strings"
	"testing"
	"time"
)

// sighting is one line that "gotong watch" printed in a household.
type sighting struct {
	who, line string
	at        time.Time
}

// watch follows the boards of the households until the story ends.
func watch(t *testing.T, households []*household) <-chan sighting {
	t.Helper()
	seen := make(chan sighting, 4096)
	for _, h := range households {
		cmd := h.command("watch")
		lines, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		go func() {
			for scan := bufio.NewScanner(lines); scan.Scan(); {
				seen <- sighting{h.name, scan.Text(), time.Now()}
			}
		}()
	}
	return seen
}

// lastSight returns when the last of the households showed the record.
func lastSight(t *testing.T, seen <-chan sighting, id string, households []*household) (last time.Time) {
	t.Helper()
	blind := map[string]bool{}
	for _, h := range households {
		blind[h.name] = true
	}
	deadline := time.After(30 * time.Second)
	for len(blind) > 0 {
		select {
		case s := <-seen:
			if blind[s.who] && strings.Contains(s.line, id) {
				delete(blind, s.who)
				last = s.at
			}
		case <-deadline:
			t.Fatalf("after 30 s these households do not show %s: %v", id, blind)
		}
	}
	return last
}
