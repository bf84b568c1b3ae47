package board

import (
	"maps"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// lists holds the records of each kind of which [View.All] shows all.
type lists map[record.Kind]map[*entry]struct{}

// list lists a record that is looked for by its kind or by its household.
func (b *Board) list(e *entry) {
	switch {
	case e.kind == record.Kind_KIND_HOUSEHOLD:
		e.owner.profiles, e.owner.profile = append(e.owner.profiles, e), nil
	case isListed(e.kind):
		if b.lists[e.kind] == nil {
			b.lists[e.kind] = make(map[*entry]struct{})
		}
		b.lists[e.kind][e] = struct{}{}
	}
}

func (b *Board) unlist(e *entry) {
	if e.kind == record.Kind_KIND_HOUSEHOLD {
		e.owner.profiles, e.owner.profile = without(e.owner.profiles, e), nil
		return
	}
	if all := b.lists[e.kind]; all != nil {
		if delete(all, e); len(all) == 0 {
			delete(b.lists, e.kind)
		}
	}
}

// isListed reports whether [View.All] shows a kind. Requests and offers have an
// index of their own, and what makes up their coverage is found with them.
func isListed(k record.Kind) bool {
	switch k {
	case record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE, record.Kind_KIND_ACCEPTANCE,
		record.Kind_KIND_RECEIPT, record.Kind_KIND_COMMENT, record.Kind_KIND_CONTACT, record.Kind_KIND_HOUSEHOLD,
		record.Kind_KIND_ACKNOWLEDGEMENT, record.Kind_KIND_MODERATION, record.Kind_KIND_RSVP,
		record.Kind_KIND_STOCK, record.Kind_KIND_RECOMMENDATION, record.Kind_KIND_PROJECT_PART:
		return false
	}
	return true
}

// All returns the records of a kind that have content, in the order of their
// ids. It has none of the kinds of aid, which have their own ways: [View.Items],
// [View.About], [View.Profile].
func (v View) All(kind record.Kind) []*Record {
	return v.board.readAll(slices.Collect(maps.Keys(v.board.lists[kind])))
}

// About returns the records of these kinds that are about a record, in the
// order of their ids, whether that one has arrived or not.
func (v View) About(id protocol.RecordID, kinds ...record.Kind) []*Record {
	e, ok := v.board.entries[id]
	if !ok {
		return nil
	}
	return v.board.readAbout(e, kinds...)
}
