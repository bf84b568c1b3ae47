package blobs

import (
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

// Links is what blobs need of the node and its network. All are called from
// several goroutines at once.
type Links struct {
	Self    protocol.DeviceID
	Hoods   func() []protocol.NeighbourhoodID
	Serves  func(protocol.NeighbourhoodID, protocol.DeviceID) bool // whether the roster has a device
	Sources func(protocol.NeighbourhoodID) []Source                // connected devices of the roster
	Log     *slog.Logger
}

// Blobs serves a store's blobs and fetches what is missing.
type Blobs struct {
	*Store
	links Links

	mu      sync.Mutex
	jobs    map[id]*job
	serving map[protocol.DeviceID]int
	blamed  map[protocol.DeviceID]time.Time
	lists   map[told][16]byte // digest of what a device last listed
	gathers sync.Mutex        // one at a time
}

// told is who told of which neighbourhood.
type told struct {
	n protocol.NeighbourhoodID
	d protocol.DeviceID
}

// New serves and fills a store.
func New(s *Store, links Links) *Blobs {
	return &Blobs{
		Store: s, links: links, jobs: make(map[id]*job), serving: make(map[protocol.DeviceID]int),
		blamed: make(map[protocol.DeviceID]time.Time), lists: make(map[told][16]byte),
	}
}

// How many streams are served at a time, of one peer and of all.
const (
	perPeer = 4
	inAll   = 32
)

// errMany: a peer has more streams than are served at a time.
var errMany = errors.New("blobs: too many streams")

// Serve answers one stream of a peer, until it ends. It holds one chunk in
// memory.
func (b *Blobs) Serve(peer protocol.DeviceID, s Stream) error {
	if !b.knows(peer) {
		return errors.Join(newWire(s, idle).write([]byte{kindRefused}), s.Close())
	}
	if !b.admit(peer) {
		abort(s)
		return errMany
	}
	defer b.dismiss(peer)
	v := &service{b: b, peer: peer, wire: newWire(s, idle)}
	err := v.run()
	v.putBack()
	if err != nil && !errors.Is(err, io.EOF) {
		abort(s)
		return err
	}
	return s.Close()
}

// knows reports whether any roster has a peer: strangers would take the places of
// those who are served.
func (b *Blobs) knows(peer protocol.DeviceID) bool {
	return slices.ContainsFunc(b.links.Hoods(), func(n protocol.NeighbourhoodID) bool { return b.links.Serves(n, peer) })
}

func (b *Blobs) admit(peer protocol.DeviceID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := 0
	for _, n := range b.serving {
		all += n
	}
	if all >= inAll || b.serving[peer] >= perPeer {
		return false
	}
	b.serving[peer]++
	return true
}

func (b *Blobs) dismiss(peer protocol.DeviceID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.serving[peer]--; b.serving[peer] == 0 {
		delete(b.serving, peer)
	}
}

// service is one stream that is served.
type service struct {
	*wire
	b    *Blobs
	peer protocol.DeviceID
	n    protocol.NeighbourhoodID
	blob *shelved // what was asked for last, where it is here
}

func (v *service) putBack() {
	if v.blob != nil {
		_ = v.blob.f.Close() // it was read only
		v.blob = nil
	}
}

// maxQuestion bounds what a peer asks, in bytes of a frame.
const maxQuestion = 1 + len(blob.Address{})

func (v *service) run() error {
	kind, body, err := v.read(maxQuestion)
	if err != nil {
		return err
	}
	if kind != kindHello {
		return malformed("no HELLO")
	}
	tag, err := parseHello(body)
	if err != nil {
		return err
	}
	if !v.find(tag) {
		return v.write([]byte{kindRefused})
	}
	for {
		kind, body, err := v.read(maxQuestion)
		if err != nil {
			return err
		}
		if !v.b.links.Serves(v.n, v.peer) { // put out meanwhile
			return v.write([]byte{kindRefused})
		}
		if err := v.answer(kind, body); err != nil {
			return err
		}
	}
}

// find finds the neighbourhood that a peer means and is served in.
func (v *service) find(tag [16]byte) bool {
	for _, n := range v.b.links.Hoods() {
		if protocol.Tag(n, v.peer, v.b.links.Self) == tag && v.b.links.Serves(n, v.peer) {
			v.n = n
			return true
		}
	}
	return false
}

func (v *service) answer(kind byte, body []byte) error {
	switch {
	case kind == kindWant && len(body) == len(blob.Address{}):
		return v.want(blob.Address(body))
	case kind == kindChunk && len(body) == 4:
		return v.chunk(body)
	case kind == kindList && len(body) == 16:
		return v.list([16]byte(body))
	}
	return malformed("question")
}

func (v *service) want(a blob.Address) error {
	v.putBack()
	held, err := v.b.take(id{v.n, a})
	if err != nil || !v.b.shown(id{v.n, a}) {
		if err == nil {
			_ = held.f.Close()
		}
		return v.write([]byte{kindLack})
	}
	v.blob = held
	return v.write(append([]byte{kindManifest}, held.m.Bytes()...))
}

// shown reports whether a record was written that shows the blob.
func (s *Store) shown(at id) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[at]
	return f != nil && (f.state == stateOwn || f.state == stateKept)
}

func (v *service) chunk(body []byte) error {
	i, _, err := parseIndex(body)
	if err != nil {
		return err
	}
	if v.blob == nil {
		return v.write([]byte{kindLack})
	}
	sealed, err := v.blob.chunk(i)
	switch {
	case errors.Is(err, protocol.ErrMalformed):
		return err
	case err != nil:
		return v.write([]byte{kindLack})
	}
	return v.write(data(i, sealed))
}

func (v *service) list(known [16]byte) error {
	all := v.b.Store.list(v.n)
	all = all[:min(len(all), maxHas*maxLists)]
	if digest(all) == known {
		return v.write([]byte{kindSame})
	}
	for {
		n := min(len(all), maxHas)
		if err := v.write(has(n < len(all), all[:n])); err != nil {
			return err
		}
		if all = all[n:]; len(all) == 0 {
			return nil
		}
	}
}

// digest names a list.
func digest(all []listing) [16]byte {
	sum := sha256.New()
	for l := range slices.Values(all) {
		sum.Write(has(false, []listing{l}))
	}
	return [16]byte(sum.Sum(nil)[:16])
}
