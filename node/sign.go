package node

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"gotong/node/api"
	"gotong/node/identity"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// ErrNoPlaces: the household has used up its numbered places in the roster.
var ErrNoPlaces = errors.New("node: no place left in the roster")

// signing is the owner's part of adding operations of this household's own.
// say makes them from the roster as it is in that turn.
type signing struct {
	say    func(*turn) ([]roster.Op, error)
	err    error
	result chan error
}

// sign adds operations of this household's own; they are durable when it
// returns.
func (h *Neighbourhood) sign(ctx context.Context, say func(*turn) ([]roster.Op, error)) error {
	s := &signing{say: say, result: make(chan error, 1)}
	err, lost := await(ctx, h, s, s.result)
	return cmp.Or(lost, err)
}

func (s *signing) decide(t *turn) bool {
	if t.changedRoster() || len(t.slots) > 0 {
		return false
	}
	before := t.roster
	ops, err := s.say(t)
	if err != nil {
		t.roster, s.err = before, err
		return true
	}
	_, s.err = t.welcome(ops)
	for _, op := range ops {
		t.ownOps = append(t.ownOps, op.Raw())
	}
	return true
}

func (s *signing) settle(err error) { s.result <- cmp.Or(s.err, err) }

// signed signs an operation of this household at a free place.
func (t *turn) signed(body roster.Body) (roster.Op, error) {
	me := t.h.parts.Identity
	if !t.holdsKey() {
		return roster.Op{}, ErrHouseholdKey
	}
	place, ok := t.roster.FreePlace(me.HouseholdID(), me.DeviceID())
	if !ok {
		return roster.Op{}, ErrNoPlaces
	}
	return roster.Sign(t.h.id, me.Household, place, body)
}

// holdsKey reports whether this device holds the key of its household here. A
// further device of a household does not, and signs cells only.
func (t *turn) holdsKey() bool {
	me := t.h.parts.Identity
	household, known := t.roster.Household(me.DeviceID())
	return t.h.house == nil && (!known || household == me.HouseholdID())
}

// claim brings this device's own operations into the roster and, of a founder,
// the first epoch.
func (h *Neighbourhood) claim(ctx context.Context) error {
	return h.sign(ctx, func(t *turn) ([]roster.Op, error) {
		if h.seed != nil {
			return nil, nil // a turn adds what the device claims by itself
		}
		t.roster = h.admit(t.roster, t.roster.Keep())
		op, err := t.signed(t.roster.NextEpoch(cell.NewKey(h.id, h.ring.Secrets[0]).Epoch))
		return []roster.Op{op}, err
	})
}

// grant signs an invitation whose keys derive from seed, with the neighbourhood's
// secrets sealed to it, so that whoever joins by it can read. A hub reads nothing.
func (h *Neighbourhood) grant(ctx context.Context, seed [16]byte, terms api.Terms) error {
	return h.sign(ctx, func(t *turn) ([]roster.Op, error) {
		if _, _, err := t.writer(); err != nil {
			return nil, err
		}
		invite := roster.Invite{Neighbourhood: h.id, Seed: seed}
		key := invite.Key()
		body := &roster.Grant{Invite: key[:], Role: terms.Role, Uses: uint32(terms.Uses)}
		if !terms.Expires.IsZero() {
			body.Expires = terms.Expires.UnixMilli()
		}
		var err error
		if terms.Role != roster.RoleHub {
			body.Secrets, err = h.sealedTo([32]byte(invite.SealKey().PublicKey().Bytes()))
		}
		if err != nil {
			return nil, err
		}
		op, err := t.signed(body)
		return []roster.Op{op}, err
	})
}

// sealedTo seals every secret of the neighbourhood to an X25519 key.
func (h *Neighbourhood) sealedTo(key [32]byte) ([]*roster.Sealed, error) {
	var all []*roster.Sealed
	for _, secret := range h.worthSealing() {
		sealed, err := identity.SealTo(key[:], sealInfo(h.id), secret[:])
		if err != nil {
			return nil, err
		}
		epoch := cell.NewKey(h.id, secret).Epoch
		all = append(all, &roster.Sealed{Epoch: epoch[:], Sealed: sealed})
	}
	return all, nil
}

// worthSealing returns the secret to write under and the newest others, as many
// as fit an operation; older ones open with these.
func (h *Neighbourhood) worthSealing() [][32]byte {
	var first [][32]byte
	if current, ok := h.currentKey(); ok {
		first = append(first, h.secrets[current.Epoch])
	}
	for _, secret := range slices.Backward(h.ring.Secrets) {
		if len(first) < maxOlder && !slices.Contains(first, secret) {
			first = append(first, secret)
		}
	}
	return first
}

// currentKey returns the key that new payloads are sealed under: that of the
// roster's current epoch or, where its secret has not arrived, of the highest
// clean one whose secret has.
func (h *Neighbourhood) currentKey() (cell.Key, bool) {
	current, ok := h.roster.Load().CurrentOf(func(e cell.Epoch) bool { _, has := h.keys[e]; return has })
	return h.keys[current.Epoch], ok
}

// randomBytes fills b with random bytes.
func randomBytes(b []byte) error {
	if _, err := rand.Read(b); err != nil {
		return fmt.Errorf("node: random bytes: %w", err)
	}
	return nil
}
