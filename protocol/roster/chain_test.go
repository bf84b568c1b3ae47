package roster

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
)

var mutations = flag.Int("mutations", 20_000, "how many chains to break")

// A chain from genesis to a phone, with one operation changed in one to three
// ways: nothing that differs from what was signed is kept, and the phone is not
// admitted without the genuine one. -mutations=100000 is the long run. (A changed
// genesis may open: of a key of small order, such as zero, anybody can sign, and
// it is nobody's.)
func TestABrokenChainAdmitsNobody(t *testing.T) {
	v := newVillage(t, "Sari")
	v.grant("Sari", "invite", RoleMember, 1)
	v.join("invite", "Budi")
	v.vouch("Sari", "Budi", RoleMember)
	v.device("Budi", "Budi's phone")
	chain := v.ops
	random := rand.New(rand.NewPCG(7, 7))
	for range *mutations {
		at := random.IntN(len(chain))
		raw := broken(random, chain[at].Raw())
		if bytes.Equal(raw, chain[at].Raw()) {
			continue
		}
		if op, err := Open(v.n, raw); err == nil && kept(v, op) {
			t.Fatalf("operation %d of kind %d opens as %x and is kept", at, op.Kind, raw)
		}
	}
	for at, op := range chain {
		rest := append(append([]Op{}, chain[:at]...), chain[at+1:]...)
		vouched := op.Kind == KindVouch || op.Kind == KindJoin || op.Kind == KindGrant // either way in is enough
		if Judge(v.n, rest).Serve(phone("Budi's phone")) != vouched {
			t.Errorf("without operation %d of kind %d the phone is served: %v", at, op.Kind, !vouched)
		}
	}
}

func kept(v *village, op Op) bool {
	return slices.ContainsFunc(Judge(v.n, append(v.ops[:len(v.ops):len(v.ops)], op)).Keep(), func(k Op) bool { return k.ID() == op.ID() })
}

// broken flips, drops, adds or moves bytes.
func broken(random *rand.Rand, raw []byte) []byte {
	b := bytes.Clone(raw)
	for range 1 + random.IntN(3) {
		i := random.IntN(len(b))
		switch random.IntN(4) {
		case 0, 1:
			b[i] ^= 1 << random.IntN(8)
		case 2:
			b = append(b[:i], b[i+1:]...)
		case 3:
			b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
		}
	}
	return b
}
