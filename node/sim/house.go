package sim

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"gotong/node"
	"gotong/node/exchange"
	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
)

// house is a household with one device.
type house struct {
	name   string
	me     identity.Identity
	keys   *keyFiles
	disk   *store.Disk
	skew   time.Duration // how wrong its clock is
	honest bool          // its acknowledged writes must survive
	seams  node.Seams
	room   int64 // bytes of others' payloads; 0: what the disk allows for
	crook  *crook
	tongue func(net.Conn) exchange.Stream // says other things than its node means

	node  *node.Node // nil while it is off
	store store.Store
	end   atomic.Pointer[port] // of the network; nil while it is off
	lives uint64               // how often it was turned on
}

// random is a source for the exchanges of one life of the house.
func (h *house) random(seed uint64) io.Reader {
	h.lives++
	return momentary(fmt.Sprintf("%d %s %d", seed, h.name, h.lives))
}

// momentary is a source whose bytes follow from the moment they are asked for:
// the order of those who ask at one moment does not matter.
type momentary string

func (m momentary) Read(p []byte) (int, error) {
	key := sha256.Sum256(fmt.Appendf(nil, "%s %d", m, time.Now().UnixNano()))
	return rand.NewChaCha8(key).Read(p)
}

// port returns the house's end of the network, nil while it is off.
func (h *house) port() *port { return h.end.Load() }

// keyFiles are a house's keyrings, which survive crashes.
type keyFiles struct {
	mu    sync.Mutex
	rings map[protocol.NeighbourhoodID]identity.Keyring
}

func (k *keyFiles) Keyrings() (map[protocol.NeighbourhoodID]identity.Keyring, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.rings), nil
}

func (k *keyFiles) SaveKeyring(n protocol.NeighbourhoodID, ring identity.Keyring) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rings[n] = ring
	return nil
}

func (k *keyFiles) RemoveKeyring(n protocol.NeighbourhoodID) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.rings, n)
	return nil
}

// copy returns the keyrings of a copied card: what one of the two learns the
// other does not.
func (k *keyFiles) copy() *keyFiles {
	k.mu.Lock()
	defer k.mu.Unlock()
	return &keyFiles{rings: maps.Clone(k.rings)}
}

// newHouse makes a house whose keys follow from the seed and its number.
func newHouse(seed uint64, name string) *house {
	key := func(what string) [32]byte {
		return sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), name+what...))
	}
	household, device, seal := key("household"), key("device"), key("seal")
	x, err := ecdh.X25519().NewPrivateKey(seal[:])
	if err != nil {
		panic("sim: " + err.Error()) // only for keys of another length
	}
	return &house{
		name: name, honest: true, disk: &store.Disk{SyncTime: time.Millisecond},
		keys: &keyFiles{rings: make(map[protocol.NeighbourhoodID]identity.Keyring)},
		me: identity.Identity{
			Household: ed25519.NewKeyFromSeed(household[:]), Device: ed25519.NewKeyFromSeed(device[:]), Seal: x, Incarnation: 1,
		},
	}
}

func (h *house) now() time.Time { return time.Now().Add(h.skew) }

// start turns the house's node on.
func (h *house) start(w *world) error {
	disk, err := h.disk.Open()
	if err != nil {
		return err
	}
	h.store = disk
	p := newPort(w, h)
	h.node, err = node.Assemble(node.Parts{
		Identity: h.me, Keys: h.keys, Store: disk, Now: h.now, Log: slog.New(slog.DiscardHandler), Seams: h.seams,
		Random: h.random(w.seed), Room: h.room,
	}, func(n *node.Node) (node.Network, error) { return p, nil })
	if err == nil {
		h.end.Store(p)
	}
	return err
}

// crash is a power cut: of what was not synced the first few changes survive.
func (h *house) crash(survive int) {
	h.end.Store(nil)
	h.disk.Crash(survive)
	_ = h.node.Close() // its disk is gone under it
	h.node = nil
}

// stop turns the house's node off in good order.
func (h *house) stop() error {
	h.end.Store(nil)
	err := h.node.Close()
	h.node = nil
	return err
}

// cloned reports whether the house's node found a copy of itself running.
func (h *house) cloned() bool {
	select {
	case <-h.node.Cloned():
		return true
	default:
		return false
	}
}

func (h *house) up() bool { return h.port() != nil }

// carries reports whether the house is on and has a neighbourhood.
func (h *house) carries(n protocol.NeighbourhoodID) bool {
	p := h.port()
	if p == nil {
		return false
	}
	_, ok := p.ward(n)
	return ok
}

// hood returns the house's neighbourhood; its node must be on.
func (h *house) hood(n protocol.NeighbourhoodID) *node.Neighbourhood {
	hood, _ := h.node.Neighbourhood(n)
	return hood
}

// rotted reports whether something on the house's disk cannot be read.
func (h *house) rotted(w *world) bool {
	for _, err := range h.store.Slots(w.n) {
		if err != nil {
			return true
		}
	}
	return false
}
