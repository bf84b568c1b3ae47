package node

import (
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// ownLog is the second copy, outside the store, of the cells of this device:
// what it held at the start, by neighbourhood, and where more goes.
type ownLog struct {
	log   *store.OwnLog
	found map[protocol.NeighbourhoodID][][]byte
}

// openOwn opens the log at path and reads what is in it.
func openOwn(path string) (*ownLog, error) {
	o := &ownLog{found: make(map[protocol.NeighbourhoodID][][]byte)}
	var err error
	o.log, err = store.OpenOwnLog(path, func(n protocol.NeighbourhoodID, raw []byte) {
		o.found[n] = append(o.found[n], raw)
	})
	return o, err
}

// Close ends the log, synced.
func (o *ownLog) Close() error {
	if o == nil {
		return nil
	}
	return o.log.Close()
}

// tooLong is from what size the log is rewritten at a start, in bytes.
const tooLong = 1 << 20

// recover takes in what the own log holds and the store lost, and drops from a
// long log what the store has in a newer state. It runs before the owner.
func (h *Neighbourhood) recover() error {
	own := h.parts.Own
	if own == nil {
		return nil
	}
	ops, cells := sortOut(own.found[h.id])
	t := newTurn(h)
	if _, err := t.welcome(h.parseOps(pick(own.found[h.id], ops))); err != nil {
		return err
	}
	if err := t.commit(); err != nil {
		return err
	}
	t = newTurn(h)
	for _, o := range h.Open(pick(own.found[h.id], cells)) {
		if o.Err != nil || o.Known {
			continue
		}
		if _, err := t.take(o.Cell); err != nil {
			return err
		}
	}
	delete(own.found, h.id)
	return t.commit()
}

func (h *Neighbourhood) parseOps(raws [][]byte) []roster.Op {
	var ops []roster.Op
	for _, raw := range raws {
		if op, err := roster.Open(h.id, raw); err == nil {
			ops = append(ops, op)
		}
	}
	return ops
}

// logOwn adds cells and operations of this device to the own log. The store
// has them already, so a failure here costs only the second copy.
func (h *Neighbourhood) logOwn(raws [][]byte) {
	if h.parts.Own == nil {
		return
	}
	for _, raw := range raws {
		if err := h.parts.Own.log.Append(h.id, raw); err != nil {
			h.log.Warn("own log", "err", err)
			return
		}
	}
}

// trim drops from a long log what is no longer kept.
func (n *Node) trim() error {
	if n.parts.Own == nil || n.parts.Own.log.Size() < tooLong {
		return nil
	}
	return n.parts.Own.log.Trim(func(id protocol.NeighbourhoodID, raw []byte) bool {
		h, ok := n.Neighbourhood(id)
		return ok && h.keeps(raw)
	})
}

// keeps reports whether a raw item is among what is kept.
func (h *Neighbourhood) keeps(raw []byte) bool {
	if len(raw) > 0 && raw[0] == roster.Version {
		op, err := roster.Parse(h.id, raw)
		_, kept := h.index.op(op.ID())
		return err == nil && kept
	}
	c, err := cell.Parse(h.id, raw)
	_, kept := h.index.find(c.ID())
	return err == nil && kept
}
