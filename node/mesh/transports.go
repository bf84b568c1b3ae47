package mesh

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/core/transport"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	tls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	quicgo "github.com/quic-go/quic-go"
)

// addTransports gives every node TCP, and QUIC and WebSocket to reach a hub
// by. What nobody dials or listens on has no goroutine and no socket: measured,
// it costs an idle household 0.1 MB of its own memory and 1.8 MB mapped from the
// program, which the system takes back when it is short, of two more megabytes
// on the card. A hub needs no relay itself.
func (m *Mesh) addTransports(priv crypto.PrivKey, limits network.ResourceManager) error {
	plain, err := m.upgrader(priv, limits, muxer())
	if err != nil {
		return err
	}
	proxied, err := m.upgrader(priv, limits, heartbeat())
	if err != nil {
		return err
	}
	ws, err := websocket.New(proxied, limits, nil)
	if err != nil {
		return err
	}
	udp, err := m.newQUIC(priv, limits)
	if err != nil {
		return err
	}
	for _, t := range []transport.Transport{&tcp{up: plain, limits: limits}, ws, udp} {
		if err := m.swarm.AddTransport(t); err != nil {
			return err
		}
	}
	if m.cfg.Hub {
		return nil
	}
	return client.AddTransport(m.host, plain)
}

// upgrader makes a secured, multiplexed connection of a raw one.
func (m *Mesh) upgrader(priv crypto.PrivKey, limits network.ResourceManager, mux *yamux.Transport) (transport.Upgrader, error) {
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: mux}}
	secure, err := noise.New(noise.ID, priv, muxers)
	if err != nil {
		return nil, err
	}
	return upgrader.New([]sec.SecureTransport{secure}, muxers, nil, limits, m.gate)
}

// muxer is yamux without a heartbeat of its own: the kernel watches the link
// (tcp.go), for no payload at all. One round-trip measurement at the start
// suffices to size the windows on a home network.
func muxer() *yamux.Transport {
	own := *yamux.DefaultTransport
	own.EnableKeepAlive = false
	own.MeasureRTTInterval = 24 * time.Hour
	own.MaxStreamWindowSize = 1 << 20
	return &own
}

// heartbeat is yamux with one. A WebSocket often passes through somebody's
// proxy, and then the kernel knows only that the proxy is there.
func heartbeat() *yamux.Transport {
	own := muxer()
	own.EnableKeepAlive = true
	own.KeepAliveInterval = 15 * time.Second
	return own
}

// newQUIC makes the QUIC transport. Each dial has a socket of its own: sharing
// one among them keeps two goroutines awake where nobody dials.
func (m *Mesh) newQUIC(priv crypto.PrivKey, limits network.ResourceManager) (transport.Transport, error) {
	var reset quicgo.StatelessResetKey
	var token quicgo.TokenGeneratorKey
	rand.Read(reset[:]) // never fails
	rand.Read(token[:])
	conns, err := quicreuse.NewConnManager(reset, token, quicreuse.DisableReuseport(),
		quicreuse.VerifySourceAddress(limits.VerifySourceAddress))
	if err != nil {
		return nil, err
	}
	return quic.NewTransport(priv, conns, nil, m.gate, limits, quic.WithTLSIdentityOption(tls.WithCertTemplate(timeless())))
}

// timeless is a certificate for whoever has no clock: the usual one begins an
// hour before its maker's now, which a machine that believes in 1970 refuses. It
// proves the device's key to the other end and is good for nothing else.
func timeless() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{SerialNumber: "1"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}
