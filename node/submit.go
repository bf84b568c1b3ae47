package node

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/cell"
	"gotong/protocol/record"
)

// What a household's own write can fail of, besides *record.Invalid.
var (
	// ErrNotMember: the roster does not show this device, or no key has arrived.
	ErrNotMember = errors.New("node: not a member yet")
	// ErrNotFound: there is no such record.
	ErrNotFound = errors.New("node: no such record")
	// ErrNotYours: the record is another household's.
	ErrNotYours = errors.New("node: not your record")
	// ErrNoSlots: every slot holds a record that is still open.
	ErrNoSlots = errors.New("node: no slot left")
)

// Write begins a record of this household: checked, sealed, durable when it
// returns. common may be nil. A record with the same origin is written once:
// its id is returned again.
func (h *Neighbourhood) Write(ctx context.Context, content proto.Message, common *record.Common) (protocol.RecordID, error) {
	if err := record.Check(content); err != nil {
		return protocol.RecordID{}, err
	}
	if common == nil {
		common = new(record.Common)
	}
	if err := h.remember(ctx); err != nil {
		return protocol.RecordID{}, err
	}
	w := &writing{content: content, common: common, ctx: ctx, result: make(chan written, 1)}
	return w.await(h)
}

// Edit changes a record of this household; change gets a copy of its content.
// Only the fields that differ afterwards are asserted, so that edits made on
// two devices while apart both survive.
func (h *Neighbourhood) Edit(ctx context.Context, id protocol.RecordID, change func(proto.Message) error) error {
	return h.Amend(ctx, id, func(content proto.Message, _ *record.Common) error { return change(content) })
}

// Amend is Edit where what every kind has changes too.
func (h *Neighbourhood) Amend(ctx context.Context, id protocol.RecordID, change func(proto.Message, *record.Common) error) error {
	if err := h.remember(ctx); err != nil {
		return err
	}
	w := &writing{id: id, change: change, ctx: ctx, result: make(chan written, 1)}
	_, err := w.await(h)
	return err
}

// writing is the owner's part of Write (content) and Edit (change).
type writing struct {
	content proto.Message
	common  *record.Common
	id      protocol.RecordID
	change  func(proto.Message, *record.Common) error
	ctx     context.Context
	err     error
	result  chan written
}

type written struct {
	id  protocol.RecordID
	err error
}

func (w *writing) await(h *Neighbourhood) (protocol.RecordID, error) {
	out, err := await(w.ctx, h, w, w.result)
	if err != nil {
		return protocol.RecordID{}, err
	}
	return out.id, out.err
}

func (w *writing) decide(t *turn) bool {
	if t.changedRoster() || w.mustWait(t) {
		return false
	}
	if w.change != nil {
		w.err = t.edit(w)
	} else {
		w.id, w.err = t.begin(w)
	}
	return true
}

func (w *writing) settle(err error) {
	if w.err == nil {
		w.err = err
	}
	w.result <- written{w.id, w.err}
}

// mustWait: two writes about one record do not share a turn, since the second
// has to see what the first made of the board.
func (w *writing) mustWait(t *turn) bool {
	if w.change != nil {
		_, busy := t.records[w.id]
		return busy
	}
	_, busy := t.origins[w.common.Origin]
	return busy && w.common.Origin != ""
}

// begin makes a record in a free slot.
func (t *turn) begin(w *writing) (protocol.RecordID, error) {
	me, key, err := t.scribe()
	if err != nil {
		return protocol.RecordID{}, err
	}
	now := t.h.board.At(t.h.parts.Now().UnixMilli())
	if id, done := now.Origin(me, w.common.Origin); done && w.common.Origin != "" {
		return id, nil
	}
	slot, err := t.freeSlot(me, w.content, now)
	if err != nil {
		return protocol.RecordID{}, err
	}
	stamp, err := t.stamp(w.ctx, slot)
	if err != nil {
		return protocol.RecordID{}, err
	}
	fields, err := record.FieldsOf(stamp, w.content, w.common)
	if err != nil {
		return protocol.RecordID{}, err
	}
	birth := protocol.Birth{Device: t.h.parts.Identity.DeviceID(), Slot: slot, Stamp: stamp}
	t.origins[w.common.Origin] = struct{}{}
	return birth.Record(), t.seal(slot, stamp, key, record.Part{Birth: birth, Kind: record.KindOf(w.content), Fields: fields})
}

