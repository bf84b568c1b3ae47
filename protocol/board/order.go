package board

import (
	"slices"
	"sort"
	"strings"

	"gotong/protocol"
	"gotong/protocol/record"
)

// order is the ids of all records in order. Sorting all of them for every look
// takes longer than the look: after a few changes it is mended in one pass.
type order struct {
	ids     []protocol.RecordID // never changed in place: whoever looked holds it
	known   bool                // ids are those of all records but for changed
	changed []protocol.RecordID // came or went since
}

// maxMended is from how many changes on all is sorted anew.
const maxMended = 1024

// note says that a record came or went.
func (o *order) note(id protocol.RecordID) {
	if !o.known {
		return
	}
	if o.changed = append(o.changed, id); len(o.changed) > maxMended {
		*o = order{}
	}
}

// sorted returns the ids of all records in order.
func (b *Board) sorted() []protocol.RecordID {
	o := &b.order
	switch {
	case !o.known:
		b.order = order{ids: b.sort(), known: true}
	case len(o.changed) > 0:
		slices.SortFunc(o.changed, compareIDs)
		b.order = order{ids: b.mend(o.ids, slices.Compact(o.changed)), known: true}
	}
	return b.order.ids
}

func (b *Board) sort() []protocol.RecordID {
	ids := make([]protocol.RecordID, 0, len(b.entries))
	for id := range b.entries {
		if b.has(id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}

// mend returns ids with those that came and without those that went.
func (b *Board) mend(ids, changed []protocol.RecordID) []protocol.RecordID {
	mended := make([]protocol.RecordID, 0, len(ids)+len(changed))
	for _, id := range changed {
		at, found := slices.BinarySearchFunc(ids, id, compareIDs)
		mended, ids = append(mended, ids[:at]...), ids[at:]
		if found {
			ids = ids[1:]
		}
		if b.has(id) {
			mended = append(mended, id)
		}
	}
	return append(mended, ids...)
}

func (b *Board) has(id protocol.RecordID) bool {
	e, ok := b.entries[id]
	return ok && e.kind != record.Kind_KIND_UNKNOWN
}

// Find returns the records whose written id begins with prefix, in id order.
// Case does not matter, and the letters people mix up with digits are read as
// the digits. The caller must not change what is returned.
func (v View) Find(prefix string) []protocol.RecordID {
	prefix = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(prefix))
	ids := v.board.sorted()
	from := sort.Search(len(ids), func(i int) bool { return ids[i].String() >= prefix })
	rest := ids[from:]
	to := sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i].String(), prefix) })
	return rest[:to:to]
}
