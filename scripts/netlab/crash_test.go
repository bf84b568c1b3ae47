package netlab

import (
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

	var saved []request
	var slowest time.Duration
	for i := range *kills {
		saved = append(saved, writeUntilKilled(t, victim, 1+i%4, time.Duration(13*i%100)*time.Millisecond)...)
		began := time.Now()
		victim.start(t)
		slowest = max(slowest, time.Since(began))
	}
	took := untilEqual(t, 60*time.Second, l.households, saved...)
	t.Logf("figure: %d kills, %d requests said to be saved", *kills, len(saved))
	figure(t, "start after a kill, the slowest", slowest, 3*time.Second)
	figure(t, "last start until both boards are equal", took, 3*time.Second)
}

// writeUntilKilled lets a household ask again and again, kills its node some time
// after so many answers, and returns what was acknowledged.
func writeUntilKilled(t *testing.T, h *household, answers int, after time.Duration) []request {
	t.Helper()
	saved := askAll(t, answers, []*household{h})
	time.AfterFunc(after, func() { _ = h.node.Process.Kill() })
	for {
		r, err := h.tryToAsk(t)
		if err != nil {
			break // nobody answers any more
		}
		saved = append(saved, r)
	}
	_ = h.node.Wait()
	h.node = nil
	return saved
}

func TestANodeThatWasOffCatchesUp(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	l.plug(t, west)
	away := l.plug(t, west)
	l.neighbourhood(t)

	away.stop(t)
	requests := askAll(t, 25, l.households[:2])
	began := time.Now()
	away.start(t)
	untilEqual(t, 60*time.Second, l.households, requests...)
	figure(t, "start after 50 missed requests until three boards are equal", time.Since(began), 3*time.Second)
}

// TestTwoNodesRunFromCopiesOfOneFolder is a card that was copied: two nodes with
// one key, which write apart and then meet. They may not tear the board apart.
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
	original.renews, copied.renews = true, true

	l.cutTrunk(t)
	original.start(t)
	copied.start(t)
	honest := []*household{l.households[0], l.households[2]}
	requests := askAll(t, 5, honest)
	theirs := askAll(t, 5, []*household{original, copied})
	l.mendTrunk(t)
	took := untilEqual(t, 60*time.Second, l.households, requests...)
	figure(t, "two nodes with one key meet until four boards are equal", took, 6*time.Second)
	lost := len(honest[0].lacks(t, theirs))
	t.Logf("figure: of the copies' %d requests %d gave way to the other copy's", len(theirs), lost)

	requests = append(requests, askAll(t, 5, honest)...)
	took = untilEqual(t, 60*time.Second, l.households, requests...)
	figure(t, "the same for what was asked afterwards", took, 6*time.Second)
}
