package main

import (
	"context"
	"errors"
	"time"

	"gotong/node/api"
)

// notYet: what the demonstration waited for did not happen in time.
type notYet struct{ key string } // of the catalogs

func (e *notYet) Error() string { return "gotong: demo: " + e.key }

// look is how often the demonstration looks whether something has happened.
const look = 5 * time.Millisecond

// wait looks until it holds.
func (s *street) wait(ctx context.Context, key string, holds func(context.Context) (bool, error)) error {
	for {
		ok, err := holds(ctx)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return &notYet{key}
		case err != nil || ok:
			return err
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return &notYet{key}
		}
	}
}

// one waits until a house's board shows it, all until every house's does.
func (s *street) one(ctx context.Context, who, key string, shows func(api.List) bool) error {
	return s.wait(ctx, key, func(ctx context.Context) (bool, error) {
		doc, err := s.desk(who).List(ctx, api.Query{Show: api.ShowAll})
		return shows(doc), err
	})
}

func (s *street) all(ctx context.Context, key string, shows func(api.List) bool) error {
	for _, h := range s.houses {
		if err := s.one(ctx, h.name, key, shows); err != nil {
			return err
		}
	}
	return nil
}

// item looks for a request by the key of its title.
func (s *street) item(doc api.List, what string) (api.Item, bool) {
	for _, i := range doc.Items {
		if i.ID == s.ids[what] {
			return i, true
		}
	}
	return api.Item{}, false
}

func (s *street) has(what string) func(api.List) bool {
	return func(doc api.List) bool { _, ok := s.item(doc, what); return ok }
}

func (s *street) pledged(what string) func(api.List) bool {
	return func(doc api.List) bool { i, ok := s.item(doc, what); return ok && len(i.Pledges) > 0 }
}

func (s *street) met(what string) func(api.List) bool {
	return func(doc api.List) bool { i, ok := s.item(doc, what); return ok && i.State == api.StateMet }
}

// everybodyIn: each house is a member and sees all households by name.
func (s *street) everybodyIn(ctx context.Context) (bool, error) {
	for _, h := range s.houses {
		report, err := h.desk.Status(ctx)
		if err != nil {
			return false, err
		}
		for _, n := range report.Neighbourhoods {
			if !n.Member || n.Records["household"] != len(s.houses) {
				return false, nil
			}
		}
	}
	return true, nil
}

func (s *street) hash(ctx context.Context, who string) (string, error) {
	report, err := s.desk(who).Status(ctx)
	if err != nil || len(report.Neighbourhoods) == 0 {
		return "", err
	}
	return report.Neighbourhoods[0].Hash, nil
}

// equal waits until every board has the same hash.
func (s *street) equal(ctx context.Context) error {
	return s.wait(ctx, "demo.wait-heal", func(ctx context.Context) (bool, error) {
		want, err := s.hash(ctx, sari)
		if err != nil {
			return false, err
		}
		for _, h := range s.houses {
			got, err := s.hash(ctx, h.name)
			if err != nil || got != want {
				return false, err
			}
		}
		return true, nil
	})
}

// differ makes sure that the halves know different things.
func (s *street) differ(ctx context.Context) error {
	left, err := s.hash(ctx, sari)
	if err != nil {
		return err
	}
	right, err := s.hash(ctx, ani)
	if err != nil {
		return err
	}
	if left == right {
		return &notYet{"demo.wait-apart"}
	}
	return nil
}
