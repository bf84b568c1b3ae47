package reconcile

import (
	"iter"

	"gotong/protocol"
)

// symbol is a coded symbol: of all items whose walk visits it the exclusive or
// of ids and of checksums, and how many they are (SPEC.md 3). The difference of
// two sets' symbols is the symbol of their symmetric difference, where items
// of one side count up and those of the other down.
type symbol struct {
	sum   sum
	check uint32
	count int32
}

func (s *symbol) add(it item, by int32) {
	s.sum[0] ^= it.id[0]
	s.sum[1] ^= it.id[1]
	s.check ^= uint32(it.tail)
	s.count += by
}

// minus returns the symbol of what is in s and not in o, counted up, and of
// what is in o and not in s, counted down.
func (s symbol) minus(o symbol) symbol {
	return symbol{sum{s.sum[0] ^ o.sum[0], s.sum[1] ^ o.sum[1]}, s.check ^ o.check, s.count - o.count}
}

// spread adds an item to all symbols that its walk visits.
func spread(symbols []symbol, it item, by int32) {
	for w := it.walk(); w.at < uint64(len(symbols)); w.step() {
		symbols[w.at].add(it, by)
	}
}

// sketch returns the first n symbols of a set: one pass over its ids.
func sketch(k key, n int, ids iter.Seq[protocol.ID]) []symbol {
	symbols := make([]symbol, n)
	for id := range ids {
		spread(symbols, k.item(id), 1)
	}
	return symbols
}

// PrefixLen is the number of symbols that are kept up to date for a neighbour:
// enough for about 1,400 differences without looking at the set.
const PrefixLen = 2048

// Prefix is the first PrefixLen symbols of a set under one salt, kept in step
// with the set: 48 kB, and a fraction of a microsecond for each change.
type Prefix struct {
	salt    Salt
	key     key
	symbols []symbol
}

// NewPrefix makes the prefix of a set in one pass over its ids.
func NewPrefix(salt Salt, ids iter.Seq[protocol.ID]) *Prefix {
	return &Prefix{salt, salt.key(), sketch(salt.key(), PrefixLen, ids)}
}

// Insert adds an id that the set did not hold.
func (p *Prefix) Insert(id protocol.ID) { spread(p.symbols, p.key.item(id), 1) }

// Remove takes out an id that the set held.
func (p *Prefix) Remove(id protocol.ID) { spread(p.symbols, p.key.item(id), -1) }

// Len is the number of ids.
func (p *Prefix) Len() int { return int(p.symbols[0].count) }
