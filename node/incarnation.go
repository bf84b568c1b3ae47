package node

import (
	"slices"
	"sync"

	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/roster"
)

// firstPlace is the numbered place of a household's first device.
const firstPlace = 0

// claimed is where in the roster a device that was made anew claims its place.
// The household's other devices may have used any place since this one last
// heard of them, so where neighbours do not know it, it tries another.
type claimed struct {
	mu       sync.Mutex
	refusals int
	signed   map[uint16]roster.Op
}

// maxRefusals bounds how many places a device claims.
const maxRefusals = 4

// refused notes that a neighbour does not know this device.
func (h *Neighbourhood) refused() {
	h.claimed.mu.Lock()
	defer h.claimed.mu.Unlock()
	if h.parts.Identity.Incarnation > 1 {
		h.claimed.refusals = min(h.claimed.refusals+1, maxRefusals)
	}
}

// claims returns the device operations by which this device claims its place
// that the roster does not have: the one of a household's first device; of one
// made anew as many as it was refused, and one more, at spare places.
func (h *Neighbourhood) claims(members *roster.Roster) []roster.Op {
	me := h.parts.Identity
	if h.house != nil {
		return nil // another device of the household signs for this one
	}
	if me.Incarnation <= 1 {
		if op, err := deviceOp(h.id, me, firstPlace, uint32(me.Incarnation)); err == nil {
			return []roster.Op{op}
		}
		return nil
	}
	spare := members.SparePlaces(me.HouseholdID())
	h.claimed.mu.Lock()
	defer h.claimed.mu.Unlock()
	lacking := h.claimed.refusals + 1 - len(h.keptClaims(members))
	return h.claimed.at(h.id, me, spare, min(lacking, len(spare)))
}

// keptClaims returns the device operations of this device that the roster has.
func (h *Neighbourhood) keptClaims(members *roster.Roster) []roster.Op {
	var kept []roster.Op
	for _, op := range members.InOrder() {
		if body, ok := op.Body().(*roster.Device); ok && protocol.DeviceOf(body.GetKey()) == h.parts.Identity.DeviceID() {
			kept = append(kept, op)
		}
	}
	return kept
}

// admit judges operations with this device's credentials among them. A device
// made anew looks first what the others say, so that it claims where they leave
// room: what it knows of its household it need not displace.
func (h *Neighbourhood) admit(members *roster.Roster, ops []roster.Op) *roster.Roster {
	if h.parts.Identity.Incarnation <= 1 {
		return roster.Judge(h.id, slices.Concat(ops, h.credentials(members)))
	}
	members = roster.Judge(h.id, slices.Concat(ops, h.join()))
	if lacking := h.claims(members); len(lacking) > 0 {
		members = roster.Judge(h.id, append(members.Keep(), lacking...))
	}
	return members
}

// at returns n claims at spare places. Where they begin the device says, so that
// two that were made anew without knowing of each other begin apart: of two
// claims at one place one would be lost.
func (c *claimed) at(id protocol.NeighbourhoodID, me identity.Identity, spare []uint16, n int) []roster.Op {
	if c.signed == nil {
		c.signed = make(map[uint16]roster.Op)
	}
	device, first := me.DeviceID(), max(1, len(spare)-len(spare)/protocol.MaxDevices) // the rest are the first device's
	var ops []roster.Op
	for i := range max(n, 0) {
		place := spare[(int(device[0])%first+i)%len(spare)]
		op, done := c.signed[place]
		if !done {
			op = yielding(id, me, place)
			c.signed[place] = op
		}
		if op.Kind != 0 {
			ops = append(ops, op)
		}
	}
	return ops
}

// yielding signs a device operation that gives way: of two operations at one
// place the lower id stays, and this one's is among the highest. What the
// household said at that place before, unknown here, is not put out by it. It
// is found by trying incarnations, whose number matters to nobody else.
func yielding(n protocol.NeighbourhoodID, me identity.Identity, place uint16) (op roster.Op) {
	for try := range uint32(4096) {
		next, err := deviceOp(n, me, place, uint32(me.Incarnation)+try)
		if err != nil {
			return op
		}
		if op = next; op.ID()[0] == 0xff {
			return op
		}
	}
	return op
}

func deviceOp(n protocol.NeighbourhoodID, me identity.Identity, place uint16, incarnation uint32) (roster.Op, error) {
	household := roster.Key(me.HouseholdKey())
	body := roster.NewDevice(n, household, me.Device, [32]byte(me.Seal.PublicKey().Bytes()), incarnation)
	return roster.Sign(n, me.Household, place, body)
}
