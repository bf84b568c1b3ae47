package sim

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"gotong/node"
	"gotong/node/exchange"
	"gotong/node/gossip"
	"gotong/protocol"
)

// port is a house's end of the network: exchanges over pipes, and gossip that
// is passed from house to house under the real policy.
type port struct {
	w        *world
	h        *house
	exchange *exchange.Exchange
	policy   *gossip.Policy

	mu     sync.Mutex
	closed bool
	wards  map[protocol.NeighbourhoodID]ward
	seen   map[[32]byte]struct{}
	pipes  map[net.Conn]protocol.DeviceID
}

// ward is one neighbourhood at a port.
type ward struct {
	hood    *node.Neighbourhood
	handler gossip.Handler
}

// ward returns a neighbourhood that the house carries.
func (p *port) ward(n protocol.NeighbourhoodID) (ward, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.wards[n]
	return w, ok && !p.closed
}

func newPort(w *world, h *house) *port {
	p := &port{
		w: w, h: h, policy: gossip.NewPolicy(), seen: make(map[[32]byte]struct{}), wards: make(map[protocol.NeighbourhoodID]ward), pipes: make(map[net.Conn]protocol.DeviceID),
	}
	p.exchange = exchange.New(h.me.DeviceID(), h.random(w.seed), exchange.Events{Ended: p.ended})
	return p
}

// ended tells the node how an exchange ended.
func (p *port) ended(n protocol.NeighbourhoodID, peer protocol.DeviceID, err error) {
	p.mu.Lock()
	at, ok := p.wards[n]
	p.mu.Unlock()
	if ok {
		at.hood.Met(peer, err)
	}
}

// Join implements [node.Network].
func (p *port) Join(h *node.Neighbourhood, cells []protocol.ID) (node.Link, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := ward{h, h.Gossip(func(from protocol.DeviceID) { p.exchange.Hint(h.ID(), from) })}
	p.wards[h.ID()] = at
	p.exchange.Join(p.h.crook.wrap(p, p.w.mutant.exchange(p, h.Exchange())), cells)
	return wire{p, at}, nil
}

// Peers implements [node.Network].
func (p *port) Peers() []node.Peer { return nil }

// Addrs implements [node.Network].
func (p *port) Addrs() []string { return []string{p.h.name} }

// Drop implements [node.Network].
func (p *port) Drop(protocol.DeviceID) {}

// Close implements [node.Network].
func (p *port) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.sever(func(protocol.DeviceID) bool { return true })
	return p.exchange.Close()
}

// sever closes the pipes to some devices.
func (p *port) sever(which func(protocol.DeviceID) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pipe, to := range p.pipes {
		if which(to) {
			_ = pipe.Close() // a pipe has nothing to fail with
			delete(p.pipes, pipe)
		}
	}
}

// connect lets two houses exchange; disconnect ends that.
func (w *world) connect(a, b *house) {
	a.port().exchange.Connected(b.me.DeviceID(), func(context.Context) (exchange.Stream, error) { return w.open(a, b) })
	b.port().exchange.Connected(a.me.DeviceID(), func(context.Context) (exchange.Stream, error) { return w.open(b, a) })
}

func (w *world) disconnect(a, b *house) {
	for _, x := range []struct{ here, there *house }{{a, b}, {b, a}} {
		if p := x.here.port(); p != nil {
			p.exchange.Disconnected(x.there.me.DeviceID())
			p.sever(func(d protocol.DeviceID) bool { return d == x.there.me.DeviceID() })
		}
	}
}

// open makes a stream from one house to another, and lets the other answer.
func (w *world) open(from, to *house) (exchange.Stream, error) {
	p, q := from.port(), to.port()
	if p == nil || q == nil || !w.linked(from, to) {
		return nil, net.ErrClosed
	}
	near, far := net.Pipe()
	p.keep(near, to)
	q.keep(far, from)
	go func() {
		_ = q.exchange.Serve(from.me.DeviceID(), w.tongue(to, far)) // what goes wrong shows in the end
		p.let(near)
		q.let(far)
	}()
	return w.tongue(from, near), nil
}

// tongue is a house's end of a pipe, with its own tongue where it has one.
func (w *world) tongue(of *house, pipe net.Conn) exchange.Stream {
	if of.tongue != nil {
		return of.tongue(pipe)
	}
	return counted{pipe, &w.sent}
}

// counted counts what is said over a pipe.
type counted struct {
	net.Conn
	sent *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	c.sent.Add(int64(len(b)))
	return c.Conn.Write(b)
}

