package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newResource(a *app) *cobra.Command {
	return a.family("resource", newResourceAdd(a), newResourceList(a), newResourceShow(a), newResourceBorrow(a), newResourceLend(a),
		newResourceBack(a), newResourceStill(a), newResourceEnd(a))
}

func newResourceAdd(a *app) *cobra.Command {
	var f resourceFlags
	c := &cobra.Command{
		Use: "add TITLE", Short: a.say("help.resource-add", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			draft, err := f.draft(a, args[0])
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, f.numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.ResourceDoc, error) {
				draft.Numbers = say
				return node.Keep(ctx, draft)
			}, func(doc api.ResourceDoc) {
				a.data(doc.Resource.Short)
				a.tell("resource.added", words.Args{"what": a.onHand(doc.Resource), "id": doc.Resource.Short})
			})
		},
	}
	f.add(a, c)
	return a.jsonFlag(c)
}

// resourceFlags are what a person says of a resource besides its title.
type resourceFlags struct {
	kind, category, quantity, unit, condition, at, body string
	when                                                []string
	stewards, outside                                   bool
	numbers                                             numberFlags
}

func (f *resourceFlags) add(a *app, c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.kind, "type", "asset", a.say("flag.resource-type", nil))
	flags.StringVar(&f.category, "kind", "", a.say("flag.kind", nil))
	flags.StringVar(&f.quantity, "qty", "", a.say("flag.qty", nil))
	flags.StringVar(&f.unit, "unit", "", a.say("flag.unit", nil))
	flags.StringVar(&f.condition, "condition", "", a.say("flag.condition", nil))
	flags.StringArrayVar(&f.when, "when", nil, a.say("flag.available", nil))
	flags.StringVar(&f.at, "at", "", a.say("flag.at", nil))
	flags.StringVar(&f.body, "body", "", a.say("flag.body", nil))
	flags.BoolVar(&f.stewards, "stewards", false, a.say("flag.stewards-keep", nil))
	flags.BoolVar(&f.outside, "outside", false, a.say("flag.event-outside", nil))
	f.numbers.add(a, c, false)
}

func (f *resourceFlags) draft(a *app, title string) (d api.ResourceDraft, err error) {
	_, east := a.now().Zone()
	d = api.ResourceDraft{Place: a.place(), Title: strings.TrimSpace(title), Body: f.body, Condition: f.condition, At: f.at,
		Stewards: f.stewards, Outside: f.outside, UTCOffset: east / 60}
	if d.Type, err = resourceType(f.kind); err != nil {
		return d, err
	}
	if f.category != "" {
		if d.Category, err = kind(f.category); err != nil {
			return d, err
		}
	}
	if f.unit != "" {
		if d.Unit, err = unit(f.unit); err != nil {
			return d, err
		}
	}
	if f.quantity != "" {
		if d.Quantity, err = quantity("--qty", f.quantity); err != nil {
			return d, err
		}
	}
	d.Available, err = a.weekly(f.when)
	return d, err
}

// resourceType reads a type: its code or its label.
func resourceType(text string) (string, error) {
	for _, t := range record.ResourceTypes() {
		if strings.EqualFold(text, t.Code()) || anyLabel("resource-type."+t.Code(), text, sameLabel) {
			return t.Code(), nil
		}
	}
	return "", usage("usage.resource-type", words.Args{"value": text})
}

func newResourceList(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list", Short: a.say("help.resource-list", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ResourceList, error) {
				return node.Resources(ctx, api.ResourceQuery{Target: a.target(""), All: all})
			}, a.resources)
		},
	}
	c.Flags().BoolVar(&all, "all", false, a.say("flag.resource-all", nil))
	return a.jsonFlag(c)
}

func (a *app) resources(doc api.ResourceList) {
	if len(doc.Resources) == 0 {
		a.tell("resource.none", words.Args{"name": a.neighbourhood(doc.Neighbourhood)})
		return
	}
	for _, r := range doc.Resources {
		a.line(pad(r.Short, shortWidth), "  ", a.strong(words.Plain(r.Title)), ": ", a.onHand(r))
		a.line("      ", joined(" · ", a.named("resource-type.", r.Type), a.label(r.Category), a.who(r.Owner), words.Plain(r.Place)))
	}
}

