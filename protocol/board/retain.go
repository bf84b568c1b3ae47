package board

import (
	"gotong/protocol"
	"gotong/protocol/record"
)

// KeptDays is for how many days what has ended stays on the board; then its
// household's own devices take it back (DESIGN.md, What is kept).
const KeptDays = 180

// EndedAt returns since when nothing more is expected of a record, in
// milliseconds since 1970: since it, or what it is about, was last changed or
// expired, by their writers' clocks. It is false where more may come.
func (v View) EndedAt(id protocol.RecordID) (at int64, ended bool) {
	r, ok := v.Record(id)
	if !ok || !v.Over(id) {
		return 0, false
	}
	at = v.quiet(r)
	if birth, about := record.SubjectOf(r.Kind, r.Fields); about {
		if subject, state := v.Reference(birth); state == Here {
			at = max(at, v.quiet(subject))
		}
	}
	return at, true
}

// quiet is when a record was last heard of: changed, spoken about or expired.
func (v View) quiet(r *Record) int64 {
	at := r.Changed()
	if isItem(r.Kind) && r.Content != nil {
		if _, expires := life(r, record.Urgency_URGENCY_UNKNOWN); expires <= v.now {
			at = max(at, expires)
		}
	}
	for _, about := range v.About(r.ID, record.Kind_KIND_PLEDGE, record.Kind_KIND_ACCEPTANCE, record.Kind_KIND_RECEIPT) {
		at = max(at, about.Changed())
	}
	return at
}
