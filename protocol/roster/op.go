package roster

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/proto"

	"gotong/protocol"
)

// Version is the first byte of every operation of this layout.
const Version = 0x81

const (
	headSize  = 38 // version, kind, signer, place, body size
	sigSize   = ed25519.SignatureSize
	maxBody   = protocol.MaxOp - headSize - sigSize
	idSize    = len(protocol.ID{})
	keySize   = ed25519.PublicKeySize
	epochSize = 8
)

// Key is an Ed25519 public key: of a household, a device or an invitation.
type Key [ed25519.PublicKeySize]byte

// Household returns the id of the household with this key.
func (k Key) Household() protocol.HouseholdID { return protocol.HouseholdOf(k[:]) }

// Op is an operation that passed [Open]: its shape and signature are right.
// Whether it counts is for [Judge] to say.
type Op struct {
	Kind   Kind
	Signer Key    // the household's; the invitation's for a join; zero for genesis
	Place  uint16 // numbered by the signer; zero for genesis and join
	body   Body   // nil for a kind of a later version
	id     protocol.ID
	raw    []byte
}

// ID returns the first 16 bytes of SHA-256 over the signed bytes (SPEC.md, Id).
func (op Op) ID() protocol.ID { return op.id }

// Raw returns the bytes as they arrived. They are shared: do not change them.
func (op Op) Raw() []byte { return op.raw }

// Body returns the decoded body, one of the messages of roster.proto, or nil
// for a kind of a later version. It is shared: do not change it.
func (op Op) Body() Body { return op.body }

// Open judges raw for neighbourhood n. Its verdict depends on nothing else and
// holds for ever: ErrMalformed for bytes that are no operation, ErrForged where
// a signature does not fit or a genesis is another neighbourhood's. The Op
// keeps raw, so the caller must not reuse it.
func Open(n protocol.NeighbourhoodID, raw []byte) (Op, error) {
	op, err := Parse(n, raw)
	if err != nil {
		return Op{}, err
	}
	if !op.authentic(n) {
		return Op{}, fmt.Errorf("roster: signature of %v: %w", op.id, protocol.ErrForged)
	}
	return op, nil
}

// Parse reads a raw operation without checking signatures: for bytes that
// passed Open before they were stored here.
func Parse(n protocol.NeighbourhoodID, raw []byte) (Op, error) {
	if err := checkEnvelope(raw); err != nil {
		return Op{}, err
	}
	op := Op{
		Kind:   Kind(raw[1]),
		Signer: Key(raw[2:34]),
		Place:  binary.BigEndian.Uint16(raw[34:]),
		raw:    raw,
	}
	op.id = idOf(op.scope(n), raw[:len(raw)-sigSize])
	var err error
	if op.body, err = decodeBody(op.Kind, raw[headSize:len(raw)-sigSize]); err != nil {
		return Op{}, err
	}
	return op, op.checkSigner()
}

// checkEnvelope holds the limits that need no body: version, kind, sizes.
func checkEnvelope(raw []byte) error {
	switch {
	case len(raw) < headSize+sigSize || len(raw) > protocol.MaxOp:
		return fmt.Errorf("roster: %d bytes: %w", len(raw), protocol.ErrMalformed)
	case raw[0] != Version || raw[1] == 0:
		return fmt.Errorf("roster: version %d kind %d: %w", raw[0], raw[1], protocol.ErrMalformed)
	case len(raw) != headSize+int(binary.BigEndian.Uint16(raw[36:]))+sigSize:
		return fmt.Errorf("roster: %d bytes for another body size: %w", len(raw), protocol.ErrMalformed)
	}
	return nil
}

// checkSigner keeps genesis and join to place zero: they fill no numbered
// place of a household. A genesis has no signer.
func (op Op) checkSigner() error {
	unplaced := op.Kind == KindGenesis || op.Kind == KindJoin
	if unplaced && op.Place != 0 || op.Kind == KindGenesis && op.Signer != (Key{}) {
		return fmt.Errorf("roster: signer or place of kind %d: %w", op.Kind, protocol.ErrMalformed)
	}
	return nil
}

// authentic checks the signature, and for a device the proof that its key
// agreed. A genesis is signed by nobody: its hash is what members know.
func (op Op) authentic(n protocol.NeighbourhoodID) bool {
	sig := op.raw[len(op.raw)-sigSize:]
	if op.Kind == KindGenesis {
		return protocol.NeighbourhoodID(op.id) == n && [sigSize]byte(sig) == [sigSize]byte{}
	}
	if !ed25519.Verify(op.Signer[:], message(n, op.raw[:len(op.raw)-sigSize]), sig) {
		return false
	}
	d, ok := op.body.(*Device)
	return !ok || d.proven(n, op.Signer)
}

// scope is the neighbourhood an operation is hashed under: none for genesis,
// whose hash is the neighbourhood's id.
func (op Op) scope(n protocol.NeighbourhoodID) protocol.NeighbourhoodID {
	if op.Kind == KindGenesis {
		return protocol.NeighbourhoodID{}
	}
	return n
}

// Sign makes the operation that says body, at a place of the signer's own
// choice ([Roster.FreePlace]; zero for a join). key is the household's, for a
// join the invitation's. ErrMalformed where body is beyond the limits.
func Sign(n protocol.NeighbourhoodID, key ed25519.PrivateKey, place uint16, body Body) (Op, error) {
	signed, err := encode(Key(key.Public().(ed25519.PublicKey)), place, body)
	if err != nil {
		return Op{}, err
	}
	return Parse(n, append(signed, ed25519.Sign(key, message(n, signed))...))
}

// NewGenesis begins a neighbourhood with one or three founder households;
// nonce is 32 random bytes. The returned id names the neighbourhood.
func NewGenesis(nonce [32]byte, founders ...Key) (protocol.NeighbourhoodID, Op, error) {
	g := &Genesis{Rules: Rules, Nonce: nonce[:]}
	for _, f := range founders {
		g.Founders = append(g.Founders, f[:])
	}
	signed, err := encode(Key{}, 0, g)
	if err != nil {
		return protocol.NeighbourhoodID{}, Op{}, err
	}
	op, err := Parse(protocol.NeighbourhoodID{}, append(signed, make([]byte, sigSize)...))
	return protocol.NeighbourhoodID(op.id), op, err
}

// encode lays out everything before the signature (SPEC.md, Operation).
func encode(signer Key, place uint16, body Body) ([]byte, error) {
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("roster: encode: %w", err)
	}
	if len(encoded) > maxBody {
		return nil, fmt.Errorf("roster: body of %d bytes: %w", len(encoded), protocol.ErrMalformed)
	}
	b := make([]byte, 0, headSize+len(encoded)+sigSize)
	b = append(b, Version, byte(body.kind()))
	b = append(b, signer[:]...)
	b = binary.BigEndian.AppendUint16(b, place)
	b = binary.BigEndian.AppendUint16(b, uint16(len(encoded)))
	return append(b, encoded...), nil
}

// message returns what the signature is made over.
func message(n protocol.NeighbourhoodID, signed []byte) []byte {
	b := make([]byte, 0, len(protocol.DomainOp)+len(n)+len(signed))
	b = append(b, protocol.DomainOp...)
	b = append(b, n[:]...)
	return append(b, signed...)
}

func idOf(n protocol.NeighbourhoodID, signed []byte) protocol.ID {
	return protocol.Hash(protocol.DomainOp, n[:], signed)
}
