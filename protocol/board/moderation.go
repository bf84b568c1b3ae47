package board

import (
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// How long hiding holds: one steward's word for a day, that of two for thirty.
// A flag is looked after for thirty.
const (
	hiddenByOne = day
	hiddenByTwo = 30 * day
	flagHolds   = 30 * day
)

// enough is how many stewards hide for longer, or show again.
const enough = 2

// Moderation is what the stewards' words make of a record at a moment. It is
// display only: no hash and no other rule knows of it.
type Moderation struct {
	Hidden  bool
	Until   int64     // ms since 1970: when it shows again by itself
	Locked  int64     // ms since 1970 after which comments are not shown; 0: they all are
	Hides   []*Record // the words that hide it now
	Warns   []*Record // the words to be shown beside it
	Restore int       // how many stewards want it shown
}

// Moderation returns what stewards say about a record now.
func (v View) Moderation(id protocol.RecordID) Moderation {
	var m Moderation
	words := v.words(id)
	hides, shows := words[record.ModerationAction_MODERATION_ACTION_HIDE], words[record.ModerationAction_MODERATION_ACTION_RESTORE]
	m.Warns, m.Restore = words[record.ModerationAction_MODERATION_ACTION_WARN], len(shows)
	for _, r := range words[record.ModerationAction_MODERATION_ACTION_LOCK_COMMENTS] {
		if m.Locked == 0 || since(r) < m.Locked {
			m.Locked = since(r)
		}
	}
	if len(shows) >= enough && len(shows) >= len(hides) {
		return m
	}
	m.Hides, m.Until = hides, hiddenUntil(hides)
	m.Hidden = len(hides) > 0 && v.now <= m.Until
	return m
}

// words returns what stewards say about a record and still hold to, by what
// they do; of one household one word for each.
func (v View) words(id protocol.RecordID) map[record.ModerationAction][]*Record {
	found := make(map[record.ModerationAction][]*Record)
	for _, r := range v.About(id, record.Kind_KIND_MODERATION) {
		m := r.Content.(*record.Moderation)
		if m.TakenBack || !v.board.roster.Steward(r.Owner) || v.now > sure(since(r)+hiddenByTwo) {
			continue
		}
		if !slices.ContainsFunc(found[m.Action], func(o *Record) bool { return o.Owner == r.Owner }) {
			found[m.Action] = append(found[m.Action], r)
		}
	}
	return found
}

// hiddenUntil is when the words to hide have run out: that of the last alone
// after a day, of the last two together after thirty.
func hiddenUntil(hides []*Record) int64 {
	var times []int64
	for _, r := range hides {
		times = append(times, since(r))
	}
	slices.Sort(times)
	n := len(times)
	switch {
	case n == 0:
		return 0
	case n < enough:
		return sure(times[n-1] + hiddenByOne)
	}
	return max(sure(times[n-1]+hiddenByOne), sure(times[n-enough]+hiddenByTwo))
}

// since is when a word was said, or said again.
func since(r *Record) int64 { return max(r.Created(), r.Content.(*record.Moderation).Since) }
