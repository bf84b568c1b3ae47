package api

import (
	"context"

	"gotong/protocol/record"
)

// askAgain writes a request by ask and links it with the own one that it is
// the latest word on or a part of, if any. A repeat is mostly an escalation: it
// is no less urgent than what it goes back to.
func (d Desk) askAgain(ctx context.Context, draft Draft, ask func(least record.Urgency) (Written, error)) (Written, error) {
	var least record.Urgency
	var links []Linking
	for _, l := range []struct {
		to       string
		relation record.Relation
	}{{draft.UpdateOf, record.Relation_RELATION_UPDATE_OF}, {draft.SplitFrom, record.Relation_RELATION_SPLIT_FROM}} {
		if l.to == "" {
			continue
		}
		urgency, id, err := d.ownRequest(ctx, draft.Place, l.to)
		if err != nil {
			return Written{}, err
		}
		least = max(least, urgency)
		links = append(links, Linking{To: id, Relation: l.relation.Code()})
	}
	doc, err := ask(least)
	for _, link := range links {
		if err != nil {
			break
		}
		link.Target = Target{draft.Place, doc.ID}
		var linked Written
		linked, err = d.Link(ctx, link)
		doc.Item = linked.Item
	}
	if len(links) > 0 {
		doc.Alike = nil // it was said what it belongs to
	}
	return doc, err
}

// ownRequest returns the urgency that counts and the id of an own request.
func (d Desk) ownRequest(ctx context.Context, in Place, prefix string) (record.Urgency, string, error) {
	s, err := d.writing(ctx, in.In)
	if err != nil {
		return 0, "", err
	}
	item, err := d.itemAt(ctx, s, prefix)
	switch {
	case err != nil:
		return 0, "", err
	case item.Request() == nil:
		return 0, "", ErrNotFound
	case item.Owner != s.me:
		return 0, "", ErrNotYours
	}
	return item.Urgency(), item.ID.String(), nil
}
