package web

import (
	"time"
	"unicode/utf8"

	"gotong/node/api"
	"gotong/protocol"
	"gotong/protocol/record"
)

func askPage() page {
	return page{name: "ask", path: "/ask", tab: "ask", need: desk, get: draftForm(true), post: func(v *visit) (string, error) {
		return v.writes(v.desk().Ask)
	}}
}

func offerPage() page {
	return page{name: "offer", path: "/offer", tab: "offer", need: desk, get: draftForm(false), post: func(v *visit) (string, error) {
		return v.writes(v.desk().Offer)
	}}
}

// draftView is the form of a request or an offer.
type draftView struct {
	Ask            bool
	Often, Others  []choice
	Units, Urgency []choice
	Until          []choice
}

// choice is a code with its word.
type choice struct{ Code, Word string }

// often are the kinds of things that come first in the list.
var often = []string{"water.drinking", "food.ready", "food.rice", "food.staples", "med.medicine", "shelter.place", "move.people", "labour.clean"}

// untils are the time limits to choose from, in days from the end of today.
var untils = []struct {
	code string
	days int
}{{"today", 0}, {"tomorrow", 1}, {"3d", 3}, {"week", 7}}

func draftForm(ask bool) func(*visit) (any, error) {
	return func(v *visit) (any, error) {
		if _, err := v.settled(); err != nil {
			return nil, err
		}
		d := draftView{Ask: ask}
		for _, code := range often {
			d.Often = append(d.Often, choice{code, v.named("category.", code)})
		}
		for _, c := range record.Categories() {
			d.Others = append(d.Others, choice{c.Code, v.named("category.", c.Code)})
		}
		for _, u := range record.Units() {
			if u != record.Unit_UNIT_NONE {
				d.Units = append(d.Units, choice{u.Code(), v.T("unit."+u.Code(), "n", 2)})
			}
		}
		for _, u := range record.Urgencies() {
			d.Urgency = append(d.Urgency, choice{u.Code(), v.named("urgency.", u.Code())})
		}
		for _, u := range untils {
			d.Until = append(d.Until, choice{u.code, v.T("web.until." + u.code)})
		}
		return d, nil
	}
}

// writes does what the form says and shows it.
func (v *visit) writes(verb func(ctx ctx, d api.Draft) (api.Written, error)) (string, error) {
	draft, err := v.draft()
	if err != nil {
		return "", err
	}
	doc, err := verb(v.req.Context(), draft)
	if err != nil {
		return "", err
	}
	key := "asked"
	switch {
	case doc.Moved > 0:
		key = "moved"
	case doc.Kind == record.Kind_KIND_OFFER.Code():
		key = "offered"
	}
	return said("/r/"+doc.ID, key), nil
}

func (v *visit) draft() (api.Draft, error) {
	q, err := quantity(v.field("qty"))
	if err != nil {
		return api.Draft{}, err
	}
	title, body := headed(v.field("title"), v.field("body"))
	return api.Draft{
		Place: v.place(), Title: title, Body: body, At: v.field("at"), Urgency: v.field("urgency"), Until: v.until(),
		Lines:   []api.DraftLine{{Category: v.field("kind"), Unit: v.field("unit"), Quantity: q}},
		Contact: v.field("contact"), PlaceExact: v.field("exact"), Stewards: v.field("stewards") != "",
		Numbers: api.Numbers(v.field("numbers")), Origin: "web " + v.Typed.Get("form"), Photos: v.Typed["photos"],
	}, nil
}

// until is the time limit that was chosen: the end of a day.
func (v *visit) until() time.Time {
	for _, u := range untils {
		if u.code == v.field("until") {
			day := v.now.AddDate(0, 0, u.days)
			return time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, day.Location())
		}
	}
	return time.Time{}
}

// headed cuts a title that is too long for one and keeps the whole of it before
// the rest, where there is a rest: without one the desk does the same.
func headed(title, body string) (string, string) {
	if body == "" || utf8.RuneCountInString(title) <= protocol.MaxTitle {
		return title, body
	}
	return cut(title, protocol.MaxTitle), title + "\n" + body
}
