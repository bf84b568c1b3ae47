package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/blob"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Gallery is what the verbs about photos and documents need of a node. A photo
// is named by the reference that a record holds; small means its thumbnail.
type Gallery interface {
	// Attach takes what r yields: a picture is painted anew, so that it shows
	// nothing but itself, a document stays as it is. Until a record shows it, it
	// is kept for a day. ErrPhotoKind and its like where it is not taken.
	Attach(ctx context.Context, n protocol.NeighbourhoodID, name string, r io.Reader) (*record.BlobRef, error)
	// KeepPhotos keeps attached ones from now on: a record is about to show
	// them. ErrPhotoGone where one is not here any longer.
	KeepPhotos(n protocol.NeighbourhoodID, photos []*record.BlobRef) error
	// CopyPhotos has those that are here in another neighbourhood too, and
	// returns them.
	CopyPhotos(from, to protocol.NeighbourhoodID, photos []*record.BlobRef) ([]*record.BlobRef, error)
	// PhotoHere reports whether it can be opened at once.
	PhotoHere(n protocol.NeighbourhoodID, photo *record.BlobRef, small bool) bool
	// OpenPhoto reads one that is here; ErrPhotoElsewhere where it is not.
	OpenPhoto(n protocol.NeighbourhoodID, photo *record.BlobRef, small bool) (io.ReadSeekCloser, error)
	// FetchPhoto brings one from whoever is connected; see, where it is not nil,
	// is told how far it is.
	FetchPhoto(ctx context.Context, n protocol.NeighbourhoodID, photo *record.BlobRef, small bool, see func(Bringing)) error
	// Cargo returns the photos and thumbnails that records of these
	// neighbourhoods show and that are here, or should come by a stick: what is
	// needed most first.
	Cargo(ctx context.Context, in []protocol.NeighbourhoodID) ([]Sealed, error)
	// SendSealed writes one as it travels. ErrPhotoElsewhere where it is not here.
	SendSealed(n protocol.NeighbourhoodID, a blob.Address, w io.Writer) error
	// TakeSealed keeps what SendSealed wrote elsewhere. ErrPhotoUntrue where it is
	// not what it is said to be, ErrFull where there is no room for it.
	TakeSealed(of Sealed, r io.Reader) error
}

// Bringing is how far a photo is that comes.
type Bringing struct {
	Here, Size int64                // bytes, about
	From       protocol.HouseholdID // zero: nobody yet, or a hub that is no household's
	Waiting    bool                 // nobody who has it is connected just now
}

// The schemas of what is said about photos.
const (
	SchemaAttached = "gotong.attached/1"
	SchemaBringing = "gotong.bringing/1"
)

// Photo is a photo or a document that a record shows.
type Photo struct {
	N      int       `json:"n"`    // from 1, for people; it changes as others add photos
	Hash   string    `json:"hash"` // for programs: 64 hexadecimal digits
	Of     string    `json:"of"`   // kind of the record that shows it
	Owner  Household `json:"owner"`
	Time   time.Time `json:"created"`
	Mime   string    `json:"mime"` // as its author says
	Name   string    `json:"name,omitempty"`
	Size   int64     `json:"size"`
	Width  int       `json:"width,omitempty"`
	Height int       `json:"height,omitempty"`
	Here   bool      `json:"here"`
	Small  bool      `json:"small"`      // there is a thumbnail
	Near   bool      `json:"small_here"` // and it is here

	ref         *record.BlobRef
	phase, note string // of a project
}

// Attachment is a file to be attached.
type Attachment struct {
	Place
	Name string
}

// Attached answers Attach. Token goes into the draft of what is to show it.
type Attached struct {
	Schema string `json:"schema"`
	Token  string `json:"token"`
	Photo  Photo  `json:"photo"`
}

// Attach takes a photo or a document, to be shown by what is written next.
func (d Desk) Attach(ctx context.Context, a Attachment, r io.Reader) (Attached, error) {
	s, err := d.writing(ctx, a.In)
	if err != nil {
		return Attached{}, err
	}
	ref, err := d.Backend.Attach(ctx, s.id, a.Name, r)
	if err != nil {
		return Attached{}, err
	}
	token, err := tokenOf(ref)
	return Attached{SchemaAttached, token, d.photo(s, ref)}, err
}

