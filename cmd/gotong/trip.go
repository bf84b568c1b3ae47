package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"syscall"

	"gotong/node/api"
	"gotong/node/sneakernet"
	"gotong/node/words"
	"gotong/protocol/bundle"
)

// schemaTrip is the schema of what carrying says at its end.
const schemaTrip = "gotong.carry/1"

// trip is what was carried here from a stick or a pipe, and there.
type trip struct {
	Schema  string       `json:"schema"`
	Stick   string       `json:"stick,omitempty"`
	Here    api.Carriage `json:"here"`
	There   brought      `json:"there"`
	Photos  freight      `json:"photos,omitzero"`
	Skipped []skipped    `json:"skipped,omitempty"`
	DryRun  bool         `json:"dry_run,omitempty"`
}

// brought is what an export wrote.
type brought struct {
	New   int   `json:"new"`
	Items int   `json:"items"`
	Bytes int64 `json:"bytes"`
}

// skipped is a file on a stick that was passed over; Why is the end of a key.
type skipped struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// visited is a stick that is at this node.
type visited struct {
	app   *app
	trip  *trip
	stick *sneakernet.Stick
}

// onStick opens the stick of a trip for do, and says what is wrong with it.
func (a *app) onStick(t *trip, do func(*visited) error) error {
	stick, err := sneakernet.Open(t.Stick)
	if err == nil {
		err = errors.Join(do(&visited{a, t, stick}), stick.Close())
	}
	switch {
	case err == nil, errors.Is(err, api.ErrNotRunning), errors.Is(err, api.ErrNotAllowed), errors.Is(err, api.ErrLost):
		return err // the node's, whatever the system said of it
	case errors.Is(err, sneakernet.ErrNothing):
		a.tell("carry.nothing", words.Args{"dir": t.Stick})
		return errAbsent
	case errors.Is(err, sneakernet.ErrFull):
		a.tell("carry.full", words.Args{"dir": t.Stick})
		return errPartial
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		a.tell("carry.read-only", words.Args{"dir": t.Stick})
		return errSpoken
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, sneakernet.ErrNotFile):
		return usage("carry.no-dir", words.Args{"dir": t.Stick})
	case gone(err):
		a.tell("carry.pulled", words.Args{"dir": t.Stick})
		return errPartial
	}
	return err
}

// empty takes in every bundle on the stick, and then the photos.
func (v *visited) empty(ctx context.Context) error {
	passed, err := v.stick.Import(func(nth, of int, size int64, r io.Reader) error {
		v.app.tell("carry.reading", words.Args{"nth": nth, "of": of})
		return v.app.takeIn(ctx, v.trip, &watched{r, func(sofar int64) {
			v.app.tell("carry.percent", words.Args{"n": int(sofar * 100 / max(size, 1))})
		}, 0})
	})
	for _, s := range passed {
		v.trip.Skipped = append(v.trip.Skipped, skipped{s.Name, why(s.Err)})
	}
	if err != nil || v.trip.DryRun {
		return err
	}
	return v.unload(ctx)
}

// why names the reason for passing a file over.
func why(err error) string {
	switch {
	case errors.Is(err, bundle.ErrNotBundle):
		return "garbage"
	case errors.Is(err, bundle.ErrVersion):
		return "version"
	case errors.Is(err, bundle.ErrDamaged):
		return "damaged"
	case errors.Is(err, sneakernet.ErrNotFile):
		return "link"
	case errors.Is(err, sneakernet.ErrTooLarge):
		return "large"
	}
	return "unreadable"
}

// fill brings the node's news onto the stick, and then photos: a stick that is
// full of photos would carry no news.
func (v *visited) fill(ctx context.Context, all bool) error {
	node, err := v.app.node()
	if err != nil {
		return err
	}
	status, err := node.Status(ctx)
	if err != nil {
		return err
	}
	if len(status.Neighbourhoods) == 0 {
		return api.ErrNoNeighbourhood
	}
	if err := v.stick.Prepare(page()); err != nil {
		return err
	}
	source, err := node.CarryOut(ctx, api.Load{Place: v.app.place(), Salt: v.stick.Salt()})
	if err != nil {
		return err
	}
	defer source.Close()
	v.app.tell("carry.writing", nil)
	sent, err := v.stick.Export(sneakernet.PlaceOf(status.Device), source, all)
	if errors.Is(err, bundle.ErrDamaged) {
		err = errors.Join(api.ErrLost, err) // it is the node's end that is missing
	}
	v.trip.There = brought(sent)
	if err != nil {
		return err
	}
	return v.load(ctx, node)
}

// watched tells how far a reading is, every few megabytes.
type watched struct {
	io.Reader
	tell  func(sofar int64)
	sofar int64
}

const tellEvery = 8 << 20

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	before := w.sofar
	w.sofar += int64(n)
	if before/tellEvery != w.sofar/tellEvery {
		w.tell(w.sofar)
	}
	return n, err
}

// leftOut says what was not taken in; errPartial where that was the fault of
// what came.
func (a *app) leftOut(t trip) error {
	for _, s := range t.Skipped {
		a.tell("carry.skipped", words.Args{"name": s.Name, "why": a.named("carry.why-", s.Why)})
	}
	h := t.Here
	for _, r := range []struct {
		n   int
		key string
	}{{h.Bad, "carry.bad"}, {h.Unknown, "carry.unknown"}, {h.Elsewhere, "carry.elsewhere"}} {
		if r.n > 0 {
			a.tell(r.key, words.Args{"n": r.n})
		}
	}
	if h.Damaged {
		a.tell("carry.damaged", nil)
	}
	if h.Damaged || h.Bad > 0 || len(t.Skipped) > 0 || t.Photos.Here.Bad > 0 {
		return errPartial
	}
	return nil
}
