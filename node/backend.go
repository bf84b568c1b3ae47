package node

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"gotong/node/api"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/board"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// Backend is the node as the local API sees it: the same verbs, in the API's
// words and errors.
type Backend struct {
	*Node
	Dir string
}

var _ api.Backend = Backend{}

// hood returns a neighbourhood by id, in the API's words.
func (b Backend) hood(n protocol.NeighbourhoodID) (*Neighbourhood, error) {
	h, ok := b.Neighbourhood(n)
	if !ok {
		return nil, api.ErrNoNeighbourhood
	}
	return h, nil
}

// Create implements [api.Backend].
func (b Backend) Create(ctx context.Context, name, household string) (protocol.NeighbourhoodID, error) {
	n, err := b.Node.Create(ctx, name, household)
	return n, inWordsOfAPI(err)
}

// Invite implements [api.Backend].
func (b Backend) Invite(ctx context.Context, n protocol.NeighbourhoodID, terms api.Terms) (string, error) {
	text, err := b.Node.InviteAs(ctx, n, terms)
	return text, inWordsOfAPI(err)
}

// Join implements [api.Backend].
func (b Backend) Join(ctx context.Context, invite, household string) (protocol.NeighbourhoodID, error) {
	n, err := b.Node.Join(ctx, invite, household)
	return n, inWordsOfAPI(err)
}

// Me implements [api.Backend].
func (b Backend) Me(n protocol.NeighbourhoodID) (protocol.HouseholdID, bool) {
	h, err := b.hood(n)
	if err != nil {
		return protocol.HouseholdID{}, false
	}
	return h.Me()
}

// Look implements [api.Backend].
func (b Backend) Look(ctx context.Context, n protocol.NeighbourhoodID, read func(board.View)) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	return inWordsOfAPI(h.Look(ctx, read))
}

// Write implements [api.Backend].
func (b Backend) Write(ctx context.Context, n protocol.NeighbourhoodID, content proto.Message, common *record.Common) (protocol.RecordID, error) {
	h, err := b.hood(n)
	if err != nil {
		return protocol.RecordID{}, err
	}
	id, err := h.Write(ctx, content, common)
	return id, inWordsOfAPI(err)
}

// Edit implements [api.Backend].
func (b Backend) Edit(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, change func(proto.Message) error) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	return inWordsOfAPI(h.Edit(ctx, id, change))
}

// Amend implements [api.Backend].
func (b Backend) Amend(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, change func(proto.Message, *record.Common) error) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	return inWordsOfAPI(h.Amend(ctx, id, change))
}

// Confide implements [api.Backend].
func (b Backend) Confide(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID, p api.Private) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	return inWordsOfAPI(h.Confide(ctx, id, Contact{Name: p.Name, Contact: p.Contact, Place: p.Place, Stewards: p.Stewards}))
}

// Contact implements [api.Backend].
func (b Backend) Contact(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID) (api.Private, bool, error) {
	h, err := b.hood(n)
	if err != nil {
		return api.Private{}, false, err
	}
	t, found, err := h.Contact(ctx, id)
	return api.Private{Name: t.Name, Contact: t.Contact.Contact, Place: t.Place, Stewards: t.Stewards, Readers: t.Readers, Waiting: t.Waiting}, found, inWordsOfAPI(err)
}

// LookFar implements [api.Backend].
func (b Backend) LookFar(ctx context.Context, n protocol.NeighbourhoodID, read func(board.View, api.Far)) error {
	h, err := b.hood(n)
	if err != nil {
		return err
	}
	return inWordsOfAPI(h.LookFar(ctx, read))
}

// Saw implements [api.Backend].
func (b Backend) Saw(ctx context.Context, n protocol.NeighbourhoodID, id protocol.RecordID) (bool, error) {
	h, err := b.hood(n)
	if err != nil {
		return false, err
	}
	told, err := h.Saw(ctx, id)
	return told, inWordsOfAPI(err)
}

// TurnedAway implements [api.Backend].
func (b Backend) TurnedAway(n protocol.NeighbourhoodID) bool {
	h, err := b.hood(n)
	return err == nil && h.met.unwelcome()
}

// SealFlag implements [api.Backend].
func (b Backend) SealFlag(n protocol.NeighbourhoodID, c *record.FlagContent) (*record.Flag, error) {
	h, err := b.hood(n)
	if err != nil {
		return nil, err
	}
	f, err := h.SealFlag(c)
	return f, inWordsOfAPI(err)
}

// OpenFlag implements [api.Backend].
func (b Backend) OpenFlag(n protocol.NeighbourhoodID, by protocol.HouseholdID, f *record.Flag) (*record.FlagContent, bool) {
	h, err := b.hood(n)
	if err != nil {
		return nil, false
	}
	return h.OpenFlag(by, f)
}

// words maps what goes wrong below to what the API says of it.
var words = []struct{ below, said error }{
	{ErrNotMember, api.ErrNotMember},
	{ErrNotFound, api.ErrNotFound},
	{ErrNotYours, api.ErrNotYours},
	{ErrNoSlots, api.ErrNoSlots},
	{ErrNoPlaces, api.ErrNoPlaces},
	{ErrNoContacts, api.ErrNoSlots},
	{ErrHouseholdKey, api.ErrHouseholdKey},
	{ErrJoined, api.ErrJoined},
	{ErrCloned, api.ErrCloned},
	{ErrClosed, api.ErrClosed},
	{ErrNoNeighbourhood, api.ErrNoNeighbourhood},
	{store.ErrFull, api.ErrFull},
	{roster.ErrInviteKind, api.ErrInvite},
	{roster.ErrInviteShort, api.ErrInvite},
	{roster.ErrInviteLong, api.ErrInvite},
}

func inWordsOfAPI(err error) error {
	for _, w := range words {
		if errors.Is(err, w.below) {
			return fmt.Errorf("%w: %w", w.said, err)
		}
	}
	if group := (roster.ErrInviteGroup{}); errors.As(err, &group) {
		return fmt.Errorf("%w: %w", api.ErrInvite, err)
	}
	return err
}
