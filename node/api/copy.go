package api

import (
	"context"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Copying is an own request or offer to be said in another neighbourhood too.
type Copying struct {
	Target
	To string `json:"to"` // the neighbourhood: its name or the beginning of its id
}

// Copy says an own request or offer in another neighbourhood too, as a record
// of its own there, without its contact. Nothing merges: help promised in one is
// not seen in the other. Done twice it adds nothing.
func (d Desk) Copy(ctx context.Context, c Copying) (Written, error) {
	s, err := d.writing(ctx, c.In)
	if err != nil {
		return Written{}, err
	}
	to, err := d.writing(ctx, c.To)
	if err != nil {
		return Written{}, err
	}
	if to.id == s.id {
		return Written{}, ErrSame
	}
	content, origin, err := d.toCopy(ctx, s, c.ID)
	if err == nil {
		err = d.copyPhotos(s, to, content)
	}
	if err != nil {
		return Written{}, err
	}
	return d.copy(ctx, to, content, origin)
}

// toCopy returns the content of an own item that goes on, and what names its
// copies.
func (d Desk) toCopy(ctx context.Context, s site, id string) (content proto.Message, origin string, err error) {
	err = d.look(ctx, s, func(v sight) error {
		item, err := v.findItem(id)
		switch {
		case err != nil:
			return err
		case item.Owner != s.me:
			return ErrNotYours
		case item.Ended():
			return ErrEnded
		}
		content, origin = contentOf(item), "copy of "+item.ID.String()
		return nil
	})
	return content, origin, err
}

// copyPhotos has the copy show those photos that are here.
func (d Desk) copyPhotos(s, to site, content proto.Message) error {
	photos, err := d.Backend.CopyPhotos(s.id, to.id, record.PhotosOf(content))
	switch m := content.(type) {
	case *record.Request:
		m.Photos = photos
	case *record.Offer:
		m.Photos = photos
	}
	return err
}

func contentOf(i board.Item) proto.Message {
	if m := i.Request(); m != nil {
		return proto.Clone(m)
	}
	return proto.Clone(i.Offer())
}

func (d Desk) copy(ctx context.Context, to site, content proto.Message, origin string) (Written, error) {
	repeated := false
	err := d.look(ctx, to, func(v sight) error {
		_, repeated = v.Origin(to.me, origin)
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	id, err := d.Backend.Write(ctx, to.id, content, from(origin))
	if err != nil {
		return Written{}, err
	}
	doc, err := d.written(ctx, to, id, nil)
	doc.Repeated = repeated
	return doc, err
}
