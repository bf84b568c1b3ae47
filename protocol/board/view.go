package board

import (
	"cmp"
	"maps"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// View shows the board at a moment. It is for display: it hides what has
// expired and decides nothing. It reads the board it was made from, so it is
// used by the board's owner only; the records it hands out never change.
type View struct {
	board *Board
	now   int64 // ms since 1970
}

// At returns the view at now, in milliseconds since 1970.
func (b *Board) At(now int64) View { return View{b, now} }

// Record returns any record by id.
func (v View) Record(id protocol.RecordID) (*Record, bool) { return v.board.Record(id) }

// Comments returns the comments on a record, oldest first by their writers'
// clocks.
func (v View) Comments(id protocol.RecordID) []*Record {
	comments := v.About(id, record.Kind_KIND_COMMENT)
	slices.SortStableFunc(comments, func(a, b *Record) int { return cmp.Compare(a.Birth.Stamp, b.Birth.Stamp) })
	return comments
}

// Counts returns the number of records by kind.
func (v View) Counts() map[record.Kind]int { return maps.Clone(v.board.counts) }

// Neighbourhood returns the neighbourhood's name as its founders and stewards
// give it: of several the one with the lowest id, so that all agree.
func (v View) Neighbourhood() string {
	for _, r := range v.All(record.Kind_KIND_NEIGHBOURHOOD) {
		if v.board.roster.Steward(r.Owner) {
			return r.Content.(*record.Neighbourhood).Name
		}
	}
	return ""
}

// Steward reports whether a household is a steward now.
func (v View) Steward(h protocol.HouseholdID) bool { return v.board.roster.Steward(h) }

// Name returns how a household calls itself; empty before its profile arrived.
func (v View) Name(h protocol.HouseholdID) string {
	if r, ok := v.Profile(h); ok {
		return r.Content.(*record.Household).Name
	}
	return ""
}

// Profile returns the household's profile record: of several, as its devices
// make them while apart, the one with the lowest id.
func (v View) Profile(id protocol.HouseholdID) (*Record, bool) {
	h, ok := v.board.households[id]
	if !ok {
		return nil, false
	}
	if h.profile == nil {
		for _, r := range v.board.readAll(h.profiles) {
			h.profile = r
			break
		}
	}
	return h.profile, h.profile != nil
}

// Reference says what became of a record that another points at.
type Reference uint8

// A referred record is here, has ended (its birth slot was used anew), or has
// not arrived.
const (
	Missing Reference = iota
	Here
	Ended
)

// Reference looks up the record born at birth. Views are total over gaps:
// nothing waits for a missing one.
func (v View) Reference(birth protocol.Birth) (*Record, Reference) {
	if r, ok := v.board.Record(birth.Record()); ok {
		return r, Here
	}
	if w, ok := v.board.writers[birth.Device]; ok {
		if at, found := w.find(birth.Slot); found && w.said[at].stamp > birth.Stamp {
			return nil, Ended
		}
	}
	return nil, Missing
}
