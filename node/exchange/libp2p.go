package exchange

import (
	"context"
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	lp2p "github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"

	"gotong/protocol"
)

// Listen lets an Exchange serve and follow the peers of a libp2p host. A
// peer's Ed25519 key is its device's key, so the connection says who it is;
// peers with other keys are left alone. stop ends it.
func (x *Exchange) Listen(h host.Host) (stop func(), err error) {
	sub, err := h.EventBus().Subscribe(new(event.EvtPeerConnectednessChanged), eventbus.BufSize(256))
	if err != nil {
		return nil, fmt.Errorf("exchange: listen: %w", err)
	}
	h.SetStreamHandler(lp2p.ID(protocol.ExchangeProtocol), x.serve)
	for _, p := range h.Network().Peers() {
		x.connected(h, p)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range sub.Out() {
			x.follow(h, e.(event.EvtPeerConnectednessChanged))
		}
	}()
	return func() {
		h.RemoveStreamHandler(lp2p.ID(protocol.ExchangeProtocol))
		_ = sub.Close() // it cannot fail but when closed already
		<-done
	}, nil
}

func (x *Exchange) serve(stream network.Stream) {
	device, ok := deviceOf(stream.Conn().RemotePeer())
	if !ok {
		abort(stream)
		return
	}
	// How it ended the node hears from Events.
	_ = x.Serve(device, stream)
}

func (x *Exchange) follow(h host.Host, e event.EvtPeerConnectednessChanged) {
	switch e.Connectedness {
	case network.Connected:
		x.connected(h, e.Peer)
	case network.NotConnected:
		if device, ok := deviceOf(e.Peer); ok {
			x.Disconnected(device)
		}
	}
}

func (x *Exchange) connected(h host.Host, p peer.ID) {
	device, ok := deviceOf(p)
	if !ok {
		return
	}
	x.Connected(device, func(ctx context.Context) (Stream, error) {
		ctx = network.WithNoDial(ctx, "exchange") // to find peers is not our task
		return h.NewStream(ctx, p, lp2p.ID(protocol.ExchangeProtocol))
	})
}

// deviceOf returns the device behind a peer id.
func deviceOf(p peer.ID) (protocol.DeviceID, bool) {
	key, err := p.ExtractPublicKey()
	if err != nil || key.Type() != crypto.Ed25519 {
		return protocol.DeviceID{}, false
	}
	raw, err := key.Raw()
	if err != nil {
		return protocol.DeviceID{}, false
	}
	return protocol.DeviceOf(raw), true
}
