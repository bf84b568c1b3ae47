package node

import (
	"cmp"
	"context"
	"io"
	"slices"

	"gotong/node/api"
	"gotong/node/blobs"
	"gotong/protocol"
	"gotong/protocol/blob"
	"gotong/protocol/record"
)

// cargo is a photo or a thumbnail that a stick may carry, and what it is shown
// by: how urgent, and when it was written.
type cargo struct {
	api.Sealed
	urgency record.Urgency
	written int64
}

// Cargo implements [api.Gallery].
func (b Backend) Cargo(ctx context.Context, in []protocol.NeighbourhoodID) ([]api.Sealed, error) {
	if b.parts.Photos == nil {
		return nil, nil
	}
	var all []cargo
	for _, n := range in {
		h, err := b.hood(n)
		if err != nil {
			return nil, err
		}
		if err := h.do(ctx, func() { all = append(all, h.cargo()...) }); err != nil {
			return nil, inWordsOfAPI(err)
		}
	}
	slices.SortStableFunc(all, byNeed)
	var some []api.Sealed
	for _, c := range all {
		held := b.parts.Photos.Held(c.In, c.Address)
		if c.Here = held.Whole; held.Whole || c.Small || b.parts.Photos.Lacks(c.In, c.Address) {
			some = append(some, c.Sealed)
		}
	}
	return some, nil
}

// byNeed puts thumbnails first, then what is shown by urgent requests, then the
// newest.
func byNeed(a, b cargo) int {
	switch {
	case a.Small && !b.Small:
		return -1
	case b.Small && !a.Small:
		return 1
	}
	return cmp.Or(cmp.Compare(b.urgency, a.urgency), cmp.Compare(b.written, a.written))
}

// cargo returns the blobs that records of the neighbourhood show, each once.
func (h *Neighbourhood) cargo() []cargo {
	var all []cargo
	seen := make(map[said]bool)
	for _, d := range h.roster.Load().Devices() {
		for _, f := range h.board.Facts(d.ID) {
			content, err := record.Content(f.Part.Kind, f.Part.Fields)
			if err != nil {
				continue // of a newer version, or nonsense: it shows nothing here
			}
			c := cargo{written: f.Part.Fields.Last().Millis()}
			if r, ok := content.(*record.Request); ok {
				c.urgency = r.Urgency
			}
			for _, p := range record.PhotosOf(content) {
				all = append(all, h.loads(c, p, seen)...)
			}
		}
	}
	return all
}

// said is what a record says of a blob: who says wrongly how long another's is
// hides nothing.
type said struct {
	address blob.Address
	size    int64
}

// loads returns what of a photo was not seen yet.
func (h *Neighbourhood) loads(as cargo, p *record.BlobRef, seen map[said]bool) (some []cargo) {
	whole, small, ok := sheets(p)
	if !ok {
		return nil
	}
	for _, s := range []sheet{small, whole} {
		what := said{s.address, s.size}
		if s.size == 0 || seen[what] {
			continue
		}
		seen[what] = true
		as.Sealed = api.Sealed{In: h.id, Address: s.address, Content: s.size, Bytes: blobs.FileSize(s.size), Small: s == small}
		some = append(some, as)
	}
	return some
}

// SendSealed implements [api.Gallery].
func (b Backend) SendSealed(n protocol.NeighbourhoodID, a blob.Address, w io.Writer) error {
	if b.parts.Photos == nil {
		return api.ErrPhotoElsewhere
	}
	return photoError(b.parts.Photos.Send(n, a, w))
}

// TakeSealed implements [api.Gallery].
func (b Backend) TakeSealed(of api.Sealed, r io.Reader) error {
	if b.parts.Photos == nil {
		return api.ErrReadOnly
	}
	return photoError(b.parts.Photos.Receive(of.In, of.Address, of.Content, r))
}
