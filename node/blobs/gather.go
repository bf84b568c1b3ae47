package blobs

import (
	"context"
	"errors"
	"time"

	"gotong/protocol"
)

// gatherTime bounds how long a hub takes over the photos of one device at a time.
const gatherTime = 10 * time.Minute

// Gather brings what a device lists and is not here, the small ones first: a hub
// does so ahead of time. A list that is what it was last time costs one small
// frame. What the budget pushed out does not come back.
func (b *Blobs) Gather(ctx context.Context, n protocol.NeighbourhoodID, s Source) error {
	b.gathers.Lock()
	defer b.gathers.Unlock()
	ctx, cancel := context.WithTimeout(ctx, gatherTime) // of its own, however long it stood in line
	defer cancel()
	if b.isBlamed(s.Device) {
		return nil
	}
	all, err := b.listOf(ctx, n, s)
	if protocol.VerdictOf(err) == protocol.Reject {
		b.blame(s.Device, err)
	}
	if err != nil {
		return err
	}
	if err := b.bring(ctx, n, s, all); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if all != nil {
		b.lists[told{n, s.Device}] = digest(all)
	}
	return nil
}

// maxEmpty is how many blobs a device may list that nobody has: files rot.
const maxEmpty = 8

// bring fetches what is wanted of a list. One that nobody has holds up none of
// the others; who lists many of them makes them up.
func (b *Blobs) bring(ctx context.Context, n protocol.NeighbourhoodID, s Source, all []listing) error {
	empty := 0
	for _, l := range all {
		if !b.wants(n, l.a) {
			continue
		}
		if b.laden() {
			return nil
		}
		err := b.Fetch(ctx, n, l.a, 0, nil)
		switch {
		case errors.Is(err, ErrNobody):
			empty++
		case err != nil:
			return err
		}
		if empty > maxEmpty {
			err := malformed("a list of what is not there")
			b.blame(s.Device, err)
			return err
		}
	}
	return nil
}

// listOf asks a device what it has; nil where that is the same as last time.
func (b *Blobs) listOf(ctx context.Context, n protocol.NeighbourhoodID, s Source) ([]listing, error) {
	b.mu.Lock()
	known := b.lists[told{n, s.Device}]
	b.mu.Unlock()
	w, end, err := b.dial(ctx, n, s)
	if err != nil {
		return nil, err
	}
	defer end()
	if err := w.write(hello(protocol.Tag(n, b.links.Self, s.Device)), append([]byte{kindList}, known[:]...)); err != nil {
		return nil, err
	}
	var all []listing
	for range maxLists {
		kind, body, err := w.read(maxFrame)
		switch {
		case err != nil:
			return nil, err
		case kind == kindSame, kind == kindRefused:
			return nil, nil
		case kind != kindHas:
			return nil, malformed("answer to LIST")
		}
		some, more, err := parseHas(body)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); !more {
			return all, nil
		}
	}
	return nil, malformed("a list without end")
}