// tokenOf writes a reference, with its key, for a draft to bring back: a node
// that starts anew meanwhile still knows it.
func tokenOf(ref *record.BlobRef) (string, error) {
	b, err := proto.Marshal(ref)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// attached returns the photos that tokens are for, kept from now on.
func (d Desk) attached(s site, tokens []string) ([]*record.BlobRef, error) {
	var all []*record.BlobRef
	for _, token := range tokens {
		b, err := base64.RawURLEncoding.DecodeString(token)
		ref := new(record.BlobRef)
		if err != nil || proto.Unmarshal(b, ref) != nil {
			return nil, errBadRequest
		}
		all = append(all, ref)
	}
	if len(all) > protocol.MaxPhotos {
		return nil, &record.Invalid{Field: "photos", Why: "too-many"}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, d.Backend.KeepPhotos(s.id, all)
}

// photo describes a reference, and says whether it is here.
func (d Desk) photo(s site, ref *record.BlobRef) Photo {
	return Photo{
		Hash: hex.EncodeToString(ref.Hash), Mime: ref.Mime, Name: ref.Name, Size: int64(ref.Size), Width: int(ref.Width), Height: int(ref.Height),
		Here: d.Backend.PhotoHere(s.id, ref, false), Small: len(ref.Thumbnail) > 0,
		Near: len(ref.Thumbnail) > 0 && d.Backend.PhotoHere(s.id, ref, true), ref: ref,
	}
}

// photos returns what an item, its receipts and the comments on it show: its own
// first, then as they were written. What stewards hid shows nothing.
func (s sight) photos(i board.Item) []Photo {
	records := append(s.comments(i), s.About(i.ID, record.Kind_KIND_RECEIPT)...)
	slices.SortStableFunc(records, byTime)
	return s.shown(append([]*board.Record{i.Record}, records...))
}

// shownBy returns what a record that is no request or offer shows, with what is
// said about it: the document of a guide, the photos of a project.
func (s sight) shownBy(r *board.Record) []Photo {
	parts := slices.DeleteFunc(s.About(r.ID, record.Kind_KIND_PROJECT_PART), func(p *board.Record) bool {
		return p.Content.(*record.ProjectPart).TakenOut
	})
	slices.SortStableFunc(parts, byTime)
	return s.shown(append([]*board.Record{r}, parts...))
}

func (s sight) shown(records []*board.Record) []Photo {
	var all []Photo
	for _, r := range records {
		for _, ref := range record.PhotosOf(r.Content) {
			p := Photo{N: len(all) + 1, Of: r.Kind.Code(), Owner: s.household(r.Owner), Time: at(r.Created()), ref: ref}
			if m, ok := r.Content.(*record.ProjectPart); ok {
				p.phase, p.note = known(m.Phase != 0, m.Phase.Code()), m.Note
			}
			all = append(all, p)
		}
	}
	return all
}

// described completes what the board says of photos by what is here.
func (d Desk) described(s site, all []Photo) []Photo {
	for i, p := range all {
		full := d.photo(s, p.ref)
		full.N, full.Of, full.Owner, full.Time = p.N, p.Of, p.Owner, p.Time
		all[i] = full
	}
	return all
}

// Viewing names a photo of an item: by its number, or by the beginning of its
// hash.
type Viewing struct {
	Target
	Photo string // its number where not said: 1
	Small bool   // its thumbnail
}

// View returns the photo that is meant, where there is one.
func (d Desk) view(ctx context.Context, v Viewing) (site, Photo, error) {
	s, err := d.site(ctx, v.In)
	if err != nil {
		return s, Photo{}, err
	}
	var all []Photo
	err = d.look(ctx, s, func(at sight) error {
		r, err := at.find(v.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE,
			record.Kind_KIND_GUIDE, record.Kind_KIND_PROJECT)
		if err != nil {
			return err
		}
		item, ok := at.about(r)
		switch {
		case !ok && at.keptFrom(r) && !at.steward():
			return ErrHidden
		case !ok:
			all = at.shownBy(r)
			return nil
		case at.keptFrom(item.Record) && !at.steward():
			return ErrHidden
		}
		all = at.photos(item)
		return nil
	})
	if err != nil {
		return s, Photo{}, err
	}
	for _, p := range d.described(s, all) {
		if p.is(v.Photo) && (p.Small || !v.Small) {
			return s, p, nil
		}
	}
	return s, Photo{}, ErrNoPhoto
}

// shortestHash is how many digits of a hash name a photo at least.
const shortestHash = 8

func (p Photo) is(named string) bool {
	if len(named) >= shortestHash {
		return strings.HasPrefix(p.Hash, strings.ToLower(named))
	}
	n, err := strconv.Atoi(cmp.Or(named, "1"))
	return err == nil && n == p.N
}

// Bring brings a photo that is not here from whoever is connected; see, where it
// is not nil, is told how far it is.
func (d Desk) Bring(ctx context.Context, v Viewing, see func(Brought) error) (Brought, error) {
	s, p, err := d.view(ctx, v)
	if err != nil {
		return Brought{}, err
	}
	doc := Brought{Schema: SchemaBringing, Photo: p}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var last Household
	err = d.Backend.FetchPhoto(ctx, s.id, p.ref, v.Small, func(b Bringing) {
		switch {
		case b.From == protocol.HouseholdID{}:
			last = Household{}
		case b.From.String() != last.ID:
			last = d.named(ctx, s, b.From)
		}
		doc.Bytes, doc.Size, doc.From, doc.Waiting = b.Here, b.Size, last, b.Waiting
		if see != nil && see(doc) != nil {
			cancel() // nobody listens any longer
		}
	})
	if err != nil {
		return Brought{}, err
	}
	doc.Photo, doc.Done, doc.Waiting = d.photo(s, p.ref), true, false
	doc.Photo.N, doc.Photo.Of, doc.Photo.Owner, doc.Photo.Time = p.N, p.Of, p.Owner, p.Time
	return doc, nil
}

// named returns a household with its name.
func (d Desk) named(ctx context.Context, s site, id protocol.HouseholdID) (h Household) {
	if err := d.look(ctx, s, func(v sight) error { h = v.household(id); return nil }); err != nil {
		return Household{ID: id.String()}
	}
	return h
}

// Brought is one line of what Bring says.
type Brought struct {
	Schema  string    `json:"schema"`
	Photo   Photo     `json:"photo"`
	Bytes   int64     `json:"bytes"` // that are here
	Size    int64     `json:"size"`  // of all; 0: not known yet
	From    Household `json:"from,omitzero"`
	Waiting bool      `json:"waiting,omitempty"` // nobody who has it is connected just now
	Done    bool      `json:"done,omitempty"`
	Problem *Problem  `json:"problem,omitempty"` // over the socket: how it ended, where not well
}

// Open reads a photo that is here.
func (d Desk) Open(ctx context.Context, v Viewing) (Photo, io.ReadSeekCloser, error) {
	s, p, err := d.view(ctx, v)
	if err != nil {
		return p, nil, err
	}
	r, err := d.Backend.OpenPhoto(s.id, p.ref, v.Small)
	return p, r, err
}
