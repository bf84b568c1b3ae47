package node

import (
	"context"
	"sync"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// gatherer knows of a hub with whom it has spoken about photos since anything
// new came: without that there is nothing to ask.
type gatherer struct {
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu    sync.Mutex
	news  map[protocol.NeighbourhoodID]uint64
	asked map[visited]uint64
	busy  map[visited]bool
}

// visited is a device in a neighbourhood.
type visited struct {
	n protocol.NeighbourhoodID
	d protocol.DeviceID
}

func (g *gatherer) init() {
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.news, g.asked, g.busy = make(map[protocol.NeighbourhoodID]uint64), make(map[visited]uint64), make(map[visited]bool)
}

func (g *gatherer) close() {
	if g.cancel != nil {
		g.cancel()
		g.work.Wait()
	}
}

// heard notes that cells came: a record among them may show a photo.
func (g *gatherer) heard(n protocol.NeighbourhoodID, came []protocol.ID) {
	if len(came) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.news[n]++
}

// due reports whether a device is to be asked, and notes that it is.
func (g *gatherer) due(v visited) (uint64, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.news[v.n] + 1
	if g.busy[v] || g.asked[v] == now || g.ctx.Err() != nil {
		return 0, false
	}
	g.busy[v] = true
	return now, true
}

func (g *gatherer) done(v visited, now uint64, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.busy, v)
	if err == nil {
		g.asked[v] = now
	}
}

// carries reports whether this node is a hub here: it keeps photos ahead of time
// and cannot see them.
func (h *Neighbourhood) carries() bool {
	m, ok := h.roster.Load().Member(h.parts.Identity.HouseholdID())
	return ok && m.Role == roster.RoleHub && m.In()
}

// gather has a hub bring the photos of a device, after an exchange with it.
func (w *wire) gather(h *Neighbourhood, d protocol.DeviceID) {
	if !h.carries() {
		return
	}
	v := visited{h.id, d}
	now, due := w.gatherer.due(v)
	if !due {
		return
	}
	w.gatherer.work.Go(func() {
		err := w.gatherFrom(w.gatherer.ctx, v)
		if err != nil {
			h.log.Debug("photos gathered", "err", err)
		}
		w.gatherer.done(v, now, err)
	})
}

func (w *wire) gatherFrom(ctx context.Context, v visited) error {
	for _, s := range w.sources(v.n) {
		if s.Device == v.d {
			return w.blobs.Gather(ctx, v.n, s)
		}
	}
	return context.Canceled // gone again
}
