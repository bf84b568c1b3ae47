package api

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/record"
)

// Edit changes an own request or offer. Each field that changes is set anew and
// no other, so that what another device of the household changes stays.
func (d Desk) Edit(ctx context.Context, e Editing) (Written, error) {
	if err := d.editable(e); err != nil {
		return Written{}, err
	}
	s, err := d.writing(ctx, e.In)
	if err != nil {
		return Written{}, err
	}
	item, err := d.itemAt(ctx, s, e.ID)
	if err != nil {
		return Written{}, err
	}
	if item.Owner != s.me {
		return Written{}, ErrNotYours
	}
	moved, err := clear(e.Numbers, true, e.texts()...)
	if err != nil {
		return Written{}, err
	}
	if err := d.Backend.Edit(ctx, s.id, item.ID, e.change); err != nil {
		return Written{}, err
	}
	if err := d.add(ctx, s, item.Record, moved); err != nil {
		return Written{}, err
	}
	doc, err := d.written(ctx, s, item.ID, nil)
	doc.Moved = len(moved)
	return doc, err
}

// editable says what is wrong with an edit whatever it is of.
func (d Desk) editable(e Editing) error {
	if !e.Until.IsZero() && e.Until.Before(d.Now()) {
		return &record.Invalid{Field: "until", Why: "past"}
	}
	if e.For != nil {
		return e.For.check()
	}
	return nil
}

// texts returns what all will read.
func (e Editing) texts() []text {
	var all []text
	for _, t := range []text{{"title", e.Title}, {"body", e.Body}, {"at", e.At}} {
		if t.is != nil {
			all = append(all, t)
		}
	}
	for i := range e.More {
		all = append(all, text{"what", &e.More[i].What})
	}
	return all
}

func (e Editing) change(content proto.Message) error {
	switch m := content.(type) {
	case *record.Request:
		return e.request(m)
	case *record.Offer:
		return e.offer(m)
	}
	return ErrNotFound
}

func (e Editing) request(m *record.Request) (err error) {
	e.words(&m.Title, &m.Body, &m.Place)
	if e.Urgency != "" {
		if m.Urgency, err = urgencyOf(e.Urgency); err != nil {
			return err
		}
	}
	if e.For != nil {
		e.For.set(m)
	}
	later(&m.NeededBy, e.Until)
	m.Lines, err = e.lines(m.Lines)
	return err
}

func (e Editing) offer(m *record.Offer) (err error) {
	if e.Urgency != "" || e.For != nil {
		return &record.Invalid{Field: "urgency", Why: "of-an-offer"}
	}
	e.words(&m.Title, &m.Body, &m.Place)
	later(&m.AvailableTo, e.Until)
	m.Lines, err = e.lines(m.Lines)
	return err
}

func (e Editing) words(title, body, place *string) {
	for _, w := range []struct{ stands, said *string }{{title, e.Title}, {body, e.Body}, {place, e.At}} {
		if w.said != nil {
			*w.stands = strings.TrimSpace(*w.said)
		}
	}
}

func later(stands *int64, said time.Time) {
	if !said.IsZero() {
		*stands = millis(said)
	}
}

// lines returns the lines as edited. The number of a line is never given to
// another.
func (e Editing) lines(stand []*record.Line) ([]*record.Line, error) {
	for _, edit := range e.Lines {
		if err := edit.apply(stand); err != nil {
			return nil, err
		}
	}
	last := uint32(0)
	for _, l := range stand {
		last = max(last, l.Line)
	}
	for _, draft := range e.More {
		line, _, err := lineFrom(draft)
		if err != nil {
			return nil, err
		}
		last++
		line.Line, stand = last, append(stand, line)
	}
	return stand, nil
}

func (e LineEdit) apply(lines []*record.Line) error {
	if e.Line == 0 && len(lines) != 1 {
		return ErrWhichLine
	}
	for _, l := range lines {
		if e.Line == 0 || l.Line == e.Line {
			return e.of(l)
		}
	}
	return &record.Invalid{Field: "line", Why: "unknown"}
}

// of changes one line. A category that is said alone brings its usual unit,
// where nothing was counted before.
func (e LineEdit) of(l *record.Line) error {
	if e.Quantity != nil {
		l.Quantity = int64(*e.Quantity)
	}
	if e.Category != "" {
		category, ok := record.CategoryOf(e.Category)
		if !ok {
			return &record.Invalid{Field: "category", Why: "unknown"}
		}
		l.Category = category.Code
		if e.Quantity != nil && l.Unit == record.Unit_UNIT_NONE {
			l.Unit = category.Unit
		}
	}
	if e.Unit != "" {
		unit, ok := record.UnitOf(e.Unit)
		if !ok {
			return &record.Invalid{Field: "unit", Why: "unknown"}
		}
		l.Unit = unit
	}
	return nil
}

// maxPeople is for how many people one request can be: a whole kelurahan.
const maxPeople = 100_000

// check finds counts that cannot be.
func (g Group) check() error {
	for _, n := range []uint32{g.People, g.Infants, g.Children, g.Elderly, g.Disabled, g.Pregnant} {
		if n > maxPeople || g.People > 0 && n > g.People {
			return &record.Invalid{Field: "people", Why: "out-of-range"}
		}
	}
	return nil
}

func (g Group) set(m *record.Request) {
	m.People, m.Infants, m.Children = g.People, g.Infants, g.Children
	m.Elderly, m.Disabled, m.Pregnant = g.Elderly, g.Disabled, g.Pregnant
}

func groupOf(m *record.Request) Group {
	return Group{m.People, m.Infants, m.Children, m.Elderly, m.Disabled, m.Pregnant}
}
