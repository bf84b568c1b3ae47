package node

import (
	"context"
	"errors"

	"gotong/node/api"
	"gotong/node/identity"
	"gotong/node/store"
	"gotong/protocol"
	"gotong/protocol/record"
	"gotong/protocol/roster"
)

// ErrJoined: the household is in that neighbourhood, or waiting to be.
var ErrJoined = errors.New("node: joined already")

// Create founds a neighbourhood with this household as its first. The keyring
// and the roster are durable before anything is said in it.
func (n *Node) Create(ctx context.Context, name, household string) (protocol.NeighbourhoodID, error) {
	var none protocol.NeighbourhoodID
	if err := errors.Join(record.Check(&record.Neighbourhood{Name: name}), record.Check(&record.Household{Name: household})); err != nil {
		return none, err
	}
	var nonce, secret [32]byte
	if err := errors.Join(randomBytes(nonce[:]), randomBytes(secret[:])); err != nil {
		return none, err
	}
	id, genesis, err := roster.NewGenesis(nonce, roster.Key(n.parts.Identity.HouseholdKey()))
	if err != nil {
		return none, err
	}
	h, err := n.enter(ctx, id, identity.Keyring{Secrets: [][32]byte{secret}}, household, genesis)
	if err != nil {
		return none, err
	}
	_, err = h.Write(ctx, &record.Neighbourhood{Name: name}, &record.Common{Origin: "name"})
	return id, err
}

// Join joins by an invitation. It is done, here, when it returns; the roster
// and the key come with the first neighbour met.
func (n *Node) Join(ctx context.Context, text, household string) (protocol.NeighbourhoodID, error) {
	invite, err := roster.ParseInvite(text)
	if err != nil {
		return protocol.NeighbourhoodID{}, err
	}
	if err := record.Check(&record.Household{Name: household}); err != nil {
		return protocol.NeighbourhoodID{}, err
	}
	if _, known := n.Neighbourhood(invite.Neighbourhood); known {
		return invite.Neighbourhood, ErrJoined
	}
	_, err = n.enter(ctx, invite.Neighbourhood, identity.Keyring{Invite: &invite.Seed}, household)
	return invite.Neighbourhood, err
}

// enter opens a neighbourhood for the first time: keyring, household name and
// first operations are durable before it is linked.
func (n *Node) enter(ctx context.Context, id protocol.NeighbourhoodID, ring identity.Keyring, household string, ops ...roster.Op) (*Neighbourhood, error) {
	if err := n.parts.Store.PutMeta(ctx, profileName(id), []byte(household)); err != nil {
		return nil, err
	}
	if len(ops) > 0 {
		if err := n.parts.Store.Append(ctx, id, firstChange(ops)); err != nil {
			return nil, err
		}
	}
	if err := n.parts.Keys.SaveKeyring(id, ring); err != nil {
		return nil, err
	}
	h, err := n.open(id, ring, false)
	if err != nil {
		return nil, err
	}
	h.logOwn(rawOps(ops))
	if err := h.claim(ctx); err != nil {
		return nil, err
	}
	return h, n.join(h)
}

func rawOps(ops []roster.Op) [][]byte {
	var raws [][]byte
	for _, op := range ops {
		raws = append(raws, op.Raw())
	}
	return raws
}

func firstChange(ops []roster.Op) store.Change {
	c := store.Change{Own: true}
	for _, op := range ops {
		c.PutOps = append(c.PutOps, store.Op{ID: op.ID(), Raw: op.Raw()})
	}
	return c
}

// profileName is where the household's name waits until it can be written.
func profileName(id protocol.NeighbourhoodID) string {
	return "name/" + protocol.Text(id)
}

// Invite makes an invitation for a number of member households.
func (n *Node) Invite(ctx context.Context, id protocol.NeighbourhoodID, uses int) (string, error) {
	return n.InviteAs(ctx, id, api.Terms{Role: roster.RoleMember, Uses: uses})
}

// InviteAs makes an invitation and returns its text.
func (n *Node) InviteAs(ctx context.Context, id protocol.NeighbourhoodID, terms api.Terms) (string, error) {
	h, ok := n.Neighbourhood(id)
	if !ok {
		return "", ErrNoNeighbourhood
	}
	var seed [16]byte
	if err := randomBytes(seed[:]); err != nil {
		return "", err
	}
	if err := h.remember(ctx); err != nil {
		return "", err
	}
	if err := h.grant(ctx, seed, terms); err != nil {
		return "", err
	}
	return roster.Invite{Neighbourhood: id, Seed: seed}.Text(), nil
}

// ErrNoNeighbourhood: this node is in no neighbourhood of that id.
var ErrNoNeighbourhood = errors.New("node: no such neighbourhood")

// introduction is the task that writes this household's profile once it is a
// member, if it has none. One try a start: it is asked after every turn.
func (h *Neighbourhood) introduction() []task {
	if h.introduced {
		return nil
	}
	if _, _, err := newTurn(h).writer(); err != nil {
		return nil
	}
	h.introduced = true
	name, err := h.store.Meta(profileName(h.id))
	if err != nil || len(name) == 0 {
		return nil
	}
	return []task{&writing{
		content: &record.Household{Name: string(name)}, common: &record.Common{Origin: "household"},
		ctx: h.ctx, result: make(chan written, 1),
	}}
}
