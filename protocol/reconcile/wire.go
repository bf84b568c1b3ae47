package reconcile

import (
	"encoding/binary"
	"fmt"

	"gotong/protocol"
)

// Frames begin with their kind (SPEC.md 6). Numbers are never used again.
const (
	kindMeet    = 1
	kindHello   = 2
	kindMore    = 3
	kindSymbols = 4
	kindList    = 5
	kindListed  = 6
	kindBitmap  = 7
	kindWant    = 8
	kindDone    = 9
	kindLater   = 10
)

// version is that of this protocol; it changes when a byte or a rule does.
const version = 1

// Limits of the protocol (SPEC.md 7).
const (
	MaxSet      = 1 << 24 // ids of a set
	maxStep     = 2700    // symbols one MORE can ask for: one frame of them
	maxChunk    = 4096    // tails in a LISTED
	maxWant     = 4000    // ids in a WANT
	maxChunks   = 8       // LISTEDs in a session; the next session goes on from there
	maxReceived = 512     // frames a session can receive
)

// How a list is meant, in LIST and LISTED.
const (
	listWindow = 1 // what came since both sides were last equal
	listAll    = 2
)

// What DONE can say besides the number of ids that will be pushed.
const (
	doneDiffer     = 0
	doneEqual      = 1 // the sets are equal
	doneEverything = 2 // the sender holds nothing: push everything
)

// kinds is a set of frame kinds.
type kinds uint16

func kindsOf(all ...byte) (set kinds) {
	for _, kind := range all {
		set |= 1 << kind
	}
	return set
}

func (set kinds) has(kind byte) bool { return kind < 16 && set&(1<<kind) != 0 }

// malformed says what was wrong with a frame. The blame is the sender's.
func malformed(what string) error {
	return fmt.Errorf("reconcile: %s: %w", what, protocol.ErrMalformed)
}

// reader takes a frame apart. After the first field that does not fit, all
// fields are zero and bad stays set.
type reader struct {
	rest []byte
	bad  bool
}

// bytes takes the next n bytes.
func (r *reader) bytes(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) byte() byte { return r.bytes(1)[0] }

// number takes a uvarint in its shortest form, at most most.
func (r *reader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	if r.bad || n <= 0 || v > most || n > 1 && r.rest[n-1] == 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// difference takes a varint in its shortest form, no further from zero than
// counts can be.
func (r *reader) difference() int64 {
	zigzag := r.number(4 * MaxSet)
	return int64(zigzag>>1) ^ -int64(zigzag&1)
}

// id takes 16 bytes.
func (r *reader) id() protocol.ID { return protocol.ID(r.bytes(16)) }

// bound takes one end of a range of ids: a zero byte for the open end, else a
// one and 16 bytes.
func (r *reader) bound() (id protocol.ID) {
	if r.number(1) == 1 {
		id = r.id()
		r.bad = r.bad || id == protocol.ID{}
	}
	return id
}

func appendBound(b []byte, id protocol.ID) []byte {
	if id == (protocol.ID{}) {
		return append(b, 0)
	}
	return append(append(b, 1), id[:]...)
}

// end reports whether everything fitted and nothing is left over.
func (r *reader) end() bool { return !r.bad && len(r.rest) == 0 }

// more reports whether another item of a list follows.
func (r *reader) more() bool { return !r.bad && len(r.rest) > 0 }

// expected is the count that symbol i of n ids has on average. Only what a
// count differs from it travels.
func expected(n, i int) int64 { return 2 * int64(n) / int64(i+2) }

// appendSymbol appends symbol i of a set of n ids (SPEC.md 3).
func appendSymbol(b []byte, s symbol, n, i int) []byte {
	b = binary.LittleEndian.AppendUint64(b, s.sum[0])
	b = binary.LittleEndian.AppendUint64(b, s.sum[1])
	b = binary.LittleEndian.AppendUint32(b, s.check)
	return binary.AppendVarint(b, int64(s.count)-expected(n, i))
}

// symbol takes symbol i of a set of n ids. Its count is one that such a set
// can have: all of them in symbol 0, and never more.
func (r *reader) symbol(n, i int) (s symbol) {
	s.sum = sumOf(r.id())
	s.check = binary.LittleEndian.Uint32(r.bytes(4))
	count := expected(n, i) + r.difference()
	if count < 0 || count > int64(n) || i == 0 && count != int64(n) {
		r.bad = true
		return symbol{}
	}
	s.count = int32(count)
	return s
}
