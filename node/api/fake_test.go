package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// street is a neighbourhood on one real board, which every household sees at
// once: what nodes would agree on once all had heard everything.
type street struct {
	mu      sync.Mutex
	id      protocol.NeighbourhoodID
	board   *board.Board
	now     time.Time
	stamp   crdt.Stamp
	slots   map[protocol.DeviceID]uint32
	homes   []*home
	ops     []roster.Op
	places  map[protocol.HouseholdID]uint16
	members *roster.Roster
	arrived bool // the roster has

	contacts map[protocol.RecordID]Private
	gallery  gallery
}

// home is one household with one device; it is the Backend of its node.
type home struct {
	*street
	keys
	device   protocol.DeviceID
	muted    map[protocol.HouseholdID]bool
	watchers []chan Event
	joined   bool
	invites  []int
	status   Status
	peers    []Peer
	away     bool
	broken   error // what carrying ends with
}

// begun is when every story begins: a Monday, 14.30 in Jakarta.
var begun = time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)

func id16(text string) [16]byte {
	sum := sha256.Sum256([]byte(text))
	return [16]byte(sum[:16])
}

// newStreet returns a neighbourhood and the desks of its households, the first
// of which founded it.
func newStreet(names ...string) (*street, []Desk) {
	s := foundStreet(keysOf(names[0]))
	var desks []Desk
	for i, name := range names {
		h := s.moveIn(name)
		if i > 0 {
			s.homes[0].mustSign(&roster.Vouch{Household: h.public(), Role: roster.RoleMember})
		}
		h.addDevice(name)
		desks = append(desks, Desk{Backend: h, Now: s.time})
		h.mustWrite(&record.Household{Name: name})
	}
	s.homes[0].mustWrite(&record.Neighbourhood{Name: "RT 03 Sukamaju"})
	return s, desks
}

func (s *street) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// pass lets time pass.
func (s *street) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (h *home) Neighbourhoods() []protocol.NeighbourhoodID {
	if !h.joined {
		return nil
	}
	return []protocol.NeighbourhoodID{h.id}
}

func (h *home) Create(ctx context.Context, name, household string) (protocol.NeighbourhoodID, error) {
	h.joined = true
	h.mustWrite(&record.Household{Name: household})
	h.mustWrite(&record.Neighbourhood{Name: name})
	return h.id, nil
}

func (h *home) Invite(_ context.Context, _ protocol.NeighbourhoodID, terms Terms) (string, error) {
	h.invites = append(h.invites, terms.Uses)
	key := keysOf(fmt.Sprint("invite", len(h.ops))).public()
	h.mustSign(&roster.Grant{Invite: key, Role: terms.Role, Uses: uint32(terms.Uses), Expires: millis(terms.Expires)})
	return fmt.Sprintf("GTG1-%d", terms.Uses), nil
}

func (h *home) Join(_ context.Context, invite, household string) (protocol.NeighbourhoodID, error) {
	if invite != "GTG1-1" {
		return protocol.NeighbourhoodID{}, ErrInvite
	}
	h.joined = true
	h.mustWrite(&record.Household{Name: household})
	return h.id, nil
}

func (h *home) Me(protocol.NeighbourhoodID) (protocol.HouseholdID, bool) { return h.me(), h.arrived }

func (h *home) Look(_ context.Context, n protocol.NeighbourhoodID, read func(board.View)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n != h.id {
		return ErrNoNeighbourhood
	}
	if !h.arrived {
		return ErrNotMember
	}
	read(h.board.At(h.now.UnixMilli()))
	return nil
}

