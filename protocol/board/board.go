package board

import (
	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// Roster is what the board asks of the roster: whose device wrote a cell, and
// what that household may say. Whether a cell counts at all has been asked
// before it comes here.
type Roster interface {
	Household(protocol.DeviceID) (protocol.HouseholdID, bool)
	Steward(protocol.HouseholdID) bool
	Founder(protocol.HouseholdID) bool
	Votes(protocol.HouseholdID) bool
	Vouched(protocol.HouseholdID) bool // it belongs, and is beyond probation
}

// Place is where a cell stands: a slot of a device.
type Place struct {
	Device protocol.DeviceID
	Slot   uint32
}

// Fact is one cell that counts, decrypted and decoded; see [FactOf].
type Fact struct {
	Place
	Stamp crdt.Stamp
	ID    protocol.ID
	Part  record.Part
	body  []byte // that Part was decoded from; nil: it is encoded when needed
}

// FactOf decodes the body of a cell.
func FactOf(c cell.Cell, body []byte) (Fact, error) { return factOf(c.Header, c.ID(), body) }

func factOf(h cell.Header, id protocol.ID, body []byte) (Fact, error) {
	part, err := record.Decode(h, body)
	if err != nil {
		return Fact{}, err
	}
	return Fact{Place{h.Device, h.Slot}, h.Stamp, id, part, body}, nil
}

// Record is what a household says of one thing, its devices' parts joined. It
// is a copy made for whoever asked, and never changes.
type Record struct {
	ID      protocol.RecordID
	Birth   protocol.Birth
	Kind    record.Kind
	Owner   protocol.HouseholdID
	Fields  crdt.Fields
	Common  *record.Common // what every kind has; Content is without it
	Content proto.Message  // nil where this node cannot read or must not show it
}

// Created is when the record was born, by its writer's clock.
func (r *Record) Created() int64 { return r.Birth.Stamp.Millis() }

// Changed is when a field was last set, by its writer's clock.
func (r *Record) Changed() int64 { return r.Fields.Last().Millis() }

// Change says that a record appeared, changed or ended.
type Change struct {
	ID   protocol.RecordID
	Kind record.Kind
	Gone bool
}

// Board is the fold of a neighbourhood's facts. It has one owner and no lock.
//
// Bodies stay encoded, and what is derived from them is computed when somebody
// looks: a board is mostly records that nobody is looking at.
type Board struct {
	roster     Roster
	households map[protocol.HouseholdID]*household
	writers    map[protocol.DeviceID]*writer
	entries    map[protocol.RecordID]*entry
	counts     map[record.Kind]int // records, by kind
	lists      lists               // records of the kinds that are listed whole
	origins    origins
	items      index // requests and offers that have not ended
	order      order
	hash       *[32]byte // until the next change
}

// New returns the board of no facts under a roster.
func New(roster Roster) *Board {
	return &Board{
		roster:     roster,
		households: make(map[protocol.HouseholdID]*household),
		writers:    make(map[protocol.DeviceID]*writer),
		entries:    make(map[protocol.RecordID]*entry),
		counts:     make(map[record.Kind]int),
		lists:      make(lists),
		origins:    origins{first: make(map[uint64]*entry)},
	}
}

// Fold returns the board of facts, at most one per place, in any order.
func Fold(roster Roster, facts []Fact) *Board {
	b := New(roster)
	for _, f := range facts {
		b.Apply(f)
	}
	return b
}

// SetRoster folds the facts anew under another roster. Facts that ceased to
// count are removed, and others that began to are applied, by the caller.
func (b *Board) SetRoster(roster Roster) {
	b.roster = roster
	for _, w := range b.writers {
		w.member = b.householdOf(w.device)
	}
	for _, e := range b.entries {
		b.join(e, nil, nil)
	}
}

// Len returns the number of facts.
func (b *Board) Len() int {
	n := 0
	for _, w := range b.writers {
		n += len(w.said)
	}
	return n
}

// Apply sets the fact that stands in its place and returns what changed.
func (b *Board) Apply(f Fact) []Change {
	w := b.writer(f.Device)
	at, found := w.find(f.Slot)
	if found && w.said[at].is(f) {
		return nil
	}
	e := b.entry(f.Part.Birth.Record())
	was := e
	if found {
		was = w.drop(at)
	}
	w.put(at, e, f)
	changes := b.join(e, w, &f)
	if was != e {
		changes = append(changes, b.join(was, w, nil)...)
	}
	return changes
}

// Remove takes away what stood in a place, where nothing counts any longer.
func (b *Board) Remove(at Place) []Change {
	w, ok := b.writers[at.Device]
	if !ok {
		return nil
	}
	i, found := w.find(at.Slot)
	if !found {
		return nil
	}
	was := w.drop(i)
	if len(w.said) == 0 {
		delete(b.writers, at.Device)
	}
	return b.join(was, w, nil)
}
