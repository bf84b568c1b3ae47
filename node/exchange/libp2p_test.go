package exchange

import (
	"context"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// host gives a house a libp2p host on the loopback interface.
func (h *house) host(t *testing.T) host.Host {
	key, err := crypto.UnmarshalEd25519PrivateKey(h.sign)
	h.must(err)
	out, err := libp2p.New(libp2p.Identity(key), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.ResourceManager(nil))
	h.must(err)
	stop, err := h.x.Listen(out)
	h.must(err)
	t.Cleanup(func() { stop(); h.x.Close(); out.Close() })
	return out
}

func TestTwoHostsExchangeWhenTheyConnect(t *testing.T) {
	v := newVillage(t, 2)
	v.acquaint()
	a, b := v.houses[0], v.houses[1]
	a.write(1, cell.Normal, "over a real wire")
	b.write(1, cell.Normal, "and back")
	ended := make(chan error, 16)
	for _, h := range v.houses {
		h.x.events.Ended = func(_ protocol.NeighbourhoodID, _ protocol.DeviceID, err error) { ended <- err }
	}
	one, two := a.host(t), b.host(t)
	err := one.Connect(context.Background(), peer.AddrInfo{ID: two.ID(), Addrs: two.Addrs()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // both ends of the one exchange
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	if !same(a, b) {
		t.Error("the two are not equal")
	}
}
