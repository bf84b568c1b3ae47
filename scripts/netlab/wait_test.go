package netlab

import (
	"testing"
	"time"
)

// untilEqual waits until the boards of all households have one hash and hold
// every one of the requests, and returns how long it took.
func untilEqual(t *testing.T, deadline time.Duration, households []*household, requests ...request) time.Duration {
	t.Helper()
	took := waitFor(t, deadline, "all boards are equal", func() bool { return equal(t, households) })
	for _, h := range households {
		if missing := h.lacks(t, requests); len(missing) > 0 {
			t.Errorf("the boards are equal, but %s lacks %d of %d requests: %v", h.name, len(missing), len(requests), missing)
		}
	}
	return took
}

// equal compares the hashes of the boards.
func equal(t *testing.T, households []*household) bool {
	t.Helper()
	first := households[0].hash(t)
	for _, h := range households[1:] {
		if first == "" || h.hash(t) != first {
			return false
		}
	}
	return first != ""
}

// figure prints what a story measured beside the bar it is to stay below. A bar
// is not asserted: how busy the machine is decides too. What a story asserts is
// the deadline it waits for, several times the bar.
func figure(t *testing.T, what string, took, bar time.Duration) {
	t.Helper()
	verdict := "within"
	if took > bar {
		verdict = "OVER"
	}
	t.Logf("figure: %s: %.2f s, %s the bar of %v", what, took.Seconds(), verdict, bar)
}

// waitFor polls until done says so, or fails the story after the deadline. It
// returns how long it took.
func waitFor(t *testing.T, deadline time.Duration, what string, done func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !done() {
		if time.Since(start) > deadline {
			t.Fatalf("after %v it is still not so that %s", deadline, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(start)
}
