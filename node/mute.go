package node

import (
	"context"
	"maps"

	"gotong/protocol"
)

// muteName is where the households that this node does not list are kept.
func muteName(n protocol.NeighbourhoodID) string { return "muted/" + protocol.Text(n) }

// Muted implements [api.Registry].
func (b Backend) Muted(n protocol.NeighbourhoodID) (map[protocol.HouseholdID]bool, error) {
	packed, err := b.parts.Store.Meta(muteName(n))
	muted := make(map[protocol.HouseholdID]bool)
	for ; len(packed) >= len(protocol.HouseholdID{}); packed = packed[len(protocol.HouseholdID{}):] {
		muted[protocol.HouseholdID(packed[:len(protocol.HouseholdID{})])] = true
	}
	return muted, inWordsOfAPI(err)
}

// Mute implements [api.Registry]. It is this node's own affair: what it keeps
// and hands on stays the same.
func (b Backend) Mute(ctx context.Context, n protocol.NeighbourhoodID, of protocol.HouseholdID, on bool) error {
	b.muting.Lock()
	defer b.muting.Unlock()
	muted, err := b.Muted(n)
	if err != nil {
		return err
	}
	delete(muted, of)
	if on {
		muted[of] = true
	}
	var packed []byte
	for id := range maps.Keys(muted) {
		packed = append(packed, id[:]...)
	}
	return inWordsOfAPI(b.parts.Store.PutMeta(ctx, muteName(n), packed))
}
