package board

import (
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/record"
)

// organisationHolds is how long a profile stands that nobody confirms.
const organisationHolds = 365 * day

// Organisation is an organisation as it shows itself.
type Organisation struct {
	*Record
	Expired bool // archived: nobody confirmed it for a year
}

// Organisation returns what it says.
func (o Organisation) Organisation() *record.Organisation { return o.Content.(*record.Organisation) }

// Organisations returns the organisations that have not ended, by name: of one
// household one, that with the lowest id.
func (v View) Organisations() []Organisation {
	var all []Organisation
	seen := make(map[protocol.HouseholdID]bool)
	for _, r := range v.All(record.Kind_KIND_ORGANISATION) {
		m := r.Content.(*record.Organisation)
		if m.Ended || seen[r.Owner] {
			continue
		}
		seen[r.Owner] = true
		ends := sure(max(r.Created(), m.ConfirmedAt) + organisationHolds)
		all = append(all, Organisation{r, v.now > ends})
	}
	slices.SortFunc(all, func(a, b Organisation) int {
		return cmp.Or(cmp.Compare(a.Organisation().Name, b.Organisation().Name), compareIDs(a.ID, b.ID))
	})
	return all
}
