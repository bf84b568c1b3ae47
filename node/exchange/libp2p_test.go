package exchange

import (
	"context"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"gotong/protocol"
	"gotong/protocol/cell"
)

// host gives a house a libp2p host on the loopback interface, which serves
// exchanges.
func (h *house) host(t *testing.T) host.Host {
	key, err := crypto.UnmarshalEd25519PrivateKey(h.sign)
	h.must(err)
	out, err := libp2p.New(libp2p.Identity(key), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.DisableRelay(), libp2p.DisableMetrics(), libp2p.ResourceManager(&network.NullResourceManager{}))
	h.must(err)
	out.SetStreamHandler(protocol.ExchangeProtocol, func(s network.Stream) {
		h.x.Serve(deviceOf(t, s.Conn().RemotePeer()), s)
	})
	t.Cleanup(func() { h.x.Close(); out.Close() })
	return out
}

func deviceOf(t *testing.T, p peer.ID) protocol.DeviceID {
	key, err := p.ExtractPublicKey()
	must(t, err)
	raw, err := key.Raw()
	must(t, err)
	return protocol.DeviceOf(raw)
}

func TestTwoHostsExchangeOverLibp2p(t *testing.T) {
	v := newVillage(t, 2)
	v.acquaint()
	a, b := v.houses[0], v.houses[1]
	for slot := range uint32(2000) { // more than a stream buffers
		a.write(slot, cell.Normal, text(300))
		b.write(slot, cell.Normal, text(300))
	}
	served := make(chan error, 1)
	b.x.events.Ended = func(_ protocol.NeighbourhoodID, _ protocol.DeviceID, err error) { served <- err }
	one, two := a.host(t), b.host(t)
	err := one.Connect(context.Background(), peer.AddrInfo{ID: two.ID(), Addrs: two.Addrs()})
	must(t, err)
	dialed := a.x.Visit(context.Background(), v.n, b.device(), func(ctx context.Context) (Stream, error) {
		return one.NewStream(ctx, two.ID(), protocol.ExchangeProtocol)
	})
	if err := <-served; dialed != nil || err != nil {
		t.Fatal(dialed, err)
	}
	if !same(a, b) {
		t.Error("the two are not equal")
	}
}
