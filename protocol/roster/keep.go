package roster

import (
	"bytes"
	"cmp"
	"slices"

	"gotong/protocol"
)

// Bounds beyond those of protocol/limits.go; with them they bound how much one
// member can make every node keep (SPEC.md, Limits).
const (
	maxUses          = 16  // households by one invitation of a member
	maxUsesSteward   = 256 // the same for stewards and founders
	surplusJoins     = 16  // joins kept beyond an invitation's uses, so that misuse shows
	placesNewcomer   = 16  // places of a household nobody vouched for
	keyPlaces        = 8   // places for keys operations, which are replaced
	keyPlacesSteward = 256
)

// household is one that the kept operations know, and what Judge finds out.
type household struct {
	id      protocol.HouseholdID
	key     Key
	role    Role       // highest it was ever admitted to, revoked or not
	after   *household // who admitted it; nil for founders
	by      []*Op      // the operations that admitted it, in order
	ops     []*Op      // kept, by place
	keys    []*Op      // kept keys operations, by place
	grants  []*grant
	devices []*device // by id, revoked ones included

	lifts    []lift  // vouches that count, see judge.go
	rank     int     // of its highest lift, withdrawn or not
	joins    []*join // kept joins that bring it in
	admitted *join   // the first of them that counts, or none: it waits for a vouch
}

// grant is a kept invitation with the joins that name it.
type grant struct {
	op    *Op
	body  *Grant
	by    *household
	joins []*join
}

// join is a kept join.
type join struct {
	op    *Op
	grant *grant
	of    *household
}

// keeper builds the closure: what a node keeps. It goes down from genesis in
// four steps and never looks at whether something was revoked, so that what is
// kept depends only on what was heard, and is the same everywhere.
type keeper struct {
	r        *Roster
	bySigner map[Key][]*Op
	byInvite map[Key][]*Op        // joins
	named    map[protocol.ID]bool // ids in keep lists of founders and stewards
}

// distinct returns the operations by ascending id, each once.
func distinct(ops []Op) []*Op {
	all := make([]*Op, len(ops))
	for i := range ops {
		all[i] = &ops[i]
	}
	slices.SortFunc(all, func(a, b *Op) int { return bytes.Compare(a.id[:], b.id[:]) })
	return slices.CompactFunc(all, func(a, b *Op) bool { return a.id == b.id })
}

func newKeeper(r *Roster, ops []Op) *keeper {
	k := &keeper{r: r, bySigner: make(map[Key][]*Op), byInvite: make(map[Key][]*Op), named: make(map[protocol.ID]bool)}
	for _, op := range distinct(ops) {
		switch op.body.(type) {
		case *Genesis:
			if protocol.NeighbourhoodID(op.id) == r.n {
				r.genesis = op
			}
		case *Join:
			k.byInvite[op.Signer] = append(k.byInvite[op.Signer], op)
		default:
			k.bySigner[op.Signer] = append(k.bySigner[op.Signer], op)
		}
	}
	return k
}

// descend finds the households from the top down: founders, stewards they
// vouch for, others either vouches for, newcomers by an invitation of these.
// A household that nobody vouched for extends nothing, so the depth is fixed
// and one photographed invitation cannot grow a tree.
func (k *keeper) descend() {
	if k.r.genesis == nil {
		return
	}
	founders := k.founders()
	above := slices.Concat(founders, k.vouched(founders, RoleSteward))
	members := k.vouched(above, RoleMember)
	k.vouched(above, RolePartner)
	k.vouched(above, RoleHub)
	k.nameKept(above)
	hosts := slices.Concat(above, members)
	sortHouseholds(hosts)
	for _, h := range hosts {
		k.welcome(h)
	}
	k.r.sortAll()
	k.r.findEpochs()
	for _, h := range k.r.order {
		k.chooseKeys(h)
	}
}

// founders admits those genesis names and, where it names one, the two that
// this one added first.
func (k *keeper) founders() []*household {
	genesis := k.r.genesis
	var founders []*household
	for _, key := range genesis.body.(*Genesis).GetFounders() {
		founders = append(founders, k.admit(Key(key), RoleFounder, nil, genesis))
	}
	if len(founders) > 1 {
		return founders
	}
	first := founders[0]
	for _, op := range first.ops {
		body, ok := op.body.(*Founders)
		if !ok || slices.ContainsFunc(body.GetFounders(), first.hasKey) {
			continue
		}
		for _, key := range body.GetFounders() {
			founders = append(founders, k.admit(Key(key), RoleFounder, first, op))
		}
		break
	}
	return founders
}

func (h *household) hasKey(key []byte) bool { return h.key == Key(key) }

// vouched admits households that one of hosts vouches for in this role and
// that are not known in a higher one.
func (k *keeper) vouched(hosts []*household, role Role) []*household {
	var admitted []*household
	for _, h := range hosts {
		for _, op := range h.ops {
			v, ok := op.body.(*Vouch)
			if !ok || v.GetRole() != role || k.r.byKey[Key(v.GetHousehold())] != nil {
				continue
			}
			admitted = append(admitted, k.admit(Key(v.GetHousehold()), role, h, op))
		}
	}
	return admitted
}

