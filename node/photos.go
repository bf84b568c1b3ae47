package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/node/api"
	"gotong/node/blobs"
	"gotong/node/mesh"
	"gotong/node/photo"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/blob"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// photosDir is where photos and documents lie, in the node's directory.
const photosDir = "blobs"

// How many bytes of others' photos and documents are kept at most: of a household
// what some hundred photos take, of a hub what its neighbourhoods may want of
// it. Neither takes more than a quarter of what the disk has to spare.
const (
	photoBudget    = 256 << 20
	photoBudgetHub = 4 << 30
)

// openPhotos opens the photos of a directory, which give way to records where
// the disk gets full.
func openPhotos(cfg Config, disk store.Store) (*blobs.Store, error) {
	budget := int64(photoBudget)
	if cfg.Hub {
		budget = photoBudgetHub
	}
	room := func() bool {
		usage, err := disk.Usage()
		return err == nil && usage.Room == store.Ample
	}
	free := func() int64 {
		usage, err := disk.Usage()
		if err != nil {
			return 0
		}
		return usage.Free
	}
	return blobs.Open(filepath.Join(cfg.Dir, photosDir), blobs.Options{Budget: budget, Free: free, Room: room, Now: cfg.Now})
}

// leavePhotos removes the photos of a neighbourhood that was left.
func (n *Node) leavePhotos(id protocol.NeighbourhoodID) error {
	if n.parts.Photos == nil {
		return nil
	}
	return n.parts.Photos.Leave(id)
}

// showPhotos serves photos to devices of the rosters.
func (w *wire) showPhotos() {
	n := w.node
	w.gatherer.init()
	w.blobs = blobs.New(n.parts.Photos, blobs.Links{
		Self: n.parts.Identity.DeviceID(), Hoods: n.Neighbourhoods, Serves: n.serves, Sources: w.sources, Log: n.parts.Log,
	})
	w.mesh.Host().SetStreamHandler(protocol.BlobProtocol, w.servePhotos)
}

// serves reports whether a neighbourhood's roster has a device.
func (n *Node) serves(in protocol.NeighbourhoodID, d protocol.DeviceID) bool {
	h, ok := n.Neighbourhood(in)
	return ok && !n.blocks.has(d) && h.Roster().Serve(d)
}

// servePhotos answers a stream on which a peer asks for photos.
func (w *wire) servePhotos(s network.Stream) {
	d, err := mesh.DeviceOf(s.Conn().RemotePeer())
	if err != nil {
		_ = s.Reset() // no device: nothing to say to it
		return
	}
	if err := w.blobs.Serve(d, s); err != nil {
		w.node.parts.Log.Debug("photos served", "err", err)
	}
}

// sources returns the connected devices of a neighbourhood.
func (w *wire) sources(in protocol.NeighbourhoodID) []blobs.Source {
	var all []blobs.Source
	for _, p := range w.mesh.Peers() {
		if w.node.serves(in, p.Device) {
			all = append(all, w.source(p.Device, p.ID))
		}
	}
	return all
}

func (w *wire) source(d protocol.DeviceID, p peer.ID) blobs.Source {
	return blobs.Source{Device: d, Open: func(ctx context.Context) (blobs.Stream, error) {
		return w.mesh.Host().NewStream(network.WithNoDial(ctx, "photos"), p, protocol.BlobProtocol)
	}}
}

// painting has one picture painted at a time: each may take a quarter of a small
// machine's memory.
var painting = make(chan struct{}, 1)

// Attach implements [api.Gallery].
func (b Backend) Attach(ctx context.Context, n protocol.NeighbourhoodID, name string, r io.Reader) (*record.BlobRef, error) {
	if _, err := b.hood(n); err != nil {
		return nil, err
	}
	if b.parts.Photos == nil {
		return nil, api.ErrReadOnly
	}
	select {
	case painting <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-painting }()
	clean, err := photo.Take(r, name)
	if err != nil {
		return nil, photoError(err)
	}
	ref, err := b.put(n, clean)
	clean = photo.Clean{}
	debug.FreeOSMemory() // the picture is gone, and this machine may be small
	return ref, photoError(err)
}