// edit says anew what this device asserts of a record, with the changed fields.
func (t *turn) edit(w *writing) error {
	me, key, err := t.scribe()
	if err != nil {
		return err
	}
	r, ok := t.h.board.Record(w.id)
	switch {
	case !ok:
		return ErrNotFound
	case r.Owner != me || r.Content == nil:
		return ErrNotYours
	}
	wanted, common := proto.Clone(r.Content), proto.CloneOf(r.Common)
	if err := w.change(wanted, common); err != nil {
		return err
	}
	if err := record.Check(wanted); err != nil {
		return err
	}
	return t.assert(w.ctx, r, wanted, common, key)
}

// assert seals the fields in which wanted differs from r, along with those this
// device set before.
func (t *turn) assert(ctx context.Context, r *board.Record, wanted proto.Message, common *record.Common, key cell.Key) error {
	own, slot, err := t.ownPart(r, wanted)
	if err != nil {
		return err
	}
	stamp, err := t.stamp(ctx, slot, r.Fields.Last())
	if err != nil {
		return err
	}
	fields, err := record.FieldsOf(stamp, wanted, common)
	if err != nil {
		return err
	}
	changed := record.Edit(r.Fields, fields, stamp)
	if len(changed) == 0 {
		return nil
	}
	own.Fields.Join(changed)
	t.records[r.ID] = struct{}{}
	return t.seal(slot, stamp, key, own)
}

// ownPart returns what this device asserts of r and where; a device that says
// something of it for the first time gets a slot of its own.
func (t *turn) ownPart(r *board.Record, content proto.Message) (record.Part, uint32, error) {
	if f, ok := t.h.board.Part(r.ID, t.h.parts.Identity.DeviceID()); ok {
		own := record.Part{Birth: r.Birth, Kind: r.Kind, Fields: make(crdt.Fields)}
		own.Fields.Join(f.Part.Fields)
		return own, f.Slot, nil
	}
	slot, err := t.freeSlot(r.Owner, content, t.h.board.At(t.h.parts.Now().UnixMilli()))
	return record.Part{Birth: r.Birth, Kind: r.Kind, Fields: make(crdt.Fields)}, slot, err
}

// writer returns this household and the key that new payloads are sealed under.
func (t *turn) writer() (protocol.HouseholdID, cell.Key, error) {
	me, ok := t.roster.Household(t.h.parts.Identity.DeviceID())
	key, has := t.h.currentKey()
	if !ok || !has || !t.roster.Serve(t.h.parts.Identity.DeviceID()) {
		return me, key, ErrNotMember
	}
	return me, key, nil
}

// scribe is writer for what is written on purpose: nothing is while a copy of
// this device runs.
func (t *turn) scribe() (protocol.HouseholdID, cell.Key, error) {
	if t.h.alarm.on() {
		return protocol.HouseholdID{}, cell.Key{}, ErrCloned
	}
	return t.writer()
}

// stamp returns the stamp of a write into slot that also follows the given
// own stamps.
func (t *turn) stamp(ctx context.Context, slot uint32, replaced ...crdt.Stamp) (crdt.Stamp, error) {
	k, err := t.kept(board.Place{Device: t.h.parts.Identity.DeviceID(), Slot: slot})
	if err != nil {
		return 0, err
	}
	for _, c := range k.Cells() {
		replaced = append(replaced, c.Stamp)
	}
	return t.h.clock.next(ctx, replaced...)
}

// seal makes the cell and takes it like any other.
func (t *turn) seal(slot uint32, stamp crdt.Stamp, key cell.Key, p record.Part) error {
	body, err := p.Encode(t.h.parts.Identity.DeviceID(), slot, stamp)
	if err != nil {
		return err
	}
	var nonce cell.Nonce
	if err := randomBytes(nonce[:]); err != nil {
		return err
	}
	draft := cell.Draft{Slot: slot, Stamp: stamp, Hold: t.hold(slot, stamp, p), Class: t.class(p), Body: body}
	c, err := cell.Seal(t.h.id, draft, t.h.parts.Identity.Device, key, nonce)
	if errors.Is(err, protocol.ErrMalformed) {
		return &record.Invalid{Field: "body", Why: "too-long"}
	}
	if err != nil {
		return err
	}
	if !t.occupied(board.Place{Device: c.Device, Slot: slot}) {
		t.h.filled[slot] = struct{}{}
	}
	if _, err := t.take(c); err != nil {
		return err
	}
	t.h.mine[c.ID()] = struct{}{}
	t.own = append(t.own, c)
	return nil
}
