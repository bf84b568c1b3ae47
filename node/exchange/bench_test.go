package exchange

import (
	"net"
	"testing"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// BenchmarkColdSync: an empty house gets 10,000 cells of 277 bytes. Cells are
// verified for good and kept in memory. The ratio is all bytes on the wire,
// both ways and with the greeting, over the cells' bytes.
func BenchmarkColdSync(b *testing.B) {
	v := newVillage(b, 3)
	v.acquaint()
	full := v.houses[0]
	v.fill(full, 10_000)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		empty := v.build(3 + i) // admitted nowhere: it shows its own operation
		empty.own = v.pathOf(3 + i)[1:]
		b.StartTimer()
		v.measure(b, empty, full, full.bytes(nil))
	}
}

// BenchmarkHeal: two houses that were equal differ by 100 cells of 10,000.
func BenchmarkHeal(b *testing.B) {
	v := newVillage(b, 2)
	v.acquaint()
	one, two := v.houses[0], v.houses[1]
	v.fill(one, 10_000)
	v.measure(b, one, two, 1)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		missing := map[protocol.ID]bool{}
		for j := range 100 {
			h := v.houses[j%2]
			missing[h.write(uint32(j), cell.Normal, text(60))] = true
		}
		b.StartTimer()
		v.measure(b, one, two, one.bytes(missing)+two.bytes(missing))
	}
}

// BenchmarkNothingDiffers: two houses that are equal find it out.
func BenchmarkNothingDiffers(b *testing.B) {
	v := newVillage(b, 2)
	v.acquaint()
	one, two := v.houses[0], v.houses[1]
	v.fill(one, 10_000)
	v.measure(b, one, two, 1)
	for b.Loop() {
		v.measure(b, one, two, 1)
	}
}

// fill lets many devices, all admitted everywhere, write n cells that h holds.
func (v *village) fill(h *house, n int) {
	genesis := opID(admission(protocol.ID{}, keyOf(0)))
	for d := 0; d*4000 < n; d++ {
		writer := &house{t: v.t, n: v.n, key: v.key, sign: keyOf(5000 + d)}
		for _, other := range v.houses {
			other.must(other.ingest(admission(genesis, writer.sign)))
		}
		for slot := range min(4000, n-d*4000) {
			h.must(h.ingest(writer.seal(uint32(slot), cell.Normal, text(30)).Raw()))
		}
	}
}

// bytes is the size of the cells of h, or of those among them.
func (h *house) bytes(among map[protocol.ID]bool) (n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, c := range h.cells {
		if among == nil || among[id] {
			n += int64(len(c.Raw()))
		}
	}
	return n
}

// measure lets a dial b and reports the bytes on the wire beside those that
// had to move.
func (v *village) measure(b *testing.B, one, two *house, least int64) {
	near, far := net.Pipe()
	there, back := &counted{Conn: near}, &counted{Conn: far}
	if dialed, served := talk(one, two, there, back); dialed != nil || served != nil {
		b.Fatal(dialed, served)
	}
	b.StopTimer()
	if !same(one, two) {
		b.Fatal("the two are not equal")
	}
	b.StartTimer()
	wire := there.n.Load() + back.n.Load()
	b.ReportMetric(float64(wire), "wire-B/op")
	b.ReportMetric(float64(wire)/float64(least), "wire/cells")
}
