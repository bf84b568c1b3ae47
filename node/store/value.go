package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"iter"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// A value is a sequence of frames:
//
//	length:2 bytes:length crc:4
//
// The CRC-32C is over the key and the bytes. The tree's own checksums are not
// relied on: they are checked for whole blocks, and one bad block would hide
// its neighbours. A cell's digest does not cover its header, and a header that
// rotted here would be offered to neighbours, who would take us for a forger.
const (
	frameOverhead = 2 + 4
	maxFrame      = max(protocol.MaxCell, protocol.MaxOp)
	maxValue      = maxCells * (frameOverhead + maxFrame)
	maxCells      = 3 // of a slot
	maxKey        = slotKeySize
)

// MaxMeta is how many bytes a fact kept by PutMeta may have, MaxName its name.
const (
	MaxMeta = maxFrame
	MaxName = maxKey - 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func frameSum(key, b []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, b)
}

func appendFrame(value, key, b []byte) []byte {
	value = binary.BigEndian.AppendUint16(value, uint16(len(b)))
	value = append(value, b...)
	return binary.BigEndian.AppendUint32(value, frameSum(key, b))
}

// cutFrame returns the bytes of the first frame and the rest of value. With
// ok false the bytes are not to be used; rest is nil where the damage hides
// how many they are.
func cutFrame(key, value []byte) (b, rest []byte, ok bool) {
	if len(value) < frameOverhead {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(value))
	if len(value) < frameOverhead+n {
		return nil, nil, false
	}
	b, sum := value[2:2+n:2+n], binary.BigEndian.Uint32(value[2+n:])
	return b, value[frameOverhead+n:], sum == frameSum(key, b)
}

// write is one key's new value; nil removes the key.
type write struct{ key, value []byte }

// entryOverhead is more than Badger adds to an entry, so that the limits on
// bytes (options.go) also bound the number of entries in a transaction.
const entryOverhead = 128

func (w write) size() int { return len(w.key) + len(w.value) + entryOverhead }

// writes yields what c changes, in order, or one error before anything else.
func (c Change) writes(n protocol.NeighbourhoodID) (iter.Seq[write], error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return func(yield func(write) bool) {
		for _, s := range c.Slots {
			if !yield(slotWrite(n, s)) {
				return
			}
		}
		for _, op := range c.PutOps {
			key := opKey(n, op.ID)
			if !yield(write{key, appendFrame(nil, key, op.Raw)}) {
				return
			}
		}
		for _, id := range c.DropOps {
			if !yield(write{key: opKey(n, id)}) {
				return
			}
		}
	}, nil
}

// check refuses what could not be read back. It is the caller's mistake.
func (c Change) check() error {
	for _, s := range c.Slots {
		if len(s.Cells) > maxCells {
			return fmt.Errorf("store: %d cells for a slot: %w", len(s.Cells), protocol.ErrMalformed)
		}
		for _, kept := range s.Cells {
			if kept.Device != s.Device || kept.Slot != s.Slot {
				return fmt.Errorf("store: cell of slot %d put in slot %d: %w", kept.Slot, s.Slot, protocol.ErrMalformed)
			}
		}
	}
	for _, op := range c.PutOps {
		if len(op.Raw) > protocol.MaxOp {
			return fmt.Errorf("store: operation of %d bytes: %w", len(op.Raw), ErrTooLarge)
		}
	}
	return nil
}

func slotWrite(n protocol.NeighbourhoodID, s Slot) write {
	w := write{key: slotKey(n, s.Device, s.Slot)}
	if len(s.Cells) == 0 {
		return w
	}
	size := 0
	for _, c := range s.Cells {
		size += frameOverhead + len(c.Raw())
	}
	w.value = make([]byte, 0, size)
	for _, c := range s.Cells {
		w.value = appendFrame(w.value, w.key, c.Raw())
	}
	return w
}

// readSlot fills s with the good cells of value, which it keeps. Anything bad
// makes an error wrapping ErrBadValue.
func readSlot(n protocol.NeighbourhoodID, s Slot, key, value []byte) (Slot, error) {
	bad := len(value) == 0
	for rest := value; len(rest) > 0; {
		var raw []byte
		var ok bool
		raw, rest, ok = cutFrame(key, rest)
		c, err := cell.Parse(n, raw)
		if !ok || err != nil || c.Device != s.Device || c.Slot != s.Slot {
			bad = true
			continue
		}
		s.Cells = append(s.Cells, c)
	}
	if bad {
		return s, fmt.Errorf("store: device %v, slot %d: %w", s.Device, s.Slot, ErrBadValue)
	}
	return s, nil
}

// readFrame returns the bytes of a value of exactly one frame.
func readFrame(key, value []byte) ([]byte, error) {
	b, rest, ok := cutFrame(key, value)
	if !ok || len(rest) != 0 {
		return nil, fmt.Errorf("store: key %x: %w", key, ErrBadValue)
	}
	return b, nil
}
