// Figures prints what the README and the notes say of a node's speed and size,
// measured here and now: go run ./scripts/figures [latency writes rekey start size].
// Nodes listen on loopback only and sync every write to the disk.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"gotong/node"
	"gotong/protocol"
	"gotong/protocol/record"
)

func main() {
	all := []struct {
		name    string
		measure func(context.Context) error
	}{{"latency", latency}, {"writes", writes}, {"rekey", rekey}, {"start", start}, {"size", size}}
	for _, f := range all {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], f.name) {
			continue
		}
		if err := f.measure(context.Background()); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", f.name, err)
			os.Exit(1)
		}
	}
}

// nodes runs do with n nodes of one neighbourhood, all linked to the first.
func nodes(ctx context.Context, n int, do func([]*node.Neighbourhood) error) error {
	dir, err := os.MkdirTemp("", "figures-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	first, err := open(ctx, dir, 0)
	if err != nil {
		return err
	}
	defer first.Close()
	id, err := first.Create(ctx, "RT 03", "house 0")
	if err != nil {
		return err
	}
	h, _ := first.Neighbourhood(id)
	all := []*node.Neighbourhood{h}
	for i := 1; i < n; i++ {
		next, err := open(ctx, dir, i, first.Addrs()...)
		if err != nil {
			return err
		}
		defer next.Close()
		h, err := join(ctx, first, next, id, i)
		if err != nil {
			return err
		}
		all = append(all, h)
	}
	return do(all)
}

func open(ctx context.Context, dir string, i int, peers ...string) (*node.Node, error) {
	return node.New(ctx, node.Config{Dir: fmt.Sprintf("%s/%d", dir, i), Listen: []string{"/ip4/127.0.0.1/tcp/0"}, Peers: peers})
}

// join brings a node in and waits until it is a member.
func join(ctx context.Context, first, next *node.Node, id protocol.NeighbourhoodID, i int) (*node.Neighbourhood, error) {
	invite, err := first.Invite(ctx, id, 1)
	if err != nil {
		return nil, err
	}
	if _, err := next.Join(ctx, invite, fmt.Sprint("house ", i)); err != nil {
		return nil, err
	}
	h, _ := next.Neighbourhood(id)
	for {
		if _, err := ask(ctx, h, "hello"); err == nil {
			return h, nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func ask(ctx context.Context, h *node.Neighbourhood, title string) (protocol.RecordID, error) {
	line := &record.Line{Line: 1, Category: "water.drinking", Quantity: 4000, Unit: record.Unit_UNIT_L}
	return h.Write(ctx, &record.Request{
		Title: title, Body: "Four of us on the second floor, the stairs are under water.", Place: "near the mosque",
		Urgency: record.Urgency_URGENCY_HIGH, Lines: []*record.Line{line},
	}, nil)
}

// percentile returns the p-th percentile of some durations.
func percentile(all []time.Duration, p int) time.Duration {
	slices.Sort(all)
	return all[min(len(all)-1, len(all)*p/100)]
}
