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
	"gotong/protocol/blob"
)

// freight is what became of the photos on a trip, those that came and went.
type freight struct {
	Here  moved `json:"here"`
	There moved `json:"there"`
}

// moved counts photos and documents.
type moved struct {
	Photos int   `json:"photos"`
	Small  int   `json:"small"`   // thumbnails
	Bytes  int64 `json:"bytes"`   // of both
	NoRoom int   `json:"no_room"` // for them where they were to go
	Bad    int   `json:"bad"`     // damaged, or not what their name says
}

func (m *moved) count(p api.Parcel) {
	if m.Bytes += p.Bytes; p.Small {
		m.Small++
		return
	}
	m.Photos++
}

// unload takes in the photos on the stick that records show and that are not
// here, the small ones first. It comes after the bundles, which say which those
// are.
func (v *visited) unload(ctx context.Context) error {
	node, err := v.app.node()
	if err != nil {
		return err
	}
	cargo, err := node.Cargo(ctx, api.Place{})
	if errors.Is(err, api.ErrNoNeighbourhood) {
		return nil
	}
	if err != nil {
		return err
	}
	u := unloader{visited: v, node: node, moved: &v.trip.Photos.Here}
	for _, p := range cargo.Sealed {
		if p.Here {
			continue
		}
		if err := u.take(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// unloader takes photos from a stick.
type unloader struct {
	*visited
	*moved
	node    *api.Client
	refused int64 // bytes of the smallest for which there is no room here; 0: none
}

func (u *unloader) take(ctx context.Context, p api.Parcel) error {
	a, err := blob.ParseAddress(p.Address)
	if err != nil {
		return err
	}
	file, err := u.stick.OpenBlob(a, p.Bytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case gone(err):
		return err
	case err != nil:
		u.Bad++
		return nil
	}
	defer file.Close()
	if u.refused > 0 && p.Bytes >= u.refused {
		u.NoRoom++
		return nil
	}
	return u.hand(ctx, p, file)
}

// hand gives the node one, which judges it.
func (u *unloader) hand(ctx context.Context, p api.Parcel, r io.Reader) error {
	err := u.node.TakeSealed(ctx, p, io.LimitReader(r, p.Bytes))
	switch {
	case errors.Is(err, api.ErrPhotoUntrue):
		u.Bad++
		return nil
	case errors.Is(err, api.ErrFull):
		u.NoRoom++
		u.refused = p.Bytes
		return nil
	case err != nil:
		return err
	}
	if u.crosses(p) {
		u.app.tell("carry.photos-taking", words.Args{"n": u.Photos + u.Small + 1})
	}
	u.count(p)
	return nil
}

// crosses reports whether it is time to say how far a long copy is: every few
// megabytes.
func (m *moved) crosses(p api.Parcel) bool { return m.Bytes/tellEvery != (m.Bytes+p.Bytes)/tellEvery }

// gone reports whether the stick was pulled out.
func gone(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENODEV) || errors.Is(err, syscall.ENXIO)
}

// load puts photos onto the stick that it has not yet, as far as there is room:
// small ones first, then what is needed most.
func (v *visited) load(ctx context.Context, node *api.Client) error {
	cargo, err := node.Cargo(ctx, v.app.place())
	if err != nil {
		return err
	}
	var todo []api.Parcel
	for _, p := range cargo.Sealed {
		if a, err := blob.ParseAddress(p.Address); err == nil && p.Here && !v.stick.HasBlob(a, p.Bytes) {
			todo = append(todo, p)
		}
	}
	m := &v.trip.Photos.There
	for i, p := range todo {
		if m.crosses(p) {
			v.app.tell("carry.photos-putting", words.Args{"n": i + 1, "of": len(todo)})
		}
		if err := v.put(ctx, node, m, p); err != nil {
			return err
		}
	}
	return v.stick.FlushBlobs()
}

// put puts one onto the stick. One that has rotted here, or whose place is
// taken, is passed over; a node that has ended is noticed with the next.
func (v *visited) put(ctx context.Context, node *api.Client, m *moved, p api.Parcel) error {
	a, err := blob.ParseAddress(p.Address)
	if err == nil {
		err = v.stick.PutBlob(a, p.Bytes, func(w io.Writer) error { return node.SendSealed(ctx, p, w) })
	}
	switch {
	case err == nil:
		m.count(p)
	case errors.Is(err, sneakernet.ErrFull):
		m.NoRoom++
	case errors.Is(err, api.ErrPhotoElsewhere), errors.Is(err, sneakernet.ErrNotFile), errors.Is(err, sneakernet.ErrAltered),
		errors.Is(err, api.ErrLost) && ctx.Err() == nil:
		m.Bad++
	default:
		return err
	}
	return nil
}

// tellPhotos says how many photos came and went.
func (a *app) tellPhotos(t trip) {
	here, there := t.Photos.Here, t.Photos.There
	for _, c := range []struct {
		n   int
		key string
	}{
		{here.Photos, "carry.photos-here"}, {here.Small, "carry.small-here"}, {here.NoRoom, "carry.no-room-here"}, {here.Bad, "carry.bad-here"},
		{there.Photos, "carry.photos-there"}, {there.Small, "carry.small-there"}, {there.NoRoom, "carry.no-room-there"}, {there.Bad, "carry.bad-there"},
	} {
		if c.n > 0 {
			a.tell(c.key, words.Args{"n": c.n, "dir": t.Stick})
		}
	}
}
