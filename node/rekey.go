package node

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"gotong/node/identity"
	"gotong/protocol"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// rekeying is the task that looks after the neighbourhood's keys once for each
// new roster. A steward's node makes a new epoch where a revocation left none
// that is clean, and brings the current secret to devices that lack it. Every
// node shares the secrets that nobody else can learn of.
func (h *Neighbourhood) rekeying() []task {
	members := h.roster.Load()
	if h.rekeyed == members {
		return nil
	}
	before := h.rekeyed
	h.rekeyed = members
	if !members.Serve(h.parts.Identity.DeviceID()) || !newTurn(h).holdsKey() {
		return nil
	}
	keys := &signing{say: (*turn).lookAfterKeys, result: make(chan error, 1)}
	return append(h.closeSpent(before, members), keys)
}

func (t *turn) lookAfterKeys() ([]roster.Op, error) {
	me := t.h.parts.Identity.HouseholdID()
	steward := t.roster.Steward(me)
	current, ok := t.roster.Current()
	if !ok && (steward || t.putOut()) {
		return t.mint()
	}
	secret, has := t.h.secrets[current.Epoch]
	if !has {
		return nil, nil
	}
	if strays := t.strays(current); len(strays) > 0 {
		return t.share(current, secret, strays)
	}
	if !steward {
		return nil, nil
	}
	return t.bring(current, secret, t.roster)
}

// putOut reports whether this household revoked something of its own, as a
// stolen phone: then it makes the new epoch itself, if it is a member that was
// vouched for, and does not leave the thief reading until a steward's node hears.
func (t *turn) putOut() bool {
	me := t.h.parts.Identity.HouseholdID()
	m, ok := t.roster.Member(me)
	if !ok || !m.Vouched() || m.Role != roster.RoleMember {
		return false
	}
	for _, d := range m.Devices {
		for _, by := range t.roster.Revokers(roster.TargetDevice, d) {
			if by.By == me {
				return true
			}
		}
	}
	return false
}

// share brings strays to all who hold the current secret.
func (t *turn) share(current roster.EpochState, secret [32]byte, strays []cell.Epoch) ([]roster.Op, error) {
	me := t.h.parts.Identity
	places := t.roster.FreeKeyPlaces(me.HouseholdID())
	body := &roster.Keys{EpochOp: current.Op[:]}
	for _, epoch := range strays[:min(len(strays), maxOlder)] {
		stray := t.h.secrets[epoch]
		sealed, err := identity.SealUnder(secret, sealInfo(t.h.id), stray[:])
		if err != nil {
			return nil, err
		}
		body.Strays = append(body.Strays, &roster.Sealed{Epoch: epoch[:], Sealed: sealed})
	}
	op, err := roster.Sign(t.h.id, me.Household, places[0], body)
	return []roster.Op{op}, err
}

// mint makes a new epoch that follows all others. Its secret is kept before
// anybody hears of it, and goes to every device that is not revoked.
func (t *turn) mint() ([]roster.Op, error) {
	var secret [32]byte
	if err := randomBytes(secret[:]); err != nil {
		return nil, err
	}
	ring := t.h.ring
	ring.Secrets = append(ring.Secrets[:len(ring.Secrets):len(ring.Secrets)], secret)
	if err := t.h.parts.Keys.SaveKeyring(t.h.id, ring); err != nil {
		return nil, err
	}
	t.h.ring = ring
	t.h.addKey(secret)
	op, err := t.epochOp(secret)
	if err != nil {
		return nil, err
	}
	with := roster.Judge(t.h.id, append(t.roster.Keep(), op))
	current, ok := with.Current()
	if !ok {
		return []roster.Op{op}, nil
	}
	keys, err := t.bring(current, secret, with)
	return append([]roster.Op{op}, keys...), err
}

// maxOlder bounds how many secrets one epoch carries on: about 90 bytes each,
// within protocol.MaxOp.
const maxOlder = 64

