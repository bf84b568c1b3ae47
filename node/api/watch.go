package api

import (
	"context"
	"errors"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Watch subscribes to what happens from now on and returns a function that
// hands each change to each, until ctx ends, the node stops (ErrClosed) or
// each fails.
func (d Desk) Watch(ctx context.Context) func(each func(Change) error) error {
	ctx, cancel := context.WithCancel(ctx)
	events := d.Backend.Watch(ctx)
	return func(each func(Change) error) error {
		defer cancel()
		for e := range events {
			change, err := d.change(ctx, e)
			if err != nil {
				return err
			}
			if err := each(change); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ErrClosed
	}
}

func (d Desk) change(ctx context.Context, e Event) (Change, error) {
	doc := Change{Schema: SchemaChange, Event: e.Type, At: utc(d.Now()), Connected: e.Connected}
	if e.Neighbourhood != [16]byte{} {
		doc.Neighbourhood = e.Neighbourhood.String()
	}
	if e.Device != [16]byte{} {
		doc.Device = e.Device.String()
	}
	switch e.Type {
	case EventRecord:
	case EventReach:
		return d.further(ctx, e, doc)
	default:
		return doc, nil
	}
	doc.ID, doc.Kind, doc.Gone = e.Change.ID.String(), e.Change.Kind.Code(), e.Change.Gone
	err := d.Backend.Look(ctx, e.Neighbourhood, func(v board.View) { doc.concerns(v, e.Change.ID) })
	if errors.Is(err, ErrNotMember) {
		return doc, nil
	}
	return doc, err
}

// further says how far a record has got by now.
func (d Desk) further(ctx context.Context, e Event, doc Change) (Change, error) {
	doc.ID = e.Record.String()
	err := d.Backend.LookFar(ctx, e.Neighbourhood, func(v board.View, far Far) {
		if reach, said := far(e.Record); said {
			doc.Reach = &reach
		}
		if r, ok := v.Record(e.Record); ok {
			doc.Kind = r.Kind.Code()
		}
		doc.concerns(v, e.Record)
	})
	if errors.Is(err, ErrNotMember) {
		return doc, nil
	}
	return doc, err
}

// concerns names the request or offer that a changed record is about and its
// title, of other records their own.
func (doc *Change) concerns(v board.View, id protocol.RecordID) {
	r, ok := v.Record(id)
	if !ok {
		return
	}
	if item, ok := (sight{View: v}).about(r); ok {
		doc.About, doc.Title, doc.Exercise = item.ID.String(), title(item), item.Common.Exercise
	} else if m, ok := r.Content.(*record.Notice); ok {
		doc.About, doc.Title, doc.Exercise = r.ID.String(), headline(m), r.Common.Exercise
	} else {
		doc.Title, doc.Exercise = sight{View: v}.titled(r), r.Common.Exercise
	}
}
