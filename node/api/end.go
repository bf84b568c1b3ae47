package api

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Withdraw takes back an own request, offer or pledge. Taking it back again
// changes nothing.
func (d Desk) Withdraw(ctx context.Context, t Target) (Written, error) {
	kinds := []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE}
	return d.edit(ctx, t, kinds, func(content proto.Message) error {
		switch m := content.(type) {
		case *record.Request:
			m.Disposition = record.Disposition_DISPOSITION_WITHDRAWN
		case *record.Offer:
			m.Disposition = record.Disposition_DISPOSITION_WITHDRAWN
		case *record.Pledge:
			m.State = record.PledgeState_PLEDGE_STATE_WITHDRAWN
		}
		return nil
	})
}

// Close ends an own request or offer for a reason.
func (d Desk) Close(ctx context.Context, e Ending) (Written, error) {
	reason, err := d.reason(ctx, e)
	if err != nil {
		return Written{}, err
	}
	kinds := []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER}
	return d.edit(ctx, e.Target, kinds, func(content proto.Message) error {
		switch m := content.(type) {
		case *record.Request:
			m.Disposition, m.CloseReason = record.Disposition_DISPOSITION_CLOSED, reason
		case *record.Offer:
			m.Disposition, m.CloseReason = record.Disposition_DISPOSITION_CLOSED, reason
		}
		return nil
	})
}

// reason returns the one given; else what the board says of it.
func (d Desk) reason(ctx context.Context, e Ending) (record.CloseReason, error) {
	if e.Reason != "" {
		reason, ok := record.CloseReasonOf(e.Reason)
		if !ok {
			return 0, &record.Invalid{Field: "reason", Why: "unknown"}
		}
		return reason, nil
	}
	s, err := d.writing(ctx, e.In)
	if err != nil {
		return 0, err
	}
	reason := record.CloseReason_CLOSE_REASON_NO_LONGER_NEEDED
	err = d.look(ctx, s, func(v sight) error {
		item, err := v.findItem(e.ID)
		if err == nil && item.State == board.Met {
			reason = record.CloseReason_CLOSE_REASON_MET
		}
		return err
	})
	return reason, err
}

// edit changes the record that t means; the backend lets the owner do so alone.
func (d Desk) edit(ctx context.Context, t Target, kinds []record.Kind, change func(proto.Message) error) (Written, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return Written{}, err
	}
	var id protocol.RecordID
	err = d.look(ctx, s, func(v sight) error {
		r, err := v.find(t.ID, kinds...)
		if err == nil {
			id = r.ID
		}
		return err
	})
	if err != nil {
		return Written{}, err
	}
	if err := d.Backend.Edit(ctx, s.id, id, change); err != nil {
		return Written{}, err
	}
	return d.written(ctx, s, id, nil)
}

// Comment remarks on a request, an offer or a pledge.
func (d Desk) Comment(ctx context.Context, r Remark) (Written, error) {
	s, err := d.writing(ctx, r.In)
	if err != nil {
		return Written{}, err
	}
	comment := &record.Comment{Text: strings.TrimSpace(r.Text)}
	var about board.Item
	var own bool
	err = d.look(ctx, s, func(v sight) error {
		on, err := v.find(r.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE)
		if err == nil {
			comment.Target = record.BirthOf(on.Birth)
			about, own = v.ownItem(on)
			if item, ok := v.about(on); ok && v.View.Moderation(item.ID).Locked != 0 {
				return ErrLocked
			}
		}
		return err
	})
	if err != nil {
		return Written{}, err
	}
	moved, err := clear(r.Numbers, own, text{"text", &comment.Text})
	if err != nil {
		return Written{}, err
	}
	if err := d.add(ctx, s, about.Record, moved); err != nil {
		return Written{}, err
	}
	if err := d.illustrate(s, comment, r.Photos); err != nil {
		return Written{}, err
	}
	id, err := d.Backend.Write(ctx, s.id, comment, from(r.Origin))
	if err != nil {
		return Written{}, err
	}
	doc, err := d.written(ctx, s, id, nil)
	doc.Moved = len(moved)
	return doc, err
}
