package node

import (
	"context"

	"gotong/node/api"
	"gotong/node/store"
	"gotong/protocol"
)

// Peers implements [api.Backend].
func (b Backend) Peers() []api.Peer {
	var peers []api.Peer
	for _, p := range b.network.Peers() {
		peer := api.Peer{
			Device: p.Device, Name: p.Name, Addrs: p.Addrs, Connected: p.Connected, Hub: p.Hub, Seen: p.Seen,
			Shared: make(map[protocol.NeighbourhoodID]protocol.HouseholdID),
		}
		for _, id := range b.Neighbourhoods() {
			h, _ := b.Neighbourhood(id)
			if household, ok := h.Roster().Household(p.Device); ok {
				peer.Shared[id] = household
			}
			if at := h.met.with(p.Device); at.After(peer.LastExchange) {
				peer.LastExchange = at
			}
		}
		peers = append(peers, peer)
	}
	return peers
}

// Status implements [api.Backend].
func (b Backend) Status(ctx context.Context) api.Status {
	s := api.Status{
		Device: b.parts.Identity.DeviceID(), Dir: b.Dir, Started: b.started,
		Addrs: b.network.Addrs(), Relayed: b.relayed(), Troubles: b.troubles(),
	}
	for _, p := range b.network.Peers() {
		if p.Connected {
			s.Connected++
		}
	}
	for _, id := range b.Neighbourhoods() {
		if h, ok := b.Neighbourhood(id); ok {
			s.Neighbourhoods = append(s.Neighbourhoods, b.status(ctx, h))
		}
	}
	return s
}

func (b Backend) troubles() []api.Trouble {
	var all []api.Trouble
	usage, err := b.parts.Store.Usage()
	switch {
	case err != nil:
		all = append(all, api.TroubleStore)
	case usage.Room == store.Full:
		all = append(all, api.TroubleFull)
	}
	if b.alarm.on() {
		all = append(all, api.TroubleCloned)
	}
	if err == nil && usage.Room == store.Tight {
		all = append(all, api.TroubleRoom)
	}
	if b.alarm.lately() {
		all = append(all, api.TroubleRenewed)
	}
	if b.clock.behind() {
		all = append(all, api.TroubleClock)
	}
	if len(b.network.Addrs()) == 0 {
		all = append(all, api.TroubleLinks)
	}
	return all
}

func (b Backend) status(ctx context.Context, h *Neighbourhood) api.NeighbourhoodStatus {
	members := h.Roster()
	s := api.NeighbourhoodStatus{
		ID: h.id, Member: members.Serve(b.parts.Identity.DeviceID()), Operations: h.index.lenOps(),
		Cells: h.index.len(), LastExchange: h.met.last(), TurnedAway: h.met.unwelcome(),
	}
	for _, m := range members.Members() {
		if m.In() {
			s.Households++
		}
	}
	for _, d := range members.Devices() {
		if d.Serve {
			s.Devices++
		}
	}
	for _, p := range b.network.Peers() {
		if p.Connected && members.Serve(p.Device) {
			s.Connected++
		}
	}
	h.fillLack(&s)
	h.fillPartings(&s)
	// An error leaves the zero hash: the node is closing.
	_ = h.do(ctx, func() { s.Hash, s.Locked, s.Unreached = h.board.Hash(), len(h.dark), h.unreached() })
	return s
}

// Watch implements [api.Backend].
func (b Backend) Watch(ctx context.Context) <-chan api.Event {
	events := make(chan api.Event)
	go b.watch(ctx, events)
	return events
}

// watch hands on what happens until ctx ends or the node closes.
func (b Backend) watch(ctx context.Context, events chan<- api.Event) {
	defer close(events)
	happenings, end := b.watchers.add()
	defer end()
	for {
		select {
		case what, open := <-happenings:
			if !open || !handOn(ctx, events, translate(what)) {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func handOn(ctx context.Context, events chan<- api.Event, batch []api.Event) bool {
	for _, e := range batch {
		select {
		case events <- e:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func translate(what Happening) []api.Event {
	switch n := what.Neighbourhood; {
	case what.Missed:
		return []api.Event{{Type: api.EventReload}}
	case what.Roster:
		return []api.Event{{Type: api.EventRoster, Neighbourhood: n}}
	case what.Peer != nil:
		return []api.Event{{Type: api.EventPeer, Device: what.Peer.Device, Connected: what.Peer.Connected}}
	}
	var events []api.Event
	for _, c := range what.Changes {
		events = append(events, api.Event{Type: api.EventRecord, Neighbourhood: what.Neighbourhood, Change: c})
	}
	for _, id := range what.Reached {
		events = append(events, api.Event{Type: api.EventReach, Neighbourhood: what.Neighbourhood, Record: id})
	}
	return events
}
