package exchange

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// village is a neighbourhood for tests: real cells, and a roster in which an
// operation admits one device and counts if its parent does; the one without
// a parent is the genesis, whose hash is the neighbourhood's id.
type village struct {
	t      testing.TB
	n      protocol.NeighbourhoodID
	key    cell.Key
	houses []*house
}

// house is one node of the village.
type house struct {
	t    testing.TB
	n    protocol.NeighbourhoodID
	key  cell.Key
	sign ed25519.PrivateKey
	own  [][]byte // its credentials, if its own roster lacks them
	x    *Exchange

	mu      sync.Mutex
	raws    map[protocol.ID][]byte
	order   []protocol.ID // of operations, parents first
	keys    map[protocol.DeviceID]ed25519.PublicKey
	paths   map[protocol.DeviceID][]protocol.ID
	cells   map[protocol.ID]cell.Cell
	slots   map[place]protocol.ID
	came    map[protocol.ID]int // how often each item came by exchange
	arrival []protocol.ID
	stored  map[protocol.ID]int // by how many peers, as they said
	instead map[protocol.ID][]byte
	stamp   crdt.Stamp
	ended   []error
	last    Progress
	door    func(raw []byte) *Taken // judges before the house does, if set
}

type place struct {
	device protocol.DeviceID
	slot   uint32
}

func newVillage(t testing.TB, houses int) *village {
	v := &village{t: t}
	genesis := admission(protocol.ID{}, keyOf(0))
	v.n = protocol.NeighbourhoodID(opID(genesis))
	v.key = cell.NewKey(v.n, [32]byte{1})
	for i := range houses {
		h := v.build(i)
		path := v.pathOf(i)
		h.must(h.ingest(path...))
	}
	return v
}

// pathOf are the operations that admit house i: the genesis and its own.
func (v *village) pathOf(i int) [][]byte {
	genesis := admission(protocol.ID{}, keyOf(0))
	if i == 0 {
		return [][]byte{genesis}
	}
	return [][]byte{genesis, admission(opID(genesis), keyOf(i))}
}

// build makes a house that knows nothing but the neighbourhood's id.
func (v *village) build(i int) *house {
	h := &house{
		t: v.t, n: v.n, key: v.key, sign: keyOf(i),
		raws: map[protocol.ID][]byte{}, keys: map[protocol.DeviceID]ed25519.PublicKey{},
		paths: map[protocol.DeviceID][]protocol.ID{}, cells: map[protocol.ID]cell.Cell{},
		slots: map[place]protocol.ID{}, came: map[protocol.ID]int{}, stored: map[protocol.ID]int{},
	}
	h.x = New(h.device(), rand.Reader, Events{Stored: h.hearStored, Lacks: h.hearLacks, Progress: h.hearProgress, Ended: h.hearEnded})
	h.x.Join(h, nil)
	v.t.Cleanup(func() { h.x.Close() })
	v.houses = append(v.houses, h)
	return h
}

// acquaint gives every house the roster of all.
func (v *village) acquaint() {
	for _, h := range v.houses {
		for i := range v.houses {
			h.must(h.ingest(v.pathOf(i)...))
		}
	}
}

func keyOf(i int) ed25519.PrivateKey {
	seed := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
	return ed25519.NewKeyFromSeed(seed[:])
}

// admission is an operation of the test's own roster.
func admission(parent protocol.ID, device ed25519.PrivateKey) []byte {
	raw := append([]byte{0x81}, parent[:]...)
	raw = append(raw, device.Public().(ed25519.PublicKey)...)
	return append(raw, make([]byte, 32)...)
}

func opID(raw []byte) protocol.ID { return protocol.Hash("test/op", raw) }

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) device() protocol.DeviceID {
	return protocol.DeviceOf(h.sign.Public().(ed25519.PublicKey))
}

// write makes a new cell in a slot and keeps it.
func (h *house) write(slot uint32, class cell.Class, body string) protocol.ID {
	h.t.Helper()
	c := h.seal(slot, class, body)
	h.must(h.ingest(c.Raw()))
	return c.ID()
}

func (h *house) seal(slot uint32, class cell.Class, body string) cell.Cell {
	h.t.Helper()
	h.mu.Lock()
	h.stamp++
	d := cell.Draft{Slot: slot, Stamp: h.stamp, Class: class, Body: []byte(body)}
	h.mu.Unlock()
	var nonce cell.Nonce
	binary.BigEndian.PutUint64(nonce[:], uint64(d.Stamp))
	c, err := cell.Seal(h.n, d, h.sign, h.key, nonce)
	h.must(err)
	return c
}

// ingest takes in items that did not come by exchange.
func (h *house) ingest(raws ...[]byte) error {
	_, err := h.take(raws)
	return err
}

// dropPayload leaves the stub of a cell.
func (h *house) dropPayload(id protocol.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.raws[id] = cell.StubOf(h.cells[id])
	h.cells[id], _ = cell.Parse(h.n, h.raws[id])
}

// What tests ask of a house.

// holds returns the ids of everything here, sorted.
func (h *house) holds() (ids []protocol.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.raws {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compare)
	return ids
}

func (h *house) has(id protocol.ID) bool {
	_, ok := h.Raw(id)
	return ok
}

// twice returns an item that came more than once by exchange.
func (h *house) twice() (protocol.ID, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, n := range h.came {
		if n > 1 {
			return id, true
		}
	}
	return protocol.ID{}, false
}

func same(a, b *house) bool { return slices.Equal(a.holds(), b.holds()) }

// meet lets a dial b over a pipe and returns how it ended on both sides.
func meet(a, b *house) (dialed, served error) {
	near, far := net.Pipe()
	return talk(a, b, near, far)
}

// talk is meet over the two ends of some connection.
func talk(a, b *house, near, far Stream) (dialed, served error) {
	done := make(chan error, 1)
	go func() { done <- b.x.Serve(a.device(), far) }()
	dialed = a.x.Visit(context.Background(), a.n, b.device(), via(near))
	return dialed, <-done
}

func via(s Stream) Open {
	return func(context.Context) (Stream, error) { return s, nil }
}

// counted counts what is written to a stream, and cuts it after so many bytes.
type counted struct {
	net.Conn
	n   atomic.Int64
	cut int64 // 0: never
}

func (c *counted) Write(p []byte) (int, error) {
	if n := c.n.Add(int64(len(p))); c.cut > 0 && n > c.cut {
		c.Conn.Close()
	}
	return c.Conn.Write(p)
}

// text is a body of n bytes.
func text(n int) string { return string(bytes.Repeat([]byte{'x'}, n)) }
