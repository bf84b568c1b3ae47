package roster

import (
	"bytes"
	"cmp"
	"slices"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// What a new epoch names at most, so that it fits one operation.
const (
	maxParents = 16
	maxKnows   = 350
)

// epoch is a kept epoch operation of a household that was vouched for.
type epoch struct {
	op     *Op
	by     *household
	body   *Epoch
	number int      // 1 + largest of its parents'; 0 until computed
	knows  []uint64 // bit per required revocation, its ancestors' included
	clean  bool
}

// findEpochs indexes the epochs of the closure and numbers them. An epoch names
// its parents by hash, so there are no cycles.
func (r *Roster) findEpochs() {
	for _, h := range r.order {
		if !mayInvite(h.role) {
			continue
		}
		for _, op := range h.ops {
			if body, ok := op.body.(*Epoch); ok {
				e := &epoch{op: op, by: h, body: body}
				r.epochs[op.id] = e
				r.epochOrder = append(r.epochOrder, e)
			}
		}
	}
	for _, e := range r.epochOrder {
		r.number(e)
	}
	slices.SortFunc(r.epochOrder, epochOrder)
}

func (r *Roster) number(e *epoch) int {
	if e.number > 0 {
		return e.number
	}
	for _, p := range r.parents(e) {
		e.number = max(e.number, r.number(p))
	}
	e.number++
	return e.number
}

// parents returns those of e's parents that are kept.
func (r *Roster) parents(e *epoch) []*epoch {
	var parents []*epoch
	for _, id := range e.body.GetParents() {
		if p := r.epochs[protocol.ID(id)]; p != nil {
			parents = append(parents, p)
		}
	}
	return parents
}

// epochOrder: ascending number, so parents come first; then descending id, so
// that of the last number the lowest id comes last.
func epochOrder(a, b *epoch) int {
	return cmp.Or(cmp.Compare(a.number, b.number), bytes.Compare(b.op.id[:], a.op.id[:]))
}

// numberOf returns the number of the epoch that a keys operation is about, 0
// if it is not kept.
func (r *Roster) numberOf(keys *Op) int {
	if e := r.epochs[protocol.ID(keys.body.(*Keys).GetEpochOp())]; e != nil {
		return e.number
	}
	return 0
}

// findClean finds the clean epochs. An epoch is clean if its maker knew every revocation that is
// valid, so its secret was never sealed to anybody who was put out; that its
// older secrets were does no harm, they are not clean.
func (r *Roster) findClean() {
	bit := make(map[protocol.ID]int)
	for _, rev := range r.revocations {
		if r.takesKey(rev) {
			bit[rev.op.id] = len(bit)
			r.required = append(r.required, rev.op.id)
		}
	}
	sortIDs(r.required)
	for _, e := range r.epochOrder {
		e.knows = r.known(e, bit)
		authority := mayInvite(r.roleFor(e.by, e.op.id)) && r.spared(TargetHousehold, e.by.id, e.op.id)
		e.clean = authority && full(e.knows, len(bit))
	}
}

// takesKey reports whether a revocation means that somebody who has had the
// key must not read on. A hub never had it.
func (r *Roster) takesKey(rev *revocation) bool {
	if rev.body.GetRekey() {
		return true
	}
	if rev.about.kind == TargetOperation {
		return false
	}
	return slices.ContainsFunc(r.owners(rev.about), func(h *household) bool { return !h.isHub() })
}

// known returns which required revocations e and its ancestors name.
func (r *Roster) known(e *epoch, bit map[protocol.ID]int) []uint64 {
	set := make([]uint64, (len(bit)+63)/64)
	for _, p := range r.parents(e) {
		for i, word := range p.knows {
			set[i] |= word
		}
	}
	for _, id := range unpack(e.body.GetKnows()) {
		if i, ok := bit[id]; ok {
			set[i/64] |= 1 << (i % 64)
		}
	}
	return set
}

func full(set []uint64, n int) bool {
	for i := range n {
		if set[i/64]&(1<<(i%64)) == 0 {
			return false
		}
	}
	return true
}

// isHub reports whether a household was only ever admitted as a hub.
func (h *household) isHub() bool {
	hub := func(l lift) bool { return l.role == RoleHub }
	byHub := func(j *join) bool { return j.grant.body.GetRole() == RoleHub }
	return len(h.lifts)+len(h.joins) > 0 &&
		!slices.ContainsFunc(h.lifts, func(l lift) bool { return !hub(l) }) &&
		!slices.ContainsFunc(h.joins, func(j *join) bool { return !byHub(j) })
}

// EpochState is an epoch as the roster sees it.
type EpochState struct {
	Op      protocol.ID
	Epoch   cell.Epoch
	Number  int
	Clean   bool
	By      protocol.HouseholdID
	Parents []protocol.ID
	Older   []*Sealed // parents' secrets, sealed under this epoch's
}

func (e *epoch) state() EpochState {
	s := EpochState{
		Op: e.op.id, Epoch: cell.Epoch(e.body.GetEpoch()), Number: e.number, Clean: e.clean,
		By: e.by.id, Older: e.body.GetOlder(),
	}
	for _, p := range e.body.GetParents() {
		s.Parents = append(s.Parents, protocol.ID(p))
	}
	return s
}

// Current returns the epoch to write under: of the clean ones, the highest
// number, then the lowest id. False if none is clean: then a vouched member's
// node makes one ([Roster.NextEpoch]).
func (r *Roster) Current() (EpochState, bool) {
	return r.CurrentOf(func(cell.Epoch) bool { return true })
}

// CurrentOf is Current among the epochs whose secret the caller holds, so that
// a node goes on writing where a newer secret has not reached it yet.
func (r *Roster) CurrentOf(holds func(cell.Epoch) bool) (EpochState, bool) {
	for _, e := range slices.Backward(r.epochOrder) {
		if e.clean && holds(cell.Epoch(e.body.GetEpoch())) {
			return e.state(), true
		}
	}
	return EpochState{}, false
}

// Epochs returns all epochs, by ascending number.
func (r *Roster) Epochs() []EpochState {
	states := make([]EpochState, 0, len(r.epochOrder))
	for _, e := range r.epochOrder {
		states = append(states, e.state())
	}
	return states
}

// NextEpoch returns the body of an epoch that follows all heads and knows
// every valid revocation. The caller draws the secret, adds the parents'
// secrets sealed under it as Older, signs, and brings the secret to devices by
// keys operations. It leaves out a head that knows a revocation not heard here:
// its name would vouch that the secret was not sealed to the one put out.
func (r *Roster) NextEpoch(id cell.Epoch) *Epoch {
	next := &Epoch{Epoch: id[:]}
	inherited := make(map[protocol.ID]bool)
	for _, head := range r.heads() {
		knows, complete := r.inherits(head)
		if !complete || len(next.Parents) == maxParents {
			continue
		}
		next.Parents = append(next.Parents, head.op.id[:])
		for id := range knows {
			inherited[id] = true
		}
	}
	for _, id := range r.required {
		if !inherited[id] && len(next.Knows) < maxKnows*idSize {
			next.Knows = append(next.Knows, id[:]...)
		}
	}
	return next
}

// heads returns the epochs that no other follows, highest first.
func (r *Roster) heads() []*epoch {
	followed := make(map[protocol.ID]bool)
	for _, e := range r.epochOrder {
		for _, p := range e.body.GetParents() {
			followed[protocol.ID(p)] = true
		}
	}
	var heads []*epoch
	for _, e := range slices.Backward(r.epochOrder) {
		if !followed[e.op.id] {
			heads = append(heads, e)
		}
	}
	return heads
}

// inherits returns the revocations that e and its ancestors name, and whether
// all of them are kept here.
func (r *Roster) inherits(e *epoch) (knows map[protocol.ID]bool, complete bool) {
	knows, complete = make(map[protocol.ID]bool), true
	seen := map[*epoch]bool{e: true}
	for todo := []*epoch{e}; len(todo) > 0; {
		e, todo = todo[0], todo[1:]
		for _, id := range unpack(e.body.GetKnows()) {
			knows[id] = true
			complete = complete && r.revokes[id]
		}
		for _, p := range r.parents(e) {
			if !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	return knows, complete
}

// Secrets returns the epoch secrets sealed to a device: by keys operations and
// by the device's own. Opening one proves nothing but that it opens; compare
// the secret's epoch.
func (r *Roster) Secrets(id protocol.DeviceID) []*Sealed {
	var secrets []*Sealed
	if d := r.devices[id]; d != nil {
		for _, c := range d.claims {
			secrets = append(secrets, c.body.GetSecrets()...)
		}
	}
	for _, h := range r.order {
		for _, op := range h.keys {
			secrets = append(secrets, r.sealedIn(op, id)...)
		}
	}
	return secrets
}

func (r *Roster) sealedIn(keys *Op, id protocol.DeviceID) []*Sealed {
	var secrets []*Sealed
	body := keys.body.(*Keys)
	of := r.epochs[protocol.ID(body.GetEpochOp())]
	for _, to := range body.GetRecipients() {
		if protocol.DeviceID(to.GetDevice()) == id {
			secrets = append(secrets, &Sealed{Epoch: of.body.GetEpoch(), Sealed: to.GetSealed()})
		}
	}
	return secrets
}

// Stray is a secret that a keys operation carries, sealed under an epoch's.
type Stray struct {
	Under cell.Epoch
	*Sealed
}

// Strays returns the secrets that keys operations carry for all who can read
// the epoch they are about.
func (r *Roster) Strays() []Stray {
	var strays []Stray
	for _, h := range r.order {
		for _, op := range h.keys {
			body := op.body.(*Keys)
			under := cell.Epoch(r.epochs[protocol.ID(body.GetEpochOp())].body.GetEpoch())
			for _, s := range body.GetStrays() {
				strays = append(strays, Stray{under, s})
			}
		}
	}
	return strays
}

func sortIDs(ids []protocol.ID) {
	slices.SortFunc(ids, func(a, b protocol.ID) int { return bytes.Compare(a[:], b[:]) })
}
