package roster

import "gotong/protocol"

// target is what a revocation is about. Ids of different kinds never collide;
// the kind says which index to look in.
type target struct {
	kind Target
	id   [16]byte
}

// revocation is one that is valid, with everything it keeps.
type revocation struct {
	op    *Op
	by    *household
	about target
	body  *Revoke
	keep  map[protocol.ID]struct{}
}

// adoption is an adopt operation that counts, with its author's rank in it.
type adoption struct {
	by   *household
	rank int
	ids  []protocol.ID
}

// revoked reports whether any valid revocation is about the target.
func (r *Roster) revoked(kind Target, id [16]byte) bool {
	return len(r.against[target{kind, id}]) > 0
}

// spared reports whether every valid revocation of the target keeps id; true
// if there is none.
func (r *Roster) spared(kind Target, id [16]byte, kept protocol.ID) bool {
	for _, rev := range r.against[target{kind, id}] {
		if _, ok := rev.keep[kept]; !ok {
			return false
		}
	}
	return true
}

// removeFounder removes a founder whom both others voted out. Every founder
// has one such vote, the one at its lowest place. So of three at most one can
// go, whatever they write, and the two who stay cannot remove one another.
func (r *Roster) removeFounder(founders []*household) {
	if len(founders) != 3 {
		return
	}
	votes := make(map[*household][]*Op)
	by := make(map[*Op]*household)
	for _, f := range founders {
		if of, op := r.voteOf(f); op != nil {
			votes[of] = append(votes[of], op)
			by[op] = f
		}
	}
	for _, of := range founders {
		if len(votes[of]) < 2 {
			continue
		}
		for _, op := range votes[of] {
			r.hearAdopts(by[op])
			r.enter(by[op], op)
		}
	}
}

// voteOf returns f's first revocation of another founder.
func (r *Roster) voteOf(f *household) (*household, *Op) {
	for _, op := range f.ops {
		body, ok := op.body.(*Revoke)
		if !ok || body.GetKind() != TargetHousehold {
			continue
		}
		of := r.households[protocol.HouseholdID(body.GetTarget())]
		if of != nil && of != f && of.role == RoleFounder {
			return of, op
		}
	}
	return nil, nil
}

// hearAdopts reads a voter's adoptions ahead of its tier: a voter is never the
// one removed, so they count.
func (r *Roster) hearAdopts(h *household) {
	for _, op := range h.ops {
		r.hearAdopt(h, op)
	}
}

func (r *Roster) hearAdopt(h *household, op *Op) {
	body, ok := op.body.(*Adopt)
	if !ok {
		return
	}
	of := protocol.ID(body.GetRevocation())
	r.adopted[of] = append(r.adopted[of], adoption{by: h, rank: rankOf(r.roleFor(h, op.id)), ids: unpack(body.GetIds())})
}

func (r *Roster) hearRevoke(h *household, op *Op) {
	if body, ok := op.body.(*Revoke); ok && r.mayRevoke(h, op, body) {
		r.enter(h, op)
	}
}

// enter makes a revocation valid, with what its author and those above adopt.
func (r *Roster) enter(h *household, op *Op) {
	body := op.body.(*Revoke)
	about := target{body.GetKind(), [16]byte(body.GetTarget())}
	rev := &revocation{op: op, by: h, about: about, body: body, keep: make(map[protocol.ID]struct{})}
	for _, id := range unpack(body.GetKeep()) {
		rev.keep[id] = struct{}{}
	}
	for _, a := range r.adopted[op.id] {
		if a.by != h && a.rank <= rankNow(h) {
			continue
		}
		for _, id := range a.ids {
			rev.keep[id] = struct{}{}
		}
	}
	r.against[about] = append(r.against[about], rev)
	r.revocations = append(r.revocations, rev)
}

// rankNow is a household's rank as the tiers settled it.
func rankNow(h *household) int {
	if h.role == RoleFounder {
		return rankFounder
	}
	return h.rank
}

// mayRevoke: everyone its own devices, invitations and vouches; stewards and
// founders whatever belongs to households below them. Whoever was ever a
// steward counts as one here, or two could put each other out in a circle.
func (r *Roster) mayRevoke(h *household, op *Op, body *Revoke) bool {
	rank := rankOf(r.roleFor(h, op.id))
	for _, owner := range r.owners(target{body.GetKind(), [16]byte(body.GetTarget())}) {
		if owner == h && body.GetKind() != TargetHousehold {
			return true
		}
		if rank >= rankSteward && rank > rankNow(owner) {
			return true
		}
	}
	return false
}

// owners returns the households a target belongs to: one, or several for a
// device that more than one claims, or none.
func (r *Roster) owners(t target) []*household {
	switch t.kind {
	case TargetHousehold:
		if h := r.households[t.id]; h != nil {
			return []*household{h}
		}
	case TargetDevice:
		if d := r.devices[t.id]; d != nil {
			return d.claimants()
		}
	case TargetOperation:
		if h := r.authors[t.id]; h != nil {
			return []*household{h}
		}
	}
	return nil
}
