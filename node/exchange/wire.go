package exchange

import (
	"encoding/binary"
	"fmt"

	"gotong/protocol"
)

// The kinds of frames (SPEC.md 2). Numbers are never used again.
const (
	kindHello   = 1
	kindUnknown = 2
	kindBusy    = 3
	kindProve   = 4
	kindProof   = 5
	kindRefused = 6
	kindAlive   = 7
	kindRound   = 8
	kindOps     = 9
	kindCells   = 10
	kindReady   = 11
	kindItems   = 12
	kindAck     = 13
	kindGone    = 14
	kindDiscern = 15
	kindOffer   = 16
	kindTake    = 17
	kindEnd     = 18
)

// version is the first byte of HELLO.
const version = 1

// Bounds on frames that every node shares (SPEC.md 2).
const (
	maxFrame = 1 + protocol.MaxFrame // a kind and a body
	maxIDs   = 1024                  // ids in READY, OFFER and GONE
)

// The flags of READY and ROUND.
const (
	flagOffer = 1 // READY: offer before you push
	flagAgain = 1 // ROUND: another round
)

// malformed says what was wrong with a frame. The blame is the peer's.
func malformed(what string) error {
	return fmt.Errorf("exchange: %s: %w", what, protocol.ErrMalformed)
}

// hello is the body of HELLO: version, tag, digest of the roster.
type hello struct {
	tag    [16]byte
	digest [16]byte
}

func (h hello) frame() []byte {
	frame := append([]byte{kindHello, version}, h.tag[:]...)
	return append(frame, h.digest[:]...)
}

func parseHello(body []byte) (h hello, err error) {
	if len(body) != 1+16+16 || body[0] != version {
		return h, malformed("HELLO")
	}
	return hello{tag: [16]byte(body[1:]), digest: [16]byte(body[17:])}, nil
}

// ready is the frame of READY: flags and the ids asked for.
func ready(flags byte, asked []protocol.ID) []byte {
	return appendIDs([]byte{kindReady, flags}, asked)
}

func parseReady(body []byte) (flags byte, asked []protocol.ID, err error) {
	if len(body) == 0 || body[0] > flagOffer {
		return 0, nil, malformed("READY")
	}
	asked, err = parseIDs(body[1:], maxIDs)
	return body[0], asked, err
}

// round is the frame of ROUND: flags and the digest of the roster.
func round(flags byte, digest [16]byte) []byte {
	return append([]byte{kindRound, flags}, digest[:]...)
}

func parseRound(body []byte) (flags byte, digest [16]byte, err error) {
	if len(body) != 1+16 || body[0] > flagAgain {
		return 0, digest, malformed("ROUND")
	}
	return body[0], [16]byte(body[1:]), nil
}

// empty refuses a body where none belongs.
func empty(body []byte) error {
	if len(body) > 0 {
		return malformed("a body where none belongs")
	}
	return nil
}

func appendIDs(frame []byte, ids []protocol.ID) []byte {
	for _, id := range ids {
		frame = append(frame, id[:]...)
	}
	return frame
}

// parseIDs reads at most most ids.
func parseIDs(body []byte, most int) ([]protocol.ID, error) {
	if len(body)%16 != 0 || len(body)/16 > most {
		return nil, malformed("ids")
	}
	ids := make([]protocol.ID, len(body)/16)
	for i := range ids {
		ids[i] = protocol.ID(body[16*i:])
	}
	return ids, nil
}

// take is the frame of TAKE: a bit for each id of an OFFER, the first in the
// lowest bit, set where the id is wanted.
func take(wanted []bool) []byte {
	frame := make([]byte, 1+(len(wanted)+7)/8)
	frame[0] = kindTake
	for i, want := range wanted {
		if want {
			frame[1+i/8] |= 1 << (i % 8)
		}
	}
	return frame
}

// parseTake reads the bits for n ids; those beyond are zero.
func parseTake(body []byte, n int) ([]bool, error) {
	if len(body) != (n+7)/8 || n%8 != 0 && body[n/8]>>(n%8) != 0 {
		return nil, malformed("TAKE")
	}
	wanted := make([]bool, n)
	for i := range wanted {
		wanted[i] = body[i/8]>>(i%8)&1 == 1
	}
	return wanted, nil
}

// ack is the frame of ACK: how many items were taken in since the last one, in
// the order in which they came, and the places of those not kept among them.
func ack(kept []bool) []byte {
	frame := binary.AppendUvarint([]byte{kindAck}, uint64(len(kept)))
	for i, k := range kept {
		if !k {
			frame = binary.AppendUvarint(frame, uint64(i))
		}
	}
	return frame
}

// parseAck reads an ACK of at most most items.
func parseAck(body []byte, most int) ([]bool, error) {
	n, size := binary.Uvarint(body)
	if size <= 0 || n == 0 || n > uint64(most) {
		return nil, malformed("ACK")
	}
	kept := make([]bool, n)
	for i := range kept {
		kept[i] = true
	}
	next := uint64(0) // the places rise
	for body = body[size:]; len(body) > 0; body = body[size:] {
		var i uint64
		if i, size = binary.Uvarint(body); size <= 0 || i < next || i >= n {
			return nil, malformed("ACK")
		}
		kept[i], next = false, i+1
	}
	return kept, nil
}
