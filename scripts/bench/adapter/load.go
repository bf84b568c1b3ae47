package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/node"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// entry is one record of the bench: v is kept as the exact bytes it came in.
type entry struct{ k, v string }

// content is how a bench's record becomes one of Gotong's: a request of which
// v is the text and k the origin. A request asks for something, so it has a line.
func (e entry) content() (*record.Request, *record.Common) {
	line := &record.Line{Line: 1, Category: "other", Quantity: 1000, Unit: record.Unit_UNIT_NONE}
	return &record.Request{Title: "bench", Body: e.v, Lines: []*record.Line{line}}, &record.Common{Origin: e.k}
}

// load writes the records of a file, in batches whose writes are made at once.
// Parsing is not timed.
func (b *bench) load(c command) (answer, error) {
	all, err := read(c.Path)
	if err != nil {
		return nil, err
	}
	if err := b.recall(); err != nil {
		return nil, err
	}
	begun, n := time.Now(), len(all)
	for size := max(1, c.Batch); len(all) > 0; {
		batch := all[:min(size, len(all))]
		if err := b.write(batch); err != nil {
			return nil, err
		}
		all = all[len(batch):]
	}
	return answer{"n": n, "secs": time.Since(begun).Seconds()}, nil
}

func read(path string) ([]entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []entry
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e struct {
			K string
			V json.RawMessage
		}
		if err := json.Unmarshal(bytes.TrimSpace(lines.Bytes()), &e); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, entry{e.K, string(e.V)})
	}
	return all, nil
}

// recall learns which records this household has written before.
func (b *bench) recall() error {
	return b.hood.Look(context.Background(), func(v board.View) {
		b.known = make(map[string]protocol.RecordID)
		for _, i := range v.Items(record.Kind_KIND_REQUEST) {
			if i.Owner == b.me {
				b.known[i.Common.Origin] = i.ID
			}
		}
	})
}

// write writes records at once, each by a writer of its own. Those for which
// this device has no slot left go to the writers' devices, if they may.
func (b *bench) write(batch []entry) error {
	if b.spare != nil {
		return b.writeElsewhere(batch)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var left []entry
	var failed error
	ids := make(map[string]protocol.RecordID)
	for _, e := range batch {
		all.Go(func() {
			id, err := b.writeOne(e)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, node.ErrNoSlots) && b.first:
				left = append(left, e)
			case err != nil:
				failed = err
			default:
				ids[e.k] = id
			}
		})
	}
	all.Wait()
	maps.Copy(b.known, ids)
	if failed != nil || len(left) == 0 {
		return failed
	}
	var err error
	if b.spare, err = b.newSpare(); err != nil {
		return err
	}
	return b.writeElsewhere(left)
}

func (b *bench) writeOne(e entry) (protocol.RecordID, error) {
	ctx := context.Background()
	content, common := e.content()
	if id, done := b.known[e.k]; done {
		return id, b.hood.Edit(ctx, id, func(m proto.Message) error { m.(*record.Request).Body = e.v; return nil })
	}
	return b.hood.Write(ctx, content, common)
}
