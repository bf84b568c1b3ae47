package roster

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// chaos writes random operations of few people at few places about one
// another, so that equivocations, cycles of vouches, claims of one device by
// two households and revocations of revokers all happen.
type chaos struct {
	*village
	t      *rapid.T
	people []string
	cells  []cell.Cell
}

func anyChaos(t testing.TB, rt *rapid.T) *chaos {
	founders := []string{"A", "B", "C"}
	if rapid.Bool().Draw(rt, "single founder") {
		founders = founders[:1]
	}
	c := &chaos{village: newVillage(t, founders...), t: rt, people: []string{"A", "B", "C", "D", "E", "F", "G", "H"}}
	for i, phone := range []string{"p0", "p1", "p2", "p3"} {
		c.cells = append(c.cells, c.cell(phone, uint32(i*50), 1), c.cell(phone, uint32(i*50), 2))
	}
	for range rapid.IntRange(5, 60).Draw(rt, "operations") {
		c.ops = append(c.ops, c.operation())
	}
	return c
}

func (c *chaos) operation() Op {
	who := rapid.SampledFrom(c.people).Draw(c.t, "who")
	body := c.body(who)
	if body.kind() == KindJoin {
		return c.at(rapid.SampledFrom([]string{"slip 1", "slip 2"}).Draw(c.t, "slip"), 0, body)
	}
	return c.at(who, uint16(rapid.IntRange(0, 18).Draw(c.t, "place")), body)
}

func (c *chaos) body(who string) Body {
	other := rapid.SampledFrom(c.people).Draw(c.t, "other")
	role := Role(rapid.IntRange(1, 5).Draw(c.t, "role"))
	switch rapid.IntRange(0, 15).Draw(c.t, "kind") {
	case 0:
		return &Founders{Founders: [][]byte{keyBytes(other), keyBytes("Z")}}
	case 1, 2:
		slip := rapid.SampledFrom([]string{"slip 1", "slip 2"}).Draw(c.t, "slip")
		return &Grant{Invite: keyBytes(slip), Role: role, Uses: uint32(rapid.IntRange(1, 3).Draw(c.t, "uses"))}
	case 3, 4:
		return &Join{Household: keyBytes(other)}
	case 5, 6:
		phone := rapid.SampledFrom([]string{"p0", "p1", "p2", "p3"}).Draw(c.t, "phone")
		return NewDevice(c.n, keyOf(who), private(phone), [32]byte{1}, uint32(role))
	case 7, 8, 9, 10:
		return &Vouch{Household: keyBytes(other), Role: role}
	case 11, 12, 13:
		return c.revoke(other)
	case 14:
		id := c.anyOp()
		return &Adopt{Revocation: id[:], Ids: Pack(c.keep()...)}
	}
	if e := c.anyOp(); rapid.Bool().Draw(c.t, "epoch") {
		return &Epoch{Epoch: e[:8], Parents: [][]byte{e[:]}, Knows: Pack(c.keep()...)}
	} else {
		return &Keys{EpochOp: e[:]}
	}
}

func (c *chaos) revoke(other string) Body {
	id := house(other)
	kind := Target(rapid.IntRange(1, 3).Draw(c.t, "target"))
	switch kind {
	case TargetDevice:
		id = protocol.HouseholdID(phone(rapid.SampledFrom([]string{"p0", "p1", "p2", "p3"}).Draw(c.t, "phone")))
	case TargetOperation:
		id = protocol.HouseholdID(c.anyOp())
	}
	return &Revoke{Kind: kind, Target: id[:], Keep: Pack(c.keep()...), Rekey: rapid.Bool().Draw(c.t, "rekey")}
}

func (c *chaos) anyOp() protocol.ID { return rapid.SampledFrom(c.ops).Draw(c.t, "operation").ID() }

// keep names some of the cells and operations there are.
func (c *chaos) keep() []protocol.ID {
	var ids []protocol.ID
	for range rapid.IntRange(0, 4).Draw(c.t, "keep") {
		ids = append(ids, c.anyOp(), rapid.SampledFrom(c.cells).Draw(c.t, "cell").ID())
	}
	return ids
}

// verdict is everything the roster says, in words that can be compared.
func (c *chaos) verdict(r *Roster) string {
	s := fmt.Sprintf("%x\n", r.Hash())
	for _, op := range r.Keep() {
		s += op.ID().String() + "\n"
	}
	for _, x := range c.cells {
		s += fmt.Sprint(r.Counts(x), " ")
	}
	current, ok := r.Current()
	return s + fmt.Sprint(current.Op, ok, r.Invitations(keyOf("slip 1")), r.InvitationsOf(house("A")))
}

func TestTheVerdictDoesNotDependOnOrderOrDuplicates(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := anyChaos(t, rt)
		want := c.verdict(Judge(c.n, c.ops))
		shuffled := rapid.Permutation(slices.Concat(c.ops, c.ops)).Draw(rt, "order")
		if got := c.verdict(Judge(c.n, shuffled)); got != want {
			rt.Fatalf("in another order:\n%s\nwant\n%s", got, want)
		}
		if got := c.verdict(Judge(c.n, Judge(c.n, c.ops).Keep())); got != want {
			rt.Fatalf("from what is kept:\n%s\nwant\n%s", got, want)
		}
	})
}

