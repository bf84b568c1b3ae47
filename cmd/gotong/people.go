package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newPeople(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "people", Short: a.say("help.people", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.People, error) {
				return node.People(ctx, a.place())
			}, a.people)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) people(doc api.People) {
	in := 0
	for _, p := range doc.People {
		if p.Standing == api.StandingFull || p.Standing == api.StandingNew {
			in++
		}
	}
	a.line(a.neighbourhood(doc.Neighbourhood), ": ", a.say("status.households", words.Args{"n": in}))
	for _, p := range doc.People {
		a.line()
		a.person(p)
	}
}

// person is a household in the list: who, in which role, how it came, and its
// devices.
func (a *app) person(p api.Person) {
	indent := strings.Repeat(" ", len(p.Short)+2)
	a.line(p.Short, "  ", a.strong(a.houseName(p.Household)), "  ", a.position(p))
	for _, said := range []string{a.came(p), a.formerly(p), a.deviceLine(p)} {
		if said != "" {
			a.line(indent, said)
		}
	}
	if p.Muted {
		a.line(indent, a.say("people.muted", nil))
	}
}

// houseName names a household as itself, the own one too.
func (a *app) houseName(h api.Household) string {
	name := words.Plain(h.Name)
	if name == "" {
		name = a.say("who.unnamed", nil)
	}
	if h.Me {
		return a.say("people.us", words.Args{"name": name})
	}
	return name
}

// position is the role of a household, or why it has none yet.
func (a *app) position(p api.Person) string {
	switch p.Standing {
	case api.StandingFull:
		return a.say("role."+p.Role, nil)
	case api.StandingNew:
		if p.Role == api.RoleHub {
			return a.say("role.hub", nil)
		}
		return joined(", ", a.say("standing.probation", nil), a.offered(p))
	}
	return a.say("standing."+p.Standing, nil)
}

func (a *app) offered(p api.Person) string {
	if p.Offered == "" {
		return ""
	}
	return a.say("people.offered", words.Args{"role": a.say("role."+p.Offered, nil)})
}

// came says by whom a household came.
func (a *app) came(p api.Person) string {
	switch {
	case p.Voucher != nil:
		return a.say("people.vouched", words.Args{"who": a.who(*p.Voucher)})
	case p.Inviter != nil:
		return a.say("people.invited", words.Args{"who": a.who(*p.Inviter)})
	}
	return ""
}

func (a *app) formerly(p api.Person) string {
	if p.Formerly == nil {
		return ""
	}
	return a.say("people.formerly", words.Args{"who": a.houseName(*p.Formerly), "id": p.Formerly.ID[:4]})
}

func (a *app) deviceLine(p api.Person) string {
	var all []string
	for _, d := range p.Devices {
		all = append(all, joined(" ", d.Short, a.deviceState(d)))
	}
	return a.say("people.devices", words.Args{"devices": strings.Join(all, ", "), "n": len(all)})
}

func (a *app) deviceState(d api.Device) string {
	switch {
	case d.Me && !d.Retired:
		return a.say("device.this", nil)
	case d.Retired:
		return a.say("device.retired", nil)
	case d.Waiting:
		return a.say("device.waiting", nil)
	case d.Connected:
		return a.say("device.connected", nil)
	case d.Seen.IsZero():
		return ""
	}
	return a.say("device.seen", words.Args{"ago": a.words.Ago(d.Seen, a.now())})
}