// onHand says how much there is, and what is not free of it.
func (a *app) onHand(r api.Resource) string {
	var parts []string
	say := func(key string, q api.Quantity) {
		if q > 0 {
			parts = append(parts, a.say(key, words.Args{"amount": a.amount(q, r.Unit)}))
		}
	}
	if r.Ended {
		return a.say("resource.gone", nil)
	}
	parts = append(parts, a.say("resource.free", words.Args{"amount": a.stated(r.Free, r.Unit), "have": a.stated(r.Have, r.Unit)}))
	say("resource.lent", r.Lent)
	say("resource.asked", r.Asked)
	say("resource.promised", r.Promised)
	say("resource.not-taken-out", r.NotTakenOut)
	say("resource.missing", r.Missing)
	if r.Stale {
		parts = append(parts, a.say("resource.stale", nil))
	}
	return joined(", ", parts...)
}

// stated says a quantity even where it is nothing, or one of nothing counted.
func (a *app) stated(q api.Quantity, unit string) string {
	return joined(" ", a.number(q), a.unit(q, unit))
}

func newResourceShow(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "show ID", Short: a.say("help.resource-show", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ResourceDoc, error) {
				return node.Resource(ctx, api.ResourceQuery{Target: a.target(args[0])})
			}, a.resource)
		},
	}
	return a.jsonFlag(c)
}

// resource shows one resource whole.
func (a *app) resource(doc api.ResourceDoc) {
	r := doc.Resource
	a.line(r.Short, "  ", a.strong(words.Plain(r.Title)))
	a.line(joined(" · ", a.named("resource-type.", r.Type), a.label(r.Category), a.who(r.Owner), words.Plain(r.Place), words.Plain(r.Condition)))
	for paragraph := range strings.Lines(r.Body) {
		a.line("  ", words.Plain(strings.TrimSpace(paragraph)))
	}
	a.line(a.onHand(r))
	for _, w := range r.Available {
		a.show("resource.when", words.Args{"when": a.weekTime(w)})
	}
	for _, f := range r.Flows {
		a.show("stock.flow", words.Args{"reason": a.named("stock-reason.", f.Reason), "in": a.stated(f.In, r.Unit), "out": a.stated(f.Out, r.Unit)})
	}
	for _, l := range r.Loans {
		a.line("  ", pad(l.Short, shortWidth), "  ", a.loan(r, l))
	}
	if !r.Owner.Me && !r.Ended && r.Type != record.ResourceType_RESOURCE_TYPE_SKILL.Code() {
		a.tell("next.borrow", words.Args{"id": r.Short})
	}
}

func (a *app) loan(r api.Resource, l api.Loan) string {
	key := "loan.asked"
	switch {
	case l.Late:
		key = "loan.late"
	case l.Accepted:
		key = "loan.out"
	case l.Counts < l.Out:
		key = "loan.waits"
	}
	var due string
	if !l.BackBy.IsZero() {
		due = a.say("loan.due", words.Args{"when": a.words.When(l.BackBy, a.now())})
	}
	return joined(", ", a.say(key, words.Args{"who": a.who(l.To), "amount": a.amount(l.Out, r.Unit)}), due, words.Plain(l.Note))
}