// Nodes hear single operations in any order, forget what they do not keep, and
// offer one another what they have until nothing changes. Then all are equal,
// and equal to a node that heard everything at once.
func TestNodesThatForgetAndHearAgainAllEndEqual(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := anyChaos(t, rt)
		nodes := make([]*Roster, 3)
		for i := range nodes {
			nodes[i] = Judge(c.n, c.ops[:1])
		}
		for _, op := range rapid.Permutation(slices.Concat(c.ops, c.ops)).Draw(rt, "gossip") {
			i := rapid.IntRange(0, len(nodes)-1).Draw(rt, "node")
			nodes[i] = hear(nodes[i], op)
		}
		settle(nodes, nil)
		equal(rt, c, nodes, c.verdict(nodes[0]))
		settle(nodes[:1], c.ops) // authors still have what everybody forgot
		equal(rt, c, nodes[:1], c.verdict(Judge(c.n, c.ops)))
	})
}

func hear(r *Roster, op Op) *Roster { return Judge(r.n, append(r.Keep(), op)) }

// settle has every node hear the others' and the authors' operations, one by
// one, until a whole round changes nothing.
func settle(nodes []*Roster, authors []Op) {
	for quiet := false; !quiet; {
		quiet = true
		for i := range nodes {
			for j := range nodes {
				for _, op := range slices.Concat(authors, nodes[j].Keep()) {
					next := hear(nodes[i], op)
					quiet = quiet && bytes.Equal(ids(next), ids(nodes[i]))
					nodes[i] = next
				}
			}
		}
	}
}

func ids(r *Roster) []byte {
	var packed []byte
	for _, op := range r.Keep() {
		packed = append(packed, Pack(op.ID())...)
	}
	return packed
}

func equal(rt *rapid.T, c *chaos, nodes []*Roster, want string) {
	for i, r := range nodes {
		if got := c.verdict(r); got != want {
			rt.Fatalf("node %d:\n%s\nwant\n%s", i, got, want)
		}
	}
}

func TestWhateverPeopleSignTheRulesHold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := anyChaos(t, rt)
		r := Judge(c.n, c.ops)
		founders, removed := 0, 0
		for _, m := range r.Members() {
			seated := 0
			for _, d := range m.Devices {
				if r.Serve(d) {
					seated++
				}
			}
			if seated > protocol.MaxDevices || seated > 0 && !m.In() {
				rt.Fatalf("%d devices served of %+v", seated, m)
			}
			if h := r.households[m.ID]; h.role == RoleFounder {
				founders++
				removed += bool2int(m.Standing == Revoked)
			}
		}
		if founders == 2 || removed > 1 || removed == 1 && founders != 3 {
			rt.Fatalf("%d founders, %d removed", founders, removed)
		}
		for _, d := range r.Devices() {
			if _, ok := Judge(c.n, r.Path(d.ID)).DeviceKey(d.ID); !ok {
				rt.Fatalf("the path does not lead to %v", d.ID)
			}
		}
		checkRevocations(rt, c, r)
	})
}

// checkRevocations compares Counts with the rule said plainly: every valid
// revocation of the device or of whoever claims it keeps the cell.
func checkRevocations(rt *rapid.T, c *chaos, r *Roster) {
	for _, x := range c.cells {
		for _, rev := range r.revocations {
			concerns := rev.about.id == x.Device
			if d := r.devices[x.Device]; d != nil {
				concerns = concerns || slices.ContainsFunc(d.claims, func(cl claim) bool { return cl.by.id == rev.about.id })
			}
			if _, kept := rev.keep[x.ID()]; concerns && !kept && r.Counts(x) {
				rt.Fatalf("%v counts against revocation %v", x.ID(), rev.op.id)
			}
		}
	}
}

// What members say of others' standing, without an office, changes nothing.
func TestHouseholdsWithoutOfficeChangeNobodysStanding(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := anyChaos(t, rt)
		r := Judge(c.n, c.ops)
		quiet := slices.DeleteFunc(r.Keep(), func(op Op) bool {
			h := r.byKey[op.Signer]
			loud := op.Kind == KindVouch || op.Kind == KindRevoke && op.body.(*Revoke).GetKind() == TargetHousehold
			return loud && h != nil && rankNow(h) < rankSteward && h.role != RoleSteward
		})
		if got, want := standings(Judge(c.n, quiet)), standings(r); got != want {
			rt.Fatalf("without what households without office say:\n%s\nwant\n%s", got, want)
		}
	})
}

func standings(r *Roster) string {
	var s string
	for _, m := range r.Members() {
		s += fmt.Sprintln(m.ID, m.Standing, m.Role, m.Slots)
	}
	return s
}
