package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gotong/node/api"
	"gotong/node/words"
)

func newPeers(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "peers", Short: a.say("help.peers", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return do(c.Context(), a, func(ctx context.Context, node *api.Client) (api.PeerList, error) {
				return node.Peers(ctx)
			}, a.peers)
		},
	}
	return a.jsonFlag(c)
}

func (a *app) peers(doc api.PeerList) {
	if len(doc.Peers) == 0 {
		a.tell("peers.none", nil)
	}
	for _, p := range doc.Peers {
		a.line(a.strong(a.peerName(p)), ": ", joined(", ", a.contact(p), a.exchanged(p)))
		a.line("  ", p.Device[:8], "  ", words.Plain(strings.Join(p.Addrs, "  ")))
	}
}

// peerName is the household behind a node, where one is known.
func (a *app) peerName(p api.PeerSeen) string {
	for _, h := range p.Households {
		if h.Name != "" {
			return words.Plain(h.Name)
		}
	}
	return a.say("peers.unnamed", nil)
}

func (a *app) contact(p api.PeerSeen) string {
	switch {
	case p.Hub != "":
		return a.say("peers.through-hub", nil)
	case p.Connected:
		return a.say("peers.connected", nil)
	case p.Seen.IsZero():
		return a.say("peers.never", nil)
	}
	return a.say("peers.seen", words.Args{"ago": a.words.Ago(p.Seen, a.now())})
}

func (a *app) exchanged(p api.PeerSeen) string {
	if p.LastExchange.IsZero() {
		return ""
	}
	return a.say("peers.exchanged", words.Args{"ago": a.words.Ago(p.LastExchange, a.now())})
}
