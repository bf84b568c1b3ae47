package main

import (
	"gotong/node/api"
	"gotong/node/words"
)

// reach says in a few words how far an own record has got, and no more than is
// known: that it is saved is true, whoever has it besides.
func (a *app) reach(r *api.Reach) string {
	switch {
	case r == nil:
		return ""
	case *r == api.Reach{}:
		return a.say("reach.here", nil)
	}
	return a.say("reach.at", words.Args{"where": a.holders(*r)})
}

// holders names who has said that they store something. A hub is named as one:
// it passes on what it cannot read.
func (a *app) holders(r api.Reach) string {
	var phrases []string
	for _, h := range []struct {
		key string
		n   int
	}{{"reach.nodes", r.Nodes}, {"reach.hubs", r.Hubs}, {"reach.own", r.Own}} {
		if h.n > 0 {
			phrases = append(phrases, a.say(h.key, words.Args{"n": h.n}))
		}
	}
	return joined(", ", phrases...)
}

// arrivedAt says below an own item where it is stored.
func (a *app) arrivedAt(i api.Item) {
	if i.Reach == nil {
		return
	}
	a.line()
	if *i.Reach == (api.Reach{}) {
		a.show("show.saved-here", nil)
		return
	}
	a.show("show.reached", words.Args{"where": a.holders(*i.Reach)})
}

// seenBy says whose houses have opened it.
func (a *app) seenBy(i api.Item) {
	if len(i.Seen) == 0 {
		return
	}
	var names []string
	for _, h := range i.Seen {
		names = append(names, a.who(h))
	}
	a.show("show.seen", words.Args{"who": joined(", ", names...)})
}

// seen says the same in a list.
func (a *app) seen(i api.Item) string {
	if len(i.Seen) == 0 {
		return ""
	}
	return a.say("list.seen", words.Args{"n": len(i.Seen)})
}
