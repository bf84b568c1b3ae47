package protocol

import "errors"

// What can be wrong with bytes that arrived, each with its consequence. All
// nodes judge alike: nothing here depends on a clock, a disk or a setting.
var (
	// ErrMalformed: not a cell or operation, or beyond a limit.
	ErrMalformed = errors.New("protocol: malformed")
	// ErrVersion: of a layout that came after this program. It is ignored and
	// forgotten; it comes again after the upgrade (SPEC.md, Versions).
	ErrVersion = errors.New("protocol: newer version")
	// ErrForged: the signature or the payload's digest does not fit.
	ErrForged = errors.New("protocol: forged")
	// ErrUnknown: signed by a key that is not, or not yet, in the roster. It is
	// ignored and forgotten; it comes again after the roster.
	ErrUnknown = errors.New("protocol: unknown signer")
	// ErrNoKey: the payload is encrypted under an epoch this node has no key for.
	ErrNoKey = errors.New("protocol: no key for this epoch")
	// ErrUnreadable: properly signed, but the payload does not open under its
	// epoch's key. Only its author can be blamed: who carried it could not know.
	ErrUnreadable = errors.New("protocol: unreadable payload")
	// ErrStub: the payload has been dropped; only header and signature remain.
	ErrStub = errors.New("protocol: payload dropped")
)

// Verdict is what a node does with something received.
type Verdict uint8

// Accept takes it in. Ignore forgets it without blaming whoever brought it.
// Reject counts against whoever brought it.
const (
	Accept Verdict = iota
	Ignore
	Reject
)

// VerdictOf maps an error of Open to its verdict; anything that is not about
// the bytes themselves is our own fault and blames nobody.
func VerdictOf(err error) Verdict {
	switch {
	case err == nil:
		return Accept
	case errors.Is(err, ErrMalformed), errors.Is(err, ErrForged):
		return Reject
	}
	return Ignore
}
