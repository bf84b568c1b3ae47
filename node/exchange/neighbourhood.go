package exchange

import (
	"context"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// Neighbourhood is what an exchange needs from the node, for one
// neighbourhood. Every method may be called from several goroutines at once.
// Only Ingest may call back into the Exchange (Changed, RosterChanged).
//
// An id names a cell or a roster operation alike. Which cells are here the
// Exchange knows itself: the node says so in Join and in Changed.
type Neighbourhood interface {
	ID() protocol.NeighbourhoodID

	// Credentials are this device's own operations, genesis -> ... -> its
	// device, in the order in which they can be taken in; as many of them as
	// are here. They are shown to a peer whose roster lacks this device.
	Credentials() [][]byte

	// Serves says whether a device may be answered: it is in the roster.
	Serves(protocol.DeviceID) bool

	// Against are the operations by which a device was put out, in the order in
	// which they can be taken in; none where it was not, or need not know.
	Against(protocol.DeviceID) [][]byte

	// Ops are the ids of all roster operations here, in an order in which they
	// can be taken in. The caller does not change the slice.
	Ops() []protocol.ID

	// Raw returns the bytes of a cell or operation; for a cell whose payload
	// was dropped here, its stub. False when it is not here, or no longer.
	Raw(protocol.ID) ([]byte, bool)

	// Class is the priority of a cell that is here; Bulk where it is not.
	Class(protocol.ID) cell.Class

	// PathOf names the operations that show who wrote a cell, in the order in
	// which they can be taken in.
	PathOf(protocol.ID) []protocol.ID

	// Here says whether a cell is here with its payload.
	Here(protocol.ID) bool

	// Instead returns the bytes of the older cell that stands in for one that is
	// here as a stub only; false where none does. It goes along with the stub.
	Instead(protocol.ID) ([]byte, bool)

	// Missing names cells that are here as stubs although their payload should
	// still be kept, as far as there is room: peers are asked for them by id.
	Missing() []protocol.ID

	// Unreached names own cells of which the node does not yet know enough
	// peers that store them. What an exchange learns of them goes to
	// Events.Stored.
	Unreached() []protocol.ID

	// Ingest is the one door: it judges raw items that a peer sent and returns
	// when all that was accepted is durable. It returns one Taken for each
	// item, in order. An error is the node's own fault (its disk, its end) and
	// blames nobody; it ends the exchange.
	Ingest(ctx context.Context, raws [][]byte, from protocol.DeviceID) ([]Taken, error)
}

// Taken is what became of one raw item at the door.
type Taken struct {
	// ID names the item as its own bytes say; zero where they say nothing.
	ID protocol.ID
	// Verdict is Accept when the item is durable here, just now or before; Ignore
	// when it is not kept and nobody is to blame (unknown device, something newer
	// in its slot): this peer is not asked for it again until the roster changes.
	// It is Ignore and New where there was room for its stub only;
	// Reject when it is malformed or forged.
	Verdict protocol.Verdict
	// New: it was not here before, or only as a stub.
	New bool
}

// Events tell the node what an exchange learns. Each may be nil. They are
// called from the exchange's goroutine and must return at once.
type Events struct {
	// Stored: the peer has these items durably, as it said in an exchange.
	Stored func(n protocol.NeighbourhoodID, peer protocol.DeviceID, ids []protocol.ID)
	// Lacks: the peer has of these cells the names only, as it said just now.
	Lacks func(n protocol.NeighbourhoodID, peer protocol.DeviceID, ids []protocol.ID)
	// Progress of a running exchange, after every batch.
	Progress func(n protocol.NeighbourhoodID, peer protocol.DeviceID, p Progress)
	// Ended: an exchange is over; err is nil when both sides had all they
	// could give one another.
	Ended func(n protocol.NeighbourhoodID, peer protocol.DeviceID, err error)
}

// Progress counts the items of a running exchange: "120 of 640".
type Progress struct {
	Sent, ToSend        int // to the peer, acknowledged by it
	Received, ToReceive int // from the peer; ToReceive is an estimate until the end
}
