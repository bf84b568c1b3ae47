package api

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol/board"
	"gotong/protocol/record"
)

// SchemaCode is the schema of [Coded].
const SchemaCode = "gotong.code/1"

// Coded answers Code. The code stands here and nowhere else: it is not kept.
type Coded struct {
	Schema        string        `json:"schema"`
	Neighbourhood Neighbourhood `json:"neighbourhood"`
	Code          string        `json:"code"` // six digits
	Item          Item          `json:"item"`
}

// Code makes the delivery code of an own request: who is told it at the door
// can show that it arrived. There is one per request, and it is told once.
func (d Desk) Code(ctx context.Context, t Target) (Coded, error) {
	s, err := d.writing(ctx, t.In)
	if err != nil {
		return Coded{}, err
	}
	item, err := d.itemAt(ctx, s, t.ID)
	if err != nil {
		return Coded{}, err
	}
	switch {
	case item.Owner != s.me:
		return Coded{}, ErrNotYours
	case item.Request() == nil:
		return Coded{}, ErrNotFound
	case item.Ended():
		return Coded{}, ErrEnded
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return Coded{}, fmt.Errorf("api: random code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	key, _ := record.CodeKey(code, item.ID)
	err = d.Backend.Edit(ctx, s.id, item.ID, func(content proto.Message) error {
		m := content.(*record.Request)
		if len(m.DeliveryKey) > 0 {
			return ErrHasCode
		}
		m.DeliveryKey = key.Public().(ed25519.PublicKey)
		return nil
	})
	if err != nil {
		return Coded{}, err
	}
	doc, err := d.written(ctx, s, item.ID, nil)
	return Coded{Schema: SchemaCode, Neighbourhood: s.document(), Code: code, Item: doc.Item}, err
}

// handed finds what a helper brought who was told the code, and proves it.
func (d Desk) handed(ctx context.Context, s site, a Arrival) ([]arrival, error) {
	var item board.Item
	var parts []arrival
	err := d.look(ctx, s, func(v sight) (err error) {
		item, parts, err = v.handed(a)
		return err
	})
	if err != nil {
		return nil, err
	}
	key, ok := record.CodeKey(strings.TrimSpace(a.Code), item.ID)
	if !ok || !key.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(item.Request().DeliveryKey)) {
		return nil, ErrWrongCode
	}
	for _, p := range parts {
		pledge, _ := p.receipt.Pledge.Place()
		p.receipt.CodeProof = record.ProveCode(key, item.ID, pledge.Record(), p.receipt.Amounts)
	}
	return parts, nil
}

// handed cuts what the household brought into receipts of its own pledges.
func (s sight) handed(a Arrival) (board.Item, []arrival, error) {
	r, err := s.find(a.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_PLEDGE)
	if err != nil {
		return board.Item{}, nil, err
	}
	item, ok := s.about(r)
	switch {
	case !ok || item.Request() == nil:
		return item, nil, ErrNotFound
	case len(item.Request().DeliveryKey) == 0:
		return item, nil, ErrNoCode
	}
	var own []board.PledgeState
	for _, p := range item.Pledges {
		if p.Owner == s.me && (p.ID == r.ID || r.ID == item.ID && p.Live) {
			own = append(own, p)
		}
	}
	if len(own) == 0 {
		return item, nil, ErrNoPledge
	}
	last := own[len(own)-1].Record
	came, err := arriving(item, own, last, a.Share)
	if err != nil {
		return item, nil, err
	}
	return item, s.receipts(item, own, last, came), nil
}

// Code makes the delivery code of an own request.
func (c *Client) Code(ctx context.Context, t Target) (Coded, error) {
	return call[Coded](ctx, c, "POST", item(t, "/code"), t)
}
