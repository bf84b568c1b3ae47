package api

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/record"
)

// SchemaTotals is the schema of [Totals].
const SchemaTotals = "gotong.totals/1"

// Totals are what months came to: that asked for, as this node counts it now,
// and those that stewards published, the latest first.
type Totals struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Now           Month         `json:"now"`
	Published     []Month       `json:"published"`
}

// Month is what was asked for in a month, and what arrived of it.
type Month struct {
	Month      string     `json:"month"` // as in "2026-11"
	Requests   int        `json:"requests"`
	Met        int        `json:"met"`
	Households int        `json:"households"` // that asked
	Helpers    int        `json:"helpers"`    // that brought something
	Totals     []Total    `json:"totals"`
	By         *Household `json:"by,omitempty"` // the steward that published it
}

// Total is the part of one category in one unit.
type Total struct {
	Category   string   `json:"category"`
	Unit       string   `json:"unit"`
	Lines      int      `json:"lines"`
	Met        int      `json:"met"`
	Households int      `json:"households"`
	Needed     Quantity `json:"needed"`
	Received   Quantity `json:"received"`
}

// Counting says which month; empty means the one that is.
type Counting struct {
	Place
	Month string `json:"month,omitempty"` // as in "2026-11"
}

// monthForm is how a month is written.
const monthForm = "2006-01"

// Totals counts a month and shows what was published.
func (d Desk) Totals(ctx context.Context, c Counting) (Totals, error) {
	from, err := d.month(c.Month)
	if err != nil {
		return Totals{}, err
	}
	s, err := d.known(ctx, c.In)
	if err != nil {
		return Totals{}, err
	}
	doc := Totals{Schema: SchemaTotals, Neighbourhood: s.document(), Published: []Month{}}
	err = d.look(ctx, s, func(v sight) error {
		doc.Now = monthOf(v.count(from))
		for _, r := range v.Months() {
			m := monthOf(r.Content.(*record.Month))
			by := v.household(r.Owner)
			m.By = &by
			doc.Published = append(doc.Published, m)
		}
		return nil
	})
	return doc, err
}

// Publish writes down what a month came to, for the time when its requests are
// gone. Only a steward's counts; publishing again corrects.
func (d Desk) Publish(ctx context.Context, c Counting) (Totals, error) {
	from, err := d.month(c.Month)
	if err != nil {
		return Totals{}, err
	}
	s, err := d.stewarding(ctx, c.In)
	if err != nil {
		return Totals{}, err
	}
	var m *record.Month
	var stands stands
	err = d.look(ctx, s, func(v sight) error {
		m = v.count(from)
		stands.origin = "month:" + from.Format(monthForm)
		stands.id, stands.begun = v.Origin(s.me, stands.origin)
		return nil
	})
	if err != nil {
		return Totals{}, err
	}
	_, err = d.put(ctx, s, stands, m, func(content proto.Message) error {
		proto.Reset(content)
		proto.Merge(content, m)
		return nil
	})
	if err != nil {
		return Totals{}, err
	}
	return d.Totals(ctx, c)
}

// month reads which month is meant; one that has not come is refused.
func (d Desk) month(text string) (time.Time, error) {
	now := d.Now().UTC()
	if text == "" {
		text = now.Format(monthForm)
	}
	from, err := time.Parse(monthForm, text)
	if err != nil || from.Year() < 2025 || from.After(now) {
		return time.Time{}, &record.Invalid{Field: "month", Why: "out-of-range"}
	}
	return from, nil
}

func (s sight) count(from time.Time) *record.Month {
	m := s.View.Totals(from.UnixMilli(), from.AddDate(0, 1, 0).UnixMilli())
	m.Year, m.Month = uint32(from.Year()), uint32(from.Month())
	return m
}

func monthOf(m *record.Month) Month {
	doc := Month{Month: fmt.Sprintf("%04d-%02d", m.Year, m.Month), Requests: int(m.Requests), Met: int(m.Met),
		Households: int(m.Households), Helpers: int(m.Helpers), Totals: []Total{}}
	for _, t := range m.Totals {
		doc.Totals = append(doc.Totals, Total{t.Category, t.Unit.Code(), int(t.Lines), int(t.Met), int(t.Households),
			Quantity(t.Needed), Quantity(t.Received)})
	}
	return doc
}
