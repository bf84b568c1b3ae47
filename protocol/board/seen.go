package board

import (
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// Seen returns which households say that somebody of theirs opened a record, by
// record; the households in the order of their ids.
func (v View) Seen() map[protocol.RecordID][]protocol.HouseholdID {
	seen := make(map[protocol.RecordID][]protocol.HouseholdID)
	for _, r := range v.All(record.Kind_KIND_SEEN) {
		for _, ref := range r.Content.(*record.Seen).Items {
			if birth, ok := ref.Place(); ok && !slices.Contains(seen[birth.Record()], r.Owner) {
				seen[birth.Record()] = append(seen[birth.Record()], r.Owner)
			}
		}
	}
	for _, households := range seen {
		slices.SortFunc(households, compareHouseholds)
	}
	return seen
}

// WorthSeeing reports whether neighbours want to know that somebody opened a
// record: a request on which a life depends, as long as it is open.
func (v View) WorthSeeing(id protocol.RecordID) bool {
	i, ok := v.Item(id)
	return ok && !i.Ended() && i.Urgency() == record.Urgency_URGENCY_CRITICAL
}
