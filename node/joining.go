package node

import (
	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// credentials are the operations by which this device claims its place: for a
// household that joined by an invite, its join, and the device's own. They are
// the same bytes whenever they are made under one roster, for as long as nobody
// refuses them.
func (h *Neighbourhood) credentials(members *roster.Roster) []roster.Op {
	return append(h.join(), h.claims(members)...)
}

// join returns the operation by which the household comes in, if by an
// invitation.
func (h *Neighbourhood) join() []roster.Op {
	if h.seed == nil {
		return nil
	}
	op, err := roster.Sign(h.id, h.invite().SignKey(), 0, &roster.Join{Household: h.parts.Identity.HouseholdKey()})
	if err != nil {
		return nil
	}
	return []roster.Op{op}
}

// learnKeys opens the epoch secrets that the roster holds for this device and
// keeps them before it uses them. One secret opens the older ones sealed under
// it, so it goes on until nothing new opens.
func (h *Neighbourhood) learnKeys() {
	learnt := 0
	for h.learnOnce() {
		learnt++
	}
	if learnt == 0 {
		return
	}
	if err := h.parts.Keys.SaveKeyring(h.id, h.ring); err != nil {
		h.fail(err)
		return
	}
	h.lighten()
}

func (h *Neighbourhood) learnOnce() bool {
	learnt := false
	members := h.roster.Load()
	for _, s := range members.Secrets(h.parts.Identity.DeviceID()) {
		learnt = h.learn(s, func(sealed []byte) ([]byte, error) {
			return identity.OpenSealed(h.parts.Identity.Seal, sealInfo(h.id), sealed)
		}) || learnt
	}
	for _, s := range h.granted() {
		learnt = h.learn(s, func(sealed []byte) ([]byte, error) {
			return identity.OpenSealed(h.invite().SealKey(), sealInfo(h.id), sealed)
		}) || learnt
	}
	for _, e := range members.Epochs() {
		for _, s := range e.Older {
			learnt = h.learn(s, func(sealed []byte) ([]byte, error) {
				return identity.OpenUnder(h.secrets[e.Epoch], sealInfo(h.id), sealed)
			}) || learnt
		}
	}
	for _, s := range members.Strays() {
		if len(h.ring.Secrets) >= maxRing {
			break
		}
		learnt = h.learn(s.Sealed, func(sealed []byte) ([]byte, error) {
			return identity.OpenUnder(h.secrets[s.Under], sealInfo(h.id), sealed)
		}) || learnt
	}
	return learnt
}

// maxRing bounds how far invented strays can make a keyring grow.
const maxRing = 1024

// invite returns the invitation that this household joined by.
func (h *Neighbourhood) invite() roster.Invite {
	return roster.Invite{Neighbourhood: h.id, Seed: *h.seed}
}

// granted returns the secrets in the grants that this household joined by.
func (h *Neighbourhood) granted() []*roster.Sealed {
	if h.seed == nil {
		return nil
	}
	var sealed []*roster.Sealed
	for _, g := range h.roster.Load().Invitations(h.invite().Key()) {
		sealed = append(sealed, g.Secrets...)
	}
	return sealed
}

// learn opens a secret that is not known yet. Sealed bytes prove nothing: only
// a secret that gives the epoch it is said to be of counts.
func (h *Neighbourhood) learn(s *roster.Sealed, open func([]byte) ([]byte, error)) bool {
	if _, known := h.keys[cell.Epoch(s.Epoch)]; known {
		return false
	}
	secret, err := open(s.Sealed)
	if err != nil || len(secret) != 32 || cell.NewKey(h.id, [32]byte(secret)).Epoch != cell.Epoch(s.Epoch) {
		return false
	}
	h.ring.Secrets = append(h.ring.Secrets, [32]byte(secret))
	h.addKey([32]byte(secret))
	return true
}

// sealInfo binds a sealed epoch secret to its neighbourhood.
func sealInfo(n protocol.NeighbourhoodID) []byte {
	return append([]byte(protocol.DomainEpoch), n[:]...)
}

// Credentials returns the operations that show this device, in the order in
// which they can be taken in: the path from genesis where the roster has it,
// before that what it claims its place by.
func (h *Neighbourhood) Credentials() [][]byte {
	members := h.roster.Load()
	path := members.Path(h.parts.Identity.DeviceID())
	if path == nil {
		return rawOps(h.credentials(members))
	}
	if h.parts.Identity.Incarnation > 1 {
		path = append(append(path, h.keptClaims(members)...), h.claims(members)...)
	}
	return rawOps(path)
}

// pathOf returns the operations that show who wrote a kept cell.
func (h *Neighbourhood) pathOf(id protocol.ID) []roster.Op {
	l, ok := h.index.find(id)
	if !ok {
		return nil
	}
	return h.roster.Load().Path(l.at.Device)
}
