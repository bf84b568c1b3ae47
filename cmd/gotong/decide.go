package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"gotong/node/api"
)

// decision is a verb that changes who belongs: it is tried first, shown in
// words, agreed to and then done.
type decision struct {
	yes  bool
	call func(ctx context.Context, node *api.Client, preview bool) (api.Decided, error)
	will func(api.Decided) // tells what would come of it
	done func(api.Decided) // tells what came of it
}

// decide asks first, unless --yes says not to. In JSON the trial is the answer
// where nobody agreed.
func (a *app) decide(ctx context.Context, d decision) error {
	if !d.yes {
		err := do(ctx, a, func(ctx context.Context, node *api.Client) (api.Decided, error) {
			return d.call(ctx, node, true)
		}, d.will)
		if err != nil || a.json {
			return err
		}
		if err := a.agreed(); err != nil {
			return err
		}
	}
	return do(ctx, a, func(ctx context.Context, node *api.Client) (api.Decided, error) {
		return d.call(ctx, node, false)
	}, d.done)
}

// asks reports whether somebody is there to answer.
func (a *app) asks() bool { return !a.json && isTerminal(os.Stdin) }

// agreed asks the person; no answer is no.
func (a *app) agreed() error {
	fmt.Fprint(a.err, a.say("agree.ask", nil), " ")
	text, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil {
		fmt.Fprintln(a.err)
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "y", "ya", "yes":
		return nil
	}
	a.tell("agree.no", nil)
	return errSpoken
}
