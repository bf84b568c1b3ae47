package api

import (
	"strings"
	"unicode/utf8"

	"gotong/protocol"
	"gotong/protocol/numbers"
)

// Numbers says what becomes of telephone and identity numbers in what the whole
// neighbourhood reads.
type Numbers string

// What can become of them.
const (
	NumbersRefused Numbers = ""     // the draft is refused: NumbersFound
	NumbersMoved   Numbers = "move" // into the contact, which accepted helpers read
	NumbersOpen    Numbers = "open" // nothing: on purpose
)

// NumberFound is one of them.
type NumberFound struct {
	Field string `json:"field"`
	Kind  string `json:"kind"` // "phone" or "identity"
	Text  string `json:"text"` // as it was written
}

// NumbersFound: all would read a number, and nobody said whether they may.
type NumbersFound struct {
	Numbers []NumberFound
	Movable bool // NumbersMoved can be said
}

func (e *NumbersFound) Error() string { return "api: numbers in what all read" }

// text is something a person wrote for all to read.
type text struct {
	field string
	is    *string
}

// numberMask stands where a number was; it is of no language.
const numberMask = "[…]"

var numberKinds = map[numbers.Kind]string{numbers.Phone: "phone", numbers.Identity: "identity"}

// found lists the numbers in some texts.
func found(texts []text) []NumberFound {
	var all []NumberFound
	for _, t := range texts {
		for _, n := range numbers.Find(*t.is) {
			all = append(all, NumberFound{t.field, numberKinds[n.Kind], (*t.is)[n.Start:n.End]})
		}
	}
	return all
}

// clear does with the numbers in some texts what was said, and returns those it
// took out, each once.
func clear(say Numbers, movable bool, texts ...text) ([]string, error) {
	all := found(texts)
	if len(all) == 0 || say == NumbersOpen {
		return nil, nil
	}
	if say != NumbersMoved || !movable {
		return nil, &NumbersFound{all, movable}
	}
	var moved []string
	for _, t := range texts {
		rest, taken := numbers.Take(*t.is, numberMask)
		*t.is = rest
		moved = append(moved, taken...)
	}
	return once(moved), nil
}

// once drops what was there before.
func once(all []string) []string {
	seen := make(map[string]bool)
	var kept []string
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	return kept
}

// texts are what all read of a draft.
func (d *Draft) texts() []text {
	all := []text{{"title", &d.Title}, {"body", &d.Body}, {"place", &d.At}}
	for i := range d.Lines {
		all = append(all, text{"item", &d.Lines[i].What})
	}
	return all
}

// Found returns the numbers in what all would read of a draft.
func (d Draft) Found() []NumberFound { return found(d.texts()) }

// cleared returns the draft without the numbers that are not for all, and how
// many it moved to the contact.
func (d Draft) cleared() (Draft, int, error) {
	d.Lines = append([]DraftLine(nil), d.Lines...)
	moved, err := clear(d.Numbers, true, d.texts()...)
	if err != nil {
		return d, 0, err
	}
	d.Contact = join(d.Contact, moved)
	return d.headed(), len(moved), nil
}

// join adds numbers to a contact, where it does not have them.
func join(contact string, moved []string) string {
	all := []string{}
	if contact = strings.TrimSpace(contact); contact != "" {
		all = append(all, contact)
	}
	for _, number := range moved {
		if !strings.Contains(contact, number) {
			all = append(all, number)
		}
	}
	return strings.Join(all, "; ")
}

// headed cuts a title that is too long at a space and keeps the whole of it as
// the body, where there is no other.
func (d Draft) headed() Draft {
	whole := strings.TrimSpace(d.Title)
	if utf8.RuneCountInString(whole) <= protocol.MaxTitle || d.Body != "" {
		return d
	}
	start := string([]rune(whole)[:protocol.MaxTitle-1])
	if space := strings.LastIndex(start, " "); space > 0 {
		start = start[:space]
	}
	d.Title, d.Body = start+"…", whole
	return d
}
