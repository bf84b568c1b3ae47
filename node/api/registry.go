package api

import (
	"context"
	"errors"
	"time"

	"gotong/protocol"
	"gotong/protocol/roster"
)

// Registry is what the verbs about who belongs need of a node.
type Registry interface {
	// Device returns this node's own.
	Device() protocol.DeviceID
	// HouseholdKey returns the key that this node signs for its household with.
	HouseholdKey() roster.Key
	// Roster returns who belongs, as this node knows it now.
	Roster(n protocol.NeighbourhoodID) (*roster.Roster, error)
	// Sign adds the operations that say signs for the household; they are
	// durable when it returns. Whatever say returns an error for is undone. It
	// must not call the Backend. ErrHouseholdKey where the key is elsewhere.
	Sign(ctx context.Context, n protocol.NeighbourhoodID, say func(Pen) error) error
	// SealedTo seals the neighbourhood's secrets to an X25519 key.
	SealedTo(ctx context.Context, n protocol.NeighbourhoodID, key [32]byte) ([]*roster.Sealed, error)
	// Pair makes this node a further device of a household, once a device that
	// holds its key signs what is returned.
	Pair(ctx context.Context, house roster.House) (*roster.Device, error)
	// Held returns the facts of these devices that are kept here and count.
	Held(ctx context.Context, n protocol.NeighbourhoodID, of []protocol.DeviceID) ([]Held, error)
	// Leave stops carrying a neighbourhood and removes what is kept of it.
	Leave(ctx context.Context, n protocol.NeighbourhoodID) error
	// Muted returns the households whose records this node does not list.
	Muted(n protocol.NeighbourhoodID) (map[protocol.HouseholdID]bool, error)
	// Mute changes that, durably.
	Mute(ctx context.Context, n protocol.NeighbourhoodID, of protocol.HouseholdID, on bool) error
}

// Pen signs operations one after the other.
type Pen interface {
	// Roster is as it will be with what was signed so far.
	Roster() *roster.Roster
	Sign(body roster.Body) (protocol.ID, error)
}

// Held is a fact by the id of its cell.
type Held struct {
	ID     protocol.ID
	Record protocol.RecordID // zero where it cannot be read here
}

// Terms are those of an invitation.
type Terms struct {
	Role    roster.Role
	Uses    int
	Expires time.Time // zero: never
}

// errPreview undoes what was signed to see what would come of it.
var errPreview = errors.New("api: a preview")

// sign signs, or with preview only tries: what say saw is true of both.
func (d Desk) sign(ctx context.Context, s site, preview bool, say func(Pen) error) error {
	err := d.Backend.Sign(ctx, s.id, func(p Pen) error {
		if err := say(p); err != nil || !preview {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		return nil
	}
	return err
}