func newResourceBorrow(a *app) *cobra.Command {
	var number, until, note string
	var numbers numberFlags
	c := &cobra.Command{
		Use: "borrow ID", Short: a.say("help.resource-borrow", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			in := api.Borrowing{Target: a.target(args[0]), Note: note}
			if number != "" {
				if in.Quantity, err = quantity("--qty", number); err != nil {
					return err
				}
			}
			if until != "" {
				if in.BackBy, err = when(until, a.now()); err != nil {
					return err
				}
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.ResourceDoc, error) {
				in.Numbers = say
				return node.Borrow(ctx, in)
			}, a.borrowed)
		},
	}
	c.Flags().StringVar(&number, "qty", "", a.say("flag.qty", nil))
	c.Flags().StringVar(&until, "until", "", a.say("flag.back-by", nil))
	c.Flags().StringVar(&note, "note", "", a.say("flag.note", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

func (a *app) borrowed(doc api.ResourceDoc) {
	for _, l := range doc.Resource.Loans {
		if l.ID == doc.Wrote {
			a.data(l.Short)
			key := "loan.said"
			if l.Counts < l.Out {
				key = "loan.said-waits"
			}
			a.tell(key, words.Args{"who": a.who(doc.Resource.Owner), "title": doc.Resource.Title, "amount": a.amount(l.Out, doc.Resource.Unit)})
		}
	}
}

func newResourceLend(a *app) *cobra.Command {
	return a.lending("lend ID LOAN", "resource-lend", "loan.lent", (*api.Client).Lend)
}

func newResourceBack(a *app) *cobra.Command {
	return a.lending("back ID LOAN", "resource-back", "loan.back", (*api.Client).GotBack)
}

// lending is a command by which a holder says something of a loan.
func (a *app) lending(use, help, done string, say func(*api.Client, context.Context, api.Lending) (api.ResourceDoc, error)) *cobra.Command {
	var number string
	c := &cobra.Command{
		Use: use, Short: a.say("help."+help, nil), Args: exactly(2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			in := api.Lending{Target: a.target(args[0]), Loan: args[1]}
			if number != "" {
				if in.Quantity, err = quantity("--qty", number); err != nil {
					return err
				}
			}
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ResourceDoc, error) { return say(node, ctx, in) },
				func(doc api.ResourceDoc) {
					a.tell(done, words.Args{"title": doc.Resource.Title, "what": a.onHand(doc.Resource)})
				})
		},
	}
	c.Flags().StringVar(&number, "qty", "", a.say("flag.qty", nil))
	return a.jsonFlag(c)
}

func newResourceStill(a *app) *cobra.Command {
	return a.resourceWord("still ID", "resource-still", (*api.Client).StillThere)
}

func newResourceEnd(a *app) *cobra.Command {
	return a.resourceWord("end ID", "resource-end", (*api.Client).Empty)
}

// resourceWord is a command by which a holder says something of a resource.
func (a *app) resourceWord(use, help string, say func(*api.Client, context.Context, api.Target) (api.ResourceDoc, error)) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: a.say("help."+help, nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.ResourceDoc, error) {
				return say(node, ctx, a.target(args[0]))
			}, func(doc api.ResourceDoc) {
				a.tell("resource.now", words.Args{"title": doc.Resource.Title, "what": a.onHand(doc.Resource)})
			})
		},
	}
	return a.jsonFlag(c)
}

// weekly reads "sabtu,minggu 08:00-12:00".
func (a *app) weekly(all []string) ([]api.Weekly, error) {
	var found []api.Weekly
	for _, text := range all {
		wrong := usage("usage.available", words.Args{"value": text})
		days, hours, ok := strings.Cut(strings.TrimSpace(text), " ")
		from, to, timed := strings.Cut(hours, "-")
		if !ok || !timed {
			return nil, wrong
		}
		w := api.Weekly{From: strings.TrimSpace(from), To: strings.TrimSpace(to)}
		for _, name := range strings.Split(days, ",") {
			day, known := weekdayNamed(name)
			if !known {
				return nil, wrong
			}
			w.Days = append(w.Days, day)
		}
		found = append(found, w)
	}
	return found, nil
}

// weekdayNamed returns the day of a name in any language, 0 for Monday.
func weekdayNamed(name string) (int, bool) {
	for d := range 7 {
		if anyLabel("weekday."+string(rune('0'+(d+1)%7)), name, sameLabel) {
			return d, true
		}
	}
	return 0, false
}

func (a *app) weekTime(w api.Weekly) string {
	var days []string
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, d := range w.Days {
		days = append(days, a.weekday(monday.AddDate(0, 0, d)))
	}
	return strings.Join(days, ", ") + " " + w.From + "–" + w.To
}
