package node

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// street is a network without a wire: what one publishes reaches the doors of
// all, and meet makes two of them equal.
type street struct {
	mu    sync.Mutex
	hoods map[*Neighbourhood]struct{}
	wait  sync.WaitGroup
	cut   bool
}

type lane struct {
	s *street
	h *Neighbourhood
}

func (s *street) connect(*Node) (Network, error) { return s, nil }
func (s *street) Peers() []Peer                  { return nil }
func (s *street) Addrs() []string                { return []string{"street"} }
func (s *street) Close() error                   { return nil }
func (s *street) Drop(protocol.DeviceID)         {}
func (s *street) Join(h *Neighbourhood, _ []protocol.ID) (Link, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hoods[h] = struct{}{}
	return lane{s, h}, nil
}

func (l lane) Publish(raws [][]byte) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	for other := range l.s.hoods {
		if other != l.h && !l.s.cut {
			l.s.wait.Go(func() { _, _ = other.Ingest(context.Background(), raws) })
		}
	}
}
func (lane) Moved(_, _ []protocol.ID) {}
func (lane) Spread()                  {}
func (lane) RosterChanged()           {}
func (lane) Close() error             { return nil }

// meet brings everything one has to the other, roster first, both ways.
func meet(t *testing.T, a, b *Neighbourhood) {
	t.Helper()
	for range 2 {
		for _, pair := range [][2]*Neighbourhood{{a, b}, {b, a}} {
			if _, err := pair[1].Ingest(t.Context(), everything(t, pair[0])); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func everything(t *testing.T, h *Neighbourhood) [][]byte {
	var raws [][]byte
	err := h.do(t.Context(), func() {
		for _, op := range h.credentials(h.roster.Load()) {
			raws = append(raws, op.Raw())
		}
		for _, op := range h.ops {
			raws = append(raws, op.Raw())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range h.index.ids() {
		if raw, ok := h.Raw(id); ok {
			raws = append(raws, raw)
		}
	}
	return raws
}

type memoryKeys map[protocol.NeighbourhoodID]identity.Keyring

func (m memoryKeys) Keyrings() (map[protocol.NeighbourhoodID]identity.Keyring, error) {
	return map[protocol.NeighbourhoodID]identity.Keyring(m), nil
}
func (m memoryKeys) SaveKeyring(n protocol.NeighbourhoodID, k identity.Keyring) error {
	m[n] = k
	return nil
}

func (m memoryKeys) RemoveKeyring(n protocol.NeighbourhoodID) error {
	delete(m, n)
	return nil
}

func newTestNode(t *testing.T, s *street) *Node { return newTestNodeAt(t, s, time.Now) }

// newTestNodeAt is a node whose clock shows what now says.
func newTestNodeAt(t *testing.T, s *street, now func() time.Time) *Node {
	t.Helper()
	me, err := identity.Dir(t.TempDir()).Load()
	if err != nil {
		t.Fatal(err)
	}
	disk, err := new(store.Disk).Open()
	if err != nil {
		t.Fatal(err)
	}
	n, err := Assemble(Parts{
		Identity: me, Keys: memoryKeys{}, Store: disk, Now: now, Log: slog.New(slog.DiscardHandler),
	}, s.connect)
	if err != nil {
		t.Fatal(err)
	}
	return untilTheEnd(t, n)
}

// untilTheEnd closes a node with its test.
func untilTheEnd(t *testing.T, n *Node) *Node {
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// neighbours founds a neighbourhood on one node and joins it on the others.
func neighbours(t *testing.T, s *street, names ...string) []*Neighbourhood {
	t.Helper()
	founder := newTestNode(t, s)
	id, err := founder.Create(t.Context(), "RT 03", names[0])
	if err != nil {
		t.Fatal(err)
	}
	first, _ := founder.Neighbourhood(id)
	all := []*Neighbourhood{first}
	for _, name := range names[1:] {
		text, err := founder.Invite(t.Context(), id, 1)
		if err != nil {
			t.Fatal(err)
		}
		n := newTestNode(t, s)
		if _, err := n.Join(t.Context(), text, name); err != nil {
			t.Fatal(err)
		}
		h, _ := n.Neighbourhood(id)
		meet(t, first, h)
		s.wait.Wait()
		meet(t, first, h)
		all = append(all, h)
	}
	for _, h := range all {
		meet(t, first, h)
	}
	return all
}

func sameBoards(t *testing.T, all []*Neighbourhood) {
	t.Helper()
	var want [32]byte
	for i, h := range all {
		var got [32]byte
		if err := h.do(t.Context(), func() { got = h.board.Hash() }); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = got
		}
		if got != want {
			t.Fatalf("board %d differs", i)
		}
	}
}

func TestARequestGoesFromAskedToArrived(t *testing.T) {
	s := &street{hoods: make(map[*Neighbourhood]struct{})}
	all := neighbours(t, s, "Bu Sari", "Pak Budi", "Bu Ani")
	sari, budi := all[0], all[1]
	water := &record.Request{Title: "Air minum", Lines: []*record.Line{{Line: 1, Category: "water.drinking", Quantity: 4000, Unit: record.Unit_UNIT_L}}}
	asked, err := sari.Write(t.Context(), water, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.wait.Wait()
	pledged, err := budi.Write(t.Context(), &record.Pledge{
		Target: birthOf(t, budi, asked), Amounts: []*record.Amount{{Line: 1, Quantity: 4000}}, State: record.PledgeState_PLEDGE_STATE_OFFERED,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.wait.Wait()
	for _, m := range []proto.Message{
		&record.Acceptance{Request: birthOf(t, sari, asked), Pledge: birthOf(t, sari, pledged), Amounts: []*record.Amount{{Line: 1, Quantity: 4000}}},
		&record.Receipt{Request: birthOf(t, sari, asked), Pledge: birthOf(t, sari, pledged), Amounts: []*record.Amount{{Line: 1, Quantity: 4000}}},
	} {
		if _, err := sari.Write(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.wait.Wait()
	sameBoards(t, all)
	err = all[2].Look(t.Context(), func(v board.View) {
		item, ok := v.Item(asked)
		if !ok || item.State != board.Met || len(item.Pledges) != 1 || !item.Pledges[0].Accepted {
			t.Errorf("Bu Ani sees %+v", item)
		}
		if got := v.Name(item.Pledges[0].Owner); got != "Pak Budi" {
			t.Errorf("the helper is called %q", got)
		}
		if got := v.Neighbourhood(); got != "RT 03" {
			t.Errorf("the neighbourhood is called %q", got)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func birthOf(t *testing.T, h *Neighbourhood, id protocol.RecordID) *record.Birth {
	t.Helper()
	var birth *record.Birth
	err := h.Look(t.Context(), func(v board.View) {
		if r, ok := v.Record(id); ok {
			birth = record.BirthOf(r.Birth)
		}
	})
	if err != nil || birth == nil {
		t.Fatalf("record %v is not here: %v", id, err)
	}
	return birth
}
