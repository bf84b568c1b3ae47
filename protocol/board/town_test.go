package board_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// town is a neighbourhood made for tests: households with their devices, what
// they wrote, and the board of somebody who heard all of it as it came.
type town struct {
	id      protocol.NeighbourhoodID
	key     cell.Key
	roster  *roll
	devices map[string]*device // "sari" and "sari/tablet"
	slots   map[Place]Fact     // what stands
	history []Fact             // what was ever written
	board   *Board
}

// device is one that writes, with a clock of its own.
type device struct {
	town      *town
	name      string
	household string
	key       ed25519.PrivateKey
	clock     crdt.Clock
	slot      uint32 // the next free one
	apart     *Board // while apart: all that this device has heard
}

// roll is a roster by name.
type roll struct {
	devices  map[protocol.DeviceID]protocol.HouseholdID
	stewards map[protocol.HouseholdID]bool
	founders map[protocol.HouseholdID]bool // stewards too
	guests   map[protocol.HouseholdID]bool // whom nobody vouched for yet
}

func (r *roll) Household(d protocol.DeviceID) (protocol.HouseholdID, bool) {
	h, ok := r.devices[d]
	return h, ok
}

func (r *roll) Steward(h protocol.HouseholdID) bool { return r.stewards[h] || r.founders[h] }

func (r *roll) Founder(h protocol.HouseholdID) bool { return r.founders[h] }

func (r *roll) Votes(h protocol.HouseholdID) bool {
	return !r.guests[h] && slices.Contains(slices.Collect(maps.Values(r.devices)), h)
}

func (r *roll) Vouched(h protocol.HouseholdID) bool { return !r.guests[h] }

func newTown() *town {
	id := protocol.NeighbourhoodID{7}
	r := newRoll()
	return &town{id: id, key: cell.NewKey(id, [32]byte{1}), roster: r, devices: make(map[string]*device), slots: make(map[Place]Fact), board: New(r)}
}

func newRoll() *roll {
	none := func() map[protocol.HouseholdID]bool { return make(map[protocol.HouseholdID]bool) }
	return &roll{make(map[protocol.DeviceID]protocol.HouseholdID), none(), none(), none()}
}

func householdID(name string) protocol.HouseholdID { return protocol.HouseholdOf([]byte(name)) }

// settle brings a device of a household into town.
func (w *town) settle(name, household string) {
	seed := sha256.Sum256([]byte(name))
	d := &device{town: w, name: name, household: household, key: ed25519.NewKeyFromSeed(seed[:])}
	w.devices[name] = d
	w.admit(d)
}

func (w *town) admit(d *device) { w.roster.devices[d.id()] = householdID(d.household) }

func (d *device) id() protocol.DeviceID {
	return protocol.DeviceOf(d.key.Public().(ed25519.PublicKey))
}

// part is what to say of which record; a record that begins here has no birth
// yet.
type part struct {
	birth  protocol.Birth
	kind   record.Kind
	fields crdt.Fields
}

// begin writes a new record in the next slot, or in one that is used anew.
func (d *device) begin(wall int64, slot *uint32, messages ...proto.Message) (protocol.Birth, error) {
	at := d.slot
	if slot != nil {
		at = *slot
	} else {
		d.slot++
	}
	stamp := d.clock.Next(wall)
	fields, err := record.FieldsOf(stamp, messages...)
	if err != nil {
		return protocol.Birth{}, err
	}
	birth := protocol.Birth{Device: d.id(), Slot: at, Stamp: stamp}
	return birth, d.say(at, stamp, part{birth, record.KindOf(messages[0]), fields})
}

// edit asserts the fields of a record that change changes.
func (d *device) edit(wall int64, id protocol.RecordID, change func(proto.Message)) error {
	r, ok := d.view().Record(id)
	if !ok {
		return errNotHere
	}
	wanted := proto.Clone(r.Content)
	change(wanted)
	stamp := d.clock.Next(wall, r.Fields.Last())
	fields, err := record.FieldsOf(stamp, wanted, r.Common)
	if err != nil {
		return err
	}
	own, slot := crdt.Fields{}, d.slot
	if f, ok := d.view().Part(id, d.id()); ok {
		own, slot = f.Part.Fields, f.Slot
	} else {
		d.slot++
	}
	own.Join(record.Edit(r.Fields, fields, stamp))
	return d.say(slot, stamp, part{r.Birth, r.Kind, own})
}

// view is the board as this device knows it.
func (d *device) view() *Board {
	if d.apart != nil {
		return d.apart
	}
	return d.town.board
}

// say seals a cell, opens it as everybody would, and lets it be heard.
func (d *device) say(slot uint32, stamp crdt.Stamp, p part) error {
	body, err := record.Part{Birth: p.birth, Kind: p.kind, Fields: p.fields}.Encode(d.id(), slot, stamp)
	if err != nil {
		return err
	}
	c, err := cell.Seal(d.town.id, cell.Draft{Slot: slot, Stamp: stamp, Class: cell.Normal, Body: body}, d.key, d.town.key, cell.Nonce{})
	if err != nil {
		return err
	}
	plain, err := cell.Decrypt(d.town.id, c, d.town.key)
	if err != nil {
		return err
	}
	f, err := FactOf(c, plain)
	if err != nil {
		return err
	}
	if d.apart != nil {
		d.apart.Apply(f)
	}
	d.town.hear(f)
	return nil
}

func (w *town) hear(f Fact) {
	w.history = append(w.history, f)
	if old, ok := w.slots[f.Place]; !ok || newer(f, old) {
		w.slots[f.Place] = f
		w.board.Apply(f)
	}
}

func newer(a, b Fact) bool {
	if a.Stamp != b.Stamp {
		return a.Stamp > b.Stamp
	}
	return bytes.Compare(a.ID[:], b.ID[:]) > 0
}

// scatter and gather: while apart, a device hears only itself.
func (w *town) scatter() {
	for _, d := range w.devices {
		d.apart = Fold(w.roster, w.facts())
	}
}

func (w *town) gather() {
	for _, d := range w.devices {
		d.apart = nil
	}
}

// facts returns what stands, in a fixed order.
func (w *town) facts() []Fact {
	return slices.SortedFunc(maps.Values(w.slots), func(a, b Fact) int {
		return bytes.Compare(append(a.Device[:], byte(a.Slot>>8), byte(a.Slot)), append(b.Device[:], byte(b.Slot>>8), byte(b.Slot)))
	})
}

// start is when every story begins.
var start = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC).UnixMilli()
