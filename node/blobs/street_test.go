package blobs

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotong/protocol"
	"gotong/protocol/blob"
)

var rt = protocol.NeighbourhoodID{3}

// street is nodes that are connected to one another, as far as cut lets them.
type street struct {
	t     *testing.T
	mu    sync.Mutex
	nodes map[protocol.DeviceID]*node
	roster,
	cut map[protocol.DeviceID]bool
	lines []*line
}

type node struct {
	*Blobs
	street *street
	id     protocol.DeviceID
	serve  func(peer protocol.DeviceID, s Stream) error // in place of the honest one
}

func newStreet(t *testing.T) *street {
	return &street{t: t, nodes: make(map[protocol.DeviceID]*node), roster: make(map[protocol.DeviceID]bool), cut: make(map[protocol.DeviceID]bool)}
}

// move adds a node with a store in a folder.
func (s *street) move(name byte, dir string, opt Options) *node {
	s.t.Helper()
	store, err := Open(dir, opt)
	if err != nil {
		s.t.Fatal(err)
	}
	n := &node{street: s, id: protocol.DeviceID{name}}
	n.Blobs = New(store, Links{
		Self: n.id, Log: slog.New(slog.DiscardHandler),
		Hoods:   func() []protocol.NeighbourhoodID { return []protocol.NeighbourhoodID{rt} },
		Serves:  func(_ protocol.NeighbourhoodID, d protocol.DeviceID) bool { return s.member(d) },
		Sources: func(protocol.NeighbourhoodID) []Source { return s.sources(n) },
	})
	n.serve = n.Serve
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nodes[n.id], s.roster[n.id] = n, true
	return n
}

func (s *street) house(name byte) *node { return s.move(name, s.t.TempDir(), Options{Budget: 1 << 30}) }

func (s *street) member(d protocol.DeviceID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roster[d]
}

func (s *street) sources(of *node) []Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Source
	for name := range byte(255) {
		to := s.nodes[protocol.DeviceID{name}]
		if to != nil && to != of && !s.cut[to.id] && !s.cut[of.id] {
			all = append(all, Source{to.id, func(context.Context) (Stream, error) { return s.dial(of, to) }})
		}
	}
	return all
}

var errNoLink = errors.New("no link")

func (s *street) dial(from, to *node) (Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut[from.id] || s.cut[to.id] {
		return nil, errNoLink
	}
	a, b := net.Pipe()
	x, y := newLine(a), newLine(b)
	x.from, y.from = from.id, to.id
	s.lines = append(s.lines, x, y)
	go func() { _ = to.serve(from.id, y) }()
	return x, nil
}

// part cuts a node off; join lets it be called again.
func (s *street) part(d protocol.DeviceID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut[d] = true
	for _, l := range s.lines {
		_ = l.Reset()
	}
	s.lines = nil
}

func (s *street) join(d protocol.DeviceID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.cut, d)
}

// line is one end of a pipe that takes what is written at once, as a window
// would, and may be slow.
type line struct {
	net.Conn
	from protocol.DeviceID
	slow time.Duration // for each write

	mu     sync.Mutex
	out    [][]byte
	more   chan struct{}
	closed bool
}

func newLine(c net.Conn) *line {
	l := &line{Conn: c, more: make(chan struct{}, 1)}
	go l.flow()
	return l
}

func (l *line) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, net.ErrClosed
	}
	l.out = append(l.out, append([]byte(nil), b...))
	l.kick()
	return len(b), nil
}

// slowly makes each write take a while.
func (l *line) slowly(each time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slow = each
}

func (l *line) kick() {
	select {
	case l.more <- struct{}{}:
	default:
	}
}

func (l *line) flow() {
	for range l.more {
		for {
			l.mu.Lock()
			if len(l.out) == 0 {
				if l.closed {
					l.mu.Unlock()
					_ = l.Conn.Close()
					return
				}
				l.mu.Unlock()
				break
			}
			b, slow := l.out[0], l.slow
			l.out = l.out[1:]
			l.mu.Unlock()
			time.Sleep(slow)
			if _, err := l.Conn.Write(b); err != nil {
				_ = l.Reset()
			}
		}
	}
}

func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.kick()
	return nil
}

func (l *line) Reset() error {
	l.mu.Lock()
	l.out = nil
	l.mu.Unlock()
	return errors.Join(l.Close(), l.Conn.Close())
}

func (l *line) SetWriteDeadline(time.Time) error { return nil }

// photo is content of so many bytes that is unlike itself everywhere.
func photo(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i) ^ byte(i>>8)*31 ^ byte(i>>16)*17
	}
	return b
}

// shown puts a photo into a node, as a record would show it.
func (n *node) shown(content []byte) blob.Address {
	n.street.t.Helper()
	a, err := n.Put(rt, blob.Key{7}, content)
	if err == nil {
		err = n.Show(rt, a)
	}
	if err != nil {
		n.street.t.Fatal(err)
	}
	return a
}

// bubble runs a story in virtual time.
func bubble(t *testing.T, story func(*testing.T, context.Context)) {
	synctest.Test(t, func(t *testing.T) { story(t, t.Context()) })
}
