// Package words holds every word that a person reads, in Indonesian and
// English: catalogs with flat keys, and the ways to write numbers and times.
//
// It is spoken as neighbours speak: "Saya butuh bantuan", not "Buat
// permintaan". A further language is one more file with the same keys.
package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed id.json en.json
var files embed.FS

// languages are those there is a catalog of; the first serves where none fits.
var languages = []language.Tag{language.Indonesian, language.English}

// Tongue speaks one language.
type Tongue struct {
	tag      language.Tag
	messages map[string]phrase
	printer  *message.Printer
}

// phrase is a message by its CLDR plural category; one that does not depend on
// a number has only "other".
type phrase map[string]string

// UnmarshalJSON reads a text, or an object of texts by category.
func (p *phrase) UnmarshalJSON(text []byte) error {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		*p = phrase{"other": plain}
		return nil
	}
	return json.Unmarshal(text, (*map[string]string)(p))
}

// In returns the tongue that fits the wishes best, each a language tag or a
// locale like "id_ID.UTF-8"; Indonesian where none fits.
func In(wishes ...string) *Tongue {
	var tags []language.Tag
	for _, w := range wishes {
		locale, _, _ := strings.Cut(w, ".")
		if tag, err := language.Parse(locale); err == nil {
			tags = append(tags, tag)
		}
	}
	_, i, confidence := language.NewMatcher(languages).Match(tags...)
	if confidence == language.No {
		i = 0
	}
	return tongues()[i]
}

// All returns a tongue of each language.
func All() []*Tongue { return slices.Clone(tongues()) }

// tongues is made once: the catalogs take a few milliseconds to read.
var tongues = sync.OnceValue(func() []*Tongue {
	var all []*Tongue
	for _, tag := range languages {
		all = append(all, tongueOf(tag))
	}
	return all
})

func tongueOf(tag language.Tag) *Tongue {
	t := &Tongue{tag: tag, printer: message.NewPrinter(tag)}
	text, err := files.ReadFile(tag.String() + ".json")
	if err == nil {
		err = json.Unmarshal(text, &t.messages)
	}
	if err != nil {
		panic("words: " + err.Error()) // the catalogs are part of the program
	}
	return t
}

// Keys returns every key of the catalogs, in order.
func Keys() []string {
	return slices.Sorted(maps.Keys(tongues()[0].messages))
}

// Lang returns the language's code, "id" or "en".
func (t *Tongue) Lang() string { return t.tag.String() }

// Args fill the {places} of a message. Numbers are int or [Thousandths]; the
// one named n chooses the plural.
type Args map[string]any

// Thousandths is a number with up to three decimals, exact.
type Thousandths int64

// Has reports whether there is a message under key.
func (t *Tongue) Has(key string) bool { _, ok := t.messages[key]; return ok }

// Say returns the message under key, the key itself where there is none.
func (t *Tongue) Say(key string, args Args) string {
	p, ok := t.messages[key]
	if !ok {
		return key
	}
	text, ok := p[t.category(args["n"])]
	if !ok {
		text = p["other"]
	}
	if !strings.Contains(text, "{") {
		return text
	}
	var pairs []string
	for name, value := range args {
		pairs = append(pairs, "{"+name+"}", t.write(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Forms returns every form of the message under key.
func (t *Tongue) Forms(key string) []string {
	var all []string
	for _, text := range t.messages[key] {
		all = append(all, text)
	}
	return all
}

// write returns a value as it stands in a sentence. What neighbours wrote comes
// through here: it can neither break the line nor drive the terminal.
func (t *Tongue) write(value any) string {
	switch v := value.(type) {
	case int:
		return t.printer.Sprint(number.Decimal(v))
	case Thousandths:
		return t.printer.Sprint(number.Decimal(float64(v)/1000, number.MaxFractionDigits(3)))
	case string:
		return Plain(v)
	}
	return Plain(fmt.Sprint(value))
}

// Plain returns text on one line, without what steers a terminal or turns the
// direction of writing.
func Plain(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\r', c == '\t', c == '\u2028', c == '\u2029':
			return ' '
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, text)
}

var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// category returns the CLDR plural category of a number in this language.
func (t *Tongue) category(n any) string {
	switch n := n.(type) {
	case int:
		return categories[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)]
	case Thousandths:
		whole, part := int(n/1000), int(n%1000)
		if part == 0 {
			return categories[plural.Cardinal.MatchPlural(t.tag, whole, 0, 0, 0, 0)]
		}
		return categories[plural.Cardinal.MatchPlural(t.tag, whole, 3, 3, part, part)]
	}
	return "other"
}