// put keeps what was taken under a key of its own, and its thumbnail.
func (b Backend) put(n protocol.NeighbourhoodID, clean photo.Clean) (*record.BlobRef, error) {
	var key blob.Key
	if err := randomBytes(key[:]); err != nil {
		return nil, err
	}
	ref := &record.BlobRef{
		Key: key[:], Size: uint32(len(clean.Content)), Mime: clean.Mime, Name: clean.Name,
		Width: uint32(clean.Width), Height: uint32(clean.Height), ThumbnailSize: uint32(len(clean.Thumbnail)),
	}
	if len(clean.Thumbnail) > 0 {
		small, err := b.parts.Photos.Put(n, key.Thumbnail(), clean.Thumbnail)
		if err != nil {
			return nil, err
		}
		ref.Thumbnail = small[:]
	}
	whole, err := b.parts.Photos.Put(n, key, clean.Content)
	ref.Hash = whole[:]
	return ref, err
}

// photoWords maps what goes wrong with photos to what the API says of it.
var photoWords = []struct{ below, said error }{
	{photo.ErrHEIC, api.ErrPhotoHEIC}, {photo.ErrKind, api.ErrPhotoKind}, {photo.ErrEmpty, api.ErrPhotoKind},
	{photo.ErrLarge, api.ErrPhotoLarge}, {photo.ErrPixels, api.ErrPhotoPixels}, {photo.ErrDamaged, api.ErrPhotoDamaged},
	{blobs.ErrRoom, api.ErrFull}, {blobs.ErrAbsent, api.ErrPhotoElsewhere}, {blobs.ErrNobody, api.ErrPhotoElsewhere},
	{blobs.ErrCut, api.ErrPhotoCut}, {blobs.ErrUntrue, api.ErrPhotoUntrue}, {protocol.ErrUnreadable, api.ErrPhotoUntrue},
}

func photoError(err error) error {
	for _, w := range photoWords {
		if errors.Is(err, w.below) {
			return fmt.Errorf("%w: %w", w.said, err)
		}
	}
	return err
}

// sheet is one blob of a photo: itself, or its thumbnail.
type sheet struct {
	address blob.Address
	key     blob.Key
	size    int64
}

// sheets returns the blobs of a photo, and reports whether its reference names
// blobs at all.
func sheets(p *record.BlobRef) (whole, small sheet, ok bool) {
	if len(p.Hash) != len(blob.Address{}) || len(p.Key) != len(blob.Key{}) {
		return whole, small, false
	}
	key := blob.Key(p.Key)
	whole = sheet{blob.Address(p.Hash), key, int64(p.Size)}
	if len(p.Thumbnail) == len(blob.Address{}) {
		small = sheet{blob.Address(p.Thumbnail), key.Thumbnail(), int64(p.ThumbnailSize)}
	}
	return whole, small, true
}

func sheetOf(p *record.BlobRef, thumbnail bool) sheet {
	whole, small, _ := sheets(p)
	if thumbnail {
		return small
	}
	return whole
}

// addresses returns where the blobs of a photo are.
func addresses(p *record.BlobRef) []blob.Address {
	whole, small, ok := sheets(p)
	switch {
	case !ok:
		return nil
	case small.size == 0:
		return []blob.Address{whole.address}
	}
	return []blob.Address{small.address, whole.address}
}

