package exchange

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// FuzzFrames says any bytes to a house, before or after a member's greeting.
// Whatever they are, the exchange ends, and what the house had it keeps.
func FuzzFrames(f *testing.F) {
	v := newVillage(f, 2)
	v.acquaint()
	as, to := v.houses[0], v.houses[1]
	for slot := range uint32(30) {
		to.write(slot, cell.Class(slot%4), "a cell of the house")
	}
	held := len(to.holds())
	for _, seed := range seeds(as, to) {
		f.Add(true, seed)
		f.Add(false, seed)
	}
	f.Fuzz(func(t *testing.T, greeted bool, said []byte) {
		shelf := to.x.shelf(v.n)
		shelf.neighbours = map[protocol.DeviceID]*neighbour{} // nobody is shunned
		near, far := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- to.x.Serve(as.device(), far) }()
		c := &crook{t: t, as: as, to: to, wire: newWire(near), served: served}
		if greeted {
			c.greet()
		}
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			for b := make([]byte, 4096); ; {
				if _, err := near.Read(b); err != nil {
					return
				}
			}
		}()
		near.SetWriteDeadline(time.Now().Add(9 * time.Second))
		if _, err := near.Write(said); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the house neither reads nor ends")
		}
		near.Close()
		<-served
		<-drained
		if len(shelf.running) != 0 || len(to.holds()) < held {
			t.Fatal("the house is not what it was")
		}
	})
}

// seeds are what an honest or a lying dialer says after the greeting.
func seeds(as, to *house) [][]byte {
	frame := func(kind byte, body ...byte) []byte {
		return append(binary.AppendUvarint(nil, uint64(1+len(body))), append([]byte{kind}, body...)...)
	}
	join := func(frames ...[]byte) (all []byte) {
		for _, f := range frames {
			all = append(all, f...)
		}
		return all
	}
	meet := append([]byte{1, 1}, make([]byte, 16)...)
	cells := func(n byte) []byte { return frame(kindCells, append(meet, n)...) }
	plain := frame(kindReady, 0)
	raw := as.seal(7, cell.Alert, "news").Raw()
	item := protocol.AppendItem(nil, raw)
	some := appendIDs(nil, to.holds()[:5])
	h := hello{tag: protocol.Tag(to.n, as.device(), to.device())}
	return [][]byte{
		nil,
		frame(kindHello, h.frame()[1:]...),
		frame(kindProve),
		join(cells(0), plain, frame(kindEnd)),
		join(cells(3), plain, frame(kindItems, item...), frame(kindEnd), frame(kindRound, append([]byte{1}, make([]byte, 16)...)...)),
		join(cells(0), frame(kindReady, append([]byte{1}, some...)...), frame(kindTake, 0xff, 0xff, 0xff, 0x3f)),
		join(cells(9), plain, frame(kindOffer, some...), frame(kindGone, some...), frame(kindDiscern)),
		join(cells(0), plain, frame(kindAck, 2, 1), frame(kindAck, 200, 1, 0), frame(kindAlive)),
	}
}
