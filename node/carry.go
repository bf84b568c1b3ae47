package node

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/bundle"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// CarryOut implements [api.Backend].
func (b Backend) CarryOut(ctx context.Context, in []protocol.NeighbourhoodID, salt [16]byte, w io.Writer) error {
	buffered := bufio.NewWriterSize(w, protocol.MaxFrame)
	out := bundle.NewWriter(buffered, salt)
	for _, n := range in {
		h, err := b.hood(n)
		if err != nil {
			return err
		}
		if err := h.carryOut(ctx, out, bundle.TagOf(salt, n)); err != nil {
			return fmt.Errorf("node: carry: %w", err)
		}
	}
	return errors.Join(out.Close(), buffered.Flush())
}

// carryOut writes the section of a neighbourhood: who belongs, then every kept
// cell, the most urgent first. Of a household that waits to be let in it
// carries what it claims its place by.
func (h *Neighbourhood) carryOut(ctx context.Context, out *bundle.Writer, tag bundle.Tag) error {
	if err := out.Section(tag); err != nil {
		return err
	}
	ops := rawOps(h.Roster().InOrder())
	if len(ops) == 0 {
		ops = h.Credentials()
	}
	for _, raw := range ops {
		if err := out.Item(raw); err != nil {
			return err
		}
	}
	for _, id := range h.index.byUrgency() {
		raw, ok := h.Raw(id)
		if !ok {
			continue // a newer one took its place meanwhile
		}
		if err := cmp.Or(ctx.Err(), out.Item(raw)); err != nil {
			return err
		}
	}
	return nil
}

// byUrgency returns the kept ids by class, and within a class by place, as they
// lie on the disk.
func (x *index) byUrgency() []protocol.ID {
	x.mu.RLock()
	all := make([]located, 0, len(x.places))
	for _, l := range x.places {
		all = append(all, l)
	}
	x.mu.RUnlock()
	slices.SortFunc(all, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.class, b.class), comparePlaces(a.at, b.at), bytes.Compare(a.id[:], b.id[:]))
	})
	ids := make([]protocol.ID, len(all))
	for i, l := range all {
		ids[i] = l.id
	}
	return ids
}

// CarryIn implements [api.Backend].
func (b Backend) CarryIn(ctx context.Context, r io.Reader, dry bool) (api.Carriage, error) {
	in, err := bundle.NewReader(r)
	if err != nil {
		return carryError(api.Carriage{}, err)
	}
	u := &unloading{ctx: ctx, dry: dry, hoods: b.recognised(in.Salt())}
	for {
		tag, raw, err := in.Next()
		if err == nil {
			err = u.add(tag, raw)
		} else if full := u.flush(); full != nil {
			err = full
		}
		switch {
		case errors.Is(err, io.EOF):
			return u.counts, nil
		case err != nil:
			return carryError(u.counts, err)
		}
	}
}

// recognised returns the node's neighbourhoods by their tags.
func (b Backend) recognised(salt bundle.Salt) map[bundle.Tag]*Neighbourhood {
	known := make(map[bundle.Tag]*Neighbourhood)
	for _, n := range b.Neighbourhoods() {
		if h, ok := b.Neighbourhood(n); ok {
			known[bundle.TagOf(salt, n)] = h
		}
	}
	return known
}

// carryError tells what is wrong with a bundle from what is wrong here. Damage
// is counted: what stood before it was taken in.
func carryError(counts api.Carriage, err error) (api.Carriage, error) {
	switch {
	case errors.Is(err, bundle.ErrDamaged):
		counts.Damaged = true
		return counts, nil
	case errors.Is(err, bundle.ErrNotBundle):
		return counts, fmt.Errorf("%w: %w", api.ErrBundle, err)
	case errors.Is(err, bundle.ErrVersion):
		return counts, fmt.Errorf("%w: %w", api.ErrBundleVersion, err)
	}
	return counts, inWordsOfAPI(err)
}

// unloading takes the items of a bundle in, a batch at a time.
type unloading struct {
	ctx     context.Context
	dry     bool
	hoods   map[bundle.Tag]*Neighbourhood
	counts  api.Carriage
	tag     bundle.Tag
	batch   [][]byte
	bytes   int
	members *roster.Roster // in a dry run: as it would be by then
}

// batchItems bounds a batch, as does protocol.MaxFrame in bytes. Operations and
// cells never share one: the roster is whole before the first cell is judged.
const batchItems = 256

