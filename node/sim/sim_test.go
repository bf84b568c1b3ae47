package sim

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"
)

var (
	schedules = flag.Int("schedules", 8, "how many schedules to run")
	firstSeed = flag.Uint64("seed", 1, "the first schedule's seed")
	length    = flag.Int("steps", 500, "steps of a schedule")
	tries     = flag.Int("tries", 1000, "in how many schedules each seeded fault must fall")
)

// TestMain runs everything on one processor and without preemption, so that
// goroutines take turns as much alike each time as Go allows.
func TestMain(m *testing.M) {
	const steady = "asyncpreemptoff=1"
	if runtime.GOMAXPROCS(0) != 1 || !strings.Contains(os.Getenv("GODEBUG"), steady) {
		env := append(os.Environ(), "GOMAXPROCS=1", "GODEBUG="+steady)
		if err := syscall.Exec(os.Args[0], os.Args, env); err != nil {
			fmt.Fprintln(os.Stderr, "sim: cannot start again with one processor:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// outcome is what came of a schedule.
type outcome struct {
	wrong  string // "" where all held
	counts map[string]int
}

// run plays a schedule in a bubble of virtual time.
func run(t *testing.T, seed uint64, m *mutant, leftOut func(int) bool, also ...func(*world)) (out outcome) {
	t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		synctest.Test(t, func(t *testing.T) { out = schedule(t, seed, m, leftOut, also) })
	})
	return out
}

func schedule(t *testing.T, seed uint64, m *mutant, leftOut func(int) bool, also []func(*world)) (out outcome) {
	var w *world
	defer func() {
		what := recover()
		if why, ok := what.(broken); ok {
			out.wrong = string(why)
		} else if what != nil {
			panic(what)
		}
		if w != nil {
			out.counts = w.counts
			w.end()
		}
		time.Sleep(time.Hour) // for all that still sleeps
	}()
	w = newWorld(t, seed, m)
	w.found()
	for _, do := range also {
		do(w)
	}
	w.play(*length, leftOut)
	w.settle()
	out.wrong = w.verdict()
	return out
}

func nothing(int) bool { return false }

func TestSchedules(t *testing.T) {
	total := make(map[string]int)
	begun := time.Now()
	failed := 0
	for i := range *schedules {
		seed := *firstSeed + uint64(i)
		out := run(t, seed, nil, nothing)
		for fault, n := range out.counts {
			total[fault] += n
		}
		if out.wrong == "" {
			continue
		}
		t.Errorf("seed %d: %s\nreplay: scripts/sim 1 %d %d", seed, out.wrong, seed, *length)
		if failed++; failed == 1 {
			t.Logf("steps that suffice: %v", shrink(t, seed, nil))
		}
	}
	t.Logf("%d schedules of %d steps from seed %d in %v, %d divergent or with a loss; met:",
		*schedules, *length, *firstSeed, time.Since(begun).Round(time.Second), failed)
	for _, fault := range slices.Sorted(maps.Keys(total)) {
		t.Logf("  %7d %s", total[fault], fault)
	}
	for _, fault := range faultsToMeet {
		if total[fault] == 0 && *schedules >= 8 {
			t.Errorf("no schedule met %q", fault)
		}
	}
}

// faultsToMeet are those that a batch must have met to mean anything.
var faultsToMeet = []string{
	"bit rot", "clock jump", "clone", "crash", "cut exchange", "duplication", "edit", "equivocation", "forgery", "loss",
	"office withdrawn", "partition", "pledge", "renewal", "reorder", "restore", "revocation of a device", "torn write", "vouch",
	"vouch withdrawn", "write",
}

// shrink leaves out steps as long as the schedule still fails, and returns
// those that are left.
func shrink(t *testing.T, seed uint64, m *mutant) []int {
	left := make([]int, *length)
	for i := range left {
		left[i] = i
	}
	deadline := time.Now().Add(2 * time.Minute)
	for size := len(left) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(left) && time.Now().Before(deadline); {
			fewer := append(slices.Clone(left[:at]), left[at+size:]...)
			if run(t, seed, m, func(i int) bool { return !slices.Contains(fewer, i) }).wrong != "" {
				left = fewer
			} else {
				at += size
			}
		}
	}
	return left
}

func TestTheSameSeedGivesTheSameSteps(t *testing.T) {
	first, again := run(t, *firstSeed, nil, nothing), run(t, *firstSeed, nil, nothing)
	for _, fault := range []string{"bit rot", "clock jump", "clone", "crash", "cut exchange", "partition", "restore", "torn write"} {
		if first.counts[fault] != again.counts[fault] {
			t.Errorf("%s: %d, then %d", fault, first.counts[fault], again.counts[fault])
		}
	}
}

func TestEachSeededFaultIsNoticed(t *testing.T) {
	for i, m := range mutants() {
		t.Run(m.name, func(t *testing.T) {
			for try := range *tries {
				out := run(t, *firstSeed+uint64(try), mutants()[i], nothing)
				if out.wrong != "" {
					t.Logf("fell at schedule %d: %s", try+1, out.wrong)
					return
				}
			}
			t.Errorf("not noticed in %d schedules", *tries)
		})
	}
}

// A named seed is a schedule that broke an earlier version.
func TestNamedSeeds(t *testing.T) {
	for name, seed := range map[string]uint64{
		"a forked secret opens with no later one, or a keyring misses what the roster brought": 106,
		"a member alone holds a secret whose epoch gave way to a clone's":                      474,
		"two that were one card claim one place, and the one that gave way is not told so":     300530,
		"a copied card's node wrote over the keyring of the card that it was copied from":      2623,
	} {
		if out := run(t, seed, nil, nothing); out.wrong != "" {
			t.Errorf("%s (seed %d): %s", name, seed, out.wrong)
		}
	}
}
