package web

import (
	"slices"
	"strings"

	"gotong/node/api"
	"gotong/protocol/record"
)

func carePage() page {
	return page{name: "care", path: "/care", tab: "people", need: member, get: readCare, post: checkIn}
}

// careView is how everybody is: whoever needs somebody first, then those of
// whom nothing is known, the longest first.
type careView struct {
	Calls               []callView
	Needs, Silent, Well []careOfView
	Ours                string // what we said last
	Statuses            []choice
}

type callView struct{ Reason, Until, Count string }

type careOfView struct {
	ID, Name, Says string
	Asked          []careAsked // open requests for a visit
}

type careAsked struct{ ID, Title string }

func readCare(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().Care(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	v.Live = everything
	var c careView
	for _, p := range doc.People {
		c.add(v, p)
	}
	for _, w := range record.Wellbeings() {
		if w != record.Wellbeing_WELLBEING_SAFE && w != record.Wellbeing_WELLBEING_NO_ANSWER {
			c.Statuses = append(c.Statuses, choice{w.Code(), v.named("wellbeing.", w.Code())})
		}
	}
	c.Calls, err = v.calls()
	return c, err
}

// add puts somebody where they belong.
func (c *careView) add(v *visit, p api.CareOf) {
	view := careOfView{Name: v.careName(p), Says: v.wellbeing(p)}
	switch h := p.Household; {
	case h == nil || p.Person != "":
	case !h.Me:
		view.ID = h.ID
	case p.Shown != nil:
		c.Ours = view.Says
	}
	for _, r := range p.Requests {
		view.Asked = append(view.Asked, careAsked{r.ID, r.Title})
	}
	switch {
	case len(p.Needs) > 0:
		c.Needs = append(c.Needs, view)
	case p.Shown == nil:
		c.Silent = append(c.Silent, view)
	default:
		c.Well = append(c.Well, view)
	}
}

func (v *view) careName(p api.CareOf) string {
	switch {
	case p.Household == nil:
		return p.Person
	case p.Person != "":
		return v.T("care.person-of", "person", p.Person, "who", v.Who(*p.Household))
	}
	return v.Who(*p.Household)
}

// wellbeing says how somebody is, who says so and when.
func (v *view) wellbeing(p api.CareOf) string {
	said := p.Shown
	if len(p.Needs) > 0 {
		said = &p.Needs[0]
	}
	if said == nil {
		if p.Last.IsZero() {
			return v.T("wellbeing.none")
		}
		return v.T("wellbeing.none") + ", " + v.T("rollcall.last", "ago", v.Since(p.Last))
	}
	phrases := []string{v.named("wellbeing.", said.Status)}
	if said.Total > 0 {
		phrases = append(phrases, v.T("care.people", "ok", int(said.OK), "n", int(said.Total)))
	}
	ago := v.T("care.time-unknown")
	if !said.At.IsZero() {
		ago = v.Since(said.At)
	}
	who := said.Owner
	who.Me = who.Me && said.By != api.BySelf // "we ourselves" has no name in it
	phrases = append(phrases, said.Where, said.Note, v.T("care.by-"+said.By, "who", v.Who(who), "ago", ago))
	return strings.Join(slices.DeleteFunc(phrases, func(s string) bool { return s == "" }), ", ")
}

// calls says which roll calls are open.
func (v *visit) calls() ([]callView, error) {
	doc, err := v.desk().RollCalls(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	var open []callView
	for _, c := range doc.RollCalls {
		if c.Over {
			continue
		}
		reason := c.Reason
		if c.Exercise {
			reason += " (" + v.T("rollcall.drill") + ")"
		}
		open = append(open, callView{reason, v.Time(c.Closes), v.T("rollcall.count", "n", len(c.Answered), "called", c.Called)})
	}
	return open, nil
}

// checkIn says how we are, or a neighbour whom somebody of us has seen.
func checkIn(v *visit) (string, error) {
	in := api.CheckingIn{
		Place: v.place(), Status: v.field("status"), For: v.field("for"), Where: v.field("where"), Note: v.field("note"), Numbers: api.Numbers(v.field("numbers")),
	}
	if _, err := v.desk().CheckIn(v.req.Context(), in); err != nil {
		return "", err
	}
	if in.For != "" {
		return said("/care", "looked-in"), nil
	}
	return said("/care", "checked-in"), nil
}
