package record_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"gotong/protocol"
	. "gotong/protocol/record"
)

func TestWhatIsSealedComesBackAndAllOfItIsOfOneLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &Private{Contact: rapid.StringN(0, 30, 120).Draw(t, "contact"), Place: rapid.StringN(0, 30, 120).Draw(t, "place")}
		plain, err := p.Pad()
		if err != nil || len(plain) != PrivateSize {
			t.Fatalf("%d bytes, %v", len(plain), err)
		}
		if got, err := Unpad(plain); err != nil || !proto.Equal(got, p) {
			t.Fatalf("%v came back as %v, %v", p, got, err)
		}
	})
}

func TestAContactThatHasNoRoomIsNamed(t *testing.T) {
	var invalid *Invalid
	if _, err := (&Private{Contact: strings.Repeat("0", 260)}).Pad(); !errors.As(err, &invalid) || invalid.Field != "contact" {
		t.Errorf("got %v", err)
	}
}

func TestWhatWasNeverPaddedIsNoContact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, PrivateSize+1).Draw(t, "plain")
		if p, err := Unpad(plain); err == nil && (p == nil || len(plain) != PrivateSize) {
			t.Fatalf("%x became %v", plain, p)
		}
	})
}

// No two requests, devices or neighbourhoods share what a contact is bound to.
func TestAContactIsBoundToItsRequestAndItsReader(t *testing.T) {
	seen := make(map[string]bool)
	for _, n := range []protocol.NeighbourhoodID{{1}, {2}} {
		for _, target := range []protocol.Birth{{}, {Device: protocol.DeviceID{1}}, {Slot: 1}, {Stamp: 1}} {
			for _, reader := range []protocol.DeviceID{{}, {1}} {
				seen[string(PrivateInfo(n, target, reader))] = true
			}
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d of 16 differ", len(seen))
	}
}
