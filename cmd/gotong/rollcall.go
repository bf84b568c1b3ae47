package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newRollCall(a *app) *cobra.Command {
	var call api.Calling
	var numbers numberFlags
	var until, end string
	c := &cobra.Command{
		Use: "rollcall [REASON]", Short: a.say("help.rollcall", nil), Aliases: []string{"apel"}, Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case end != "":
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.RollCall, error) {
					return node.EndRollCall(ctx, a.target(end))
				}, func(doc api.RollCall) { a.tell("rollcall.ended", words.Args{"reason": doc.Reason}) })
			case len(args) == 0:
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.RollCalls, error) {
					return node.RollCalls(ctx, a.place())
				}, a.rollCalls)
			}
			closes, err := when(until, a.now())
			if err != nil {
				return err
			}
			call.Place, call.Reason, call.Closes = a.place(), args[0], closes
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.RollCall, error) {
				call.Numbers = say
				return node.CallRoll(ctx, call)
			}, a.rollCalled)
		},
	}
	c.Flags().StringVar(&until, "until", "2h", a.say("flag.closes", nil))
	c.Flags().BoolVar(&call.Exercise, "drill", false, a.say("flag.drill", nil))
	c.Flags().StringVar(&call.Area, "area", "", a.say("flag.call-area", nil))
	c.Flags().StringVar(&end, "end", "", a.say("flag.end", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

func (a *app) rollCalled(doc api.RollCall) {
	a.data(doc.Short)
	a.tell("rollcall.done", words.Args{"n": doc.Called, "when": a.words.When(doc.Closes, a.now()), "reason": doc.Reason})
}

func (a *app) rollCalls(doc api.RollCalls) {
	if len(doc.RollCalls) == 0 {
		a.tell("rollcall.none", nil)
	}
	for i, c := range doc.RollCalls {
		if i > 0 {
			a.line()
		}
		a.rollCall(c)
	}
}

// rollCall shows a roll call, who has not answered first: of whom nobody has
// known anything for longest at the top.
func (a *app) rollCall(c api.RollCall) {
	drill := ""
	if c.Exercise {
		drill = a.say("rollcall.drill", nil)
	}
	state := a.say("rollcall.over", nil)
	if !c.Over {
		state = a.say("rollcall.until", words.Args{"when": a.words.When(c.Closes, a.now())})
	}
	a.line(c.Short, "  ", a.strong(words.Plain(c.Reason)), "  ", joined(", ", drill, words.Plain(c.Area), state))
	a.show("rollcall.count", words.Args{"n": len(c.Answered), "called": c.Called})
	for _, u := range c.Unanswered {
		last := a.say("rollcall.never", nil)
		if !u.Last.IsZero() {
			last = a.say("rollcall.last", words.Args{"ago": a.words.Ago(u.Last, a.now())})
		}
		a.line("  ", a.careName(u), ": ", a.say("wellbeing.none", nil), ", ", last)
	}
	for _, u := range c.Answered {
		a.line("  ", a.careName(u), ": ", a.wellbeing(u.Shown))
	}
}
