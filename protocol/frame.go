package protocol

import (
	"encoding/binary"
	"fmt"
)

// The smallest and largest raw item (a cell or a roster operation) that can
// stand in a frame: nothing is shorter than its signature and one byte.
const (
	MinItem = 1 + 64
	MaxItem = max(MaxCell, MaxOp)
)

// AppendItem appends one raw item to a batch: its length as a uvarint, then
// its bytes. Batches travel as gossip messages, in frames of an exchange and
// in bundles, always in this form (SPEC.md, Batches).
func AppendItem(batch, raw []byte) []byte {
	batch = binary.AppendUvarint(batch, uint64(len(raw)))
	return append(batch, raw...)
}

// ItemSize is the number of bytes that an item of n bytes takes in a batch.
func ItemSize(n int) int {
	size := n + 1
	for ; n >= 0x80; n >>= 7 {
		size++
	}
	return size
}

// SplitItems returns the items of a batch, one or more, each of MinItem to
// MaxItem bytes; together at most MaxFrame bytes. They share the batch's
// memory. Anything else is ErrMalformed, and a length that is written longer
// than need be too: one batch has one form.
func SplitItems(batch []byte) ([][]byte, error) {
	if len(batch) == 0 || len(batch) > MaxFrame {
		return nil, fmt.Errorf("protocol: batch of %d bytes: %w", len(batch), ErrMalformed)
	}
	var items [][]byte
	for len(batch) > 0 {
		item, rest, err := firstItem(batch)
		if err != nil {
			return nil, err
		}
		items, batch = append(items, item), rest
	}
	return items, nil
}

func firstItem(batch []byte) (item, rest []byte, err error) {
	size, n := binary.Uvarint(batch)
	if n <= 0 || size < MinItem || size > MaxItem || n+int(size) != ItemSize(int(size)) {
		return nil, nil, fmt.Errorf("protocol: item length: %w", ErrMalformed)
	}
	end := n + int(size)
	if end > len(batch) {
		return nil, nil, fmt.Errorf("protocol: item cut short: %w", ErrMalformed)
	}
	return batch[n:end:end], batch[end:], nil
}