func (h *home) Write(_ context.Context, _ protocol.NeighbourhoodID, content proto.Message, common *record.Common) (protocol.RecordID, error) {
	if err := record.Check(content); err != nil {
		return protocol.RecordID{}, err
	}
	if common == nil {
		common = new(record.Common)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if id, ok := h.board.At(0).Origin(h.me(), common.GetOrigin()); ok && common.GetOrigin() != "" {
		return id, nil
	}
	birth := protocol.Birth{Device: h.device, Slot: h.slots[h.device], Stamp: h.next()}
	h.slots[h.device]++
	fields, err := record.FieldsOf(birth.Stamp, content, common)
	if err != nil {
		return protocol.RecordID{}, err
	}
	h.set(birth, record.KindOf(content), birth.Stamp, fields)
	return birth.Record(), nil
}

// LookFar: two neighbours and a hub store whatever there is.
func (h *home) LookFar(ctx context.Context, n protocol.NeighbourhoodID, read func(board.View, Far)) error {
	return h.Look(ctx, n, func(v board.View) {
		read(v, func(id protocol.RecordID) (Reach, bool) {
			r, ok := v.Record(id)
			return Reach{Nodes: 2, Hubs: 1}, ok && r.Owner == h.me()
		})
	})
}

// Saw lists what was opened, without waiting.
func (h *home) Saw(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID) (told bool, err error) {
	var ref *record.Birth
	err = h.Look(ctx, n, func(v board.View) {
		r, ok := v.Record(id)
		if told = ok && r.Owner != h.me() && v.WorthSeeing(id); told {
			ref = record.BirthOf(r.Birth)
		}
	})
	if told {
		h.mustWrite(&record.Seen{Items: []*record.Birth{ref}})
	}
	return told, err
}

func (h *home) TurnedAway(protocol.NeighbourhoodID) bool { return h.away }

func (h *home) Edit(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, change func(proto.Message) error) error {
	return h.Amend(ctx, n, id, func(content proto.Message, _ *record.Common) error { return change(content) })
}

func (h *home) Amend(_ context.Context, _ protocol.NeighbourhoodID, id protocol.RecordID, change func(proto.Message, *record.Common) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.board.Record(id)
	if !ok {
		return ErrNotFound
	}
	if r.Owner != h.me() {
		return ErrNotYours
	}
	wanted, common := proto.Clone(r.Content), proto.CloneOf(r.Common)
	if err := change(wanted, common); err != nil {
		return err
	}
	if err := record.Check(wanted); err != nil {
		return err
	}
	stamp := h.next()
	fields, err := record.FieldsOf(stamp, wanted, common)
	if err != nil {
		return err
	}
	edit := record.Edit(r.Fields, fields, stamp)
	edit.Join(r.Fields)
	h.set(r.Birth, r.Kind, stamp, edit)
	return nil
}

// next returns a stamp after all others, at the street's time.
func (s *street) next() crdt.Stamp {
	s.stamp = max(s.stamp.Next(), crdt.StampAt(s.now.UnixMilli()))
	return s.stamp
}

// set puts a fact on the board and tells those who watch.
func (s *street) set(birth protocol.Birth, kind record.Kind, stamp crdt.Stamp, fields crdt.Fields) {
	at := board.Place{Device: birth.Device, Slot: birth.Slot}
	for _, c := range s.board.Apply(board.Fact{Place: at, Stamp: stamp, Part: record.Part{Birth: birth, Kind: kind, Fields: fields}}) {
		for _, h := range s.homes {
			for _, w := range h.watchers {
				w <- Event{Type: EventRecord, Neighbourhood: s.id, Change: c}
			}
		}
	}
}

func (h *home) mustWrite(content proto.Message) {
	if _, err := h.Write(context.Background(), h.id, content, nil); err != nil {
		panic(err)
	}
}

// CarryOut writes what a story can tell apart; it is no bundle.
func (h *home) CarryOut(_ context.Context, in []protocol.NeighbourhoodID, salt [16]byte, w io.Writer) error {
	for _, n := range in {
		if _, err := fmt.Fprintf(w, "%v under %x\n", n, salt); err != nil {
			return err
		}
	}
	return h.broken
}

// Backup writes who the household is.
func (h *home) Backup(_ context.Context, w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%v\n", h.device); err != nil {
		return err
	}
	return h.broken
}

// CarryIn takes each line for a new item.
func (h *home) CarryIn(_ context.Context, r io.Reader, dry bool) (Carriage, error) {
	text, err := io.ReadAll(r)
	if err != nil || h.broken != nil {
		return Carriage{}, cmp.Or(err, h.broken)
	}
	return Carriage{New: bytes.Count(text, []byte("\n"))}, nil
}

func (h *home) Peers() []Peer                 { return h.peers }
func (h *home) Status(context.Context) Status { return h.status }

// Watch keeps up to 64 events for a reader; more would block the story.
func (h *home) Watch(ctx context.Context) <-chan Event {
	events := make(chan Event, 64)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers = append(h.watchers, events)
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.watchers = nil
		close(events)
	})
	return events
}
