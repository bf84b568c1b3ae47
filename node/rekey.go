package node

import (
	"gotong/node/identity"
	"gotong/protocol/cell"
	"gotong/protocol/roster"
)

// rekeying is the task that looks after the neighbourhood's keys once for each
// new roster: a steward's node makes a new epoch where a revocation left none
// that is clean, and brings the current secret to devices that lack it.
func (h *Neighbourhood) rekeying() []task {
	members := h.roster.Load()
	if h.rekeyed == members {
		return nil
	}
	h.rekeyed = members
	me := h.parts.Identity
	if !members.Steward(me.HouseholdID()) || !members.Serve(me.DeviceID()) {
		return nil
	}
	return []task{&signing{say: (*turn).lookAfterKeys, result: make(chan error, 1)}}
}

func (t *turn) lookAfterKeys() ([]roster.Op, error) {
	current, ok := t.roster.Current()
	if !ok {
		return t.mint()
	}
	secret, has := t.h.secrets[current.Epoch]
	if !has {
		return nil, nil
	}
	return t.bring(current, secret, t.roster)
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

// epochOp announces the epoch of a secret, with its parents' secrets sealed
// under it.
func (t *turn) epochOp(secret [32]byte) (roster.Op, error) {
	body := t.roster.NextEpoch(cell.NewKey(t.h.id, secret).Epoch)
	for _, parent := range t.roster.Epochs() {
		older, has := t.h.secrets[parent.Epoch]
		if !has || !named(body.Parents, parent.Op[:]) {
			continue
		}
		sealed, err := identity.SealUnder(secret, sealInfo(t.h.id), older[:])
		if err != nil {
			return roster.Op{}, err
		}
		body.Older = append(body.Older, &roster.Sealed{Epoch: parent.Epoch[:], Sealed: sealed})
	}
	return t.signed(body)
}

func named(ids [][]byte, id []byte) bool {
	for _, x := range ids {
		if string(x) == string(id) {
			return true
		}
	}
	return false
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
