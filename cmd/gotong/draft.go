package main

import (
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
)

// draftFlags are what ask and offer let a person say besides the text.
type draftFlags struct {
	kind, quantity, unit, pack, until, at, body string
	also                                        []string
	min                                         string
	substitute, drill                           bool
	contact                                     contactFlags
	numbers                                     numberFlags
	photos                                      photoFlags
}

func (f *draftFlags) add(a *app, c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.kind, "kind", "", a.say("flag.kind", nil))
	flags.StringVar(&f.quantity, "qty", "", a.say("flag.qty", nil))
	flags.StringVar(&f.unit, "unit", "", a.say("flag.unit", nil))
	flags.StringVar(&f.pack, "pack", "", a.say("flag.pack", nil))
	flags.StringVar(&f.min, "min", "", a.say("flag.min", nil))
	flags.BoolVar(&f.substitute, "substitute", false, a.say("flag.substitute", nil))
	flags.BoolVar(&f.drill, "drill", false, a.say("flag.drill", nil))
	flags.StringArrayVar(&f.also, "also", nil, a.say("flag.also", nil))
	flags.StringVar(&f.until, "until", "", a.say("flag.until", nil))
	flags.StringVar(&f.at, "at", "", a.say("flag.at", nil))
	flags.StringVar(&f.body, "body", "", a.say("flag.body", nil))
	f.contact.add(a, c)
	f.numbers.add(a, c, true)
	f.photos.add(a, c)
}

// draft makes a draft of the text and the flags.
func (f *draftFlags) draft(a *app, text string) (api.Draft, error) {
	d := api.Draft{Place: a.place(), At: f.at, Title: strings.TrimSpace(text), Body: f.body,
		Contact: f.contact.contact, PlaceExact: f.contact.place, Stewards: f.contact.stewards,
		Exercise: f.drill}
	line, err := f.line()
	if err != nil {
		return d, err
	}
	a.guess(&line, text)
	more, err := lines(f.also)
	if err != nil {
		return d, err
	}
	d.Lines = append([]api.DraftLine{line}, more...)
	if f.until != "" {
		d.Until, err = when(f.until, a.now())
	}
	return d, err
}

// drafted tells that a request or an offer was saved, and what became of its
// contact.
func (a *app) drafted(key string, doc api.Written) {
	a.written(key, doc)
	a.hint(doc)
	a.moved(doc.Moved)
	a.alike(doc.Item, doc.Alike)
	if doc.Contact != nil {
		a.tell("contact.kept", nil)
	}
}

func (f *draftFlags) line() (line api.DraftLine, err error) {
	line.Substitute = f.substitute
	if f.min != "" {
		if line.MinUseful, err = quantity("--min", f.min); err != nil {
			return line, err
		}
	}
	if f.kind != "" {
		if line.Category, err = kind(f.kind); err != nil {
			return line, err
		}
	}
	if f.unit != "" {
		if line.Unit, err = unit(f.unit); err != nil {
			return line, err
		}
	}
	if f.pack != "" {
		if line.Pack, err = quantity("--pack", f.pack); err != nil {
			return line, err
		}
	}
	if f.quantity != "" {
		line.Quantity, err = quantity("--qty", f.quantity)
	}
	return line, err
}
