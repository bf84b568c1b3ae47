package main

import (
	"context"

	"github.com/spf13/cobra"

	"gotong/node/api"
)

// editFlags say what changes; what is not said stays.
type editFlags struct {
	title, body, at, urgent, until, kind, unit, quantity string
	line                                                 uint32
	also                                                 []string
	group                                                groupFlags
}

func newEdit(a *app) *cobra.Command {
	var f editFlags
	var numbers numberFlags
	c := &cobra.Command{
		Use: "edit ID", Short: a.say("help.edit", nil), Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := f.editing(a, c, args[0])
			if err != nil {
				return err
			}
			return guarded(c.Context(), a, numbers, func(ctx context.Context, node *api.Client, say api.Numbers) (api.Written, error) {
				e.Numbers = say
				return node.Edit(ctx, e)
			}, func(doc api.Written) {
				a.written("edit.done", doc)
				a.moved(doc.Moved)
				a.line(a.summary(doc.Item))
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.title, "title", "", a.say("flag.title", nil))
	flags.StringVar(&f.body, "body", "", a.say("flag.body", nil))
	flags.StringVar(&f.at, "at", "", a.say("flag.at", nil))
	flags.StringVar(&f.urgent, "urgency", "", a.say("flag.urgency", nil))
	flags.StringVar(&f.until, "until", "", a.say("flag.until", nil))
	flags.StringVar(&f.kind, "kind", "", a.say("flag.kind", nil))
	flags.StringVar(&f.quantity, "qty", "", a.say("flag.edit-qty", nil))
	flags.StringVar(&f.unit, "unit", "", a.say("flag.unit", nil))
	flags.Uint32Var(&f.line, "line", 0, a.say("flag.line", nil))
	flags.StringArrayVar(&f.also, "also", nil, a.say("flag.also", nil))
	f.group.add(a, c)
	numbers.add(a, c, true)
	return a.jsonFlag(c)
}

// editing reads the flags that were given.
func (f *editFlags) editing(a *app, c *cobra.Command, id string) (e api.Editing, err error) {
	e = api.Editing{Target: a.target(id), For: f.group.said()}
	for name, at := range map[string]**string{"title": &e.Title, "body": &e.Body, "at": &e.At} {
		if flag := c.Flags().Lookup(name); flag.Changed {
			said := flag.Value.String()
			*at = &said
		}
	}
	if f.urgent != "" {
		if e.Urgency, err = urgency(f.urgent); err != nil {
			return e, err
		}
	}
	if f.until != "" {
		if e.Until, err = when(f.until, a.now()); err != nil {
			return e, err
		}
	}
	if e.More, err = lines(f.also); err != nil {
		return e, err
	}
	if e.Lines, err = f.lines(); err != nil {
		return e, err
	}
	if len(e.Lines)+len(e.More) == 0 && e.For == nil && !anyChanged(c) {
		return e, usage("usage.edit-nothing", nil)
	}
	return e, nil
}

// anyChanged reports whether a flag says what to change.
func anyChanged(c *cobra.Command) bool {
	for _, name := range []string{"title", "body", "at", "urgency", "until"} {
		if c.Flags().Changed(name) {
			return true
		}
	}
	return false
}

// lines returns the one line that the flags change, if any.
func (f *editFlags) lines() ([]api.LineEdit, error) {
	if f.kind == "" && f.unit == "" && f.quantity == "" {
		return nil, nil
	}
	edit := api.LineEdit{Line: f.line}
	var err error
	if f.kind != "" {
		if edit.Category, err = kind(f.kind); err != nil {
			return nil, err
		}
	}
	if f.unit != "" {
		if edit.Unit, err = unit(f.unit); err != nil {
			return nil, err
		}
	}
	if f.quantity != "" {
		q, err := quantityOrNone("--qty", f.quantity)
		if err != nil {
			return nil, err
		}
		edit.Quantity = &q
	}
	return []api.LineEdit{edit}, nil
}

// quantityOrNone also reads 0, which takes a line back.
func quantityOrNone(flag, text string) (api.Quantity, error) {
	if text == "0" {
		return 0, nil
	}
	return quantity(flag, text)
}
