package api

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// Linking says that one request or offer belongs to another, or that it does
// not.
type Linking struct {
	Target
	To       string `json:"to"`
	Relation string `json:"relation"`         // code of a record.Relation, read "ID is a ... TO"
	Denied   bool   `json:"denied,omitempty"` // it is not so
	Remove   bool   `json:"remove,omitempty"` // the household says nothing of it any longer
}

// The states of a link.
const (
	LinkSuggested = "suggested"
	LinkConfirmed = "confirmed" // by whose it is, or by a steward
	LinkDenied    = "denied"
)

// Linked is another request or offer that one belongs to. It hides neither.
type Linked struct {
	Relation string      `json:"relation"`
	Here     bool        `json:"here"` // the relation begins at this one
	ID       string      `json:"id"`   // of the other
	Short    string      `json:"short"`
	Title    string      `json:"title,omitempty"` // empty where it is not here
	State    string      `json:"state"`
	By       []Household `json:"by"`
}

var linkStates = map[board.LinkState]string{
	board.Suggested: LinkSuggested, board.Confirmed: LinkConfirmed, board.Denied: LinkDenied,
}

// Link says how two requests or offers belong together. Anybody may suggest
// it; whose word confirms may also deny it.
func (d Desk) Link(ctx context.Context, l Linking) (Written, error) {
	relation, ok := record.RelationOf(l.Relation)
	if !ok {
		return Written{}, &record.Invalid{Field: "relation", Why: "unknown"}
	}
	s, err := d.writing(ctx, l.In)
	if err != nil {
		return Written{}, err
	}
	steward := d.steward(s)
	var stands stands
	var link *record.Link
	err = d.look(ctx, s, func(v sight) error {
		from, to, err := v.ends(l)
		if err != nil {
			return err
		}
		owns := from.Owner == s.me || relation == record.Relation_RELATION_SAME_EVENT && to.Owner == s.me
		if l.Denied && !owns && !steward {
			return ErrNotYours
		}
		link = &record.Link{
			From: record.BirthOf(from.Birth), To: record.BirthOf(to.Birth), Relation: relation, Denied: l.Denied, TakenBack: l.Remove,
		}
		stands = v.stands(fmt.Sprintf("link:%v:%d:", from.ID, relation), to.ID)
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	if l.Remove && !stands.begun {
		return Written{}, ErrNotFound
	}
	id, err := d.put(ctx, s, stands, link, func(content proto.Message) error {
		m := content.(*record.Link)
		m.Denied, m.TakenBack = l.Denied, l.Remove
		return nil
	})
	if err != nil {
		return Written{}, err
	}
	return d.written(ctx, s, id, nil)
}

// ends finds the two that are meant.
func (s sight) ends(l Linking) (from, to board.Item, err error) {
	if from, err = s.findItem(l.ID); err != nil {
		return from, to, err
	}
	if to, err = s.findItem(l.To); err == nil && to.ID == from.ID {
		err = &record.Invalid{Field: "to", Why: "repeated"}
	}
	return from, to, err
}

// linked returns what an item belongs to.
func (s sight) linked(i board.Item) []Linked {
	var docs []Linked
	for _, l := range s.links()[i.ID] {
		other := l.From.Record()
		here := other == i.ID
		if here {
			other = l.To.Record()
		}
		doc := Linked{Relation: l.Relation.Code(), Here: here, ID: other.String(), State: linkStates[l.State], By: []Household{}}
		doc.Short = s.short(other)
		if item, ok := s.Item(other); ok {
			doc.Title = title(item)
		}
		for _, h := range l.By {
			doc.By = append(doc.By, s.household(h))
		}
		docs = append(docs, doc)
	}
	return docs
}

// alike returns the open requests that may be the same as one, those left out
// that somebody linked with it already.
func (s sight) alike(i board.Item) []Candidate {
	var docs []Candidate
	for other := range s.Alike(i) {
		linked := slices.ContainsFunc(s.links()[i.ID], func(l board.Linked) bool {
			return l.From.Record() == other.ID || l.To.Record() == other.ID
		})
		if !linked {
			docs = append(docs, s.candidate(other.Record))
		}
		if len(docs) == maxCandidates {
			break
		}
	}
	return docs
}

// linksOf lists all links at either of their ends.
func linksOf(v board.View) map[protocol.RecordID][]board.Linked {
	all := make(map[protocol.RecordID][]board.Linked)
	for _, l := range v.Links() {
		all[l.From.Record()] = append(all[l.From.Record()], l)
		all[l.To.Record()] = append(all[l.To.Record()], l)
	}
	return all
}

// Link says how two requests or offers belong together.
func (c *Client) Link(ctx context.Context, l Linking) (Written, error) {
	return call[Written](ctx, c, "POST", item(l.Target, "/links"), l)
}
