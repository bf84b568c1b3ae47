package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

func newSuggest(a *app) *cobra.Command {
	var in api.Suggesting
	c := &cobra.Command{
		Use: "suggest", Short: a.say("help.suggest", nil), Long: a.say("help.suggest-long", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if in.All && len(in.Kinds) > 0 {
				return usage("usage.all-or-kind", nil)
			}
			for i, text := range in.Kinds {
				if in.Kinds[i], err = kind(text); err != nil {
					return err
				}
			}
			in.Place = a.place()
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Suggestions, error) {
				return node.Suggest(ctx, in)
			}, a.suggested)
		},
	}
	c.Flags().BoolVar(&in.All, "all", false, a.say("flag.suggest-all", nil))
	c.Flags().StringArrayVar(&in.Kinds, "kind", nil, a.say("flag.suggest-kind", nil))
	return a.jsonFlag(c)
}

func (a *app) suggested(doc api.Suggestions) {
	if len(doc.Suggestions) == 0 {
		a.noSuggestion(doc)
		return
	}
	name := words.Args{"name": a.neighbourhood(doc.Neighbourhood), "n": len(doc.Suggestions)}
	if doc.All {
		a.show("suggest.all", name)
	} else {
		a.show("suggest.yours", name)
	}
	for _, s := range doc.Suggestions {
		a.line()
		a.suggestion(s, doc.All)
	}
	a.tell("suggest.nothing-written", nil)
	if !doc.All {
		a.tell("suggest.next", words.Args{"command": a.pledgeCommand(doc.Suggestions[0])})
	}
}

// noSuggestion says why there is none.
func (a *app) noSuggestion(doc api.Suggestions) {
	switch {
	case doc.All:
		a.tell("suggest.none-all", nil)
	case doc.Full:
		a.tell("suggest.full", words.Args{"n": doc.Helping})
	case doc.Offers > 0:
		a.tell("suggest.none-offers", nil)
	default:
		a.tell("suggest.none", nil)
	}
}

// suggestion is who could help whom with what, and why.
func (a *app) suggestion(s api.Suggestion, all bool) {
	r := s.Request
	a.line(pad(r.Short, shortWidth), "  ", a.strong(words.Plain(a.marked(r.Title, r.Exercise))), " · ",
		joined(" · ", a.named("urgency.", r.Urgency), a.who(r.Owner), words.Plain(r.Place)))
	amount := joined(" ", a.amount(s.Quantity, s.Unit), a.label(s.Category), words.Plain(s.What))
	if all {
		a.line("      ", a.say("suggest.they", words.Args{"who": a.who(s.Helper), "amount": amount, "owner": a.who(r.Owner)}))
	} else {
		a.line("      ", a.say("suggest.you", words.Args{"amount": amount}))
	}
	a.line("      ", a.because(s, all))
}

// because is the reason in one sentence: the code, then its numbers.
func (a *app) because(s api.Suggestion, all bool) string {
	why := a.say("suggest.why-"+s.Code, words.Args{"percent": int(s.Reason.Covered / 10)})
	var frail, far string
	if s.Reason.Vulnerable > 0 {
		frail = a.say("suggest.frail", words.Args{"n": int(s.Reason.Vulnerable)})
	}
	if s.Reason.Metres != nil {
		far = a.distance(*s.Reason.Metres)
	}
	asked := a.say("suggest.asked", words.Args{"ago": a.words.Ago(s.Request.Created, a.now())})
	return joined(", ", why, frail, far, asked, a.has(s, all)) + "."
}

func (a *app) distance(metres int64) string {
	if metres < 1000 {
		return a.say("suggest.metres", words.Args{"n": int(metres)})
	}
	return a.say("suggest.kilometres", words.Args{"n": words.Thousandths(metres / 100 * 100)})
}

// has says what the helper has on offer.
func (a *app) has(s api.Suggestion, all bool) string {
	if s.Offer == nil {
		return ""
	}
	args := words.Args{"amount": joined(" ", a.amount(s.Offer.Has, s.Offer.Unit), a.label(s.Offer.Category)), "who": a.who(s.Helper)}
	substitute := ""
	if s.Offer.Substitute {
		substitute = a.say("suggest.substitute", nil)
	}
	if all {
		return joined(", ", a.say("suggest.they-have", args), substitute)
	}
	return joined(", ", a.say("suggest.you-have", args), substitute)
}

// pledgeCommand is what to type to agree.
func (a *app) pledgeCommand(s api.Suggestion) string {
	text := a.command() + " pledge " + s.Request.Short
	if s.Unit != record.Unit_UNIT_NONE.Code() {
		text += " --qty " + s.Quantity.String()
	}
	if s.Request.Lines > 1 {
		text += fmt.Sprint(" --line ", s.Line)
	}
	return text
}
