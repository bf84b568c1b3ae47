package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newStatus(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "status", Short: a.say("help.status", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Report, error) {
				return node.Status(ctx)
			}, a.status)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) status(doc api.Report) {
	a.line(a.strong(a.health(doc)))
	for i, t := range doc.Troubles {
		if i > 0 {
			a.line(a.named("trouble.", string(t)))
		}
	}
	if doc.Relayed != nil {
		a.line(joined(", ",
			a.say("status.carries", words.Args{"n": len(doc.Neighbourhoods)}),
			a.say("status.relays-for", words.Args{"n": doc.Relayed.Devices}),
			a.say("status.relayed", words.Args{"n": doc.Relayed.Connections})))
	}
	for _, n := range doc.Neighbourhoods {
		a.line()
		a.standingIn(n)
	}
	a.line()
	a.show("status.dir", words.Args{"dir": doc.Dir})
	a.show("status.listening", words.Args{"addrs": strings.Join(doc.Addrs, ", ")})
	if p := doc.Pages; p != nil && len(p.URLs) > 0 {
		a.show("status.pages", words.Args{"url": strings.Join(p.URLs, ", "), "code": p.Code})
	}
	a.show("status.device", words.Args{"device": doc.Device[:8], "ago": a.words.Ago(doc.Started, a.now())})
}

// health says in words whether all is well; where not, the worst first.
func (a *app) health(doc api.Report) string {
	waits, away := false, false
	for _, n := range doc.Neighbourhoods {
		waits, away = waits || !n.Member, away || n.TurnedAway
	}
	switch {
	case len(doc.Troubles) > 0:
		return a.named("trouble.", string(doc.Troubles[0]))
	case len(doc.Neighbourhoods) == 0:
		return a.say("health.alone", nil)
	case waits:
		return a.say("health.waiting", nil)
	case away:
		return a.say("health.turned-away", nil)
	case doc.Connected == 0:
		return a.say("health.nobody", nil)
	}
	return a.say("health.well", words.Args{"n": doc.Connected})
}

func (a *app) standingIn(n api.Standing) {
	a.line(a.strong(a.neighbourhood(n.Neighbourhood)), "  ", n.ID[:8])
	if !n.Member {
		a.show("status.waiting", nil)
		return
	}
	switch {
	case n.PartsIn > 0:
		a.show("status.hub-out", words.Args{"n": (n.PartsIn + 23) / 24})
	case n.Standing == api.StandingWaiting || n.Standing == api.StandingOut:
		a.line("  ", a.say("standing."+n.Standing, nil))
	case n.Role == api.RoleHub:
		a.show("status.hub", words.Args{"n": n.Cells})
	}
	hub := n.Role == api.RoleHub
	if hub { // it reads neither a name nor what anybody asks
		a.line("  ", a.say("status.households", words.Args{"n": n.Households}))
	} else {
		a.onBoard(n)
	}
	if n.LastExchange.IsZero() {
		a.show("status.never-exchanged", nil)
	} else {
		a.show("status.exchanged", words.Args{"ago": a.words.Ago(n.LastExchange, a.now())})
	}
	switch {
	case n.Crowded:
		a.show("status.crowded", words.Args{"n": n.Lacking})
	case n.Lacking > 0:
		a.show("status.lacking", words.Args{"n": n.Lacking})
	}
	if n.Unreached > 0 {
		a.show("status.unreached", words.Args{"n": n.Unreached})
	}
	if n.Locked > 0 && !hub { // to whom no key is to come
		a.show("status.locked", words.Args{"n": n.Locked})
	}
}

// onBoard says who we are in a neighbourhood, and how much is on its board.
func (a *app) onBoard(n api.Standing) {
	a.show("status.us", words.Args{"name": words.Plain(n.Me.Name)})
	a.line("  ", joined(", ",
		a.say("status.households", words.Args{"n": n.Households}),
		a.say("list.requests", words.Args{"n": n.Records[record.Kind_KIND_REQUEST.Code()]}),
		a.say("list.offers", words.Args{"n": n.Records[record.Kind_KIND_OFFER.Code()]})))
}
