package api

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Renewal says that an own request is still needed, or that an own pledge still
// holds, from now on.
type Renewal struct {
	Target
	Promised time.Time `json:"promised,omitzero"` // of a pledge: when the helper means to be there now
}

// Still renews an own request or pledge, so that it does not grow stale or
// lapse. A request that has expired is open again.
func (d Desk) Still(ctx context.Context, r Renewal) (Written, error) {
	now := d.Now()
	if !r.Promised.IsZero() && r.Promised.Before(now) {
		return Written{}, &record.Invalid{Field: "promised_at", Why: "past"}
	}
	if err := d.stands(ctx, r.Target); err != nil {
		return Written{}, err
	}
	kinds := []record.Kind{record.Kind_KIND_REQUEST, record.Kind_KIND_PLEDGE}
	return d.edit(ctx, r.Target, kinds, func(content proto.Message) error {
		switch m := content.(type) {
		case *record.Request:
			m.ConfirmedAt = millis(now)
		case *record.Pledge:
			m.RenewedAt = millis(now)
			if !r.Promised.IsZero() {
				m.PromisedAt = millis(r.Promised)
			}
		}
		return nil
	})
}

// stands makes sure that what is meant has not been ended by its owner.
func (d Desk) stands(ctx context.Context, t Target) error {
	s, err := d.known(ctx, t.In)
	if err != nil {
		return err
	}
	return d.look(ctx, s, func(v sight) error {
		r, err := v.find(t.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_PLEDGE)
		if err != nil {
			return err
		}
		item, ok := v.about(r)
		if ok && (item.State == board.Withdrawn || item.State == board.Closed) {
			return ErrEnded
		}
		return nil
	})
}

// Progress says how far the helper of a pledge is.
type Progress struct {
	Target
	State string `json:"state"` // PledgeOffered, PledgeOnTheWay, PledgeDelivered or PledgeFailed
}

// Progress says how far an own pledge is.
func (d Desk) Progress(ctx context.Context, p Progress) (Written, error) {
	state := record.PledgeState_PLEDGE_STATE_UNKNOWN
	for known, code := range pledgeStates {
		if code == p.State && code != PledgeWithdrawn {
			state = known
		}
	}
	if p.State == PledgeOffered {
		state = record.PledgeState_PLEDGE_STATE_OFFERED
	}
	if state == record.PledgeState_PLEDGE_STATE_UNKNOWN {
		return Written{}, &record.Invalid{Field: "state", Why: "unknown"}
	}
	return d.edit(ctx, p.Target, []record.Kind{record.Kind_KIND_PLEDGE}, func(content proto.Message) error {
		content.(*record.Pledge).State = state
		return nil
	})
}

// Still renews an own request or pledge.
func (c *Client) Still(ctx context.Context, r Renewal) (Written, error) {
	return call[Written](ctx, c, "POST", item(r.Target, "/still"), r)
}

// Progress says how far an own pledge is.
func (c *Client) Progress(ctx context.Context, p Progress) (Written, error) {
	return call[Written](ctx, c, "POST", item(p.Target, "/progress"), p)
}
