package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node"
	"gotong/protocol"
	"gotong/protocol/record"
)

// latency: from typing a request to its being on the other node's board,
// synced on both.
func latency(ctx context.Context) error {
	const asks = 200
	return nodes(ctx, 2, func(all []*node.Neighbourhood) error {
		seen, end := all[1].Watch()
		defer end()
		var took []time.Duration
		for i := range asks {
			begun := time.Now()
			id, err := ask(ctx, all[0], fmt.Sprint("request ", i))
			if err != nil {
				return err
			}
			if err := await(ctx, seen, id); err != nil {
				return err
			}
			took = append(took, time.Since(begun))
			time.Sleep(250 * time.Millisecond) // a household's pace; a burst goes by exchange
		}
		fmt.Printf("ask -> visible on another node, %d asks, sync on: p50 %v, p95 %v\n",
			asks, percentile(took, 50).Round(10*time.Microsecond), percentile(took, 95).Round(10*time.Microsecond))
		return nil
	})
}

// await waits until a record shows among the changes.
func await(ctx context.Context, seen <-chan node.Happening, id protocol.RecordID) error {
	for {
		select {
		case what := <-seen:
			for _, c := range what.Changes {
				if c.ID == id {
					return nil
				}
			}
		case <-time.After(10 * time.Second):
			return fmt.Errorf("record %v did not arrive", id)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writes: durable writes a second on one node, by one and by many writers.
func writes(ctx context.Context) error {
	for _, writers := range []int{1, 8, 64} {
		err := nodes(ctx, 1, func(all []*node.Neighbourhood) error { return rewrite(ctx, all[0], writers, 5*time.Second) })
		if err != nil {
			return err
		}
	}
	return nil
}

// rewrite lets each writer edit a record of its own again and again.
func rewrite(ctx context.Context, h *node.Neighbourhood, writers int, length time.Duration) error {
	var done atomic.Int64
	var wait sync.WaitGroup
	errs := make(chan error, writers)
	begun := time.Now()
	for w := range writers {
		id, err := ask(ctx, h, fmt.Sprint("writer ", w))
		if err != nil {
			return err
		}
		wait.Go(func() {
			for i := 0; time.Since(begun) < length; i++ {
				err := h.Edit(ctx, id, func(m proto.Message) error {
					m.(*record.Request).Title = fmt.Sprint("edit ", i)
					return nil
				})
				if err != nil {
					errs <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	close(errs)
	fmt.Printf("durable writes, %2d writers: %.0f a second\n", writers, float64(done.Load())/time.Since(begun).Seconds())
	return <-errs
}
