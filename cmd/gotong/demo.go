package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newDemo(a *app) *cobra.Command {
	var exit bool
	c := &cobra.Command{
		Use: "demo", Short: a.say("help.demo", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), exit) },
	}
	c.Flags().BoolVar(&exit, "exit", false, a.say("flag.exit", nil))
	return c
}

// demoTime bounds the whole demonstration.
const demoTime = time.Minute

// demo plays a day of four households, in one process and on loopback. Their
// data lies in a temporary directory that goes with them.
func (a *app) demo(ctx context.Context, exit bool) error {
	dir, err := os.MkdirTemp("", "gotong-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &street{app: a, dir: dir}
	defer s.moveOut()
	playing, cancel := context.WithTimeout(ctx, demoTime)
	defer cancel()
	if err := s.play(playing); err != nil {
		return errors.Join(a.demoFailed(err), err)
	}
	if exit {
		return nil
	}
	return s.stay(ctx)
}

// demoFailed tells a person what did not happen.
func (a *app) demoFailed(err error) error {
	var late *notYet
	if !errors.As(err, &late) {
		return nil
	}
	a.tell("demo.late", words.Args{"what": a.say(late.key, nil)})
	return errSpoken
}

// play is the story: a request spreads and is met, the street is cut in two,
// both halves go on, and the cut heals.
func (s *street) play(ctx context.Context) error {
	for _, act := range []func(context.Context) error{
		s.moveIn, s.ask, s.help, s.cut, s.writeApart, s.heal, s.compare,
	} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ask: Bu Sari needs water, and everybody has it at once.
func (s *street) ask(ctx context.Context) error {
	s.tell("demo.ask", words.Args{"who": sari, "what": s.say("demo.water", nil)})
	asked := time.Now()
	if err := s.asks(ctx, sari, "demo.water", api.DraftLine{Category: "water.drinking", Quantity: api.Whole(76)}); err != nil {
		return err
	}
	if err := s.all(ctx, "demo.wait-ask", s.has("demo.water")); err != nil {
		return err
	}
	s.tell("demo.spread", words.Args{"n": len(s.houses) - 1, "time": s.took(asked)})
	return nil
}

// help: Pak Budi pledges, Bu Sari accepts, the water arrives.
func (s *street) help(ctx context.Context) error {
	pledge, err := s.pledges(ctx, budi, "demo.water", 0)
	if err != nil {
		return err
	}
	if err := s.one(ctx, sari, "demo.wait-pledge", s.pledged("demo.water")); err != nil {
		return err
	}
	s.tell("demo.pledged", words.Args{"who": budi, "what": s.say("demo.water", nil)})
	if _, err := s.desk(sari).Accept(ctx, api.Yes{Target: s.target("demo.water"), Pledge: pledge}); err != nil {
		return err
	}
	s.tell("demo.accepted", words.Args{"who": sari, "helper": budi})
	if _, err := s.desk(sari).Arrived(ctx, api.Arrival{Target: api.Target{ID: pledge}}); err != nil {
		return err
	}
	if err := s.all(ctx, "demo.wait-arrived", s.met("demo.water")); err != nil {
		return err
	}
	s.tell("demo.arrived", words.Args{"who": sari})
	return nil
}

// writeApart: each half asks and helps where it can.
func (s *street) writeApart(ctx context.Context) error {
	for _, half := range []struct {
		asks, helps, what string
		line              api.DraftLine
	}{
		{sari, budi, "demo.rice", api.DraftLine{Category: "food.rice", Quantity: api.Whole(15)}},
		{ani, dedi, "demo.blankets", api.DraftLine{Category: "shelter.bedding", Quantity: api.Whole(6)}},
	} {
		if err := s.asks(ctx, half.asks, half.what, half.line); err != nil {
			return err
		}
		if err := s.one(ctx, half.helps, "demo.wait-ask", s.has(half.what)); err != nil {
			return err
		}
		if _, err := s.pledges(ctx, half.helps, half.what, api.Whole(5)); err != nil {
			return err
		}
		if err := s.one(ctx, half.asks, "demo.wait-pledge", s.pledged(half.what)); err != nil {
			return err
		}
		s.tell("demo.apart", words.Args{"who": half.asks, "what": s.say(half.what, nil), "helper": half.helps})
	}
	return s.differ(ctx)
}

// heal: the halves meet again, and every board is the same.
func (s *street) heal(ctx context.Context) error {
	s.tell("demo.heal", nil)
	since := time.Now()
	s.separate(false)
	for _, what := range []string{"demo.rice", "demo.blankets"} {
		if err := s.all(ctx, "demo.wait-heal", s.pledged(what)); err != nil {
			return err
		}
	}
	if err := s.equal(ctx); err != nil {
		return err
	}
	s.tell("demo.healed", words.Args{"time": s.took(since)})
	return nil
}

// compare shows the board that all have, and proves that all have it: equal
// hashes, and each named record on each board.
func (s *street) compare(ctx context.Context) error {
	if err := s.equal(ctx); err != nil {
		return err
	}
	for _, shows := range []func(api.List) bool{s.met("demo.water"), s.pledged("demo.rice"), s.pledged("demo.blankets")} {
		if err := s.all(ctx, "demo.wait-heal", shows); err != nil {
			return err
		}
	}
	hash, err := s.hash(ctx, sari)
	if err != nil {
		return err
	}
	s.tell("demo.equal", words.Args{"n": len(s.houses), "hash": hash[:16]})
	doc, err := s.desk(ani).List(ctx, api.Query{Show: api.ShowAll})
	if err != nil {
		return err
	}
	s.app.line()
	s.app.listed(doc)
	return nil
}
