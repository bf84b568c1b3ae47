package node

import (
	"context"

	"gotong/node/exchange"
	"gotong/node/gossip"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// heard is a gossiped batch after judging.
type heard struct {
	ops   [][]byte
	cells []Opened
}

// Gossip returns how the neighbourhood judges and takes in what is gossiped;
// hint is called for a peer that has more.
func (h *Neighbourhood) Gossip(hint func(from protocol.DeviceID)) gossip.Handler {
	return gossip.Handler{Serves: talk{h}.Serves, Author: author, Open: h.openGossip, Take: h.takeGossip, Hint: hint}
}

// author names who an item says it is from: a cell's device, an operation's
// signer.
func author(raw []byte) protocol.DeviceID {
	var d protocol.DeviceID
	switch {
	case len(raw) >= 34 && raw[0] == roster.Version:
		copy(d[:], raw[2:34])
	case len(raw) >= 17 && raw[0] == cell.Version:
		copy(d[:], raw[1:17])
	}
	return d
}

// openGossip judges a gossiped batch: forged or malformed bytes reject it, and one
// with nothing new is not forwarded.
func (h *Neighbourhood) openGossip(_ context.Context, raws [][]byte) gossip.Opened {
	ops, cells := sortOut(raws)
	batch := heard{ops: pick(raws, ops), cells: h.Open(pick(raws, cells))}
	o := gossip.Opened{Verdict: protocol.Ignore, Value: batch}
	for _, raw := range batch.ops {
		op, err := roster.Open(h.id, raw)
		_, known := h.index.op(op.ID())
		judgeInto(&o, err, known, author(raw))
	}
	for _, c := range batch.cells {
		judgeInto(&o, c.Err, c.Known, c.Cell.Device)
	}
	return o
}

func judgeInto(o *gossip.Opened, err error, known bool, author protocol.DeviceID) {
	switch verdict := protocol.VerdictOf(err); {
	case verdict == protocol.Reject:
		o.Verdict = protocol.Reject
	case verdict == protocol.Accept && !known:
		o.Fresh = append(o.Fresh, author)
		if o.Verdict == protocol.Ignore {
			o.Verdict = protocol.Accept
		}
	}
}

// takeGossip brings a judged batch in. What fails here an exchange brings again.
func (h *Neighbourhood) takeGossip(ctx context.Context, value any, _ protocol.DeviceID) {
	batch := value.(heard)
	if _, err := h.Ingest(ctx, batch.ops); err != nil {
		h.log.Debug("gossip", "err", err)
	}
	if _, err := h.Take(ctx, batch.cells); err != nil {
		h.log.Debug("gossip", "err", err)
	}
}

// Exchange returns the neighbourhood as an exchange asks it.
func (h *Neighbourhood) Exchange() exchange.Neighbourhood { return talk{h} }

// talk is what an exchange asks of a neighbourhood.
type talk struct{ h *Neighbourhood }

var _ exchange.Neighbourhood = talk{}

func (t talk) ID() protocol.NeighbourhoodID        { return t.h.id }
func (t talk) Serves(d protocol.DeviceID) bool     { return t.h.Roster().Serve(d) }
func (t talk) Raw(id protocol.ID) ([]byte, bool)   { return t.h.Raw(id) }
func (t talk) Class(id protocol.ID) cell.Class     { return t.h.Class(id) }
func (t talk) Missing() []protocol.ID              { return t.h.missing() }
func (t talk) Here(id protocol.ID) bool            { return t.h.Here(id) }
func (t talk) Unreached() []protocol.ID            { return t.h.reach.unreached() }
func (t talk) Credentials() [][]byte               { return t.h.Credentials() }
func (t talk) Ops() []protocol.ID                  { return idsOf(t.h.Roster().InOrder()) }
func (t talk) PathOf(id protocol.ID) []protocol.ID { return idsOf(t.h.pathOf(id)) }

// Against implements [exchange.Neighbourhood]: a hub that was put out is shown so,
// since it is the one who has something to do then.
func (t talk) Against(d protocol.DeviceID) [][]byte {
	members := t.h.Roster()
	of, _ := members.Household(d)
	if m, known := members.Member(of); !known || m.Role != roster.RoleHub {
		return nil
	}
	return rawOps(members.Against(d))
}

// Instead implements [exchange.Neighbourhood].
func (t talk) Instead(id protocol.ID) ([]byte, bool) { return t.h.Instead(id) }

// Ingest implements [exchange.Neighbourhood].
func (t talk) Ingest(ctx context.Context, raws [][]byte, _ protocol.DeviceID) ([]exchange.Taken, error) {
	taken, err := t.h.Ingest(ctx, raws)
	out := make([]exchange.Taken, len(taken))
	for i, k := range taken {
		out[i] = exchange.Taken(k)
	}
	return out, err
}

func idsOf(ops []roster.Op) []protocol.ID {
	ids := make([]protocol.ID, len(ops))
	for i, op := range ops {
		ids[i] = op.ID()
	}
	return ids
}
