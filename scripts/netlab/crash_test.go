package netlab

import (
	"encoding/json"
	"flag"
	"testing"
	"time"
)

var kills = flag.Int("kills", 10, "how often TestAKilledNodeKeepsWhatItSaidIsSaved kills")

// TestAKilledNodeKeepsWhatItSaidIsSaved kills a node at odd moments while it
// writes, and looks for every acknowledged request on its neighbour's board.
func TestAKilledNodeKeepsWhatItSaidIsSaved(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	victim := l.plug(t, west)
	l.plug(t, west)
	l.neighbourhood(t)

	var saved []string
	var slowest time.Duration
	for i := range *kills {
		ids := writeUntilKilled(t, victim, time.Duration(5+13*i%100)*time.Millisecond)
		saved = append(saved, ids...)
		began := time.Now()
		victim.start(t)
		slowest = max(slowest, time.Since(began))
	}
	if len(saved) == 0 {
		t.Fatal("no request was saved before a kill: nothing was tried")
	}
	took := untilEqual(t, 60*time.Second, l.households, saved...)
	t.Logf("figure: %d kills, %d requests said to be saved", *kills, len(saved))
	figure(t, "start after a kill, the slowest", slowest, 3*time.Second)
	figure(t, "last start until both boards are equal", took, 3*time.Second)
}

// writeUntilKilled kills the node after a while and returns the ids of the
// requests that it acknowledged until then.
func writeUntilKilled(t *testing.T, h *household, after time.Duration) (ids []string) {
	t.Helper()
	dead := time.AfterFunc(after, func() { _ = h.node.Process.Kill() })
	defer dead.Stop()
	for {
		out, err := h.command("ask", "Beras", "--json").Output()
		if err != nil {
			break
		}
		var written struct{ ID string }
		if err := json.Unmarshal(out, &written); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		ids = append(ids, written.ID)
	}
	_ = h.node.Wait()
	h.node = nil
	return ids
}

func TestANodeThatWasOffCatchesUp(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	l.plug(t, west)
	away := l.plug(t, west)
	l.neighbourhood(t)

	away.stop(t)
	ids := askAll(t, 25, l.households[:2])
	began := time.Now()
	away.start(t)
	untilEqual(t, 60*time.Second, l.households, ids...)
	figure(t, "start after 50 missed requests until three boards are equal", time.Since(began), 3*time.Second)
}

// TestTwoNodesRunFromCopiesOfOneFolder is a card that was copied: two nodes with
// one key. They may not tear the board apart.
func TestTwoNodesRunFromCopiesOfOneFolder(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	original := l.plug(t, west)
	l.plug(t, east)
	l.neighbourhood(t)
	original.stop(t)
	copied := l.plug(t, east)
	copied.copyFolder(t, original)
	original.start(t)
	copied.start(t)

	honest := []*household{l.households[0], l.households[2]}
	both := []*household{original, copied}
	theirs := askAll(t, 5, both)
	ids := askAll(t, 5, honest)
	took := untilEqual(t, 60*time.Second, l.households, ids...)
	figure(t, "two nodes with one key until four boards are equal", took, 6*time.Second)
	t.Logf("figure: of the %d requests of the two copies %d are on the boards", len(theirs), len(theirs)-len(honest[0].lacks(t, theirs)))
}
