package netlab

import (
	"testing"
	"time"
)

// TestANodeBelievesThatItIs1970 is a machine without a battery for its clock,
// whose clock is then set, and which then forgets it again.
func TestANodeBelievesThatItIs1970(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.plug(t, west)
	lost := l.plug(t, west)
	lost.program = program("gotong-1970")
	l.neighbourhood(t)
	if year := lost.status(t).Started.UTC().Year(); year != 1970 {
		t.Fatalf("the node says that it started in %d", year)
	}

	requests := askAll(t, 5, l.households)
	took := untilEqual(t, 30*time.Second, l.households, requests...)
	figure(t, "a node in 1970 until both boards are equal", took, 3*time.Second)

	for _, clock := range []string{"gotong", "gotong-1970"} {
		lost.stop(t)
		lost.program = program(clock)
		lost.start(t)
		requests = append(requests, askAll(t, 5, l.households)...)
		took := untilEqual(t, 30*time.Second, l.households, requests...)
		figure(t, "the same after a restart as "+clock, took, 3*time.Second)
	}
	hidden := len(l.households[0].hides(t, requests))
	if hidden > 0 {
		t.Errorf("%d honest requests are hidden", hidden)
	}
	t.Logf("figure: of %d requests the neighbour's board hides %d as expired, the bar is 0", len(requests), hidden)
}
