package board

import (
	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// Roster is what the board asks of the roster: whose device wrote a cell,
// whether that household is a steward, and whether the cell counts at all.
type Roster interface {
	Household(protocol.DeviceID) (protocol.HouseholdID, bool)
	Steward(protocol.HouseholdID) bool
}

// Place is where a cell stands: a slot of a device.
type Place struct {
	Device protocol.DeviceID
	Slot   uint32
}

// Fact is one cell that counts, decrypted and decoded.
type Fact struct {
	Place
	Stamp crdt.Stamp
	ID    protocol.ID
	Part  record.Part
}

// FactOf decodes the body of a cell.
func FactOf(c cell.Cell, body []byte) (Fact, error) {
	part, err := record.Decode(c.Header, body)
	if err != nil {
		return Fact{}, err
	}
	return Fact{Place{c.Device, c.Slot}, c.Stamp, c.ID(), part}, nil
}

// Record is what a household says of one thing, its devices' parts joined.
// A Record on the board is never changed: a new fact makes a new one.
type Record struct {
	ID      protocol.RecordID
	Birth   protocol.Birth
	Kind    record.Kind
	Owner   protocol.HouseholdID
	Fields  crdt.Fields
	Common  *record.Common
	Content proto.Message // nil where this node cannot read or must not show it
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
type Board struct {
	roster  Roster
	facts   map[Place]Fact
	parts   map[protocol.RecordID]map[Place]Fact // of any household
	records map[protocol.RecordID]*Record
	about   map[protocol.RecordID]map[protocol.RecordID]struct{} // target -> records that point at it
	kinds   map[record.Kind]map[protocol.RecordID]*Record
	origins map[origin]protocol.RecordID
	derived map[protocol.RecordID]*Coverage // folded without time; dropped when a fact touches it
	digests map[protocol.RecordID][32]byte
}

// origin is where a household took a record from; see record.Common.
type origin struct {
	owner protocol.HouseholdID
	from  string
}

// New returns the board of no facts under a roster.
func New(roster Roster) *Board {
	b := &Board{facts: make(map[Place]Fact)}
	b.reset(roster)
	return b
}

// Fold returns the board of facts, at most one per place, in any order.
func Fold(roster Roster, facts []Fact) *Board {
	b := New(roster)
	for _, f := range facts {
		b.Apply(f)
	}
	return b
}

func (b *Board) reset(roster Roster) {
	b.roster = roster
	b.parts = make(map[protocol.RecordID]map[Place]Fact)
	b.records = make(map[protocol.RecordID]*Record)
	b.about = make(map[protocol.RecordID]map[protocol.RecordID]struct{})
	b.kinds = make(map[record.Kind]map[protocol.RecordID]*Record)
	b.origins = make(map[origin]protocol.RecordID)
	b.derived = make(map[protocol.RecordID]*Coverage)
	b.digests = make(map[protocol.RecordID][32]byte)
}

// SetRoster folds the facts anew under another roster. Facts that ceased to
// count are removed, and others that began to are applied, by the caller.
func (b *Board) SetRoster(roster Roster) {
	if b.alike(roster) {
		b.roster = roster
		return
	}
	facts := b.facts
	b.facts = make(map[Place]Fact, len(facts))
	b.reset(roster)
	for _, f := range facts {
		b.Apply(f)
	}
}

// alike reports whether another roster says the same of every household that
// has a fact here: then nothing needs folding.
func (b *Board) alike(other Roster) bool {
	asked := make(map[protocol.DeviceID]struct{})
	for at, f := range b.facts {
		for _, d := range []protocol.DeviceID{at.Device, f.Part.Birth.Device} {
			if _, done := asked[d]; !done && !sameOwner(b.roster, other, d) {
				return false
			}
			asked[d] = struct{}{}
		}
	}
	return true
}

func sameOwner(a, b Roster, d protocol.DeviceID) bool {
	one, known := a.Household(d)
	two, knownToo := b.Household(d)
	return known == knownToo && one == two && a.Steward(one) == b.Steward(two)
}

// Len returns the number of facts.
func (b *Board) Len() int { return len(b.facts) }

// Apply sets the fact that stands in its place and returns what changed.
func (b *Board) Apply(f Fact) []Change {
	changes := b.take(f.Place, f.Part.Birth.Record())
	b.facts[f.Place] = f
	id := f.Part.Birth.Record()
	if b.parts[id] == nil {
		b.parts[id] = make(map[Place]Fact)
	}
	b.parts[id][f.Place] = f
	return append(changes, b.join(id)...)
}

// Remove takes away what stood in a place, where nothing counts any longer.
func (b *Board) Remove(at Place) []Change { return b.take(at, protocol.RecordID{}) }

// take clears a place. A record that loses a part there is joined again,
// unless it is next, which the caller joins.
func (b *Board) take(at Place, next protocol.RecordID) []Change {
	old, ok := b.facts[at]
	if !ok {
		return nil
	}
	delete(b.facts, at)
	id := old.Part.Birth.Record()
	delete(b.parts[id], at)
	if id == next {
		return nil
	}
	return b.join(id)
}
