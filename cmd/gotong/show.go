package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newShow(a *app) *cobra.Command {
	var quietly bool
	c := &cobra.Command{
		Use: "show ID", Short: a.say("help.show", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			told := false
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Shown, error) {
				doc, err := node.Show(ctx, a.target(args[0]))
				if err == nil && !a.json && !quietly {
					told = a.saw(ctx, node, doc.Item)
				}
				return doc, err
			}, func(doc api.Shown) {
				a.shown(doc)
				if told {
					a.tell("show.seen-told", nil)
				}
			})
		},
	}
	c.Flags().BoolVar(&quietly, "quietly", false, a.say("flag.quietly", nil))
	return a.jsonFlag(c)
}

// saw says that a person here opened an item, and reports whether the
// neighbours are told. That it cannot be noted keeps nobody from reading.
func (a *app) saw(ctx context.Context, node *api.Client, i api.Item) bool {
	noted, err := node.Saw(ctx, a.target(i.ID))
	return err == nil && noted.Told && !slices.ContainsFunc(i.Seen, func(h api.Household) bool { return h.Me })
}

func (a *app) shown(doc api.Shown) {
	i, now := doc.Item, a.now()
	a.line(i.Short, "  ", a.strong(words.Plain(a.title(i))))
	said := words.Args{"who": a.who(i.Owner), "ago": a.words.Ago(i.Created, now), "urgency": a.urgencyWord(i)}
	if i.Owner.Me {
		a.show("show.own-"+i.Kind, said)
	} else {
		a.show("show."+i.Kind, said)
	}
	if i.Place != "" {
		a.show("show.place", words.Args{"place": i.Place})
	}
	if i.Area != "" {
		a.show("show.area", words.Args{"area": i.Area})
	}
	if i.For != (api.Group{}) {
		a.show("show.for", words.Args{"people": a.group(i.For)})
	}
	if !i.Until.IsZero() {
		a.show("show.until-"+i.Kind, words.Args{"when": a.words.When(i.Until, now)})
	}
	a.judged(i)
	a.behalf(i, doc.Contact)
	a.contactOf(i, doc.Contact)
	for paragraph := range strings.Lines(i.Body) {
		a.line("  ", words.Plain(strings.TrimSpace(paragraph)))
	}
	a.moderatedNote(i.Moderated)
	a.line()
	a.coverage(i)
	a.pledges(i)
	a.remarks(doc.Comments)
	a.photos(i, doc.Photos)
	a.links(i)
	a.alike(i, doc.Alike)
	a.arrivedAt(i)
	a.seenBy(i)
	a.next(i)
}

// coverage says how far each line is.
func (a *app) coverage(i api.Item) {
	for _, l := range i.Standing() {
		name := joined(" ", a.label(l.Category), words.Plain(l.What))
		a.line(lineNumber(i, l), name, ": ", joined(", ", a.progress(i.Kind, l), a.terms(l)))
	}
	for _, said := range []string{a.over(i), a.warning(i)} {
		if said != "" {
			a.line(a.strong(said))
		}
	}
}

func (a *app) pledges(i api.Item) {
	if len(i.Pledges) == 0 {
		return
	}
	a.line()
	a.show("show.pledges-"+i.Kind, nil)
	for _, p := range i.Pledges {
		a.line("  ", pad(p.Short, shortWidth), "  ", a.who(p.Owner), ": ", a.pledge(p))
	}
}

// pledge says what is promised and what became of it.
func (a *app) pledge(p api.Pledge) string {
	var arrived, standby, due string
	if len(p.Received) > 0 {
		arrived = a.say("pledge.arrived", words.Args{"amount": a.amounts(p.Received)})
	}
	if len(p.Standby) > 0 && p.Live {
		standby = a.say("progress.standby", words.Args{"amount": a.amounts(p.Standby)})
	}
	if p.Waits && p.Live {
		standby = a.say("pledge.waits", nil)
	}
	if !p.Promised.IsZero() && len(p.Received) == 0 {
		due = a.say("pledge.due", words.Args{"when": a.words.When(p.Promised, a.now())})
	}
	return joined(", ", a.amounts(p.Amounts), a.standing(p), due, arrived, standby, words.Plain(p.Note), a.reach(p.Reach))
}

func (a *app) standing(p api.Pledge) string {
	switch {
	case p.State == api.PledgeWithdrawn, p.State == api.PledgeFailed:
		return a.say("pledge."+p.State, nil)
	case !p.Live:
		return a.say("pledge.lapsed", nil)
	case p.State == api.PledgeOnTheWay, p.State == api.PledgeDelivered:
		return a.say("pledge."+p.State, nil)
	case p.Accepted:
		return a.say("pledge.accepted", nil)
	}
	return ""
}

func (a *app) remarks(comments []api.Comment) {
	if len(comments) == 0 {
		return
	}
	a.line()
	a.show("show.comments", nil)
	for _, c := range comments {
		a.show("show.comment", words.Args{"who": a.who(c.Owner), "ago": a.words.Ago(c.Created, a.now()), "text": c.Text})
	}
}

// next tells what the reader may want to type now.
func (a *app) next(i api.Item) {
	args := words.Args{"id": i.Short}
	switch pledge := waiting(i); {
	case a.over(i) != "" || i.State == api.StateMet:
	case !i.Owner.Me:
		a.tell("next.pledge-"+i.Kind, args)
	case pledge != "":
		args["pledge"] = pledge
		a.tell("next.accept", args)
	case len(i.Pledges) > 0 && i.Kind == record.Kind_KIND_REQUEST.Code():
		a.tell("next.arrived", args)
	}
}

// waiting returns the first pledge that waits for the owner's yes.
func waiting(i api.Item) string {
	for _, p := range i.Pledges {
		if p.Live && !p.Accepted && len(p.Received) == 0 {
			return p.Short
		}
	}
	return ""
}
