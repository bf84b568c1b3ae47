package exchange

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gotong/protocol"
)

// The frames of SPEC.md 6.
func example() map[string][]byte {
	var n protocol.NeighbourhoodID
	for i := range n {
		n[i] = byte(i)
	}
	dialer := protocol.DeviceID(bytes.Repeat([]byte{0xaa}, 16))
	listener := protocol.DeviceID(bytes.Repeat([]byte{0xbb}, 16))
	op := protocol.ID(bytes.Repeat([]byte{0xcc}, 16))
	f := newShelf(rosterOf{n: n, ops: []protocol.ID{op}}, nil)
	digest := f.digest(dialer, listener)
	return map[string][]byte{
		"HELLO of the dialer":   hello{protocol.Tag(n, dialer, listener), digest}.frame(),
		"HELLO of the listener": hello{protocol.Tag(n, listener, dialer), digest}.frame(),
		"READY":                 ready(0, nil),
		"ACK":                   ack([]bool{true, false, true, true, false}),
		"TAKE":                  take([]bool{true, false, true, false, false, false, false, false}),
		"END":                   {kindEnd},
		"ROUND":                 round(flagAgain, digest),
	}
}

// rosterOf is a Neighbourhood of which only the roster is asked.
type rosterOf struct {
	Neighbourhood
	n   protocol.NeighbourhoodID
	ops []protocol.ID
}

func (r rosterOf) ID() protocol.NeighbourhoodID { return r.n }
func (r rosterOf) Ops() []protocol.ID           { return r.ops }

func TestTheFramesAreThoseOfTheSpecification(t *testing.T) {
	spec, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	// The indented lines of the example, without their explanations.
	var told strings.Builder
	_, section, _ := strings.Cut(string(spec), "## 6. Example")
	for line := range strings.Lines(section) {
		if code, ok := strings.CutPrefix(line, "    "); ok {
			code, _, _ = strings.Cut(code, "   ")
			told.WriteString(strings.ReplaceAll(strings.TrimSpace(code), " ", ""))
		}
	}
	for name, frame := range example() {
		var out bytes.Buffer
		if err := newWire(sink{Writer: &out}).write(frame); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(told.String(), hex.EncodeToString(out.Bytes())) {
			t.Errorf("%s is %x, which SPEC.md does not say", name, out.Bytes())
		}
	}
}

// sink is a stream that is only written to.
type sink struct {
	io.Writer
	net.Conn
}

func (s sink) Write(p []byte) (int, error)      { return s.Writer.Write(p) }
func (s sink) SetWriteDeadline(time.Time) error { return nil }

func TestBodiesComeBackAsTheyWereMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := rapid.SliceOfN(rapid.Bool(), 1, 3000).Draw(t, "kept")
		if got, err := parseAck(ack(kept)[1:], len(kept)); err != nil || !slices.Equal(got, kept) {
			t.Fatalf("ACK: %v, %v", got, err)
		}
		if _, err := parseAck(ack(kept)[1:], len(kept)-1); err == nil {
			t.Fatal("an ACK of more than was sent must be refused")
		}
		wanted := rapid.SliceOfN(rapid.Bool(), 1, maxIDs).Draw(t, "wanted")
		if got, err := parseTake(take(wanted)[1:], len(wanted)); err != nil || !slices.Equal(got, wanted) {
			t.Fatalf("TAKE: %v, %v", got, err)
		}
		ids := rapid.SliceOfN(rapid.Custom(drawID), 0, 50).Draw(t, "ids")
		frame := ready(flagOffer, ids)
		if flags, got, err := parseReady(frame[1:]); err != nil || flags != flagOffer || !slices.Equal(got, ids) {
			t.Fatalf("READY: %v, %v", got, err)
		}
	})
}

func drawID(t *rapid.T) protocol.ID {
	return protocol.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
}

func TestASetOfIdsIsASetAndItsSnapshotsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfN(rapid.Custom(drawID), 1, 30).Draw(t, "ids")
		set, model := &idSet{}, map[protocol.ID]bool{}
		var snapshot *idSet
		var then []protocol.ID
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			id := rapid.SampledFrom(some).Draw(t, "id")
			if rapid.Bool().Draw(t, "insert") {
				if set.insert(id) == model[id] {
					t.Fatal("insert does not say what was new")
				}
				model[id] = true
			} else {
				if set.remove(id) != model[id] {
					t.Fatal("remove does not say what was there")
				}
				delete(model, id)
			}
			if rapid.IntRange(0, 9).Draw(t, "snapshot") == 0 {
				snapshot, then = set.snapshot(), slices.Collect(set.All())
			}
		}
		all := slices.Collect(set.All())
		if len(all) != len(model) || set.Len() != len(model) || !slices.IsSortedFunc(all, compare) {
			t.Fatalf("%d ids and Len %d, want %d, rising", len(all), set.Len(), len(model))
		}
		for _, id := range some {
			if set.Has(id) != model[id] {
				t.Fatal("Has is wrong")
			}
		}
		if snapshot != nil && !slices.Equal(slices.Collect(snapshot.All()), then) {
			t.Fatal("a snapshot changed")
		}
	})
}
