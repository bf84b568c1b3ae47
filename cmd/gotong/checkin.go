package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
	"gotong/protocol/record"
)

// statuses are the words that people type for how somebody is, in both
// languages; the first is what messages name.
var statuses = []struct {
	names string
	code  string
}{
	{"ok aman safe", record.Wellbeing_WELLBEING_SAFE.Code()},
	{"evacuated mengungsi", record.Wellbeing_WELLBEING_SAFE_EVACUATED.Code()},
	{"help tolong", record.Wellbeing_WELLBEING_NEED_HELP.Code()},
	{"injured luka", record.Wellbeing_WELLBEING_INJURED.Code()},
	{"missing hilang", record.Wellbeing_WELLBEING_MISSING.Code()},
	{"no-answer kosong", record.Wellbeing_WELLBEING_NO_ANSWER.Code()},
}

func newCheckIn(a *app) *cobra.Command {
	var in api.CheckingIn
	var numbers numberFlags
	var people string
	c := &cobra.Command{
		Use: "checkin [ok|evacuated|help|injured|missing|no-answer]", Short: a.say("help.checkin", nil), Long: a.say("help.checkin-long", nil), Args: between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			in.Place = a.place()
			if len(args) == 0 {
				return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.Care, error) {
					return node.Care(ctx, in.Place)
				}, a.care)
			}
			var err error
			if in.Status, err = status(args[0]); err != nil {
				return err
			}
			if in.OK, in.Total, err = persons(people); err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.CheckedIn, error) {
				in.Numbers = say
				return node.CheckIn(ctx, in)
			}, a.checkedIn)
		},
	}
	c.Flags().StringVar(&in.For, "for", "", a.say("flag.for", nil))
	c.Flags().StringVar(&in.Person, "person", "", a.say("flag.person", nil))
	c.Flags().StringVar(&people, "people", "", a.say("flag.people-well", nil))
	c.Flags().StringVar(&in.Where, "at", "", a.say("flag.where", nil))
	c.Flags().StringVar(&in.Note, "note", "", a.say("flag.note", nil))
	numbers.add(a, c, false)
	return a.jsonFlag(c)
}

// status reads how somebody is.
func status(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	var names []string
	for _, s := range statuses {
		all := strings.Fields(s.names)
		if slices.Contains(all, text) || text == s.code {
			return s.code, nil
		}
		names = append(names, all[0])
	}
	if code := record.Wellbeing_WELLBEING_DECEASED.Code(); text == code || text == "meninggal" {
		return "", refusal("checkin.deceased", nil, exitRefused)
	}
	return "", usage("usage.status", words.Args{"value": text, "statuses": strings.Join(names, ", ")})
}

// persons reads "3/4": so many are well, of so many. A number alone means all.
func persons(text string) (ok, total uint32, err error) {
	if text == "" {
		return 0, 0, nil
	}
	well, of, two := strings.Cut(text, "/")
	if !two {
		of = well
	}
	if _, err := fmt.Sscanf(well+" "+of+"\n", "%d %d\n", &ok, &total); err != nil || ok > total || total == 0 || total > record.MaxPeople {
		return 0, 0, usage("usage.people", words.Args{"value": text})
	}
	return ok, total, nil
}

func (a *app) checkedIn(doc api.CheckedIn) {
	a.data(doc.Short)
	a.tell("checkin.done", words.Args{"who": a.careName(doc.CareOf), "status": a.named("wellbeing.", doc.Status)})
	if len(doc.RollCalls) > 0 {
		a.tell("checkin.answers-roll", words.Args{"reasons": words.Plain(strings.Join(doc.RollCalls, ", "))})
	}
	if doc.Answered > 0 {
		a.tell("checkin.seen-to", words.Args{"n": doc.Answered})
	}
	if code, _ := record.WellbeingOf(doc.Status); code.Need() && doc.CareOf.Household != nil && doc.CareOf.Household.Me {
		a.tell("checkin.ask-too", nil)
	}
}

// care lists how everybody is.
func (a *app) care(doc api.Care) {
	needs, silent := 0, 0
	for _, c := range doc.People {
		if len(c.Needs) > 0 {
			needs++
		} else if c.Shown == nil {
			silent++
		}
	}
	a.line(a.neighbourhood(doc.Neighbourhood), ": ", joined(", ",
		a.say("care.needs", words.Args{"n": needs}), a.say("care.silent", words.Args{"n": silent})))
	for _, c := range doc.People {
		a.line()
		a.careOf(c)
	}
}

// careOf is a household or a person in the list: how they are, who says so,
// what is needed, and who was asked to come.
func (a *app) careOf(c api.CareOf) {
	a.line(a.strong(a.careName(c)), ": ", a.wellbeing(c.Shown))
	if c.Shown != nil {
		a.line("  ", a.saidBy(*c.Shown))
	}
	for _, n := range c.Needs {
		if c.Shown == nil || n.ID != c.Shown.ID {
			a.line("  ", a.strong(a.say("care.need", words.Args{"status": a.wellbeing(&n)})), " ", a.saidBy(n))
		}
	}
	for _, r := range c.Requests {
		a.line("  ", pad(r.Short, shortWidth), "  ", words.Plain(r.Title), " (", a.who(r.Owner), ")")
	}
}

// careName names a household or a person apart.
func (a *app) careName(c api.CareOf) string {
	switch {
	case c.Household == nil:
		return words.Plain(c.Person)
	case c.Person != "":
		return a.say("care.person-of", words.Args{"person": c.Person, "who": a.houseName(*c.Household)})
	}
	return a.houseName(*c.Household)
}

// wellbeing says how somebody is, where, and how many of them.
func (a *app) wellbeing(c *api.CheckIn) string {
	if c == nil {
		return a.say("wellbeing.none", nil)
	}
	people := ""
	if c.Total > 0 {
		people = a.say("care.people", words.Args{"ok": int(c.OK), "n": int(c.Total)})
	}
	return joined(", ", a.named("wellbeing.", c.Status), people, words.Plain(c.Where))
}

// saidBy names who says so and when, with the note.
func (a *app) saidBy(c api.CheckIn) string {
	ago := a.say("care.time-unknown", nil)
	if !c.At.IsZero() {
		ago = a.words.Ago(c.At, a.now())
	}
	said := a.say("care.by-"+c.By, words.Args{"who": a.who(c.Owner), "ago": ago})
	if c.Note == "" {
		return said
	}
	return said + ": " + words.Plain(c.Note)
}
