package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"gotong/node"
	"gotong/node/api"
	"gotong/node/words"
)

// The households of the demonstration.
const (
	sari = "Bu Sari"
	budi = "Pak Budi"
	ani  = "Bu Ani"
	dedi = "Pak Dedi"
)

// street is the demonstration's neighbourhood: real nodes, with stores of
// their own, linked over loopback.
type street struct {
	app    *app
	dir    string
	houses []*house
	ids    map[string]string // of requests, by the key of their title
}

type house struct {
	name string
	dir  string
	node node.Backend
	desk api.Desk
}

// moveIn starts the nodes; the first founds the neighbourhood and invites the
// others.
func (s *street) moveIn(ctx context.Context) error {
	s.ids = make(map[string]string)
	s.tell("demo.start", nil)
	for _, name := range []string{sari, budi, ani, dedi} {
		if err := s.open(ctx, name); err != nil {
			return err
		}
	}
	if _, err := s.desk(sari).Create(ctx, api.Founding{Name: "RT 03 Sukamaju", Household: sari}); err != nil {
		return err
	}
	invited, err := s.desk(sari).Invite(ctx, api.Inviting{Uses: 3})
	if err != nil {
		return err
	}
	for _, name := range []string{budi, ani, dedi} {
		if _, err := s.desk(name).Join(ctx, api.Joining{Invite: invited.Invite, Household: name}); err != nil {
			return err
		}
	}
	if err := s.wait(ctx, "demo.wait-join", s.everybodyIn); err != nil {
		return err
	}
	s.tell("demo.joined", words.Args{"who": sari, "name": invited.Neighbourhood.Name})
	return nil
}

// open starts one node, which knows the addresses of those before it.
func (s *street) open(ctx context.Context, name string) error {
	var peers []string
	for _, h := range s.houses {
		peers = append(peers, h.node.Addrs()...)
	}
	dir := filepath.Join(s.dir, fmt.Sprint(len(s.houses)+1))
	n, err := node.New(ctx, node.Config{Dir: dir, Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Peers: peers})
	if err != nil {
		return err
	}
	backend := node.Backend{Node: n, Dir: dir}
	s.houses = append(s.houses, &house{name, dir, backend, api.Desk{Backend: backend, Now: time.Now}})
	return nil
}

func (s *street) moveOut() {
	for _, h := range s.houses {
		if err := h.node.Close(); err != nil {
			s.tell("demo.close", words.Args{"who": h.name, "why": err.Error()})
		}
	}
}

func (s *street) house(name string) *house {
	for _, h := range s.houses {
		if h.name == name {
			return h
		}
	}
	return nil
}

func (s *street) desk(name string) api.Desk { return s.house(name).desk }

func (s *street) target(what string) api.Target { return api.Target{ID: s.ids[what]} }

func (s *street) say(key string, args words.Args) string { return s.app.say(key, args) }

func (s *street) tell(key string, args words.Args) { s.app.tell(key, args) }

// took says how long something took, in milliseconds.
func (s *street) took(since time.Time) string {
	return s.say("demo.ms", words.Args{"n": int(time.Since(since).Milliseconds())})
}

func (s *street) asks(ctx context.Context, who, what string, line api.DraftLine) error {
	written, err := s.desk(who).Ask(ctx, api.Draft{
		Title: s.say(what, nil), At: s.say("demo.place", nil), Urgency: "high", Lines: []api.DraftLine{line},
	})
	s.ids[what] = written.ID
	return err
}

// pledges returns the id of the pledge; without a quantity it is for all.
func (s *street) pledges(ctx context.Context, who, what string, q api.Quantity) (string, error) {
	written, err := s.desk(who).Pledge(ctx, api.Promise{Target: s.target(what), Share: api.Share{Quantity: q}})
	return written.ID, err
}

// cut parts the street in the middle.
func (s *street) cut(context.Context) error {
	s.separate(true)
	s.tell("demo.cut", words.Args{"a": sari, "b": budi, "c": ani, "d": dedi})
	return nil
}

func (s *street) separate(apart bool) {
	for _, left := range []string{sari, budi} {
		for _, right := range []string{ani, dedi} {
			l, r := s.house(left).node, s.house(right).node
			if apart {
				l.Block(r.Identity().DeviceID())
				r.Block(l.Identity().DeviceID())
			} else {
				l.Unblock(r.Identity().DeviceID())
				r.Unblock(l.Identity().DeviceID())
			}
		}
	}
}

// stay keeps the street open for whoever wants to try it, until told to stop.
func (s *street) stay(ctx context.Context) error {
	s.tell("demo.stay", nil)
	for _, h := range s.houses {
		s.tell("demo.try", words.Args{"who": h.name, "dir": h.dir})
	}
	errs := make(chan error, len(s.houses))
	for _, h := range s.houses {
		go func() { errs <- h.answer(ctx) }()
	}
	var all []error
	for range s.houses {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// answer serves a house's control socket.
func (h *house) answer(ctx context.Context) error {
	l, err := api.Listen(ctx, h.dir)
	if err != nil {
		return err
	}
	return api.Serve(ctx, l, h.desk, slog.New(slog.DiscardHandler))
}
