package node

import (
	"context"

	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/roster"
)

// Pair makes this node a further device of a household, once a device that
// holds the household's key has signed what it returns. Asked again it returns
// the same.
func (n *Node) Pair(ctx context.Context, house roster.House) (*roster.Device, error) {
	me := n.parts.Identity
	body := roster.NewDevice(house.Neighbourhood, house.Household, me.Device, [32]byte(me.Seal.PublicKey().Bytes()), uint32(me.Incarnation))
	household := house.Household.Household()
	if h, known := n.Neighbourhood(house.Neighbourhood); known {
		if h.house == nil || *h.house != household {
			return nil, ErrJoined
		}
		return body, nil
	}
	ring := identity.Keyring{House: &household}
	if err := n.parts.Keys.SaveKeyring(house.Neighbourhood, ring); err != nil {
		return nil, err
	}
	h, err := n.open(house.Neighbourhood, ring, false)
	if err != nil {
		return nil, err
	}
	return body, n.join(h)
}

// Pair implements [api.Registry].
func (b Backend) Pair(ctx context.Context, house roster.House) (*roster.Device, error) {
	body, err := b.Node.Pair(ctx, house)
	return body, inWordsOfAPI(err)
}

// SealedTo implements [api.Registry].
func (b Backend) SealedTo(ctx context.Context, n protocol.NeighbourhoodID, key [32]byte) ([]*roster.Sealed, error) {
	h, err := b.hood(n)
	if err != nil {
		return nil, err
	}
	var sealed []*roster.Sealed
	var failed error
	if err := h.do(ctx, func() { sealed, failed = h.sealedTo(key) }); err != nil {
		return nil, inWordsOfAPI(err)
	}
	return sealed, failed
}
