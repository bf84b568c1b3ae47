package roster

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

var update = flag.Bool("update", false, "write testdata/operations.txt anew; before a release only")

const vectorFile = "testdata/operations.txt"

// story is one operation of each kind, as testdata/operations.txt has it.
func story(t testing.TB) *village {
	v := newVillage(t, "Sari")
	v.says("Sari", &Founders{Founders: [][]byte{keyBytes("Made"), keyBytes("Ketut")}})
	v.says("Sari", &Grant{Invite: keyBytes("slip"), Role: RoleMember, Uses: 3, Expires: 1_764_000_000_000,
		Secrets: []*Sealed{{Epoch: []byte("epoch  1"), Sealed: []byte("sealed to the slip")}}})
	v.join("slip", "Budi")
	v.device("Budi", "Budi's phone")
	v.vouch("Made", "Budi", RoleMember)
	c := v.cell("Budi's phone", 1, 1)
	out := v.retire("Budi", "Budi's phone", c.ID())
	v.adopt("Made", out, protocol.ID{1})
	epoch := v.mint(v.judge(), "Ketut", 1)
	id, to := epoch.ID(), phone("Budi's phone")
	v.says("Ketut", &Keys{EpochOp: id[:], Recipients: []*Recipient{{Device: to[:], Sealed: []byte("sealed to the phone")}}})
	op, err := Open(v.n, later(v.n, "Sari", 9))
	if err != nil {
		t.Fatal(err)
	}
	v.ops = append(v.ops, op)
	return v
}

// The bytes that were ever written must open for ever, to the same id and the
// same meaning.
func TestOperationsWrittenEarlierStillOpenToTheSame(t *testing.T) {
	v := story(t)
	if *update {
		writeVectors(t, v)
	}
	vectors := readVectors(t)
	if len(vectors) != len(v.ops) {
		t.Fatalf("%d vectors, want %d", len(vectors), len(v.ops))
	}
	for i, x := range vectors {
		op, err := Open(v.n, x.raw)
		if err != nil || op.ID().String() != x.id {
			t.Errorf("%s: id %v: %v", x.name, op.ID(), err)
			continue
		}
		want := v.ops[i]
		if op.Kind != want.Kind || op.Signer != want.Signer || op.Place != want.Place || !proto.Equal(op.body, want.body) {
			t.Errorf("%s reads as %+v", x.name, op)
		}
	}
}

type vector struct {
	name, id string
	raw      []byte
}

// readVectors reads blocks of "operation NAME", hex with remarks after #, and
// "id ID".
func readVectors(t *testing.T) []vector {
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case word == "":
		case word == "operation":
			vectors = append(vectors, vector{name: rest})
		case word == "id":
			vectors[len(vectors)-1].id = rest
		default:
			part, err := hex.DecodeString(word)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			last := &vectors[len(vectors)-1]
			last.raw = append(last.raw, part...)
		}
	}
	return vectors
}

func writeVectors(t *testing.T, v *village) {
	var b strings.Builder
	fmt.Fprintf(&b, `# One operation of each kind (SPEC.md, Operation). Keys are those of seeds
# SHA-256("Sari") and so on. Signatures are over
# "gotong/op/1\0", the neighbourhood's id and everything before the signature;
# the id is the first 16 bytes of SHA-256 over the same. For genesis the
# neighbourhood's id is 16 zero bytes in the hash, and there is no signature.
# Neighbourhood: %x
`, v.n[:])
	for i, op := range v.ops {
		raw := op.Raw()
		fmt.Fprintf(&b, "\noperation %s\n", vectorNames[i])
		fmt.Fprintf(&b, "%x # version\n%x # kind %d\n%x # signer\n%x # place %d\n%x # body size\n", raw[:1], raw[1:2], op.Kind, raw[2:34], raw[34:36], op.Place, raw[36:38])
		for body := raw[headSize : len(raw)-sigSize]; len(body) > 0; {
			n := min(len(body), 32)
			fmt.Fprintf(&b, "%x # body\n", body[:n])
			body = body[n:]
		}
		fmt.Fprintf(&b, "%x # signature\nid %v\n", raw[len(raw)-sigSize:], op.ID())
	}
	if err := os.WriteFile(vectorFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

var vectorNames = []string{
	"genesis: Sari alone begins",
	"founders: Sari adds Made and Ketut",
	"grant: Sari writes a slip for three households",
	"join: Budi by the slip",
	"device: Budi's phone",
	"vouch: Made for Budi",
	"revoke: Budi's phone is lost, one cell is kept",
	"adopt: Made keeps one more",
	"epoch: Ketut announces a key that knows of it",
	"keys: for Budi's phone",
	"kind 200 of a later version",
}