// KeepPhotos implements [api.Gallery].
func (b Backend) KeepPhotos(n protocol.NeighbourhoodID, photos []*record.BlobRef) error {
	for _, p := range photos {
		all := addresses(p)
		if len(all) == 0 || b.parts.Photos == nil {
			return api.ErrPhotoGone
		}
		for _, a := range all {
			if err := b.parts.Photos.Show(n, a); errors.Is(err, blobs.ErrAbsent) {
				return api.ErrPhotoGone
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

// CopyPhotos implements [api.Gallery].
func (b Backend) CopyPhotos(from, to protocol.NeighbourhoodID, photos []*record.BlobRef) ([]*record.BlobRef, error) {
	var copied []*record.BlobRef
	for _, p := range photos {
		if !b.PhotoHere(from, p, false) {
			continue
		}
		for _, a := range addresses(p) {
			if err := b.parts.Photos.Copy(from, to, a); err != nil && !errors.Is(err, blobs.ErrAbsent) {
				return nil, photoError(err)
			}
		}
		copied = append(copied, p)
	}
	return copied, nil
}

// PhotoHere implements [api.Gallery].
func (b Backend) PhotoHere(n protocol.NeighbourhoodID, p *record.BlobRef, small bool) bool {
	return b.parts.Photos != nil && b.parts.Photos.Held(n, sheetOf(p, small).address).Whole
}

// OpenPhoto implements [api.Gallery].
func (b Backend) OpenPhoto(n protocol.NeighbourhoodID, p *record.BlobRef, small bool) (io.ReadSeekCloser, error) {
	if b.parts.Photos == nil {
		return nil, api.ErrPhotoElsewhere
	}
	s := sheetOf(p, small)
	r, err := b.parts.Photos.Read(n, s.address, s.key, s.size)
	if err != nil {
		return nil, photoError(err)
	}
	return r, nil
}

// FetchPhoto implements [api.Gallery].
func (b Backend) FetchPhoto(ctx context.Context, n protocol.NeighbourhoodID, p *record.BlobRef, small bool, see func(api.Bringing)) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	s := sheetOf(p, small)
	w, ok := b.network.(*wire)
	if !ok || s.size == 0 {
		return api.ErrPhotoElsewhere
	}
	return photoError(w.blobs.Fetch(ctx, n, s.address, s.size, func(now blobs.Progress) {
		if see == nil {
			return
		}
		come := api.Bringing{Size: s.size, Waiting: now.Waiting}
		if now.Size > 0 {
			come.Here = s.size * now.Here / now.Size // of the content, not of what travels
		}
		come.From = homeOf(h.Roster(), now.From)
		see(come)
	}))
}

// homeOf returns whose house a device is in; none of a hub, which is nobody's.
func homeOf(members *roster.Roster, d protocol.DeviceID) protocol.HouseholdID {
	home, _ := members.Household(d)
	if m, _ := members.Member(home); m.Role == roster.RoleHub {
		return protocol.HouseholdID{}
	}
	return home
}

// tidyPhotos lets go of own photos that no record of the household shows any
// longer, and holds on to those that one shows again.
func (n *Node) tidyPhotos(h *Neighbourhood) {
	if n.parts.Photos == nil {
		return
	}
	shows := make(map[blob.Address]bool)
	err := h.do(h.ctx, func() { h.ownPhotos(shows) })
	if err == nil {
		err = n.parts.Photos.Own(h.id, shows)
	}
	if err != nil {
		h.log.Warn("own photos", "err", err)
	}
	n.parts.Photos.Shrink()
}

// ownPhotos adds the blobs that devices of the own household show, now or before
// they got other keys.
func (h *Neighbourhood) ownPhotos(shows map[blob.Address]bool) {
	members := h.roster.Load()
	me, _ := members.Household(h.parts.Identity.DeviceID())
	for _, d := range members.Devices() {
		if d.Household != me {
			continue
		}
		for _, f := range h.board.Facts(d.ID) {
			content, err := record.Content(f.Part.Kind, f.Part.Fields)
			if err != nil {
				continue // of a newer version, or nonsense: it shows nothing here
			}
			for _, p := range record.PhotosOf(content) {
				for _, a := range addresses(p) {
					shows[a] = true
				}
			}
		}
	}
}