func (u *unloading) add(tag bundle.Tag, raw []byte) error {
	if u.hoods[tag] == nil {
		u.counts.Elsewhere++
		return nil
	}
	if len(u.batch) > 0 && (tag != u.tag || isOp(raw) != isOp(u.batch[0]) || len(u.batch) == batchItems ||
		u.bytes+len(raw) > protocol.MaxFrame) {
		if err := u.flush(); err != nil {
			return err
		}
	}
	if tag != u.tag {
		u.members = nil
	}
	u.tag, u.batch, u.bytes = tag, append(u.batch, raw), u.bytes+len(raw)
	return nil
}

func isOp(raw []byte) bool { return raw[0] == roster.Version }

// flush takes the batch in, and lets the neighbours know.
func (u *unloading) flush() error {
	batch, before := u.batch, u.counts.New
	u.batch, u.bytes = nil, 0
	if len(batch) == 0 {
		return nil
	}
	if err := u.take(batch); err != nil || u.dry || u.counts.New == before {
		return err
	}
	h := u.hoods[u.tag]
	return h.do(u.ctx, func() { h.link.Spread() })
}

func (u *unloading) take(batch [][]byte) error {
	switch {
	case u.dry && isOp(batch[0]):
		u.weighOps(u.hoods[u.tag], batch)
		return nil
	case u.dry:
		u.weighCells(u.hoods[u.tag], batch)
		return nil
	case isOp(batch[0]):
		return u.takeOps(u.hoods[u.tag], batch)
	}
	return u.takeCells(u.hoods[u.tag], batch)
}

func (u *unloading) takeOps(h *Neighbourhood, batch [][]byte) error {
	taken, err := h.Ingest(u.ctx, batch)
	if err != nil {
		return err
	}
	for _, k := range taken {
		u.count(k.Verdict, k.New)
	}
	return nil
}

func (u *unloading) takeCells(h *Neighbourhood, batch [][]byte) error {
	opened := h.Open(batch)
	taken, err := h.Take(u.ctx, opened)
	if err != nil {
		return err
	}
	for i, o := range opened {
		u.count(protocol.VerdictOf(o.Err), taken[i].New)
	}
	return nil
}

// count counts an item by how its bytes were judged, and whether that brought
// anything.
func (u *unloading) count(v protocol.Verdict, fresh bool) {
	switch {
	case v == protocol.Reject:
		u.counts.Bad++
	case v == protocol.Ignore:
		u.counts.Unknown++
	case fresh:
		u.counts.New++
	default:
		u.counts.Known++
	}
}

// maxWeighed bounds the operations that a dry run holds in memory.
const maxWeighed = 1 << 14

// weighOps judges operations as if those before them had been taken in.
func (u *unloading) weighOps(h *Neighbourhood, batch [][]byte) {
	before := u.roster(h)
	ops := before.Keep()
	for _, raw := range batch {
		if op, err := roster.Open(h.id, raw); err == nil && len(ops) < maxWeighed {
			ops = append(ops, op)
		}
	}
	u.members = roster.Judge(h.id, ops)
	had, has := idSet(before.Keep()), idSet(u.members.Keep())
	for _, raw := range batch {
		op, err := roster.Open(h.id, raw)
		verdict := protocol.VerdictOf(err)
		if _, kept := has[op.ID()]; verdict == protocol.Accept && !kept {
			verdict = protocol.Ignore
		}
		_, old := had[op.ID()]
		u.count(verdict, !old)
	}
}

// weighCells judges cells under that roster. One that is older than what is
// here counts as new: only taking it in would tell.
func (u *unloading) weighCells(h *Neighbourhood, batch [][]byte) {
	for _, raw := range batch {
		c, err := cell.Open(h.id, raw, u.roster(h).DeviceKey)
		l, kept := h.index.find(c.ID())
		u.count(protocol.VerdictOf(err), !kept || l.stub && !c.Stub() && !h.erased(l))
	}
}

func (u *unloading) roster(h *Neighbourhood) *roster.Roster {
	if u.members == nil {
		u.members = h.Roster()
	}
	return u.members
}

func idSet(ops []roster.Op) map[protocol.ID]struct{} {
	set := make(map[protocol.ID]struct{}, len(ops))
	for _, op := range ops {
		set[op.ID()] = struct{}{}
	}
	return set
}
