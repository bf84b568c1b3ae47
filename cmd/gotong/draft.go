package main

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/protocol"
)

// draftFlags are what ask and offer let a person say besides the text.
type draftFlags struct{ kind, quantity, unit, until, at, body string }

func (f *draftFlags) add(a *app, c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.kind, "kind", "", a.say("flag.kind", nil))
	flags.StringVar(&f.quantity, "qty", "", a.say("flag.qty", nil))
	flags.StringVar(&f.unit, "unit", "", a.say("flag.unit", nil))
	flags.StringVar(&f.until, "until", "", a.say("flag.until", nil))
	flags.StringVar(&f.at, "at", "", a.say("flag.at", nil))
	flags.StringVar(&f.body, "body", "", a.say("flag.body", nil))
}

// draft makes a draft of the text and the flags.
func (f *draftFlags) draft(a *app, text string) (api.Draft, error) {
	d := api.Draft{Place: a.place(), At: f.at}
	d.Title, d.Body = headed(strings.TrimSpace(text), f.body)
	line, err := f.line()
	if err != nil {
		return d, err
	}
	d.Lines = []api.DraftLine{line}
	if f.until != "" {
		d.Until, err = when(f.until, a.now())
	}
	return d, err
}

func (f *draftFlags) line() (line api.DraftLine, err error) {
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
	if f.quantity != "" {
		line.Quantity, err = quantity("--qty", f.quantity)
	}
	return line, err
}

// headed cuts a text that is too long for a title at a space and keeps the
// whole of it as the body, where there is no other.
func headed(text, body string) (title, whole string) {
	if utf8.RuneCountInString(text) <= protocol.MaxTitle || body != "" {
		return text, body
	}
	start := string([]rune(text)[:protocol.MaxTitle-1])
	if space := strings.LastIndex(start, " "); space > 0 {
		start = start[:space]
	}
	return start + "…", text
}
