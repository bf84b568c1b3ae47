package api

import (
	"cmp"
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Arrived says that something arrived. A receipt states a total: what arrives
// later of the same pledge is added to the household's receipt for it, so that
// two devices that note one arrival count it once.
func (d Desk) Arrived(ctx context.Context, a Arrival) (Written, error) {
	if _, err := clear(a.Numbers, false, text{"note", &a.Note}); err != nil {
		return Written{}, err
	}
	s, err := d.writing(ctx, a.In)
	if err != nil {
		return Written{}, err
	}
	parts, err := d.arrivals(ctx, s, a)
	if err != nil {
		return Written{}, err
	}
	photos, err := d.attached(s, a.Photos)
	if err != nil {
		return Written{}, err
	}
	var last protocol.RecordID
	var came []*record.Amount
	for i, part := range parts {
		if i == 0 { // of several receipts the first shows them
			part.receipt.Photos = photos
		}
		part.receipt.At, part.receipt.Note = millis(d.Now()), strings.TrimSpace(a.Note)
		if last, err = d.put(ctx, s, part.stands, part.receipt, part.edit); err != nil {
			return Written{}, err
		}
		came = sum(came, part.came)
	}
	return d.written(ctx, s, last, came)
}

// arrivals returns the receipts to be written: those of whoever receives or,
// with a code, of the helper who was told it.
func (d Desk) arrivals(ctx context.Context, s site, a Arrival) (parts []arrival, err error) {
	if a.Code != "" {
		return d.handed(ctx, s, a)
	}
	err = d.look(ctx, s, func(v sight) (err error) {
		parts, err = v.arrivals(a)
		return err
	})
	return parts, err
}

// arrival is a receipt to be written: of one pledge, or of none.
type arrival struct {
	stands  stands
	receipt *record.Receipt // with the new total
	came    []*record.Amount
}

// edit makes the receipt that stands say the new total.
func (a arrival) edit(content proto.Message) error {
	m := content.(*record.Receipt)
	m.Photos = append(m.Photos, a.receipt.Photos...)
	m.Photos = m.Photos[max(0, len(m.Photos)-protocol.MaxPhotos):] // the latest
	m.Amounts, m.At, m.Quality, m.Note = a.receipt.Amounts, a.receipt.At, a.receipt.Quality, cmp.Or(a.receipt.Note, m.Note)
	m.CodeProof = a.receipt.CodeProof
	return nil
}

// arrivals finds what a means and cuts what came into receipts.
func (s sight) arrivals(a Arrival) ([]arrival, error) {
	r, err := s.find(a.ID, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER, record.Kind_KIND_PLEDGE)
	if err != nil {
		return nil, err
	}
	item, ok := s.about(r)
	if !ok {
		return nil, ErrNotFound
	}
	givers, err := s.givers(item, r)
	if err != nil {
		return nil, err
	}
	came, err := arriving(item, givers, r, a.Share)
	if err != nil {
		return nil, err
	}
	return s.receipts(item, givers, r, came), nil
}

// givers returns the pledges that what came may be from: the one named, else
// all that stand; of an offer the household's own claims. Only whoever receives
// may say that something arrived.
func (s sight) givers(item board.Item, named *board.Record) ([]board.PledgeState, error) {
	var givers []board.PledgeState
	for _, p := range item.Pledges {
		receiver := item.Owner
		if item.Kind == record.Kind_KIND_OFFER {
			receiver = p.Owner
		}
		if receiver == s.me && (p.ID == named.ID || named.ID == item.ID && p.Live) {
			givers = append(givers, p)
		}
	}
	if len(givers) == 0 && (item.Owner != s.me || named.ID != item.ID || item.Kind == record.Kind_KIND_OFFER) {
		return nil, ErrNotReceiver
	}
	return givers, nil
}

// arriving returns what came: the share or, without a quantity, all that is
// missing. A request misses what has not arrived of its need, a pledge what
// has not arrived of its promise.
func arriving(item board.Item, givers []board.PledgeState, named *board.Record, share Share) ([]*record.Amount, error) {
	if share.Quantity > 0 {
		return share.of(item)
	}
	var came []*record.Amount
	for _, l := range item.Lines {
		missing := l.Quantity - l.Received
		if named.ID != item.ID || item.Kind == record.Kind_KIND_OFFER {
			missing = 0
			for _, p := range givers {
				missing += outstanding(p, l.Line.Line)
			}
		}
		if missing > 0 && (share.Line == 0 || share.Line == l.Line.Line) {
			came = append(came, &record.Amount{Line: l.Line.Line, Quantity: missing})
		}
	}
	if len(came) == 0 {
		return nil, ErrArrived
	}
	return came, nil
}

// outstanding returns what a pledge promised of a line and has not arrived.
func outstanding(p board.PledgeState, line uint32) int64 {
	return max(0, of(p.Pledge.Amounts, line)-of(p.Received, line))
}

// receipts gives what came to the pledges in turn, each up to its promise. The
// rest is the named pledge's or, of a request, nobody's in particular.
func (s sight) receipts(item board.Item, givers []board.PledgeState, named *board.Record, came []*record.Amount) []arrival {
	var parts []arrival
	rest := came
	for i, p := range givers {
		var part []*record.Amount
		for _, a := range rest {
			part = sum(part, []*record.Amount{{Line: a.Line, Quantity: min(a.Quantity, outstanding(p, a.Line))}})
		}
		if last := i == len(givers)-1; last && (named.ID == p.ID || item.Kind == record.Kind_KIND_OFFER) {
			part = rest
		}
		rest = minus(rest, part)
		parts = s.receipt(parts, item, p.Record, p.Received, part)
	}
	return s.receipt(parts, item, nil, unnamed(item), rest)
}

// receipt adds a receipt of what came now on top of what had come before.
func (s sight) receipt(parts []arrival, item board.Item, pledge *board.Record, before, came []*record.Amount) []arrival {
	if len(came) == 0 {
		return parts
	}
	receipt := &record.Receipt{
		Request: record.BirthOf(item.Birth), Amounts: sum(before, came), Quality: record.Quality_QUALITY_OK,
	}
	about := item.ID
	if pledge != nil {
		about, receipt.Pledge = pledge.ID, record.BirthOf(pledge.Birth)
	}
	return append(parts, arrival{s.stands("arrived:", about), receipt, came})
}

// unnamed returns what arrived of item from nobody in particular.
func unnamed(item board.Item) []*record.Amount {
	var all, named []*record.Amount
	for _, l := range item.Lines {
		all = sum(all, []*record.Amount{{Line: l.Line.Line, Quantity: l.Received}})
	}
	for _, p := range item.Pledges {
		named = sum(named, p.Received)
	}
	return minus(all, named)
}