// nameKept notes what founders and stewards name in keep lists: such joins are
// kept whatever else floods in under the same invitation.
func (k *keeper) nameKept(hosts []*household) {
	for _, h := range hosts {
		for _, op := range h.ops {
			for _, id := range keptIDs(op) {
				k.named[id] = true
			}
		}
	}
}

// keptIDs returns the ids that a revocation or adoption names.
func keptIDs(op *Op) []protocol.ID {
	switch body := op.body.(type) {
	case *Revoke:
		return unpack(body.GetKeep())
	case *Adopt:
		return unpack(body.GetIds())
	}
	return nil
}

// welcome admits the newcomers of h's invitations.
func (k *keeper) welcome(h *household) {
	own := make(map[protocol.ID]bool)
	for _, op := range h.ops {
		for _, id := range keptIDs(op) {
			own[id] = true
		}
	}
	for _, op := range h.ops {
		if body, ok := op.body.(*Grant); ok {
			g := &grant{op: op, body: body, by: h}
			h.grants = append(h.grants, g)
			k.welcomeBy(g, own)
		}
	}
}

// welcomeBy keeps the joins of one invitation: those named by whoever may, and
// of the rest the lowest ids up to its uses and a few more.
func (k *keeper) welcomeBy(g *grant, own map[protocol.ID]bool) {
	room := g.uses() + surplusJoins
	seen := make(map[Key]bool)
	for _, op := range k.byInvite[Key(g.body.GetInvite())] {
		body := op.body.(*Join)
		key := Key(body.GetHousehold())
		if named := own[op.id] || k.named[op.id]; !named {
			if room == 0 || seen[key] {
				continue
			}
			room--
		}
		seen[key] = true
		h := k.admit(key, RoleNone, g.by, g.op, op)
		j := &join{op: op, grant: g, of: h}
		g.joins, h.joins = append(g.joins, j), append(h.joins, j)
	}
}

// uses is how many households may join by g, bounded by its author's role.
func (g *grant) uses() int {
	if above(g.by.role) {
		return int(g.body.GetUses())
	}
	return min(int(g.body.GetUses()), maxUses)
}

// admit makes a household known, or returns the one that is, and chooses the
// operations that it fills its places with.
func (k *keeper) admit(key Key, role Role, after *household, by ...*Op) *household {
	if h := k.r.byKey[key]; h != nil {
		return h
	}
	h := &household{id: key.Household(), key: key, role: role, after: after, by: by}
	k.r.byKey[key], k.r.households[h.id] = h, h
	k.choose(h)
	return h
}

// choose keeps the lowest id of each of h's places. Others at the same place
// are an equivocation.
func (k *keeper) choose(h *household) {
	taken := make(map[uint16]*Op)
	for _, op := range k.bySigner[h.key] {
		if op.Kind == KindKeys || int(op.Place) >= places(h.role) {
			continue
		}
		if first := taken[op.Place]; first != nil {
			k.r.equivocations = append(k.r.equivocations, Equivocation{Kept: *first, Dropped: *op})
			continue
		}
		taken[op.Place] = op
		h.ops = append(h.ops, op)
	}
	slices.SortFunc(h.ops, byPlace)
}

// chooseKeys keeps, of each of h's places for keys, the one for the highest
// epoch, then the lowest id: keys are replaced when an epoch is over.
func (k *keeper) chooseKeys(h *household) {
	taken := make(map[uint16]*Op)
	for _, op := range k.bySigner[h.key] {
		if op.Kind != KindKeys || int(op.Place) >= placesForKeys(h.role) || k.r.numberOf(op) == 0 {
			continue
		}
		if old := taken[op.Place]; old == nil || k.r.numberOf(op) > k.r.numberOf(old) {
			taken[op.Place] = op
		}
	}
	for _, op := range taken {
		h.keys = append(h.keys, op)
	}
	slices.SortFunc(h.keys, byPlace)
}

func byPlace(a, b *Op) int { return cmp.Compare(a.Place, b.Place) }

func sortHouseholds(hs []*household) {
	slices.SortFunc(hs, func(a, b *household) int { return bytes.Compare(a.id[:], b.id[:]) })
}

// above reports whether a role stands above members.
func above(role Role) bool { return role == RoleFounder || role == RoleSteward }

func mayInvite(role Role) bool { return above(role) || role == RoleMember }

func places(role Role) int {
	switch {
	case above(role):
		return protocol.MaxPlacesSteward
	case role == RoleNone:
		return placesNewcomer
	}
	return protocol.MaxPlaces
}

func placesForKeys(role Role) int {
	if above(role) {
		return keyPlacesSteward
	}
	return keyPlaces
}
