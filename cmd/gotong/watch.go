package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gotong/node/api"
)

func newWatch(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "watch", Short: a.say("help.watch", nil), Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error { return a.watch(c.Context()) },
	}
	return a.jsonFlag(c) // it speaks nothing else; the flag is there as everywhere
}

// watch writes one line of JSON per change until it is told to stop.
func (a *app) watch(ctx context.Context) error {
	node, err := a.node()
	if err != nil {
		return err
	}
	follow, err := node.Watch(ctx)
	if err != nil {
		return err
	}
	a.tell("watch.started", nil)
	err = follow(func(c api.Change) error { return a.document(c) })
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
