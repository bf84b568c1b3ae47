package web

import (
	"strconv"
	"strings"
	"time"

	"gotong/node/api"
	"gotong/protocol/record"
)

func decisionsPage() page {
	return page{name: "decisions", path: "/decisions", tab: "more", need: guest, get: readDecisions, post: vote}
}

// decisionSheet is a proposal with its count and what we said.
type decisionSheet struct {
	ID, Title, Who, Ago string
	Body                []string
	Phase, Count, State string
	Options             []optionView
	Mine                string
	Open                bool
	Choices             []choice // besides agreeing
}

type optionView struct {
	Option uint32
	Text   string
	Agree  string // how many
}

func readDecisions(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().Proposals(v.req.Context(), v.place())
	if err != nil {
		return nil, err
	}
	v.Live = everything
	var all []decisionSheet
	for _, p := range doc.Proposals {
		all = append(all, v.sheet(p))
	}
	return all, nil
}

func (v *view) sheet(p api.Proposal) decisionSheet {
	d := decisionSheet{
		ID: p.ID, Title: cut(p.Title, 160), Who: v.Who(p.Owner), Ago: v.Since(p.Created), Open: p.Phase == api.PhaseOpen && p.Standing != api.PollWithdrawn,
		Phase: v.phase(p), State: v.T("poll."+p.Standing, "outcome", v.T("outcome."+p.Result.Outcome)),
		Count: v.T("tally.turnout", "n", p.Result.Ballots, "of", p.Electorate.Households, "need", p.Quorum),
	}
	for line := range strings.Lines(p.Body) {
		if line = strings.TrimSpace(line); line != "" {
			d.Body = append(d.Body, line)
		}
	}
	for _, o := range p.Options {
		d.Options = append(d.Options, optionView{o.Option, o.Text, v.agree(p, o.Option)})
	}
	if len(d.Options) == 0 {
		d.Options = []optionView{{0, v.T("choice.agree"), v.agree(p, 0)}}
	}
	for _, c := range []string{"abstain", "stand-aside", "block"} {
		d.Choices = append(d.Choices, choice{c, v.T("choice." + c)})
	}
	if p.Mine != nil {
		d.Mine = v.named("choice.", p.Mine.Choice)
		for _, o := range p.Options {
			if o.Option == p.Mine.Option && p.Mine.Choice == "agree" {
				d.Mine = o.Text
			}
		}
	}
	return d
}

func (v *view) phase(p api.Proposal) string {
	when := p.Closes
	if p.Phase == api.PhaseWaiting {
		when = p.WaitsUntil
	}
	return v.T("phase."+p.Phase, "when", v.Time(when))
}

func (v *view) agree(p api.Proposal, option uint32) string {
	n := 0
	for _, a := range p.Result.Agree {
		if a.Option == option {
			n = a.Ballots
		}
	}
	return v.T("tally.agree", "n", n)
}

// vote gives the household's voice: agreeing to an option, or something else.
func vote(v *visit) (string, error) {
	if !v.Phone.Role.may(member) {
		return "", api.ErrNotAllowed
	}
	in := api.Voting{Target: api.Target{Place: v.place(), ID: v.field("proposal")}, Choice: v.field("choice"), Reason: v.field("reason"), Numbers: api.Numbers(v.field("numbers"))}
	if option := v.field("option"); option != "" {
		n, err := strconv.ParseUint(option, 10, 32)
		if err != nil {
			return "", &record.Invalid{Field: "option", Why: "unknown"}
		}
		in.Choice, in.Option = "agree", uint32(n)
	}
	_, err := v.desk().Vote(v.req.Context(), in)
	return said("/decisions", "voted"), err
}

func proposePage() page {
	return page{name: "propose", path: "/decisions/new", tab: "more", need: owner, get: func(v *visit) (any, error) {
		_, err := v.settled()
		return nil, err
	}, post: propose}
}

// voteTimes are how long a vote may stay open, in days.
var voteTimes = map[string]int{"1d": 1, "3d": 3, "week": 7}

func propose(v *visit) (string, error) {
	days, ok := voteTimes[v.field("closes")]
	if !ok {
		days = 3
	}
	var options []string
	for line := range strings.Lines(v.field("options")) {
		if line = strings.TrimSpace(line); line != "" {
			options = append(options, line)
		}
	}
	_, err := v.desk().Propose(v.req.Context(), api.Proposing{
		Place: v.place(), Title: v.field("title"), Body: v.field("body"), Options: options, Closes: v.now.Add(time.Duration(days) * day).Truncate(time.Second),
		Numbers: api.Numbers(v.field("numbers")), Origin: "web " + v.Typed.Get("form"),
	})
	return said("/decisions", "proposed"), err
}

func resourcesPage() page {
	return page{name: "resources", path: "/resources", tab: "more", need: guest, get: readResources}
}

// resourceView is something that a household or a posko has.
type resourceView struct {
	Title, Who, Place, Kind, Have string
	Now, Stale                    bool
}

func readResources(v *visit) (any, error) {
	if _, err := v.settled(); err != nil {
		return nil, err
	}
	doc, err := v.desk().Resources(v.req.Context(), api.ResourceQuery{Target: api.Target{Place: v.place()}})
	if err != nil {
		return nil, err
	}
	v.Live = everything
	var all []resourceView
	for _, r := range doc.Resources {
		if !r.Ended {
			all = append(all, resourceView{cut(r.Title, 160), v.Who(r.Owner), r.Place, v.named("category.", r.Category), v.amount(r.Free, r.Unit), r.Now, r.Stale})
		}
	}
	return all, nil
}
