package gossip

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	mocknet "github.com/libp2p/go-libp2p/p2p/net/mock"
	ma "github.com/multiformats/go-multiaddr"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
)

// street is a neighbourhood of houses on a network without wires, all of
// whose devices are in the roster from the start.
type street struct {
	t      *testing.T
	net    mocknet.Mocknet
	n      protocol.NeighbourhoodID
	key    cell.Key
	houses []*house
	hub    int // which of them is a hub; -1: none

	elsewhere protocol.DeviceID // belongs to another neighbourhood that all carry

	mu     sync.Mutex
	roster map[protocol.DeviceID]ed25519.PublicKey
}

// house is one node: what it took in, from whom, and the hints it heard.
type house struct {
	street *street
	sign   ed25519.PrivateKey
	host   host.Host
	gossip *Gossip
	topic  *Topic
	stamp  crdt.Stamp

	mu    sync.Mutex
	has   map[protocol.ID]bool
	took  int
	hints []protocol.DeviceID
	opens int // items that were verified
}

// onStreet runs a story with houses 0 to n-1 in virtual time.
func onStreet(t *testing.T, n int, story func(s *street)) { tell(t, n, -1, story) }

// onHub is onStreet where house 0 is a hub.
func onHub(t *testing.T, n int, story func(s *street)) { tell(t, n, 0, story) }

func tell(t *testing.T, n, hub int, story func(s *street)) {
	synctest.Test(t, func(t *testing.T) {
		s := &street{t: t, net: mocknet.New(), n: protocol.NeighbourhoodID{7}, hub: hub, roster: map[protocol.DeviceID]ed25519.PublicKey{}}
		s.key = cell.NewKey(s.n, [32]byte{1})
		for range n {
			s.build()
		}
		synctest.Wait() // a host begins to listen once it tells others what it speaks
		story(s)
		for _, h := range s.houses {
			if err := h.gossip.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := s.net.Close(); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Minute) // virtual: the libraries' last goroutines end
	})
}

func (s *street) build() *house {
	seed := sha256.Sum256([]byte{byte(len(s.houses))})
	h := &house{street: s, sign: ed25519.NewKeyFromSeed(seed[:]), has: map[protocol.ID]bool{}}
	s.admit(h, true)
	key, err := crypto.UnmarshalEd25519PrivateKey(h.sign)
	s.must(err)
	h.host, err = s.net.AddPeer(key, ma.StringCast(fmt.Sprintf("/ip4/10.0.0.%d/tcp/4101", len(s.houses)+1)))
	s.must(err)
	h.gossip, err = New(context.Background(), h.host, h.recognises, len(s.houses) == s.hub)
	s.must(err)
	h.join()
	s.houses = append(s.houses, h)
	return h
}

func (h *house) join() {
	topic, err := h.gossip.Join(h.street.n, Handler{Serves: h.member, Author: author, Open: h.open, Take: h.take, Hint: h.hint})
	h.street.must(err)
	h.topic = topic
}

func (s *street) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// connect links two houses; settle lets meshes form.
func (s *street) connect(a, b int) {
	_, err := s.net.LinkPeers(s.houses[a].host.ID(), s.houses[b].host.ID())
	s.must(err)
	_, err = s.net.ConnectPeers(s.houses[a].host.ID(), s.houses[b].host.ID())
	s.must(err)
}

func (s *street) connectAll() {
	for a := range s.houses {
		for b := range a {
			s.connect(a, b)
		}
	}
	s.settle(5 * time.Second)
}

func (s *street) settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (h *house) device() protocol.DeviceID {
	return protocol.DeviceOf(h.sign.Public().(ed25519.PublicKey))
}

// cell writes something new in a slot of the house.
func (h *house) cell(text string) cell.Cell {
	h.stamp++
	var nonce cell.Nonce
	binary.BigEndian.PutUint64(nonce[:], uint64(h.stamp))
	d := cell.Draft{Slot: uint32(h.stamp) % 64, Stamp: h.stamp, Class: cell.Normal, Body: []byte(text)}
	c, err := cell.Seal(h.street.n, d, h.sign, h.street.key, nonce)
	h.street.must(err)
	h.mu.Lock()
	h.has[c.ID()] = true
	h.mu.Unlock()
	return c
}

// say writes and publishes one cell and returns its id.
func (h *house) say(text string) protocol.ID {
	c := h.cell(text)
	h.street.must(h.topic.Publish(context.Background(), [][]byte{c.Raw()}))
	return c.ID()
}

func author(raw []byte) protocol.DeviceID { return protocol.DeviceID(raw[1:17]) }

// admit puts a house's device into the roster or takes it out.
func (s *street) admit(h *house, in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.roster, h.device())
	if in {
		s.roster[h.device()] = h.sign.Public().(ed25519.PublicKey)
	}
}

func (h *house) keyOf(d protocol.DeviceID) (ed25519.PublicKey, bool) {
	h.street.mu.Lock()
	defer h.street.mu.Unlock()
	key, ok := h.street.roster[d]
	return key, ok
}

func (h *house) member(d protocol.DeviceID) bool { _, in := h.keyOf(d); return in }

// recognises reports whether any roster here has a device.
func (h *house) recognises(d protocol.DeviceID) bool { return h.member(d) || d == h.street.elsewhere }

func (h *house) open(_ context.Context, raws [][]byte) Opened {
	var cells []cell.Cell
	var fresh []protocol.DeviceID
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, raw := range raws {
		h.opens++
		c, err := cell.Open(h.street.n, raw, h.keyOf)
		if err != nil {
			return Opened{Verdict: protocol.VerdictOf(err)}
		}
		cells = append(cells, c)
		if !h.has[c.ID()] {
			fresh = append(fresh, c.Device)
		}
	}
	return Opened{Verdict: protocol.Accept, Value: cells, Fresh: fresh}
}

func (h *house) take(_ context.Context, value any, _ protocol.DeviceID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range value.([]cell.Cell) {
		h.has[c.ID()] = true
		h.took++
	}
}

func (h *house) hint(from protocol.DeviceID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hints = append(h.hints, from)
}

func (h *house) knows(id protocol.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.has[id]
}

func (h *house) count() (took, opens, hints int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.took, h.opens, len(h.hints)
}
