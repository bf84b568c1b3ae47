package board

import (
	"cmp"
	"slices"

	"gotong/crdt"
	"gotong/protocol"
	"gotong/protocol/record"
)

// How long an accepted helper may read a contact: so long after the request or
// offer ended, and after the acceptance at the latest.
const (
	afterClose      = 3 * day
	afterAcceptance = 30 * day
)

// dispositionField is where requests and offers say that they ended.
const dispositionField = 17

// Helper is a household whose pledge the owner of a request or offer accepted.
type Helper struct {
	Household protocol.HouseholdID
	Until     int64 // ms since 1970: when the contact is hidden from it
}

// Helpers returns whose pledges for a request or an offer are accepted and
// neither withdrawn nor failed, and until when each may read its contact; by
// household. Whose time is over is not among them.
func (v View) Helpers(id protocol.RecordID) []Helper {
	e, ok := v.board.entries[id]
	if !ok || !isItem(e.kind) {
		return nil
	}
	d := v.board.decode(e)
	if d.Content == nil {
		return nil
	}
	var helpers []Helper
	for _, x := range v.board.readAbout(e, record.Kind_KIND_ACCEPTANCE) {
		m := x.Content.(*record.Acceptance)
		pledge, standing := d.pledged(m.Pledge)
		if x.Owner != d.Owner || m.TakenBack || !standing {
			continue
		}
		until := min(closes(d.Record), sure(x.Changed()+afterAcceptance))
		helpers = append(helpers, Helper{pledge.Owner, until})
	}
	return v.latest(helpers)
}

// pledged returns the pledge that an acceptance names, where it stands.
func (d *decoded) pledged(ref *record.Birth) (*Record, bool) {
	birth, ok := ref.Place()
	if !ok {
		return nil, false
	}
	at, here := slices.BinarySearchFunc(d.pledges, birth.Record(), comparePledge)
	if !here {
		return nil, false
	}
	return d.pledges[at], standing(d.pledges[at].Content.(*record.Pledge))
}

// latest returns each household once, with its latest time, if that is not over.
func (v View) latest(helpers []Helper) []Helper {
	slices.SortFunc(helpers, func(a, b Helper) int {
		return cmp.Or(slices.Compare(a.Household[:], b.Household[:]), cmp.Compare(b.Until, a.Until))
	})
	helpers = slices.CompactFunc(helpers, func(a, b Helper) bool { return a.Household == b.Household })
	return slices.DeleteFunc(helpers, func(h Helper) bool { return v.now > h.Until })
}

// closes returns when a contact is hidden from everybody: afterClose after its
// owner ended the request or offer or, if nobody did, after it expires.
func closes(r *Record) int64 {
	_, ends := life(r, record.Urgency_URGENCY_UNKNOWN)
	if dispositionOf(r) >= record.Disposition_DISPOSITION_WITHDRAWN {
		ends = min(ends, sure(r.Fields[dispositionField].Stamp.Millis()))
	}
	if ends > ends+afterClose {
		return ends // never
	}
	return ends + afterClose
}

func dispositionOf(r *Record) record.Disposition {
	switch m := r.Content.(type) {
	case *record.Request:
		return m.Disposition
	case *record.Offer:
		return m.Disposition
	}
	return record.Disposition_DISPOSITION_UNKNOWN
}

// Confides returns until when the contact of a request or an offer may be read
// at all, in milliseconds since 1970, and whether that is still so.
func (v View) Confides(id protocol.RecordID) (until int64, open bool) {
	r, ok := v.board.Record(id)
	if !ok || !isItem(r.Kind) || r.Content == nil {
		return 0, false
	}
	until = closes(r)
	return until, v.now <= until
}

// Contacts returns what the owner of a request or an offer sealed, the latest
// first. Who may read it at v's moment, Helpers and Confides say.
func (v View) Contacts(id protocol.RecordID) []*Record {
	e, ok := v.board.entries[id]
	if !ok || e.owner == nil {
		return nil
	}
	all := v.board.readAbout(e, record.Kind_KIND_CONTACT)
	all = slices.DeleteFunc(all, func(r *Record) bool { return r.Owner != e.owner.id })
	slices.SortStableFunc(all, func(a, b *Record) int { return cmp.Compare(setAt(b), setAt(a)) })
	return all
}

func setAt(r *Record) crdt.Stamp { return crdt.Stamp(r.Content.(*record.Contact).Set) }

// erasable kinds are not hashed: each node erases them in its own time.
func erasable(k record.Kind) bool { return k == record.Kind_KIND_CONTACT }
