package store_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gotong/node/store"
	"gotong/node/store/storetest"
)

// Run with -benchtime 100000x to get the figures of 100,000 cells:
//
//	go test -run '^$' -bench . -benchtime 100000x ./node/store

// bodySize makes raw cells of 500 bytes.
const bodySize = 300

var sealed struct {
	sync.Mutex
	slots []storetest.Slot
}

// manySlots returns n slots of many devices in a random but fixed order.
func manySlots(n int) []storetest.Slot {
	sealed.Lock()
	defer sealed.Unlock()
	for i := len(sealed.slots); i < n; i++ {
		a, slot := storetest.NewAuthor(uint32(i/250)), uint32(i%250)
		sealed.slots = append(sealed.slots, a.Slot(slot, a.Cell(home, slot, 1, bodySize)))
	}
	slots := slices.Clone(sealed.slots[:n])
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	return slots
}

func BenchmarkDurableWrites(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) { durableWrites(b, writers) })
	}
}

func durableWrites(b *testing.B, writers int) {
	slots := manySlots(b.N)
	took := make([]time.Duration, b.N)
	dir := b.TempDir()
	oneSync := rawSync(b, dir)
	s := openIn(b, dir, store.Options{})
	var next atomic.Int64
	before := writtenBytes(b)
	b.ResetTimer()
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				began := time.Now()
				if err := s.Append(b.Context(), home, store.Change{Slots: slots[i : i+1]}); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(began)
			}
		})
	}
	group.Wait()
	b.StopTimer()
	perSecond := float64(b.N) / b.Elapsed().Seconds()
	must(b, s.Close())

	slices.Sort(took)
	b.ReportMetric(perSecond, "writes/s")
	b.ReportMetric(float64(took[b.N/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(writtenBytes(b)-before)/float64(b.N), "disk-B/write")
	oneSync = append(oneSync, rawSync(b, dir)...)
	slices.Sort(oneSync)
	b.ReportMetric(float64(oneSync[len(oneSync)/2].Microseconds())/1000, "one-sync-ms")
}

// rawSync measures what everything else is to be compared with: syncing as
// many bytes to a mapped file in dir, as often as is worth it.
func rawSync(b *testing.B, dir string) (took []time.Duration) {
	f, err := os.Create(filepath.Join(dir, "raw-sync"))
	must(b, err)
	defer f.Close()
	const record, rounds = 600, 500
	must(b, f.Truncate(record*rounds))
	mapped, err := unix.Mmap(int(f.Fd()), 0, record*rounds, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	must(b, err)
	defer unix.Munmap(mapped)
	for i := range rounds {
		for j := range record {
			mapped[i*record+j] = 1
		}
		began := time.Now()
		must(b, unix.Msync(mapped, unix.MS_SYNC))
		took = append(took, time.Since(began))
	}
	return took
}

func BenchmarkBulkLoadAndScan(b *testing.B) {
	slots := manySlots(b.N)
	s := openIn(b, b.TempDir(), store.Options{})
	before := writtenBytes(b)
	b.ResetTimer()
	for chunk := range slices.Chunk(slots, 5000) {
		must(b, s.Append(b.Context(), home, store.Change{Slots: chunk}))
	}
	load := b.Elapsed()
	found := 0
	for _, err := range s.Slots(home) {
		must(b, err)
		found++
	}
	scan := b.Elapsed() - load
	b.StopTimer()
	if found != b.N {
		b.Errorf("found %d of %d", found, b.N)
	}
	must(b, s.Close())
	b.ReportMetric(load.Seconds(), "load-s")
	b.ReportMetric(scan.Seconds(), "scan-s")
	b.ReportMetric(float64(writtenBytes(b)-before)/float64(b.N), "disk-B/cell")
}

// writtenBytes returns how many bytes this process has caused to be written to
// disk so far.
func writtenBytes(t testing.TB) (n int64) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/io")
	must(t, err)
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "write_bytes: %d", &n); err == nil {
			return n
		}
	}
	t.Fatal("no write_bytes in /proc/self/io")
	return 0
}