// epochOp announces the epoch of a secret, with every older and forked one
// sealed under it that its parents do not carry on already.
func (t *turn) epochOp(secret [32]byte) (roster.Op, error) {
	mine := cell.NewKey(t.h.id, secret).Epoch
	body := t.roster.NextEpoch(mine)
	var parents []protocol.ID
	for _, id := range body.Parents {
		parents = append(parents, protocol.ID(id))
	}
	carried := t.carriedOn(parents...)
	for _, epoch := range t.held() {
		if epoch == mine || carried[epoch] || len(body.Older) == maxOlder {
			continue
		}
		older := t.h.secrets[epoch]
		sealed, err := identity.SealUnder(secret, sealInfo(t.h.id), older[:])
		if err != nil {
			return roster.Op{}, err
		}
		body.Older = append(body.Older, &roster.Sealed{Epoch: epoch[:], Sealed: sealed})
	}
	return t.signed(body)
}

// strays returns the held epochs whose secrets the current one does not lead to
// and which this node is to share. One that another operation announces, of a
// fork, is left to the current one's maker, who was brought it: else all would
// share it. One that no operation announces any more everybody shares who holds
// it: it comes about when a device and its clone sign for one place.
func (t *turn) strays(current roster.EpochState) []cell.Epoch {
	known := t.carriedOn(current.Op)
	known[current.Epoch] = true
	for _, s := range t.roster.Strays() {
		known[cell.Epoch(s.Epoch)] = true
	}
	if current.By != t.h.parts.Identity.HouseholdID() {
		for _, e := range t.roster.Epochs() {
			known[e.Epoch] = true
		}
	}
	return slices.DeleteFunc(t.held(), func(e cell.Epoch) bool { return known[e] })
}

// held returns the epochs whose secrets this node knows, announced ones first:
// invented strays do not crowd them out.
func (t *turn) held() []cell.Epoch {
	announced := make(map[cell.Epoch]int)
	for _, e := range t.roster.Epochs() {
		announced[e.Epoch] = 1
	}
	return slices.SortedFunc(maps.Keys(t.h.secrets), func(a, b cell.Epoch) int {
		return cmp.Or(announced[b]-announced[a], bytes.Compare(a[:], b[:]))
	})
}

// carriedOn returns the epochs whose secrets are sealed under the given ones,
// or under those again.
func (t *turn) carriedOn(ops ...protocol.ID) map[cell.Epoch]bool {
	carried := make(map[cell.Epoch]bool)
	epochs := t.roster.Epochs()
	for _, e := range slices.Backward(epochs) { // later ones carry earlier ones
		if slices.Contains(ops, e.Op) || carried[e.Epoch] {
			for _, s := range e.Older {
				carried[cell.Epoch(s.Epoch)] = true
			}
		}
	}
	return carried
}

// perKeys is how many devices one keys operation brings a secret to: about 100
// bytes each, within protocol.MaxOp.
const perKeys = 70

// bring seals the secret of an epoch to the devices that lack it.
func (t *turn) bring(e roster.EpochState, secret [32]byte, members *roster.Roster) ([]roster.Op, error) {
	me := t.h.parts.Identity
	places := members.FreeKeyPlaces(me.HouseholdID())
	var ops []roster.Op
	for lacking := members.Lacking(e.Epoch); len(lacking) > 0 && len(ops) < len(places); {
		n := min(perKeys, len(lacking))
		body := &roster.Keys{EpochOp: e.Op[:]}
		for _, d := range lacking[:n] {
			sealed, err := identity.SealTo(d.Seal[:], sealInfo(t.h.id), secret[:])
			if err != nil {
				return nil, err
			}
			body.Recipients = append(body.Recipients, &roster.Recipient{Device: d.ID[:], Sealed: sealed})
		}
		op, err := roster.Sign(t.h.id, me.Household, places[len(ops)], body)
		if err != nil {
			return nil, err
		}
		ops, lacking = append(ops, op), lacking[n:]
	}
	return ops, nil
}
