package board

import (
	"cmp"
	"slices"
	"strings"

	"gotong/protocol"
	"gotong/protocol/record"
)

// How long a notice holds that names no end: a day, of a flood six hours, as
// PetaBencana has it: water moves.
const (
	noticeHolds = day
	floodHolds  = 6 * hour
)

// NoticeSender stands as the sender of what is written here, where a notice
// leaves the neighbourhood or another one points at it; its identifier is the
// id of the record.
const NoticeSender = "gotong"

// NoticeKey is the name of a notice in the world (CAP 1.2, 3.2.1).
type NoticeKey struct {
	Sender, Identifier string
	Sent               int64 // ms since 1970
}

// Notice is a notice or an alert with what others made of it. The same alert
// taken in by several households is one; what the word of a steward says of it
// stands before what a member's does.
type Notice struct {
	*Record
	Key        NoticeKey
	Severity   record.Severity // as it counts: minor unless a steward says more
	Vouched    bool            // a steward's word
	Expires    int64           // ms since 1970
	Expired    bool
	Cancelled  bool                   // it takes an earlier one back
	Superseded bool                   // a later one stands in its place
	Read       []protocol.HouseholdID // who says to have read it, in order
	Same       []protocol.RecordID    // the other records of it
}

// Notice returns what it says.
func (n Notice) Notice() *record.Notice { return n.Record.Content.(*record.Notice) }

// Notices returns all notices, the worst first, among equals those sent last.
// Who looks at a moment leaves out what is Superseded or Expired.
func (v View) Notices() []Notice {
	all := v.oneOfEach(v.All(record.Kind_KIND_NOTICE))
	for i := range all {
		all[i].Superseded = slices.ContainsFunc(all, func(later Notice) bool { return later.replaces(all[i]) })
	}
	slices.SortFunc(all, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Key.Sent, a.Key.Sent), compareIDs(a.ID, b.ID))
	})
	return all
}

// Notice returns the notice that a record is one of.
func (v View) Notice(id protocol.RecordID) (Notice, bool) {
	for _, n := range v.Notices() {
		if n.ID == id || slices.Contains(n.Same, id) {
			return n, true
		}
	}
	return Notice{}, false
}

// oneOfEach makes one notice of all records with one key: a steward's before a
// member's, then the lowest id. Read is who read any of them.
func (v View) oneOfEach(records []*Record) []Notice {
	var all []Notice
	at := make(map[NoticeKey]int)
	for _, r := range records {
		n := v.notice(r)
		i, known := at[n.Key]
		if !known {
			at[n.Key] = len(all)
			all = append(all, n)
			continue
		}
		if n.Vouched && !all[i].Vouched {
			all[i] = n.with(all[i])
		} else {
			all[i].Same, all[i].Read = append(all[i].Same, r.ID), append(all[i].Read, n.Read...)
		}
	}
	for i := range all {
		slices.SortFunc(all[i].Same, compareIDs)
		slices.SortFunc(all[i].Read, compareHouseholds)
		all[i].Read = slices.Compact(all[i].Read)
	}
	return all
}

// with returns n with an earlier record of it beside it.
func (n Notice) with(earlier Notice) Notice {
	n.Same = append(earlier.Same, earlier.ID)
	n.Read = append(n.Read, earlier.Read...)
	return n
}

func compareHouseholds(a, b protocol.HouseholdID) int { return slices.Compare(a[:], b[:]) }

// notice reads one record.
func (v View) notice(r *Record) Notice {
	m := r.Content.(*record.Notice)
	n := Notice{Record: r, Key: noticeKey(r, m), Vouched: v.board.roster.Steward(r.Owner)}
	n.Severity = m.Severity
	if !n.Vouched {
		n.Severity = min(m.Severity, record.Severity_SEVERITY_MINOR)
	}
	n.Expires = sure(noticeEnds(m, n.Key.Sent))
	n.Expired = v.now > n.Expires
	n.Cancelled = m.MsgType == record.MsgType_MSG_TYPE_CANCEL
	for _, ack := range v.About(r.ID, record.Kind_KIND_ACKNOWLEDGEMENT) {
		n.Read = append(n.Read, ack.Owner)
	}
	return n
}

// noticeKey is what a notice from elsewhere says of itself; what is written
// here has the name of its record, whatever it says, so that nobody writes in
// another's name.
func noticeKey(r *Record, m *record.Notice) NoticeKey {
	if m.Source == record.NoticeSource_NOTICE_SOURCE_CAP {
		return NoticeKey{m.Sender, m.Identifier, m.Sent}
	}
	return NoticeKey{NoticeSender, r.ID.String(), r.Created()}
}

// replaces reports whether a later notice stands in the place of an earlier:
// it says so, it was sent later, and it is of the same household or a
// steward's.
func (n Notice) replaces(earlier Notice) bool {
	m := n.Notice()
	if m.MsgType != record.MsgType_MSG_TYPE_UPDATE && m.MsgType != record.MsgType_MSG_TYPE_CANCEL {
		return false
	}
	if n.Key.Sent <= earlier.Key.Sent || n.Owner != earlier.Owner && !n.Vouched {
		return false
	}
	return slices.ContainsFunc(m.References, func(k *record.AlertKey) bool { return earlier.isAt(k) })
}

// isAt reports whether a reference means n. CAP writes times to the second.
func (n Notice) isAt(k *record.AlertKey) bool {
	return k.Sender == n.Key.Sender && k.Identifier == n.Key.Identifier && k.Sent/1000 == n.Key.Sent/1000
}

func noticeEnds(m *record.Notice, sent int64) int64 {
	switch {
	case m.Expires > 0:
		return m.Expires
	case slices.ContainsFunc(m.Texts, isFlood):
		return sent + floodHolds
	}
	return sent + noticeHolds
}

// isFlood reports whether a notice calls what happens a flood.
func isFlood(t *record.NoticeText) bool {
	for _, word := range []string{"banjir", "rob", "flood", "genangan"} {
		if slices.Contains(strings.Fields(strings.ToLower(t.Event+" "+t.Headline)), word) {
			return true
		}
	}
	return false
}

// NoticeEnds returns when a notice that was sent then expires.
func NoticeEnds(m *record.Notice, sent int64) int64 { return noticeEnds(m, sent) }
