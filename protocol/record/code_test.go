package record_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"

	"gotong/protocol"
	. "gotong/protocol/record"
)

// The key of a code is part of the format: another implementation has to come
// to the same one.
func TestADeliveryCodeStandsForTheSameKeyEverywhere(t *testing.T) {
	key, ok := CodeKey("493817", protocol.RecordID{1, 2, 3})
	const want = "c1496e62b3c403e491c60ea3448a1ea12b58a9d58e16503ebbadf02fcd05ccc1"
	if got := hex.EncodeToString(key.Public().(ed25519.PublicKey)); !ok || got != want {
		t.Errorf("493817 stands for %s, %v, want %s", got, ok, want)
	}
	for _, code := range []string{"", "49381", "4938177", "49381a", "٤٩٣٨١٧", "-49381", " 93817"} {
		if _, ok := CodeKey(code, protocol.RecordID{}); ok {
			t.Errorf("%q is taken for a code", code)
		}
	}
}

func TestAProofHoldsForItsRequestPledgeAndAmountsAlone(t *testing.T) {
	here, pledge := protocol.RecordID{1}, protocol.RecordID{2}
	key, _ := CodeKey("000000", here)
	other, _ := CodeKey("000000", protocol.RecordID{3})
	r := &Request{DeliveryKey: key.Public().(ed25519.PublicKey)}
	came := []*Amount{{Line: 1, Quantity: 2_000}, {Line: 2, Quantity: 1_000}}
	proof := ProveCode(key, here, pledge, came)
	if !CodeProves(r, here, pledge, &Receipt{Amounts: came, CodeProof: proof}) {
		t.Fatal("a proof proves nothing")
	}
	more := []*Amount{{Line: 1, Quantity: 20_000}, {Line: 2, Quantity: 1_000}}
	for what, proven := range map[string]bool{
		"of another pledge":        CodeProves(r, here, protocol.RecordID{4}, &Receipt{Amounts: came, CodeProof: proof}),
		"of another request":       CodeProves(r, protocol.RecordID{3}, pledge, &Receipt{Amounts: came, CodeProof: proof}),
		"of more":                  CodeProves(r, here, pledge, &Receipt{Amounts: more, CodeProof: proof}),
		"by another request's key": CodeProves(r, here, pledge, &Receipt{Amounts: came, CodeProof: ProveCode(other, here, pledge, came)}),
		"that is empty":            CodeProves(r, here, pledge, &Receipt{Amounts: came}),
		"without a code":           CodeProves(&Request{}, here, pledge, &Receipt{Amounts: came, CodeProof: proof}),
		"under a crafted key":      CodeProves(&Request{DeliveryKey: make([]byte, 32)}, here, pledge, &Receipt{Amounts: came, CodeProof: proof}),
	} {
		if proven {
			t.Errorf("a proof %s is taken", what)
		}
	}
}
