package api

import (
	"bytes"
	"cmp"
	"slices"
	"sync"

	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
)

// sight is a view of the board as one household reads it. Like the view it is
// used inside Backend.Look only.
type sight struct {
	board.View
	me  protocol.HouseholdID
	far Far                 // nil where nobody asks
	ids []protocol.RecordID // of all records, in order

	names map[protocol.HouseholdID]string // looked up so far
	seen  func() map[protocol.RecordID][]protocol.HouseholdID
	links func() map[protocol.RecordID][]board.Linked
}

func sightOf(v board.View, me protocol.HouseholdID, far Far) sight {
	return sight{View: v, me: me, far: far, ids: v.Find(""), names: make(map[protocol.HouseholdID]string), seen: sync.OnceValue(v.Seen),
		links: sync.OnceValue(func() map[protocol.RecordID][]board.Linked { return linksOf(v) })}
}

// name returns how a household calls itself. Looking it up walks all of them,
// and a list names the same few again and again.
func (s sight) name(id protocol.HouseholdID) string {
	if _, known := s.names[id]; !known {
		s.names[id] = s.Name(id)
	}
	return s.names[id]
}

// shortest is how many characters of an id are shown at least.
const shortest = 4

// short returns the shortest beginning of an id that fits no other record.
func (s sight) short(id protocol.RecordID) string {
	at, _ := slices.BinarySearchFunc(s.ids, id, compareIDs)
	text, length := id.String(), shortest
	for _, neighbour := range []int{at - 1, at + 1} {
		if neighbour >= 0 && neighbour < len(s.ids) {
			length = max(length, 1+common(text, s.ids[neighbour].String()))
		}
	}
	return text[:min(length, len(text))]
}

func compareIDs(a, b protocol.RecordID) int { return bytes.Compare(a[:], b[:]) }

// common returns how many characters two texts begin with alike.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Candidate is a record that an ambiguous prefix may mean.
type Candidate struct {
	ID       string `json:"id"`
	Short    string `json:"short"`
	Kind     string `json:"kind"`
	Title    string `json:"title"`              // of what it is, or is about
	Exercise bool   `json:"exercise,omitempty"` // which is a drill
	Owner    string `json:"owner"`              // name of the household that wrote it, or that it is
	// Standing is how far a household belongs.
	Standing string `json:"standing,omitempty"`
}

// Ambiguous: several records begin so.
type Ambiguous struct {
	Prefix     string
	Candidates []Candidate // at most maxCandidates
}

func (e *Ambiguous) Error() string { return "api: several records begin so" }

const maxCandidates = 10

// find returns the one record of these kinds whose id begins with prefix.
func (s sight) find(prefix string, kinds ...record.Kind) (*board.Record, error) {
	if prefix == "" {
		return nil, ErrNotFound
	}
	var found []*board.Record
	for _, id := range s.Find(prefix) {
		if r, ok := s.Record(id); ok && r.Content != nil && slices.Contains(kinds, r.Kind) {
			found = append(found, r)
		}
	}
	return s.one(prefix, found)
}

// one returns the only record found.
func (s sight) one(prefix string, found []*board.Record) (*board.Record, error) {
	switch len(found) {
	case 0:
		return nil, ErrNotFound
	case 1:
		return found[0], nil
	}
	which := &Ambiguous{Prefix: prefix}
	for _, r := range found[:min(len(found), maxCandidates)] {
		which.Candidates = append(which.Candidates, s.candidate(r))
	}
	return nil, which
}

func (s sight) candidate(r *board.Record) Candidate {
	c := Candidate{ID: r.ID.String(), Short: s.short(r.ID), Kind: r.Kind.Code(), Owner: s.name(r.Owner)}
	c.Title, c.Exercise = s.titled(r), r.Common.Exercise
	if item, ok := s.about(r); ok {
		c.Exercise = item.Common.Exercise
	}
	return c
}

// titled returns by what a person knows a record or, where it has no title, the
// one that it is about.
func (s sight) titled(r *board.Record) string {
	for range 3 { // a comment on a pledge for a request
		if name := heading(r); name != "" {
			return name
		}
		birth, ok := record.SubjectOf(r.Kind, r.Fields)
		if !ok {
			break
		}
		if r, ok = s.Record(birth.Record()); !ok {
			break
		}
	}
	return ""
}

// heading is by what a person knows a record itself.
func heading(r *board.Record) string {
	switch m := r.Content.(type) {
	case *record.RollCall:
		return m.Reason
	case *record.Proposal:
		return m.Title
	case *record.Notice:
		return headline(m)
	case *record.Organisation:
		return m.Name
	case interface{ GetTitle() string }:
		return m.GetTitle()
	}
	return ""
}

// headline is what a notice says in a line, in the first of its languages.
func headline(m *record.Notice) string {
	if len(m.Texts) == 0 {
		return ""
	}
	return cmp.Or(m.Texts[0].Headline, m.Texts[0].Event)
}

// findItem returns the request or offer whose id begins with prefix.
func (s sight) findItem(prefix string) (board.Item, error) {
	r, err := s.find(prefix, record.Kind_KIND_REQUEST, record.Kind_KIND_OFFER)
	if err != nil {
		return board.Item{}, err
	}
	item, ok := s.Item(r.ID)
	if !ok {
		return board.Item{}, ErrNotFound
	}
	return item, nil
}

// about returns the request or offer that a record is, or is about.
func (s sight) about(r *board.Record) (board.Item, bool) {
	for range 3 { // a comment on a pledge for a request
		if item, ok := s.Item(r.ID); ok {
			return item, true
		}
		birth, ok := target(r).Place()
		if !ok {
			break
		}
		if r, ok = s.Record(birth.Record()); !ok {
			break
		}
	}
	return board.Item{}, false
}

// target returns what a record points at, nil where it points at nothing.
func target(r *board.Record) *record.Birth {
	switch m := r.Content.(type) {
	case *record.Pledge:
		return m.Target
	case *record.Acceptance:
		return m.Request
	case *record.Receipt:
		return m.Request
	case *record.Comment:
		return m.Target
	case *record.Triage:
		return m.Target
	case *record.Link:
		return m.From
	}
	return nil
}

func title(i board.Item) string {
	if m := i.Request(); m != nil {
		return m.Title
	}
	return i.Offer().GetTitle()
}
