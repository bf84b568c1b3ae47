package record

import (
	"crypto/ed25519"
	"encoding/binary"

	"golang.org/x/crypto/argon2"

	"gotong/protocol"
)

// How slowly a delivery code becomes a key: three passes over 16 MiB, about a
// twentieth of a second on a desktop and one on a small board.
const (
	codePasses = 3
	codeMemory = 16 << 10 // KiB
	codeDigits = 6
)

// CodeKey returns the key that a delivery code stands for, of the request with
// this id; false where it is no such code (SPEC.md, Delivery codes).
func CodeKey(code string, request protocol.RecordID) (ed25519.PrivateKey, bool) {
	if len(code) != codeDigits {
		return nil, false
	}
	for _, c := range code {
		if c < '0' || c > '9' {
			return nil, false
		}
	}
	salt := append([]byte(protocol.DomainCode), request[:]...)
	return ed25519.NewKeyFromSeed(argon2.IDKey([]byte(code), salt, codePasses, codeMemory, 1, ed25519.SeedSize)), true
}

// ProveCode signs what a receipt says has arrived of a pledge.
func ProveCode(key ed25519.PrivateKey, request, pledge protocol.RecordID, amounts []*Amount) []byte {
	return ed25519.Sign(key, codeMessage(request, pledge, amounts))
}

// CodeProves reports whether whoever wrote the receipt had been told the code.
// A proof for one pledge proves nothing of another, nor of other amounts.
func CodeProves(r *Request, request, pledge protocol.RecordID, m *Receipt) bool {
	return len(r.DeliveryKey) == ed25519.PublicKeySize && len(m.CodeProof) == ed25519.SignatureSize &&
		ed25519.Verify(r.DeliveryKey, codeMessage(request, pledge, m.Amounts), m.CodeProof)
}

func codeMessage(request, pledge protocol.RecordID, amounts []*Amount) []byte {
	message := append([]byte(protocol.DomainCode), request[:]...)
	message = append(message, pledge[:]...)
	for _, a := range amounts {
		message = binary.BigEndian.AppendUint32(message, a.Line)
		message = binary.BigEndian.AppendUint64(message, uint64(a.Quantity))
	}
	return message
}

// noneOr lets bytes be absent, or as many as there have to be.
func noneOr(field string, value []byte, size int) error {
	if len(value) != 0 && len(value) != size {
		return &Invalid{field, "out-of-range"}
	}
	return nil
}
