package web

import (
	"cmp"
	"slices"

	"gotong/node/api"
	"gotong/protocol/record"
)

func hubPage() page {
	return page{name: "hub", path: "/hub", tab: "more", need: desk, get: readHub}
}

// hubView is the queue of a hub's table: what is open, the most urgent and then
// the oldest first, and what waits for somebody.
type hubView struct {
	Rows    []hubRow
	Total   int
	Waiting int // promises that nobody has said yes to
	Overdue int // promises past their time
	Idle    int // open for more than a day without a promise
	Copies  int // requests that look like another
	Slip    slipView
	Asked   string
	Printed string // when
}

type hubRow struct {
	card
	Kind    string
	Twin    string // the id of one that looks the same
	Overdue bool
	Waits   bool
}

// hubRows is how many rows the queue shows.
const hubRows = 60

func readHub(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().List(v.req.Context(), api.Query{Place: v.place(), Show: api.ShowStanding, Kind: record.Kind_KIND_REQUEST.Code()})
	if err != nil {
		return nil, err
	}
	v.Live = everything
	h := hubView{Total: doc.Total, Slip: newSlip(v), Printed: v.Time(v.now)}
	items := slices.DeleteFunc(doc.Items, func(i api.Item) bool { return i.State == api.StateMet })
	slices.SortStableFunc(items, func(a, b api.Item) int {
		return cmp.Or(urgencyRank(a)-urgencyRank(b), a.Created.Compare(b.Created))
	})
	twins := twinsOf(items)
	for _, i := range items {
		h.add(v, i, twins)
	}
	return h, nil
}

func urgencyRank(i api.Item) int {
	return slices.IndexFunc([]record.Urgency{record.Urgency_URGENCY_CRITICAL, record.Urgency_URGENCY_HIGH, record.Urgency_URGENCY_MEDIUM, record.Urgency_URGENCY_LOW},
		func(u record.Urgency) bool { return u.Code() == i.Urgency })
}

// add counts a request and, while there is room, lists it.
func (h *hubView) add(v *visit, i api.Item, twins map[string]string) {
	row := hubRow{card: v.card(i), Kind: v.named("category.", i.Lines[0].Category), Twin: twins[i.ID], Overdue: i.Overdue}
	for _, p := range i.Pledges {
		row.Waits = row.Waits || p.Live && !p.Accepted
	}
	for _, c := range []struct {
		is bool
		n  *int
	}{{row.Waits, &h.Waiting}, {i.Overdue, &h.Overdue}, {row.Twin != "", &h.Copies}, {row.Done == 0 && v.now.Sub(i.Created) > day, &h.Idle}} {
		if c.is {
			*c.n++
		}
	}
	if len(h.Rows) < hubRows {
		h.Rows = append(h.Rows, row)
	}
}

// twinsOf finds requests of one household for the same thing: each but the
// first names the one before it.
func twinsOf(items []api.Item) map[string]string {
	first, twins := make(map[string]string), make(map[string]string)
	for _, i := range items {
		key := i.Owner.ID + " " + i.Lines[0].Category + " " + i.Lines[0].Quantity.String() + " " + i.Place
		if other, ok := first[key]; ok {
			twins[i.ID] = other
		} else {
			first[key] = i.Short
		}
	}
	return twins
}

// slipPage takes in paper slips, one line each, by the keyboard alone.
func slipPage() page {
	return page{name: "slip", path: "/hub/slip", tab: "more", need: desk, get: func(v *visit) (any, error) {
		_, err := v.settled()
		return newSlip(v), err
	}, post: enterSlip}
}

// slipView is the line that a slip is typed into.
type slipView struct {
	Kinds, Urgency, Consent []choice
}

func newSlip(v *visit) slipView {
	var s slipView
	for _, c := range record.Categories() {
		s.Kinds = append(s.Kinds, choice{c.Code, v.named("category.", c.Code)})
	}
	for _, u := range record.Urgencies() {
		s.Urgency = append(s.Urgency, choice{u.Code(), v.named("urgency.", u.Code())})
	}
	for _, c := range []record.Consent{record.Consent_CONSENT_GIVEN, record.Consent_CONSENT_NOT_POSSIBLE_EMERGENCY} {
		s.Consent = append(s.Consent, choice{c.Code(), v.named("consent.", c.Code())})
	}
	return s
}

// enterSlip writes a slip for somebody. Everybody sees that a hub's table wrote
// it; for whom, only the helpers who are accepted.
func enterSlip(v *visit) (string, error) {
	if v.field("who") == "" {
		return "", &record.Invalid{Field: "name", Why: "missing"}
	}
	draft, err := v.draft()
	if err != nil {
		return "", err
	}
	draft.Behalf = &api.Behalf{Name: v.field("who"), Consent: v.field("consent")}
	if draft.Title != "" {
		draft.Body = v.T("web.slip.for", "slip", v.field("slip"))
	}
	if _, err := v.desk().Ask(v.req.Context(), draft); err != nil {
		return "", err
	}
	return said("/hub/slip", "slip"), nil
}

// printPage is the open part of the board for a wall.
func printPage() page {
	return page{name: "print", path: "/hub/print", tab: "more", need: desk, get: readHub}
}
