package node

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/node/mesh"
	"gotong/node/store"
)

// bookName is where the address book lies in the store.
const bookName = "neighbours"

// pageLimit bounds the book: the neighbours met last stay.
const pageLimit = 24

// addressBook remembers where neighbours were last met, so that they are found
// again where multicast does not reach.
type addressBook struct {
	store store.Store
	log   *slog.Logger
	dirty chan struct{} // a token while there is something to write
	done  chan struct{}

	mu    sync.Mutex
	pages map[peer.ID]page
}

type page struct {
	Peer peer.AddrInfo
	Seen time.Time
}

// openBook reads the book. One that cannot be read is begun anew: multicast
// and addresses by hand still find the neighbours.
func openBook(s store.Store, log *slog.Logger) *addressBook {
	b := &addressBook{store: s, log: log, dirty: make(chan struct{}, 1), done: make(chan struct{}), pages: make(map[peer.ID]page)}
	var pages []page
	if content, err := s.Meta(bookName); err == nil && content != nil && json.Unmarshal(content, &pages) == nil {
		for _, p := range pages {
			b.pages[p.Peer.ID] = p
		}
	}
	go b.write()
	return b
}

func (b *addressBook) known() []peer.AddrInfo {
	b.mu.Lock()
	defer b.mu.Unlock()
	var known []peer.AddrInfo
	for _, p := range b.pages {
		known = append(known, p.Peer)
	}
	return known
}

// remember takes a member's addresses down; writing them waits for nobody.
func (b *addressBook) remember(p peer.AddrInfo) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pages[p.ID] = page{p, time.Now()}
	for len(b.pages) > pageLimit {
		delete(b.pages, b.oldest())
	}
	select {
	case b.dirty <- struct{}{}:
	default:
	}
}

func (b *addressBook) oldest() peer.ID {
	var oldest page
	for _, p := range b.pages {
		if oldest.Seen.IsZero() || p.Seen.Before(oldest.Seen) {
			oldest = p
		}
	}
	return oldest.Peer.ID
}

// write keeps the stored book up to date until Close.
func (b *addressBook) write() {
	defer close(b.done)
	for range b.dirty {
		content, err := json.Marshal(b.list())
		if err == nil {
			err = b.store.PutMeta(context.Background(), bookName, content)
		}
		if err != nil {
			b.log.Warn("address book", "err", err)
		}
	}
}

func (b *addressBook) list() []page {
	b.mu.Lock()
	defer b.mu.Unlock()
	var pages []page
	for _, p := range b.pages {
		pages = append(pages, p)
	}
	return pages
}

// Close ends writing. Nothing may be remembered any more.
func (b *addressBook) Close() error {
	close(b.dirty)
	<-b.done
	return nil
}

// peers returns those connected and, after them, those only remembered.
func (b *addressBook) peers(connected []mesh.Peer) []Peer {
	var all []Peer
	for _, p := range connected {
		here := Peer{Device: p.Device, Name: p.ID.String(), Addrs: []string{p.Address}, Connected: true, Seen: time.Now()}
		if d, err := mesh.DeviceOf(p.Hub); err == nil {
			here.Hub = &d
		}
		all = append(all, here)
	}
	for _, p := range b.list() {
		away := Peer{Name: p.Peer.ID.String(), Seen: p.Seen}
		if slices.ContainsFunc(connected, func(c mesh.Peer) bool { return c.ID == p.Peer.ID }) {
			continue
		}
		away.Device, _ = mesh.DeviceOf(p.Peer.ID)
		for _, a := range p.Peer.Addrs {
			away.Addrs = append(away.Addrs, a.String())
		}
		all = append(all, away)
	}
	return all
}
