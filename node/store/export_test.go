package store

import (
	"github.com/dgraph-io/badger/v4"

	"gotong/protocol"
)

// What the tests of package store_test see of the inside.
const (
	LowWater    = lowWater
	ClosingNeed = closingNeed
	TreeName    = treeName
)

var FreeBytes = freeBytes

// Spoil flips a bit in the middle of what is kept of a slot.
func (b *Badger) Spoil(n protocol.NeighbourhoodID, device protocol.DeviceID, slot uint32) bool {
	key := slotKey(n, device, slot)
	value, ok, err := b.tree.get(key)
	if !ok || err != nil {
		return false
	}
	value[len(value)/2] ^= 1
	return b.db.Update(func(txn *badger.Txn) error { return txn.Set(key, value) }) == nil
}

// Merge is what the merger does when at least so many tables wait.
func (b *Badger) Merge(atLeast int) { b.merge(atLeast) }

// WaitingTables returns how many tables wait to be merged.
func (b *Badger) WaitingTables() int { return b.db.Levels()[0].NumTables }
