package protocol_test

import (
	"errors"
	"fmt"
	"testing"

	"gotong/protocol"
)

// Only bytes that no honest node sends count against whoever brought them.
func TestOnlyMalformedAndForgedBytesAreHeldAgainstTheirBearer(t *testing.T) {
	verdicts := map[error]protocol.Verdict{
		nil:                    protocol.Accept,
		protocol.ErrMalformed:  protocol.Reject,
		protocol.ErrForged:     protocol.Reject,
		protocol.ErrVersion:    protocol.Ignore,
		protocol.ErrUnknown:    protocol.Ignore,
		protocol.ErrNoKey:      protocol.Ignore,
		protocol.ErrUnreadable: protocol.Ignore,
		protocol.ErrStub:       protocol.Ignore,
		errors.New("our disk"): protocol.Ignore,
	}
	for err, want := range verdicts {
		if err != nil {
			err = fmt.Errorf("cell: %w", err)
		}
		if got := protocol.VerdictOf(err); got != want {
			t.Errorf("%v: verdict %d, want %d", err, got, want)
		}
	}
}
