package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotong/crdt"
	"gotong/protocol"
	. "gotong/protocol/cell"
)

// Points of small order and encodings of them, little endian. Under such a key,
// or with such an R, verifiers that multiply by the cofactor judge otherwise
// than those that do not, and boards would part. Ours does not: it is Go's.
var (
	order    = little("7237005577332262213973186563042994240857116359379907606001950938285454250989")
	identity = point(0x01, 0x00)
	orderTwo = point(0xec, 0xff) // y = p - 1
	overlong = point(0xee, 0xff) // y = p + 1, which is 1 written too large
	noPoint  = point(0x02, 0x00) // y = 2 is on no point of the curve
)

// point is 32 bytes: first, then fill, the last without its sign bit.
func point(first, fill byte) []byte {
	b := bytes.Repeat([]byte{fill}, 32)
	b[0], b[31] = first, fill&0x7f
	return b
}

func little(decimal string) *big.Int {
	n, _ := new(big.Int).SetString(decimal, 10)
	return n
}

// crafted is a cell of a device with any public key and any signature.
type crafted struct {
	name, remark string
	key          []byte
	sign         func(signed []byte) []byte // nil signature: not this one, take the next stamp
	verdict      string
}

var scalarZero = make([]byte, 32)

func always(signature ...[]byte) func([]byte) []byte {
	return func([]byte) []byte { return slices.Concat(signature...) }
}

var ordinary = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))

func craftedCells() []crafted {
	public := ordinary.Public().(ed25519.PublicKey)
	return []crafted{
		{"ordinary", "An ordinary signature.", public,
			func(m []byte) []byte { return ed25519.Sign(ordinary, m) }, "accept"},
		{"scalar-plus-order", "The same signature with the group's order added to s. Only s below the order is one.", public,
			func(m []byte) []byte { return plusOrder(ed25519.Sign(ordinary, m)) }, "reject"},
		{"small-key", "Key and R the identity, s zero: fits every message. A household that enrols such a key gives its pen away.", identity,
			always(identity, scalarZero), "accept"},
		{"order-two-even", "Key of order two, R the identity, s zero, and the hash an even number: fits.", orderTwo,
			func(m []byte) []byte { return ifParity(0, orderTwo, m) }, "accept"},
		{"order-two-odd", "The same and the hash odd: fits only a verifier that multiplies by the cofactor.", orderTwo,
			func(m []byte) []byte { return ifParity(1, orderTwo, m) }, "reject"},
		{"small-r", "Key the identity, R of order two, s zero: fits only a verifier that multiplies by the cofactor.", identity,
			always(orderTwo, scalarZero), "reject"},
		{"overlong-r", "R the identity with y written as p + 1: R is compared by its bytes.", identity,
			always(overlong, scalarZero), "reject"},
		{"overlong-key", "The key the identity with y written as p + 1: the key is taken as the point it means.", overlong,
			always(identity, scalarZero), "accept"},
		{"no-point", "The key is on no point of the curve.", noPoint, always(identity, scalarZero), "reject"},
	}
}

func plusOrder(signature []byte) []byte {
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return slices.Concat(signature[:32], sum)
}

// ifParity returns (identity, 0) if the hash of R, key and message, modulo the
// order, has this last bit.
func ifParity(want uint, key, message []byte) []byte {
	sum := sha512.Sum512(slices.Concat(identity, key, message))
	slices.Reverse(sum[:])
	if new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), order).Bit(0) != want {
		return nil
	}
	return slices.Concat(identity, scalarZero)
}

// raw takes the payload of an ordinary cell and signs for the crafted device.
func (c crafted) raw(t *testing.T) []byte {
	t.Helper()
	for stamp := crdt.Stamp(1); ; stamp++ {
		like, err := Seal(home, Draft{Slot: 5, Stamp: stamp, Class: Normal}, ordinary, key, Nonce{1})
		if err != nil {
			t.Fatal(err)
		}
		device := protocol.DeviceOf(c.key)
		raw := bytes.Clone(like.Raw())
		copy(raw[1:], device[:])
		signed := slices.Concat([]byte(protocol.DomainCell), home[:], raw[:HeaderSize])
		if signature := c.sign(signed); signature != nil {
			copy(raw[len(raw)-64:], signature)
			return raw
		}
	}
}

func TestWriteSignatureVectors(t *testing.T) {
	if !*update {
		return
	}
	for _, c := range craftedCells() {
		raw := c.raw(t)
		text := fmt.Sprintf("# %s\n\nneighbourhood %x\nkey           %x  # the device's public key\nverdict       %s\nraw\n  %s  # header\n  %s\n  %s  # R\n  %s  # s\n",
			c.remark, home[:], c.key, c.verdict, hex.EncodeToString(raw[:HeaderSize]),
			strings.TrimSpace(wrap(raw[HeaderSize:len(raw)-64])), hex.EncodeToString(raw[len(raw)-64:len(raw)-32]), hex.EncodeToString(raw[len(raw)-32:]))
		if err := os.WriteFile(filepath.Join("testdata", "vectors", "signature-"+c.name+".txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCraftedSignaturesAreJudgedByGosRule(t *testing.T) {
	for _, c := range craftedCells() {
		file := filepath.Join("testdata", "vectors", "signature-"+c.name+".txt")
		if v := readVector(t, file); !bytes.Equal(v.bytes(t, "raw"), c.raw(t)) || v["verdict"] != c.verdict {
			t.Errorf("%s is not what its remark says", file)
		}
	}
	verdicts := map[protocol.Verdict]string{protocol.Accept: "accept", protocol.Ignore: "ignore", protocol.Reject: "reject"}
	for _, file := range vectorFiles(t, "signature-*.txt") {
		v := readVector(t, file)
		public := ed25519.PublicKey(v.bytes(t, "key"))
		_, err := Open(protocol.NeighbourhoodID(v.bytes(t, "neighbourhood")), v.bytes(t, "raw"), func(d protocol.DeviceID) (ed25519.PublicKey, bool) {
			return public, d == protocol.DeviceOf(public)
		})
		if got := verdicts[protocol.VerdictOf(err)]; got != v["verdict"] {
			t.Errorf("%s: %s, want %s (%v)", file, got, v["verdict"], err)
		}
	}
}
