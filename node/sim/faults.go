package sim

import (
	"context"
	"sync"
	"time"

	"gotong/crdt"
	"gotong/node"
	"gotong/node/exchange"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// mutant is a fault put into every node on purpose: the shortcuts that others
// have taken. The checker has to notice each. A nil mutant is sound code.
type mutant struct {
	name     string
	seams    func(*house, *memory) node.Seams
	ackEarly bool
	wrap     func(*port, *memory, exchange.Neighbourhood) exchange.Neighbourhood

	mu       sync.Mutex
	memories map[*house]*memory
}

// memory is what a faulty node remembers beside what it should.
type memory struct {
	mu      sync.Mutex
	latest  map[protocol.DeviceID]crdt.Stamp
	verdict map[protocol.ID]bool
	seen    map[protocol.DeviceID][]protocol.ID
	refused []protocol.ID
}

// put makes a house's node faulty.
func (m *mutant) put(w *world, h *house) {
	if m == nil {
		return
	}
	h.disk.AckEarly = m.ackEarly
	mem := &memory{
		latest: make(map[protocol.DeviceID]crdt.Stamp), verdict: make(map[protocol.ID]bool), seen: make(map[protocol.DeviceID][]protocol.ID),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.memories == nil {
		m.memories = make(map[*house]*memory)
	}
	m.memories[h] = mem
	if m.seams != nil {
		h.seams = m.seams(h, mem)
	}
}

// exchange wraps what an exchange sees of a faulty node.
func (m *mutant) exchange(p *port, n exchange.Neighbourhood) exchange.Neighbourhood {
	if m == nil || m.wrap == nil {
		return n
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	mem := m.memories[p.h]
	if mem == nil {
		return n // a twin, from the card of another
	}
	return m.wrap(p, mem, n)
}

// firstN is the quota of a node that counts whatever comes first.
const firstN = 12

// mutants returns the eight faults, fresh.
func mutants() []*mutant {
	return []*mutant{
		{name: "version-vector sync", seams: notesLatest, wrap: asksBeyondLatest},
		{name: "revocation judged on arrival", seams: judgesOnArrival},
		{name: "first-N quota", seams: countsFirst},
		{name: "reject future", seams: refusesFuture},
		{name: "acknowledge before sync", ackEarly: true},
		{name: "refused ids remembered", seams: refusesRevoked, wrap: remembersRefused},
		{name: "quota off by one", seams: countsOneMore},
		{name: "re-encoding before forwarding", seams: reencodes},
	}
}

func notesLatest(_ *house, mem *memory) node.Seams {
	return node.Seams{Refuse: func(c cell.Cell) bool {
		mem.mu.Lock()
		defer mem.mu.Unlock()
		mem.latest[c.Device] = max(mem.latest[c.Device], c.Stamp)
		return false
	}}
}

// behind is a neighbourhood that takes from an exchange only what is newer
// than the newest it has of each device.
type behind struct {
	exchange.Neighbourhood
	mem *memory
}

func asksBeyondLatest(_ *port, mem *memory, n exchange.Neighbourhood) exchange.Neighbourhood {
	return behind{n, mem}
}

func (b behind) Ingest(ctx context.Context, raws [][]byte, from protocol.DeviceID) ([]exchange.Taken, error) {
	var fresh [][]byte
	var at []int
	taken := make([]exchange.Taken, len(raws))
	for i, raw := range raws {
		c, err := cell.Parse(b.ID(), raw)
		b.mem.mu.Lock()
		old := err == nil && c.Stamp <= b.mem.latest[c.Device]
		b.mem.mu.Unlock()
		if old {
			taken[i] = exchange.Taken{ID: c.ID(), Verdict: protocol.Ignore}
			continue
		}
		fresh, at = append(fresh, raw), append(at, i)
	}
	got, err := b.Neighbourhood.Ingest(ctx, fresh, from)
	for i := range got {
		taken[at[i]] = got[i]
	}
	return taken, err
}

func judgesOnArrival(_ *house, mem *memory) node.Seams {
	return node.Seams{Counts: func(r *roster.Roster, d protocol.DeviceID, slot uint32, id protocol.ID) bool {
		mem.mu.Lock()
		defer mem.mu.Unlock()
		verdict, known := mem.verdict[id]
		if !known {
			verdict = r.CountsID(d, slot, id)
			mem.verdict[id] = verdict
		}
		return verdict
	}}
}

func countsFirst(_ *house, mem *memory) node.Seams {
	return node.Seams{Counts: func(r *roster.Roster, d protocol.DeviceID, slot uint32, id protocol.ID) bool {
		mem.mu.Lock()
		defer mem.mu.Unlock()
		for _, known := range mem.seen[d] {
			if known == id {
				return r.CountsID(d, slot, id)
			}
		}
		if len(mem.seen[d]) == firstN {
			return false
		}
		mem.seen[d] = append(mem.seen[d], id)
		return r.CountsID(d, slot, id)
	}}
}

func refusesFuture(h *house, _ *memory) node.Seams {
	return node.Seams{Refuse: func(c cell.Cell) bool {
		return c.Device != h.me.DeviceID() && c.Stamp > crdt.StampAt(h.now().Add(time.Hour).UnixMilli())
	}}
}

func refusesRevoked(h *house, mem *memory) node.Seams {
	return node.Seams{Refuse: func(c cell.Cell) bool {
		p := h.port()
		if c.Device == h.me.DeviceID() || p == nil || h.hood(p.w.n).Roster().Counts(c) {
			return false
		}
		mem.mu.Lock()
		defer mem.mu.Unlock()
		mem.refused = append(mem.refused, c.ID())
		return true
	}}
}

// remembering is a neighbourhood that says it has what it refused, so that
// nobody offers it again.
type remembering struct {
	exchange.Neighbourhood
	p   *port
	mem *memory
}

func remembersRefused(p *port, mem *memory, n exchange.Neighbourhood) exchange.Neighbourhood {
	return remembering{n, p, mem}
}

func (r remembering) Ingest(ctx context.Context, raws [][]byte, from protocol.DeviceID) ([]exchange.Taken, error) {
	taken, err := r.Neighbourhood.Ingest(ctx, raws, from)
	r.mem.mu.Lock()
	refused := r.mem.refused
	r.mem.refused = nil
	r.mem.mu.Unlock()
	if len(refused) > 0 {
		r.p.exchange.Changed(r.ID(), refused, nil)
	}
	return taken, err
}

func countsOneMore(*house, *memory) node.Seams {
	return node.Seams{Counts: func(r *roster.Roster, d protocol.DeviceID, slot uint32, id protocol.ID) bool {
		return r.CountsID(d, max(slot, 1)-1, id)
	}}
}

// reencodes: what is passed on is decoded and encoded again, which gives the
// payload another nonce.
func reencodes(*house, *memory) node.Seams {
	return node.Seams{Forward: func(raw []byte) []byte {
		again := append([]byte(nil), raw...)
		if len(again) > cell.HeaderSize+64 {
			again[cell.HeaderSize] ^= 1
		}
		return again
	}}
}
