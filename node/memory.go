package node

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// leastMemory is the runtime's memory limit as long as what is in use is well
// below it.
const leastMemory = 96 << 20

// KeepSmall keeps the garbage of a bulk load from filling a small machine, until
// ctx ends. The limit is soft: below what is in use the collector would run
// without end, so it follows that, a second behind.
func KeepSmall(ctx context.Context) {
	debug.SetMemoryLimit(leastMemory)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			metrics.Read(live)
			debug.SetMemoryLimit(memoryFor(int64(live[0].Value.Uint64())))
		case <-ctx.Done():
			return
		}
	}
}

// memoryFor returns the limit for so many bytes that are in use.
func memoryFor(live int64) int64 { return max(leastMemory, live+live/2+32<<20) }