func (p *port) keep(pipe net.Conn, with *house) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = pipe.Close()
		return
	}
	p.pipes[pipe] = with.me.DeviceID()
}

// let forgets a pipe that is not spoken over any more.
func (p *port) let(pipe net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pipes, pipe)
}

// wire is a neighbourhood's link.
type wire struct {
	*port
	ward
}

// Publish implements [node.Link].
func (l wire) Publish(raws [][]byte) {
	messages, all := l.policy.Batches(l.handler, raws, time.Now())
	for _, m := range messages {
		l.first(m)
		l.w.spread(l.h, l.hood.ID(), m)
	}
	if !all {
		l.w.hint(l.h, l.hood.ID())
	}
}

// Moved implements [node.Link].
func (l wire) Moved(came, went []protocol.ID) { l.exchange.Changed(l.hood.ID(), came, went) }

// Spread implements [node.Link].
func (l wire) Spread() { l.exchange.Spread(l.hood.ID(), protocol.DeviceID{}) }

// RosterChanged implements [node.Link].
func (l wire) RosterChanged() { l.exchange.RosterChanged(l.hood.ID()) }

// Close implements [node.Link].
func (l wire) Close() error { return nil }

// maxSeen bounds what a port remembers of the messages it has heard.
const maxSeen = 1 << 10

// first reports whether a message was not heard before.
func (p *port) first(message []byte) bool {
	id := sha256.Sum256(message)
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.seen[id]
	if len(p.seen) == maxSeen {
		clear(p.seen) // whatever still goes round is heard once more
	}
	p.seen[id] = struct{}{}
	return !known
}

// receive takes in a gossiped message and passes it on.
func (p *port) receive(n protocol.NeighbourhoodID, message []byte, from protocol.DeviceID) {
	at, ok := p.ward(n)
	if !ok || !p.first(message) {
		return
	}
	opened := p.policy.Judge(context.Background(), at.handler, message, time.Now())
	if opened.Verdict == protocol.Accept {
		if p.h.crook.honest() {
			p.w.spread(p.h, n, message)
		}
		at.handler.Take(context.Background(), opened.Value, from)
	}
}

// spread sends a message to every house that one is linked to. Whether it is
// lost, doubled, or late follows from the seed and from who says what in which
// slot: not from random bytes in it, nor from the order in which goroutines run.
func (w *world) spread(from *house, n protocol.NeighbourhoodID, message []byte) {
	for _, to := range w.all() {
		if to == from || !w.linked(from, to) || !to.carries(n) {
			continue
		}
		luck := w.luck(from, to, message)
		if luck.share(0) < w.loss {
			w.count("loss")
			continue
		}
		w.send(to, n, message, from, luck.delay(1))
		if luck.share(2) < w.loss/2 {
			w.count("duplication")
			w.send(to, n, message, from, luck.delay(3))
		}
	}
}

func (w *world) send(to *house, n protocol.NeighbourhoodID, message []byte, from *house, after time.Duration) {
	w.sent.Add(int64(len(message)))
	if after > time.Second {
		w.count("reorder")
	}
	p := to.port()
	if p == nil {
		return
	}
	go func() {
		time.Sleep(after)
		if w.linked(from, to) {
			p.receive(n, message, from.me.DeviceID())
		}
	}()
}

// hint tells the houses next to one that it has more.
func (w *world) hint(from *house, n protocol.NeighbourhoodID) {
	for _, to := range w.all() {
		if to != from && to.carries(n) && w.linked(from, to) {
			go to.port().exchange.Hint(n, from.me.DeviceID())
		}
	}
}

// luck is what chance decided for one message on one link.
type luck [32]byte

func (w *world) luck(from, to *house, message []byte) luck {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s>%s", w.seed, from.name, to.name)
	items, _ := protocol.SplitItems(message) // the real policy judges it at the other end
	for _, raw := range items {
		h.Write(raw[:min(len(raw), named)])
	}
	return luck(h.Sum(nil))
}

// named is how much of an item says who speaks, in which slot or place, and
// when: everything before what depends on random bytes.
const named = 29

// share returns a number from 0 to below 1.
func (l luck) share(i int) float64 {
	return float64(binary.BigEndian.Uint32(l[4*i:])) / (1 << 32)
}

// delay is short mostly, and seconds for one in ten.
func (l luck) delay(i int) time.Duration {
	s := l.share(i)
	if s < 0.9 {
		return time.Duration(s * float64(50*time.Millisecond))
	}
	return time.Duration((s - 0.9) * float64(100*time.Second))
}
