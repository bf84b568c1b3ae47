package record

import (
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

// Invalid says which field of a draft breaks which rule. Why is a stable code
// for the catalogs: "missing", "too-long", "too-many", "out-of-range",
// "repeated".
type Invalid struct {
	Field string
	Why   string
}

func (e *Invalid) Error() string { return fmt.Sprintf("record: %s: %s", e.Field, e.Why) }

// MaxQuantity bounds quantities, in thousandths: a billion units, so that no
// sum over a full neighbourhood overflows.
const MaxQuantity = 1_000_000_000_000

// Check judges content the same when it is written and when it is folded, so
// that nothing accepted here can be refused elsewhere (SPEC.md, Bodies).
// Unknown enum values and categories pass: they may be newer than this node.
func Check(m proto.Message) error {
	switch m := m.(type) {
	case *Neighbourhood:
		return first(need("name", m.Name), short("name", m.Name, protocol.MaxTitle))
	case *Household:
		return first(need("name", m.Name), short("name", m.Name, protocol.MaxTitle),
			atMost("languages", len(m.Languages), 16))
	case *Request:
		return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle),
			short("body", m.Body, protocol.MaxText), short("place", m.Place, protocol.MaxNote), lines(m.Lines))
	case *Offer:
		return first(need("title", m.Title), short("title", m.Title, protocol.MaxTitle),
			short("body", m.Body, protocol.MaxText), short("place", m.Place, protocol.MaxNote), lines(m.Lines))
	case *Pledge:
		return first(refers("target", m.Target), amounts(m.Amounts), short("note", m.Note, protocol.MaxNote))
	case *Acceptance:
		return first(refers("request", m.Request), refers("pledge", m.Pledge), amounts(m.Amounts))
	case *Receipt:
		return first(refers("request", m.Request), amounts(m.Amounts), short("note", m.Note, protocol.MaxNote))
	case *Comment:
		return first(refers("target", m.Target), need("text", m.Text), short("text", m.Text, protocol.MaxText))
	}
	return ErrUnknownKind
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func need(field, text string) error {
	if text == "" {
		return &Invalid{field, "missing"}
	}
	return nil
}

func short(field, text string, limit int) error {
	if utf8.RuneCountInString(text) > limit {
		return &Invalid{field, "too-long"}
	}
	return nil
}

func atMost(field string, n, limit int) error {
	if n > limit {
		return &Invalid{field, "too-many"}
	}
	return nil
}

func refers(field string, b *Birth) error {
	if _, ok := b.Place(); !ok {
		return &Invalid{field, "missing"}
	}
	return nil
}

func lines(ls []*Line) error {
	if len(ls) == 0 {
		return &Invalid{"lines", "missing"}
	}
	seen := make(map[uint32]bool)
	for _, l := range ls {
		if l.Line == 0 || seen[l.Line] {
			return &Invalid{"lines", "repeated"}
		}
		seen[l.Line] = true
		if l.Category == "" {
			return &Invalid{"category", "missing"}
		}
		err := first(short("category", l.Category, protocol.MaxTitle), short("item", l.Item, protocol.MaxNote),
			inRange(l.Quantity), inRange(l.MinUseful), inRange(l.UnitsPerPack))
		if err != nil {
			return err
		}
	}
	return atMost("lines", len(ls), protocol.MaxLines)
}

func amounts(as []*Amount) error {
	if len(as) == 0 {
		return &Invalid{"amounts", "missing"}
	}
	seen := make(map[uint32]bool)
	for _, a := range as {
		if a.Line == 0 || seen[a.Line] {
			return &Invalid{"amounts", "repeated"}
		}
		seen[a.Line] = true
		if err := inRange(a.Quantity); err != nil {
			return err
		}
	}
	return atMost("amounts", len(as), protocol.MaxLines)
}

func inRange(quantity int64) error {
	if quantity < 0 || quantity > MaxQuantity {
		return &Invalid{"quantity", "out-of-range"}
	}
	return nil
}
