package node

import "testing"

func TestTheMemoryLimitLeavesRoomAboveWhatIsInUse(t *testing.T) {
	for live, want := range map[int64]int64{0: 96 << 20, 40 << 20: 96 << 20, 200 << 20: 332 << 20} {
		if got := memoryFor(live); got != want {
			t.Errorf("with %d MiB in use: %d MiB, want %d", live>>20, got>>20, want>>20)
		}
	}
}
